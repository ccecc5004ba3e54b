"""Window: the last pages of a source, and on which of them each block stood."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from archive.connection import recall, remember
from archive.rows import insert

WINDOW: Final = 40
"""Pages of a source that are looked back on, the latest among them."""
COPY: Final = 0.5
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
    size: int
    """Characters of its text."""
    marks: bytes
    """Of its blocks, 8 bytes each."""


@dataclass(slots=True)
class Window:
    """They are in ``recent_pages``; reading them takes .2 ms, so that a connection remembers some."""

    pages: OrderedDict[int, Past] = field(default_factory=OrderedDict)
    where: dict[int, list[int]] = field(default_factory=dict)
    """Mark → numbers of the pages it stood on."""

    def first(self, mark: int) -> Past:
        """The oldest page with this block, which is one of those in ``where``."""
        return self.pages[self.where[mark][0]]

    def copied(self, own: Mapping[int, int]) -> frozenset[int]:
        """What a page has in common with others that tell the same story: no sign that it is the site's.

        They share half of their text, not counting what many pages have in common. ``own``: mark → characters.
        """
        often = max(MANY, FREQUENT * len(self.pages))
        common = {mark for mark in own if len(self.where.get(mark, ())) >= often}
        alike: Counter[int] = Counter()
        for mark, size in own.items():
            if mark not in common:
                for number in self.where.get(mark, ()):
                    alike[number] += size
        if not alike:
            return frozenset()
        whole = sum(size for mark, size in own.items() if mark not in common)
        same = {number for number, size in alike.items() if size >= COPY * min(whole, self.pages[number].size)}
        return frozenset(mark for mark in own if same and not same.isdisjoint(self.where.get(mark, ())))

    def add(self, page: Past) -> None:
        self.pages[page.number] = page
        for mark in _numbers(page.marks):
            self.where.setdefault(mark, []).append(page.number)

    def shrink(self, number: int) -> None:
        """Forget the pages up to this one."""
        while self.pages and next(iter(self.pages)) <= number:
            _, old = self.pages.popitem(last=False)
            for mark in _numbers(old.marks):
                left = self.where[mark]
                del left[0]
                if not left:
                    del self.where[mark]


def window(db: sqlite3.Connection, source: str) -> Window:
    """The last pages of a source."""
    known: Window | None = recall(db, "window", source)
    columns = "number, run, at, size, marks"
    newest = db.execute(
        f"SELECT {columns} FROM recent_pages WHERE source = ? ORDER BY number DESC LIMIT 1",  # noqa: S608  # just above
        [source],
    ).fetchone()
    if known is not None and known.pages and newest and next(reversed(known.pages.values())) == Past(*newest):
        return known
    found = Window()
    rows = db.execute(f"SELECT {columns} FROM recent_pages WHERE source = ? ORDER BY number", [source])  # noqa: S608  # just above
    for row in rows:
        found.add(Past(*row))
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
        size=page.size,
        marks=page.marks,
    )
    db.execute("DELETE FROM recent_pages WHERE source = ? AND number <= ?", [source, page.number - WINDOW])
    known.add(page)
    known.shrink(page.number - WINDOW)


def packed(marks: Collection[int]) -> bytes:
    return array("q", marks).tobytes()


def _numbers(marks: bytes) -> array[int]:
    numbers = array("q")
    numbers.frombytes(marks)
    return numbers
