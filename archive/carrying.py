"""Carrying: what belongs to a part of an archive, out of that into a new one, row for row; the numbers stay.

The rows of articles go with their article, and what they refer to goes with them, into each part that needs it. What a
daemon needs goes into the parts that are live. Reading and writing go hand in hand, so that memory stays bounded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archive.database import plainly
from archive.parts import CHOSEN, SOURCE, YEAR, Part
from archive.sites import site

_STEP = 500  # rows that are looked up at a time
_TOLD = 200  # rows between two looks at the progress

_OF_ARTICLES = (
    *("revisions", "article_authors", "article_tags", "addresses", "shingles", "replaced", "refused", "amended"),
    "matches",
)

_ALL: Final = "true"
_SITES = "SELECT site FROM feeds WHERE source = :key UNION SELECT site FROM links WHERE source = :key"
_LIVE: Final = {
    YEAR: dict.fromkeys(
        (
            *("sources", "sites", "feeds", "links", "days", "alarms", "fetches", "runs", "hosts", "robots", "inbox"),
            *("boilerplate", "recent_pages", "watches", "reextractions", "imports"),
        ),
        _ALL,
    ),
    SOURCE: {
        "sources": "name = :key",
        **dict.fromkeys(("sites", "hosts"), f"site IN ({_SITES})"),
        **dict.fromkeys(("feeds", "days", "alarms", "fetches", "boilerplate", "recent_pages"), "source = :key"),
        "links": f"source = :key OR article IN ({CHOSEN[SOURCE]})",
        **dict.fromkeys(("runs", "watches", "reextractions", "imports"), _ALL),
        "robots": f"host IN (SELECT host FROM hosts WHERE site IN ({_SITES}))",  # noqa: S608  # ours
        "inbox": "link IN (SELECT id FROM links WHERE source = :key)",
    },
}
"""By what → table → which of its rows a live part gets. ``sites`` come first, or triggers of what is due make some."""
_READ: Final = {
    "links": "article IN ({0})",
    **dict.fromkeys(
        ("boilerplate", "recent_pages"), "source IN (SELECT source FROM timeline WHERE article IN ({0}))"
    ),  # so that its pages can be read anew as they were read
}
"""Likewise, for a part that is only read."""

_REFERRED: Final = (
    ("snapshots", "id", ("articles.snapshot", "revisions.snapshot")),
    ("dictionaries", "id", ("snapshots.dictionary", "inbox.dictionary")),
    ("compactions", "id", ("dictionaries.compaction",)),
    ("robots", "id", ("snapshots.robots",)),
    ("authors", "id", ("article_authors.author",)),
    ("tags", "id", ("article_tags.tag",)),
    ("reextractions", "id", ("replaced.reextraction",)),
    ("watches", "name", ("matches.watch",)),
    ("sources", "name", ("articles.source", "links.source")),
)
"""(Table, its key, the columns that refer to it): each after those that it refers to."""
TABLES: Final = frozenset(
    ("articles", "spaced", *_OF_ARTICLES, "deliveries", *_LIVE[YEAR], *(table for table, *_ in _REFERRED), "ledger")
)
"""All whose rows are carried; those of ``timeline`` and ``seals`` follow from others."""

Progress = Callable[[str, int], None]
"""(table, rows so far)."""


class Carrier:
    """Carries one part: ``reader`` is at one moment of the archive, ``db`` is the new one, without anything in it."""

    def __init__(self, reader: sqlite3.Connection, db: sqlite3.Connection, part: Part, by: str, told: Progress) -> None:
        self._reader, self._db, self._part, self._told = reader, db, part, told
        self._by, self._path = by, Path(reader.execute("PRAGMA database_list").fetchone()["file"])
        self.chosen = CHOSEN[by]
        names = columns(db, "articles")
        self._places = names.index("id"), names.index("content_hash")
        self.digest = sha256()
        """Of each article's number and the hash of its text, in their order."""

    def carry(self) -> None:
        """Everything but the ledger."""
        chosen = self.chosen
        self.rows("articles", f"id IN ({chosen}) ORDER BY id", seen=self._note)
        self.rows("spaced", f"id IN ({chosen})")
        for table in _OF_ARTICLES:
            self.rows(table, f"article IN ({chosen})")
        self.rows("deliveries", f"match IN (SELECT id FROM matches WHERE article IN ({chosen}))")  # noqa: S608  # ours
        wanted = _LIVE[self._by] if self._part.live else {table: where.format(chosen) for table, where in _READ.items()}
        for table, where in wanted.items():
            self.rows(table, where)
        if self._part.live:
            self._shared()
        if self._part.rest:
            kept = "SELECT snapshot FROM {} WHERE snapshot IS NOT NULL"
            pages = f"id NOT IN ({kept.format('articles')}) AND id NOT IN ({kept.format('revisions')})"
            self.rows("snapshots", pages)
        for table, key, referring in _REFERRED:
            self._referred(table, key, referring)

    def ledger(self) -> None:
        """The lines of what is in the part, with their numbers in the other ledger."""
        self.rows("ledger", f"article IN ({self.chosen})")
        for column, table in (("page", "snapshots"), ("robots", "robots")):
            self._referred("ledger", column, (f"{table}.id",))

    def rows(
        self,
        table: str,
        where: str,
        params: dict[str, Any] | None = None,
        *,
        again: bool = False,
        seen: Callable[[tuple[Any, ...]], object] = lambda _row: True,
    ) -> None:
        """Rows of a table, as they are; ``where``: which; ``seen``: told of each, False leaves it out.

        ``again``: some may be there by now.
        """
        names = columns(self._db, table)
        cursor = self._reader.cursor()
        cursor.row_factory = None
        sql = f"SELECT {', '.join(names)} FROM {table} WHERE {where}"  # noqa: S608  # ours
        with plainly(self._path):  # what cannot be read is the archive's, not the part's
            cursor.execute(sql, params or {"key": self._part.key})

        def counted() -> Iterator[tuple[Any, ...]]:
            with plainly(self._path):
                for number, row in enumerate(cursor, 1):
                    if number % _TOLD == 0:
                        self._told(table, number)
                    if seen(row) is not False:
                        yield row

        how = "INSERT OR IGNORE" if again else "INSERT"
        sql = f"{how} INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # ours
        self._db.execute("BEGIN")
        self._db.executemany(sql, counted())
        self._db.execute("COMMIT")

    def _note(self, row: tuple[Any, ...]) -> None:
        number, content = self._places
        self.digest.update(f"{row[number]} {row[content]}\n".encode())

    def _referred(self, table: str, key: str, referring: tuple[str, ...]) -> None:
        """The rows that those of the part refer to, and that are not there yet."""
        each = " UNION ".join(
            f"SELECT {column.partition('.')[2]} AS it FROM {column.partition('.')[0]} WHERE it > :after"  # noqa: S608  # ours
            for column in referring
        )
        sql = f"SELECT it FROM ({each}) ORDER BY it LIMIT {_STEP}"  # noqa: S608  # ours
        after: Any = "" if key == "name" else -(1 << 63)
        while found := [row[0] for row in self._db.execute(sql, {"after": after})]:
            marks = ", ".join(f":p{number}" for number in range(len(found)))
            self.rows(table, f"{key} IN ({marks})", {f"p{number}": it for number, it in enumerate(found)}, again=True)
            after = found[-1]

    def _shared(self) -> None:
        """Addresses that several stories name as theirs: of the sites that the part looks at."""
        sites = {row[0] for row in self._db.execute("SELECT site FROM sites")}
        self.rows("addresses", "article IS NULL", seen=lambda row: self._by == YEAR or site(row[0]) in sites)


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
