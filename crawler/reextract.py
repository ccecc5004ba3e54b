"""Reextract: stored pages read anew by many processes, and what they say written in small batches by this one.

A batch is one transaction: whoever ends this, and however, finds each article as it was or as it is now. Which of them
are done is seen by what made them, so that a run which was cut off goes on when it is begun again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from archive import database, outdated, reextraction
from archive.effects import Effect, Effects
from archive.models import Article
from archive.outdated import Choice, Chosen
from archive.reextraction import Anew, Read
from archive.store import Archive
from archive.times import iso
from config.models import Source
from crawler import __version__, clock, rereading
from crawler.pool import Pool
from crawler.readers import Reader

AHEAD = 32
"""Pages that are held at a time, 3 MB of usual ones: what two workers read while a batch is written."""
BATCH = 25
"""Texts that are written in one transaction: 67 ms at most of 1,500 (tests/bench/reextract.py)."""
BATCH_SECONDS = 2.0
"""After so long what is there is written: no more is lost if this is ended."""
BATCH_LETTERS = 4_000_000
AT_A_TIME = 500
"""Articles that are cleaned anew in the background each hour: some five seconds of a processor."""
NICE = 10
LOOK = 0.2
"""Seconds between two looks whether to stop."""

Told = Callable[[str, int, int], None]
"""(what is done, how much of it, of how much)."""


class Sink(Protocol):
    """Where what was read anew goes."""

    def put(self, batch: list[Anew]) -> list[Effect | None]:
        """What became of each; None where it was left as it is for now."""


@dataclass(slots=True)
class Looking:
    """A sink that writes nothing: what would be."""

    db: sqlite3.Connection

    def put(self, batch: list[Anew]) -> list[Effect | None]:
        return [reextraction.compare(self.db, anew, __version__) for anew in batch]


@dataclass(slots=True)
class Writing:
    """A sink that makes the articles what was read anew."""

    archive: Archive
    number: int
    """Of the reextraction."""

    def put(self, batch: list[Anew]) -> list[Effect | None]:
        return self.archive.reextract(batch, __version__, clock.now(), self.number)


@dataclass(slots=True)
class Run:
    """One run over many articles. ``stop``: end soon, with what was read written."""

    db: sqlite3.Connection
    """Which reads."""
    sources: Mapping[str, Source]
    pool: Reader
    sink: Sink
    stop: threading.Event
    told: Told = lambda _what, _done, _of: None
    effects: Effects = field(default_factory=Effects)
    _open: dict[int, dict[int, Future[Read]]] = field(default_factory=dict)
    """Articles of which pages are being read."""
    _begun: set[int] = field(default_factory=set)
    """Those of them of which all pages were begun."""
    _pending: set[Future[Read]] = field(default_factory=set)
    _ready: list[Anew] = field(default_factory=list)
    """Read, and not yet written."""
    _since: float = 0.0
    """When the first of them was."""
    _texts: int = 0
    _letters: int = 0

    def over(self, numbers: Sequence[int]) -> int:
        """Read these articles anew; how many were not come to."""
        steps, most = self._steps(numbers), max(AHEAD, self.pool.ahead)
        while not self.stop.is_set():
            while len(self._pending) < most and next(steps, False):
                pass
            if not self._open:
                break
            self._pending -= wait(self._pending, LOOK, FIRST_COMPLETED).done
            for number in [one for one in self._begun if all(read.done() for read in self._open[one].values())]:
                self._begun.discard(number)
                self._take(Anew(number, {snapshot: read.result() for snapshot, read in self._open.pop(number).items()}))
            if self._full():
                self._put()
            self.told("reading", self._done, len(numbers))
        self._put()
        return len(numbers) - self._done

    @property
    def _done(self) -> int:
        return self.effects.total.looked + self.effects.total.unread

    def _steps(self, numbers: Iterable[int]) -> Iterator[bool]:
        """Hand one more page to the pool at each step, and no more of an article's hundreds than there is room for."""
        for number in numbers:
            reads = self._open[number] = {}
            for snapshot, read in rereading.begin_all(self.db, number, self.sources, self.pool):
                reads[snapshot] = read
                self._pending.add(read)
                yield True
            self._begun.add(number)

    def _take(self, anew: Anew) -> None:
        if anew.held_up():
            self._leave(anew)
            return
        if not self._ready:
            self._since = clock.elapsed()
        self._ready.append(anew)
        texts = [read.result for read in anew.reads.values()]
        self._texts += len(texts)
        self._letters += sum(len(text.text) for text in texts if isinstance(text, Article))

    def _full(self) -> bool:
        late = bool(self._ready) and clock.elapsed() > self._since + BATCH_SECONDS
        return late or self._texts >= BATCH or self._letters >= BATCH_LETTERS

    def _put(self) -> None:
        batch, self._ready, self._texts, self._letters = self._ready, [], 0, 0
        for anew, effect in zip(batch, self.sink.put(batch) if batch else [], strict=True):
            if effect is None:
                self._leave(anew)
            else:
                self.effects.add(effect)

    def _leave(self, anew: Anew) -> None:
        self.effects.leave(reextraction.snapshots_of(self.db, anew.article)[0])


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, or would do."""

    effects: Effects
    chosen: Chosen
    left: int
    """Articles that it did not come to, because it was stopped."""
    number: int | None
    """Of its row in ``reextractions``; None where nothing was to be written."""


def rehearse(path: Path, choice: Choice, pool: Reader, stop: threading.Event, told: Told) -> Report:
    """What reading the chosen articles anew would change. Writes nothing. Raises ArchiveError."""
    with database.reading(path) as db:
        chosen = outdated.choose(db, choice)
        run = Run(db, choice.configured, pool, Looking(db), stop, told)
        return Report(run.effects, chosen, run.over(chosen.numbers), None)


def reextract(archive: Archive, choice: Choice, pool: Reader, stop: threading.Event, told: Told) -> Report:
    """Read the chosen articles anew, and make them what was read. Raises ArchiveError; what was written stays."""
    scope = {
        "sources": sorted(choice.sources),
        "since": iso(choice.since) if choice.since else None,
        "all": choice.everything,
    }
    with database.reading(archive.path) as db:
        chosen = outdated.choose(db, choice)
        return _over(archive, db, choice.configured, chosen, scope=scope, pool=pool, stop=stop, told=told)


def refresh(archive: Archive, sources: Mapping[str, Source], seconds: float, stop: threading.Event) -> Report | None:
    """Clean the newest articles of what was learned to be boilerplate since they were, in the background; None: none.

    ``seconds`` of CPU a page may take. Raises ArchiveError.
    """
    with database.reading(archive.path) as db:
        chosen = Chosen(outdated.moved_on(db, __version__, AT_A_TIME))
        if not chosen.numbers:
            return None
        with Pool(seconds, workers=1, nice=NICE) as pool:
            return _over(archive, db, sources, chosen, scope={"learned": True}, pool=pool, stop=stop)


def _over(
    archive: Archive,
    db: sqlite3.Connection,
    sources: Mapping[str, Source],
    chosen: Chosen,
    *,
    scope: Mapping[str, object],
    pool: Reader,
    stop: threading.Event,
    told: Told = lambda _what, _done, _of: None,
) -> Report:
    if not chosen.numbers:
        return Report(Effects(), chosen, 0, None)
    number = archive.begin_reextraction(__version__, json.dumps(scope), len(chosen.numbers), clock.now())
    run = Run(db, sources, pool, Writing(archive, number), stop, told)
    left = run.over(chosen.numbers)
    archive.end_reextraction(number, clock.now())
    return Report(run.effects, chosen, left, number)
