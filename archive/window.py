"""Window: the last pages of a source, and where on them each block and place stood."""

from __future__ import annotations

import sqlite3
import struct
from dataclasses import dataclass, field
from typing import Final

from archive.standing import Standing

WINDOW: Final = 40
"""Pages of a source that are looked back on, the latest among them."""
TIDY: Final = 20
"""Pages after which the oldest are thrown away, and what was learned is counted."""
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
    fresh: list[int]
    """Marks of those of its blocks that no other page had."""
    how: dict[int, int]
    """Mark of each other block and place → how it stood there, 16 bits: see archive.standing."""


@dataclass(slots=True)
class Window:
    """They are in ``recent_pages``."""

    pages: dict[int, Past] = field(default_factory=dict)
    """Bit that stands for it in a set of pages → page, the oldest first."""
    where: dict[int, int] = field(default_factory=dict)
    """Mark → the set of pages on which it stood."""
    newest: int = 0
    """The number of the last."""

    def on(self, pages: int) -> list[Past]:
        """The pages of a set, the oldest first."""
        return [page for bit, page in self.pages.items() if pages & bit]

    def alike(self, page: Past) -> tuple[int, int]:
        """The sets of pages that have a page's byline, and its section."""
        author = section = 0
        for bit, other in self.pages.items():
            if page.byline and other.byline == page.byline:
                author |= bit
            if page.section and other.section == page.section:
                section |= bit
        return author, section

    def since(self, mark: int, number: int) -> list[Past]:
        """The pages after the one of that number on which something stood."""
        return [page for page in self.on(self.where.get(mark, 0)) if page.number > number]

    def copies(self, page: Standing) -> int:
        """The set of pages that tell the same story: what they have in common is no sign that it is the site's.

        They share a third of their text, not counting what many pages have in common.
        """
        if not page.familiar:
            return 0
        often = max(MANY, FREQUENT * len(self.pages))
        common = [one for one in page.familiar if one.pages.bit_count() >= often]
        rare = [one for one in page.familiar if one.size and one.pages.bit_count() < often]
        if not rare:
            return 0
        shared = sum([one.size for one in common])
        rest = page.size - shared
        some = most = same = 0
        for one in rare:
            some |= one.pages
            most += one.size
        while some:
            bit = some & -some
            some ^= bit
            other = self.pages[bit]
            if most < COPY * min(rest, other.size - shared):
                continue
            alike = sum([one.size for one in rare if one.pages & bit])
            besides = sum([one.size for one in common if one.pages & bit])
            if alike >= COPY * min(rest, other.size - besides):
                same |= bit
        return same

    def add(self, page: Past) -> None:
        where, bit = self.where, 1 << page.number % BITS
        self.pages[bit] = page
        self.newest = page.number
        where.update(dict.fromkeys(page.fresh, bit))
        for mark in page.how:
            where[mark] = where.get(mark, 0) | bit

    def shrink(self, number: int) -> None:
        """Forget the pages up to this one."""
        where = self.where
        while (page := self.pages[bit := next(iter(self.pages))]).number <= number:
            del self.pages[bit]
            for mark in [*page.fresh, *page.how]:
                left = where.get(mark, 0) & ~bit
                if left:
                    where[mark] = left
                else:
                    where.pop(mark, None)


def window(db: sqlite3.Connection, source: str, newest: int) -> Window:
    """The last pages of a source: it takes .2 ms. ``newest``: the number of the last."""
    found = Window(newest=newest)
    sql = (
        "SELECT number, run, at, section, byline, size, marks, stood FROM recent_pages"
        " WHERE source = ? AND number > ? ORDER BY number"
    )
    for row in db.execute(sql, [source, newest - WINDOW]):
        number, run, at, section, byline, size, marks, stood = row
        found.add(Past(number, run, at, section, byline, size, [], _unpacked(marks, stood)))
    return found


def keep(db: sqlite3.Connection, source: str, page: Past, known: Window) -> None:
    """Make a page the newest."""
    fresh, how = page.fresh, page.how
    marks = struct.pack(f"<{len(fresh) + len(how)}q", *fresh, *how)
    stood = struct.pack(f"<{2 * len(fresh)}x{len(how)}H", *how.values())
    values = (source, page.number, page.run, page.at, page.section, page.byline, page.size, marks, stood)
    db.execute("INSERT INTO recent_pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    if page.number % TIDY == 0:
        db.execute("DELETE FROM recent_pages WHERE source = ? AND number <= ?", [source, page.number - WINDOW])
    known.add(page)
    known.shrink(page.number - WINDOW)


def _unpacked(marks: bytes, stood: bytes) -> dict[int, int]:
    count = len(marks) // 8
    return dict(zip(struct.unpack(f"<{count}q", marks), struct.unpack(f"<{count}H", stood), strict=True))
