"""Compact: stored pages compressed anew, better than there was time for, and room given back; beside a daemon, too."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive import compaction, room
from archive.check import Told
from archive.compaction import Stored
from archive.database import ArchiveError, reading
from archive.repack import repacked
from archive.room import Sizes, Stopped
from archive.store import Archive

LEVEL = 12
"""Of zstd, 1 to 22. Level 12 makes pages a tenth smaller than they come for 2 ms each, level 19 another 7 % for 35."""
GROUP = 64
"""Pages of a site that share a dictionary: with it, all of them are a fiftieth larger than without."""
_AT_A_TIME = 8  # 6 ms in which nobody else writes, of pages that take 30 kB each
_GROUP_BYTES = 32_000_000  # which are in memory, decompressed
_EARNED = 0.98
"""A group that would not become smaller by a fiftieth stays as it is."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    level: int = LEVEL
    everything: bool = False
    """Also pages that an earlier compaction compressed."""
    rebuild: bool = False
    """Write the file anew at the end, whatever is free in it."""
    dry_run: bool = False


@dataclass(slots=True)
class Report:
    """What was done, or would be."""

    path: str
    dry_run: bool
    before: Sizes
    done: int
    """Pages that an earlier compaction compressed, and that were not looked at."""
    after: Sizes | None = None
    """None: nothing was to be written."""
    looked: int = 0
    repacked: int = 0
    damaged: int = 0
    """Pages that could not be read, and stay as they are."""
    left: int = 0
    """Pages that were not come to."""
    saved: int = 0
    """Bytes of pages and dictionaries, as counted while it worked."""
    stays: str = ""
    """Why what is free within the file was not given back."""


@dataclass(slots=True)
class _Run:
    db: sqlite3.Connection
    archive: Archive | None
    """None: nothing is to be written."""
    options: Options
    report: Report
    number: int = 0
    told: Callable[[int], None] = field(default=lambda _done: None)

    def site(self, site: str, numbers: Sequence[int], stopped: Stopped) -> None:
        for group in _groups(self.db, numbers):
            if stopped():
                return
            pages = compaction.stored(self.db, group)
            self.report.damaged += len(group) - len(pages)
            if pages:
                self._group(site, pages)
            self.report.looked += len(group)
            self.told(self.report.looked)

    def _group(self, site: str, pages: list[Stored]) -> None:
        there = None if self.options.everything else compaction.shelf(self.db, site)
        made = repacked([page.body for page in pages], self.options.level, there)
        before = sum(page.packed for page in pages) + compaction.shares(self.db, pages)
        if made.bytes > _EARNED * before:
            return
        self.report.saved += round(before) - made.bytes
        if self.archive is None:
            self.report.repacked += len(pages)
            return
        rows, shelf = list(zip(pages, made.bodies, made.with_dictionary, strict=True)), made.shelf
        while rows:  # each leaves a whole archive, whatever happens before the next
            few, rows = rows[:_AT_A_TIME], rows[_AT_A_TIME:]
            shelf, count = self.archive.repack(self.number, site, shelf, few)
            self.report.repacked += count
        self.archive.free(self.number, {page.dictionary for page in pages if page.dictionary is not None})


def compact(
    path: Path,
    options: Options,
    clock: Callable[[], datetime],
    *,
    alone: bool = True,
    stopped: Stopped = lambda: False,
    told: Told = lambda _what, _done, _of: None,
) -> Report:
    """Compress stored pages anew, let go of dictionaries that none needs, and give room back to the disk.

    ``alone``: whether no daemon works on the archive, so that its file may be written anew where it has to be.
    Interrupted at any moment it leaves a whole archive, and goes on from there. Raises ArchiveError.
    """
    if options.rebuild and not alone:
        raise ArchiveError(f"A daemon works on {path}: its file cannot be written anew meanwhile. Stop it first.")
    with reading(path) as db:
        chosen = compaction.chosen(db, everything=options.everything)
        count = chosen.count
        report = Report(str(path), options.dry_run, room.sizes(db), chosen.done)
        run = _Run(db, None, options, report, told=lambda done: told("compressing", done, count))
        if options.dry_run:
            _over(run, chosen, stopped)
            return report
        with Archive(path, create=False) as run.archive:
            if count:
                run.number = run.archive.begin_compaction(chosen.upto, clock())
                _over(run, chosen, stopped)
                if not report.left:
                    run.archive.end_compaction(run.number, clock())
            if room.by_steps(db):
                free = db.execute("PRAGMA freelist_count").fetchone()[0]
                room.give_back(run.archive, free, stopped, lambda done, of: told("giving back room", done, of))
    if options.rebuild and not stopped():
        told("writing the file anew", 0, 0)
        room.rebuild(path, stopped)
    elif not stopped():
        _rebuild(report, alone=alone, stopped=stopped, told=told)
    with reading(path) as db:
        report.after = room.sizes(db)
    return report


def _over(run: _Run, chosen: compaction.Chosen, stopped: Stopped) -> None:
    for site, numbers in chosen.sites.items():
        run.site(site, numbers, stopped)
    run.report.left = chosen.count - run.report.looked


def _groups(db: sqlite3.Connection, numbers: Sequence[int]) -> Iterator[list[int]]:
    """Parts of a site's pages, as many in each, that have room in memory together."""
    parts = -(-len(numbers) // GROUP)
    for part in range(parts):
        group: list[int] = []
        held = 0
        for number in numbers[part * len(numbers) // parts : (part + 1) * len(numbers) // parts]:
            size = db.execute("SELECT size FROM snapshots WHERE id = ?", [number]).fetchone()[0]
            if group and held + size > _GROUP_BYTES:
                yield group
                group, held = [], 0
            group.append(number)
            held += size
        yield group


_WORTH_IT = 0.05
"""Of the file that has to be free before all of it is written anew."""


def _rebuild(report: Report, *, alone: bool, stopped: Stopped, told: Told) -> None:
    """Write the file anew where that is worth it: it is for what became free within its pages, or in an old archive."""
    path = Path(report.path)
    with reading(path) as db:
        now = room.sizes(db)
    within = report.saved - (report.before.file - now.file)  # not all of it as whole pages
    free = max(now.free, within)
    if free < _WORTH_IT * now.file:
        return
    report.stays = f"{free / 1e6:,.1f} MB are free within the file, and will be used for new pages"
    if not alone:
        report.stays += "; to give them back to the disk, stop the daemon and run this again with --rebuild."
        return
    told("writing the file anew", 0, 0)
    try:
        room.rebuild(path, stopped)
    except ArchiveError as error:
        if not error.passing:
            raise
        report.stays = str(error)
    else:
        report.stays = ""
