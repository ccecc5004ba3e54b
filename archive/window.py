"""Window: the last pages of a source, and where on them each block and place stood."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from archive.connection import recall, remember
from archive.rows import insert

WINDOW: Final = 40
"""Pages of a source that are looked back on, the latest among them."""
TIDY: Final = 8
"""Pages after which the oldest are thrown away."""
COPY: Final = 0.3
"""Share of the shorter of two texts that makes them one story."""
MANY: Final = 3
FREQUENT: Final = 0.3
"""Pages, and share of the last pages, from which on what they have in common is no story."""

PLACED: Final = 1
"""Flags of what stood on a page: it was known where, by text that is the story's own;"""
OPENING: Final = 2
CLOSING: Final = 4
HEADS: Final = 8
"""before all of that, after it, right before a part of it;"""
LEFT_OUT: Final = 16
"""it, or what it heads, was left out;"""
COPIED: Final = 32
"""another page has it because it tells the same story."""


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
    marks: bytes
    """Of its blocks and places, 8 bytes each."""
    stood: bytes
    """Of each, two: its flags, and how many of the story's paragraphs stood before it."""


def flags(sight: int) -> int:
    return sight >> 8 & 0xFF


def slot(sight: int) -> int:
    return sight & 0xFF


def number(sight: int) -> int:
    return sight >> 16


@dataclass(slots=True)
class Window:
    """They are in ``recent_pages``; reading them takes .2 ms, so that a connection remembers some."""

    pages: OrderedDict[int, Past] = field(default_factory=OrderedDict)
    where: dict[int, list[int]] = field(default_factory=dict)
    """Mark → on which page it stood, and how: see ``number``, ``flags`` and ``slot``; the oldest first."""

    def copied(self, own: Mapping[int, int]) -> frozenset[int]:
        """What a page has in common with others that tell the same story: no sign that it is the site's.

        They share half of their text, not counting what many pages have in common. ``own``: mark → characters.
        """
        often = max(MANY, FREQUENT * len(self.pages))
        shared = {mark: size for mark, size in own.items() if mark in self.where}
        common = {mark for mark in shared if len(self.where[mark]) >= often}
        alike: Counter[int] = Counter()
        for mark, size in shared.items():
            if size and mark not in common:
                for sight in self.where[mark]:
                    alike[sight >> 16] += size
        if not alike:
            return frozenset()
        whole = sum([size for mark, size in own.items() if mark not in common])
        besides = dict.fromkeys(alike, 0)
        for mark in common:
            for sight in self.where[mark]:
                if sight >> 16 in besides:
                    besides[sight >> 16] += own[mark]
        pages = self.pages
        same = {no for no, size in alike.items() if size >= COPY * min(whole, pages[no].size - besides[no])}
        if not same:
            return frozenset()
        return frozenset([mark for mark in shared if any(sight >> 16 in same for sight in self.where[mark])])

    def add(self, page: Past) -> None:
        self.pages[page.number] = page
        where, at, stood = self.where, page.number << 16, page.stood
        for place, mark in enumerate(_numbers(page.marks)):
            sight = at | stood[2 * place] << 8 | stood[2 * place + 1]
            if mark in where:
                where[mark].append(sight)
            else:
                where[mark] = [sight]

    def shrink(self, number: int) -> None:
        """Forget the pages up to this one."""
        while self.pages and next(iter(self.pages)) <= number:
            _, old = self.pages.popitem(last=False)
            for mark in _numbers(old.marks):
                left = self.where[mark]
                del left[0]
                if not left:
                    del self.where[mark]


_COLUMNS = "number, run, at, section, byline, size, marks, stood"


def window(db: sqlite3.Connection, source: str) -> Window:
    """The last pages of a source."""
    known: Window | None = recall(db, "window", source)
    newest = db.execute(
        f"SELECT {_COLUMNS} FROM recent_pages WHERE source = ? ORDER BY number DESC LIMIT 1",  # noqa: S608  # just above
        [source],
    ).fetchone()
    if known is not None and known.pages and newest and next(reversed(known.pages.values())) == Past(*newest):
        return known
    found = Window()
    rows = db.execute(f"SELECT {_COLUMNS} FROM recent_pages WHERE source = ? ORDER BY number", [source])  # noqa: S608  # just above
    for row in rows:
        found.add(Past(*row))
    if found.pages:
        found.shrink(next(reversed(found.pages)) - WINDOW)
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
        marks=page.marks,
        stood=page.stood,
    )
    if page.number % TIDY == 0:
        db.execute("DELETE FROM recent_pages WHERE source = ? AND number <= ?", [source, page.number - WINDOW])
    known.add(page)
    known.shrink(page.number - WINDOW)


def packed(stood: Mapping[int, tuple[int, int]]) -> tuple[bytes, bytes]:
    """Mark → flags and slot, as Past has them."""
    return array("q", stood).tobytes(), bytes([byte for pair in stood.values() for byte in pair])


def _numbers(marks: bytes) -> array[int]:
    numbers = array("q")
    numbers.frombytes(marks)
    return numbers
