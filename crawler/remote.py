"""Remote: a site's turn that another process takes, here or on another machine: a Sent goes, a Report comes back.

``work`` is what an executor runs there (crawler.shards, crawler.cluster); crawler.away hands out and takes in.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import zstandard

from archive.models import Page
from archive.tasks import Host, Outcome, Site, Task
from crawler import __version__, clock, reading
from crawler.browser import Browser
from crawler.pool import Pool
from crawler.reading import Contents
from crawler.work import Order, fetch_and_extract

MOST = 8 << 20
"""Bytes of pages after which a turn ends: so much may be lost with its process, and waits to be stored."""
LEVEL = 1
"""Of zstd, by which what goes over a network is compressed: 100 kB of HTML in .3 ms to a sixth."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An order on its way."""

    order: Order
    owner: str
    """Whose it is (archive.owners)."""
    at: datetime
    """When it was sent, by the sender's clock."""
    version: str
    """Of Cuttings, at the sender's: pages are read as it would read them, or not at all."""
    readers: int
    """Processes that read pages, for each that fetches them."""
    far: bool
    """Whether it goes over a network."""
    seconds: float
    """After which the turn ends before its next request, if anything was done."""
    most: float
    """Seconds after which it ends in any case: who sent it gives it up not long after."""
    late: float
    """Seconds after ``at`` at which it is not begun any more, be it that it waited, or that a clock is off."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an order: its steps, in the order in which they were done."""

    site: Site | None
    """Its state in the end; None where the turn was not begun."""
    steps: tuple[tuple[Host, Site] | Outcome, ...]
    began: datetime
    ended: datetime
    """By the clock of the process that it was done in."""
    machine: str
    refused: str = ""
    """Why it was not worked on, or not to its end, in a sentence."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages that are there, to be read."""

    orders: tuple[reading.Order, ...]
    seconds: float
    """Of CPU that one may take."""
    readers: int
    version: str
    """Of Cuttings, as in Sent."""


def pack(value: object, *, far: bool) -> bytes:
    """A value on its way; ``far``: over a network, which takes longer than to compress it."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return zstandard.ZstdCompressor(LEVEL).compress(data) if far else data


def unpack(data: bytes) -> object:
    """What was packed by us: who can send us something else can run what they like as well."""
    whole = zstandard.ZstdDecompressor().decompress(data) if data.startswith(zstandard.FRAME_HEADER) else data
    return pickle.loads(whole)  # noqa: S301  # see above


@dataclass(slots=True)
class _Desk:
    """Gathers what one turn did (crawler.work.Desk)."""

    site: Site
    pool: Pool
    wanted: Callable[[], bool]
    """Whether there is still somebody for whom to ask for pages."""
    until: float
    """When it is time to report, by crawler.clock.elapsed."""
    steps: list[tuple[Host, Site] | Outcome] = field(default_factory=list)
    gathered: int = 0

    def holds(self) -> bool:
        full = self.gathered >= MOST or clock.elapsed() >= self.until
        return self.wanted() and not (full and self.steps)

    async def host(self, host: Host, site: Site) -> None:
        self.steps.append((host, site))

    async def alive(self, site: Site) -> None:
        """Whoever sent the order says so for us."""

    async def received(self, task: Task, page: Page, site: Site) -> None:
        """It is kept when the report has come; of a process that ends until then it is asked for again."""

    async def read(self, order: reading.Order, site: Site) -> Contents:  # noqa: ARG002  # whoever sent it keeps it ours
        return await self.pool.read(order)

    async def done(self, outcome: Outcome) -> None:
        self.steps.append(outcome)
        self.gathered += len(outcome.page.body) if outcome.page else 0


class _Engine:
    """The event loop of this process, on which all its turns are worked on, whatever thread they come from."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.going: dict[str, set[asyncio.Event]] = {}
        """What ends the turns under way, by owner."""
        self._pools: dict[float, Pool] = {}
        self._making = threading.Lock()
        self._browser = Browser()
        threading.Thread(target=self.loop.run_forever, name="turns", daemon=True).start()

    async def work(self, sent: Sent, wanted: Callable[[], bool]) -> Report:
        order, began = sent.order, clock.now()
        site, pool = later(order.batch.site, began, sent.at), self.pool(order.terms.limits.reading, sent.readers)
        desk = _Desk(site, pool, wanted, clock.elapsed() + sent.seconds)
        order = replace(order, batch=replace(order.batch, site=site))
        stopping, refused = asyncio.Event(), ""
        theirs = self.going.setdefault(sent.owner, set())
        theirs.add(stopping)
        ending = self.loop.call_later(sent.most, stopping.set)
        try:
            await fetch_and_extract(order, desk, stopping, self._browser)
        except Exception:  # noqa: BLE001  # the top of the path here: told to who sent it
            refused = traceback.format_exc()[-2000:]
        finally:
            ending.cancel()
            theirs.discard(stopping)
        return Report(desk.site, tuple(desk.steps), began, clock.now(), socket.gethostname(), refused)

    def pool(self, seconds: float, readers: int) -> Pool:
        """Who reads pages here, for so many seconds of CPU at most each."""
        with self._making:
            if seconds not in self._pools:
                self._pools[seconds] = Pool(seconds, readers)
            return self._pools[seconds]

    def close(self) -> None:
        """End the processes that read pages."""
        with self._making:
            for pool in self._pools.values():
                pool.close()

    def hurry(self, owner: str) -> None:
        for stopping in self.going.get(owner, ()):
            stopping.set()


_ENGINES: list[_Engine] = []
_MAKING = threading.Lock()


def _engine() -> _Engine:
    """Made by the first of the threads that ask for it at once."""
    with _MAKING:
        if not _ENGINES:
            _ENGINES.append(_Engine())
        return _ENGINES[0]


def later(site: Site, now: datetime, then: datetime) -> Site:
    """A site whose pause was told by another clock, which stood at ``then``, by one that stands at ``now``.

    Never a shorter one: what passed on the way is waited for again.
    """
    return replace(site, next_at=site.next_at + (now - then)) if site.next_at else site


def work(data: bytes) -> bytes:
    """Take a turn (a packed Sent) and give its Report, packed. Any executor may run it, in many threads at once."""
    clock.jump()  # this process has no ticks, and the machine's clock may have been set since the last turn
    sent, now, machine = unpack(data), clock.now(), socket.gethostname()
    assert isinstance(sent, Sent)
    late = (now - sent.at).total_seconds()
    if sent.version != __version__:
        return pack(Report(None, (), now, now, machine, _other_version(sent.version, __version__)), far=sent.far)
    if abs(late) > sent.late:
        said = f"A turn reached {machine} {late:.0f} s after it was sent: it was busy, cut off, or its clock is wrong."
        return pack(Report(None, (), now, now, machine, said), far=sent.far)
    engine = _engine()
    report = asyncio.run_coroutine_threadsafe(engine.work(sent, _wanted(sent.most)), engine.loop).result()
    return pack(report, far=sent.far)


def read_pages(data: bytes) -> bytes:
    """Read pages (a packed Pages) and give what each says, a packed tuple of Contents. Raises RuntimeError."""
    asked = unpack(data)
    assert isinstance(asked, Pages)
    if asked.version != __version__:
        raise RuntimeError(_other_version(asked.version, __version__))
    pool = _engine().pool(asked.seconds, asked.readers)
    begun = [pool.begin(order) for order in asked.orders]
    return pack(tuple(future.result() for future in begun), far=True)


def _other_version(theirs: str, ours: str) -> str:
    return f"{socket.gethostname()} has Cuttings {ours} and was sent work of {theirs}: install the same on both."


def hurry(owner: str) -> None:
    """End the turns of this owner before their next request."""
    engine = _engine()
    engine.loop.call_soon_threadsafe(engine.hurry, owner)


def _wanted(seconds: float) -> Callable[[], bool]:
    """Whether pages may be asked for, still.

    Not where a process that slept wakes after its time, for another has the site by then.
    """
    end, still = clock.elapsed() + seconds, _held_by_dask()
    return lambda: clock.elapsed() < end and still()


def _held_by_dask() -> Callable[[], bool]:
    """Whether the worker of Dask that this is, if it is one, is to go on with the task in whose thread this is called.

    Not where it lost its scheduler, which has given the task to another already; nor where who sent it has ended or
    cancelled it.
    """
    if "distributed" not in sys.modules:
        return lambda: True
    from distributed import get_worker  # noqa: PLC0415  # the cluster's own processes have it

    try:
        worker = get_worker()
    except ValueError:  # in none of its threads
        return lambda: True
    key = worker.get_current_task()

    def held() -> bool:
        task = worker.state.tasks.get(key)
        going = task is not None and task.state in {"executing", "long-running"}
        return going and worker.status.name in {"running", "paused"}

    return held


def close() -> None:
    """End what was begun in this process, if anything was."""
    for engine in _ENGINES:
        engine.close()
