"""Window: the last pages of a source, and where on them each block and place stood."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from archive.standing import Standing

WINDOW: Final = 40
"""Pages of a source that are looked back on at least, the latest among them; after as many, what was learned is
counted."""
TIDY: Final = 10
"""Pages after which the oldest are thrown away, all at once: one by one it took a tenth of what learning did."""
BITS: Final = WINDOW + TIDY
"""Of a number that stands for a set of pages: as many as there are pages, and no more than in a machine's word."""
SIZE: Final = 8
"""Bytes of a mark."""
COPY: Final = 0.3
"""Share of the shorter of two texts that makes them one story."""
MANY: Final = 3
FREQUENT: Final = 0.3
"""Pages, and share of the last pages, from which on what they have in common is no story."""


@dataclass(frozen=True, slots=True)
class Past:
    """One of the pages, as it is in ``recent_pages``."""

    number: int
    run: int | None
    at: str
    section: str
    byline: str
    size: int
    """Characters of its text."""
    marks: bytes
    """Of each of its blocks and places, 8 bytes each."""
    stood: bytes
    """How each stood there, 2 bytes each: see archive.standing."""

    def how(self, mark: bytes) -> int:
        """How something stood there that did, by the bytes of its mark."""
        at = self.marks.find(mark)
        while at % SIZE:
            at = self.marks.find(mark, at + 1)
        return self.stood[at // 4] + (self.stood[at // 4 + 1] << 8)


@dataclass(slots=True)
class Window:
    """As they are packed they take half the room that lists of numbers do, 100 kB a source."""

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

    def add(self, page: Past, marks: Iterable[int]) -> None:
        where, bit = self.where, 1 << page.number % BITS
        self.pages[bit] = page
        self.newest = page.number
        for mark in marks:
            where[mark] = where.get(mark, 0) | bit

    def shrink(self, number: int) -> None:
        """Forget the pages up to this one."""
        gone = sum([bit for bit, page in self.pages.items() if page.number <= number])
        if gone:
            self.pages = {bit: page for bit, page in self.pages.items() if not bit & gone}
            self.where = {mark: left for mark, pages in self.where.items() if (left := pages & ~gone)}


def window(db: sqlite3.Connection, source: str, newest: int) -> Window:
    """The last pages of a source. ``newest``: the number of the last."""
    found = Window(newest=newest)
    sql = (
        "SELECT number, run, at, section, byline, size, marks, stood FROM recent_pages"
        " WHERE source = ? AND number > ? ORDER BY number"
    )
    for row in db.execute(sql, [source, newest - newest % TIDY - WINDOW]):
        page = Past(*row)
        found.add(page, _unpacked(page.marks))
    return found


def keep(db: sqlite3.Connection, source: str, page: Past, how: dict[int, int], known: Window) -> None:
    """Make a page the newest. ``how``: what stood on it, by their marks, and how."""
    marks, stood = _form(len(how), "q").pack(*how), _form(len(how), "H").pack(*how.values())
    values = (page.number, page.run, page.at, page.section, page.byline, page.size, marks, stood)
    db.execute("INSERT INTO recent_pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (source, *values))
    known.add(Past(*values), how)
    if page.number % TIDY == 0:
        db.execute("DELETE FROM recent_pages WHERE source = ? AND number <= ?", [source, page.number - WINDOW])
        known.shrink(page.number - WINDOW)


def packed(mark: int) -> bytes:
    return mark.to_bytes(SIZE, "little", signed=True)


def _unpacked(marks: bytes) -> tuple[int, ...]:
    return _form(len(marks) // SIZE, "q").unpack(marks)


@lru_cache(maxsize=1_000)  # the library's own remembers a hundred
def _form(count: int, kind: str) -> struct.Struct:
    return struct.Struct(f"<{count}{kind}")
