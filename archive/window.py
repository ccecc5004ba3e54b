"""Window: the last pages of a source, and where on them each block and place stood."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archive.connection import recall, remember
from archive.rows import insert

WINDOW: Final = 40
"""Pages of a source that are looked back on, the latest among them."""
TIDY: Final = 8
"""Pages after which the oldest are thrown away."""
BITS: Final = 60
"""Of a number that stands for a set of pages: more than there are pages, and no more than in a machine's word."""
COPY: Final = 0.3
"""Share of the shorter of two texts that makes them one story."""
MANY: Final = 3
FREQUENT: Final = 0.3
"""Pages, and share of the last pages, from which on what they have in common is no story."""


@dataclass(frozen=True, slots=True)
class Past:
    """One of the pages."""

    number: int
    run: int | None
    at: str
    section: str
    byline: str
    size: int
    """Characters of its text."""
    how: dict[int, int]
    """Mark of each of its blocks and places → how it stood there, 16 bits: see archive.standing."""

    @property
    def bit(self) -> int:
        return bit(self.number)


def bit(number: int) -> int:
    """What stands for a page in a set of pages."""
    return 1 << number % BITS


@dataclass(slots=True)
class Window:
    """They are in ``recent_pages``; reading them takes .2 ms, so that a connection remembers some."""

    pages: dict[int, Past] = field(default_factory=dict)
    """Number → page, the oldest first."""
    where: dict[int, int] = field(default_factory=dict)
    """Mark → the set of pages on which it stood."""

    @property
    def newest(self) -> int:
        return next(reversed(self.pages), 0)

    def on(self, pages: int) -> list[Past]:
        """The pages of a set, the oldest first."""
        return [page for page in self.pages.values() if pages & page.bit]

    def copied(self, own: Mapping[int, int]) -> frozenset[int]:
        """What a page has in common with others that tell the same story: no sign that it is the site's.

        They share half of their text, not counting what many pages have in common. ``own``: mark → characters.
        """
        often = max(MANY, FREQUENT * len(self.pages))
        common: list[tuple[int, int]] = []
        rare: list[tuple[int, int]] = []
        whole = besides = 0
        for mark, size in own.items():
            pages = self.where.get(mark, 0)
            if pages and pages.bit_count() >= often:
                common.append((pages, size))
                besides += size
            else:
                whole += size
                if pages and size:
                    rare.append((pages, size))
        if not rare:
            return frozenset()
        some = 0
        for pages, _ in rare:
            some |= pages
        same = 0
        for page in self.on(some):
            one = page.bit
            alike = sum([size for pages, size in rare if pages & one])
            if alike >= COPY * min(whole, page.size - besides):  # of all that may be common; it seldom is so much
                theirs = page.size - sum([size for pages, size in common if pages & one])
                same |= one if alike >= COPY * min(whole, theirs) else 0
        return frozenset([mark for mark in own if self.where.get(mark, 0) & same]) if same else frozenset()

    def add(self, page: Past) -> None:
        self.pages[page.number] = page
        where, one = self.where, page.bit
        for mark in page.how:
            where[mark] = where.get(mark, 0) | one

    def shrink(self, number: int) -> None:
        """Forget the pages up to this one."""
        for old in [one for one in self.pages if one <= number]:
            page = self.pages.pop(old)
            where, one = self.where, page.bit
            for mark in page.how:
                left = where[mark] & ~one
                if left:
                    where[mark] = left
                else:
                    del where[mark]


def window(db: sqlite3.Connection, source: str) -> Window:
    """The last pages of a source."""
    known: Window | None = recall(db, "window", source)
    newest = db.execute("SELECT max(number) FROM recent_pages WHERE source = ?", [source]).fetchone()[0]
    if known is not None and known.newest == newest:
        return known
    found = Window()
    sql = (
        "SELECT number, run, at, section, byline, size, marks, stood FROM recent_pages"
        " WHERE source = ? AND number > ? ORDER BY number"
    )
    for row in db.execute(sql, [source, (newest or 0) - WINDOW]):
        number, run, at, section, byline, size, marks, stood = row
        found.add(Past(number, run, at, section, byline, size, _unpacked(marks, stood)))
    remember(db, "window", source, found)
    return found


def keep(db: sqlite3.Connection, source: str, page: Past, known: Window) -> None:
    """Make a page the newest."""
    insert(
        db,
        "recent_pages",
        source=source,
        number=page.number,
        run=page.run,
        at=page.at,
        section=page.section,
        byline=page.byline,
        size=page.size,
        marks=array("q", page.how).tobytes(),
        stood=array("H", page.how.values()).tobytes(),
    )
    if page.number % TIDY == 0:
        db.execute("DELETE FROM recent_pages WHERE source = ? AND number <= ?", [source, page.number - WINDOW])
    known.add(page)
    known.shrink(page.number - WINDOW)


def _unpacked(marks: bytes, stood: bytes) -> dict[int, int]:
    return dict(zip(_numbers("q", marks), _numbers("H", stood), strict=True))


def _numbers(kind: str, values: bytes) -> Sequence[int]:
    numbers = array(kind)
    numbers.frombytes(values)
    return numbers
