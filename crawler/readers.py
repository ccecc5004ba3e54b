"""Readers: who reads pages for reextract and import: processes of this machine, or a cluster's, sixteen at a time.

What a cluster's worker had when it ended is read by another; to read a page twice changes nothing.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Protocol

from archive.models import Failure, Stage
from crawler import __version__, clock
from crawler.away import Crew, GoneError
from crawler.crews import Wanted, crew
from crawler.pool import Pool
from crawler.reading import Contents, Order
from crawler.remote import Pages, pack, read_pages, unpack
from crawler.writing import RETRY_SECONDS

log = logging.getLogger(__name__)

BATCH = 16
"""Pages sent together: Dask's own work for each call is some milliseconds."""
BYTES = 4 << 20
LINGER = 0.05
"""Seconds that a page waits for others to go with it."""
HANGS = 60.0
"""Seconds after which, and the CPU that they may take, pages that were sent are given up."""
TRIES = 5
"""How often a batch is sent; then its pages are left for another time."""
AWAY = 300.0
"""Seconds for which a scheduler that can't be reached is waited for, likewise."""


class Reader(Protocol):
    """Who reads pages."""

    @property
    def ahead(self) -> int:
        """Pages that have to be held so that all have something to read; 0: a few."""

    def begin(self, order: Order) -> Future[Contents]:
        """What a page says, as crawler.pool.Pool gives it."""


@contextlib.contextmanager
def readers(seconds: float, cluster: str = "") -> Iterator[Reader]:
    """Who reads pages until the end, for ``seconds`` of CPU at most each. Raises CrewError."""
    if not cluster:
        with Pool(seconds) as pool:
            yield pool
        return
    with crew(Wanted(cluster=cluster)) as found:
        assert found
        with contextlib.closing(_Afar(found, seconds)) as afar:
            yield afar


@dataclass(slots=True)
class _Batch:
    orders: list[Order]
    futures: list[Future[Contents]]
    tries: int = 0
    began: float = field(default_factory=clock.elapsed)
    since: float = 0.0
    """When it was last sent."""
    given: Future[bytes] | None = None

    def fail(self, said: str) -> None:
        for order, future in zip(self.orders, self.futures, strict=True):
            future.set_result(Contents(Failure(order.task.url, Stage.EXTRACT, "interrupted", said)))


@dataclass(slots=True)
class _Afar:
    """Hands pages to a crew in batches, from a thread of its own."""

    crew: Crew
    seconds: float
    ahead: int = 2 * BATCH
    _asked: queue.SimpleQueue[tuple[Order, Future[Contents]] | None] = field(default_factory=queue.SimpleQueue)
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="afar", daemon=True)
        self._thread.start()

    def begin(self, order: Order) -> Future[Contents]:
        future: Future[Contents] = Future()
        self._asked.put((order, future))
        return future

    def close(self) -> None:
        self._ending.set()
        self._asked.put(None)
        self._thread.join()

    def _run(self) -> None:
        out: list[_Batch] = []
        looked = -float(RETRY_SECONDS)
        while not self._ending.is_set():
            if clock.elapsed() > looked + RETRY_SECONDS:
                looked, self.ahead = clock.elapsed(), 2 * BATCH * max(1, self.crew.room() or 1)
            batch = self._gather()
            if batch:
                out.append(batch)
                self._send(batch)
            out = [one for one in out if not self._back(one)]
        for one in out:
            if one.given:
                one.given.cancel()
            one.fail("It was stopped.")

    def _gather(self) -> _Batch | None:
        """The next that is to be sent; None where for a moment there is nothing."""
        batch, size = _Batch([], []), 0
        with contextlib.suppress(queue.Empty):
            while len(batch.orders) < BATCH and size < BYTES:
                found = self._asked.get(timeout=LINGER)
                if found is None:
                    break
                batch.orders.append(found[0])
                batch.futures.append(found[1])
                size += len(found[0].page.body)
        return batch if batch.orders else None

    def _send(self, batch: _Batch) -> None:
        batch.since = clock.elapsed()
        try:
            batch.given = self.crew.executor().submit(
                read_pages, pack(Pages(tuple(batch.orders), self.seconds, self.crew.readers, __version__), far=True)
            )
            batch.tries += 1
        except GoneError as error:
            batch.given = Future()
            batch.given.set_exception(error)

    def _back(self, batch: _Batch) -> bool:
        """Whether a batch is done with, be it that it failed too often."""
        assert batch.given
        age = clock.elapsed() - batch.since
        if not batch.given.done():
            if age < HANGS + self.seconds * BATCH:
                return False
            batch.given.cancel()
            self.crew.give_up(batch.given)
        try:
            contents = unpack(batch.given.result(0))
            assert isinstance(contents, tuple)
        except (Exception, CancelledError) as error:  # noqa: BLE001  # whatever became of it on another machine
            if batch.tries >= TRIES or clock.elapsed() > batch.began + AWAY:
                log.warning("%d pages were not read: %s", len(batch.orders), error)
                batch.fail(f"They could not be read on the cluster ({error}); it is tried again.")
                return True
            if age > RETRY_SECONDS:
                self._send(batch)
            return False
        for future, one in zip(batch.futures, contents, strict=True):
            future.set_result(one)
        return True
