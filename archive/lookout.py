"""Lookout: what watches find in articles that are new, and in those that were changed so that they match. Only reads.

A step looks at some hundreds of articles. Their texts are indexed anew, in memory: a thousand searches in them take
some milliseconds, however large the archive is, and an article that was changed is searched as it was before as well.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime

from archive import passages
from archive.query import fts5
from archive.spaced import BREAK, spaced
from archive.times import iso
from config.watches import Watch

STEP = 500
"""Articles, and revisions, that are looked at in one step."""
WORDS = 40
"""Of a passage."""

_CAME = "NOT EXISTS (SELECT 1 FROM snapshots WHERE id = snapshot AND permit = 'imported')"
"""Whether it is news: a million old pages that are taken in from files are none."""

# The tokenizer is that of articles_fts, and texts of scripts without blanks are put apart as they are there, so that a
# watch finds what a search finds.
_INDEX = "CREATE VIRTUAL TABLE {} USING fts5(title, text, tokenize='unicode61 remove_diacritics 2')"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """How far a watch has looked: the numbers of the last article and of the last row of revisions."""

    article: int
    revision: int


@dataclass(frozen=True, slots=True)
class Match:
    """An article that a watch found."""

    watch: str
    article: int
    revision: int
    title: str
    passage: str
    """See archive.passages."""


@dataclass(frozen=True, slots=True)
class Step:
    """What watches that had looked equally far find next; a watch's matches are noted with how far it has looked."""

    start: Place
    end: Place
    watches: tuple[str, ...]
    matches: tuple[Match, ...]
    failed: dict[str, str]
    """Watch → what SQLite says to its query. Such a watch stays where it is."""


def parts(whole: Step, most: int) -> Iterator[Step]:
    """The same in parts of some ``most`` matches, each of whole watches, so that no transaction is long."""
    by_watch: dict[str, list[Match]] = {name: [] for name in whole.watches}
    for match in whole.matches:
        by_watch[match.watch].append(match)
    names: list[str] = []
    matches: list[Match] = []
    for name, found in by_watch.items():
        names.append(name)
        matches += found
        if len(matches) >= most:
            yield replace(whole, watches=tuple(names), matches=tuple(matches))
            names, matches = [], []
    if names:
        yield replace(whole, watches=tuple(names), matches=tuple(matches))


def newest(db: sqlite3.Connection) -> Place:
    """Up to where there is anything to look at."""
    sql = "SELECT (SELECT max(id) FROM articles), (SELECT max(id) FROM revisions)"
    article, revision = db.execute(sql).fetchone()
    return Place(article or 0, revision or 0)


def step(db: sqlite3.Connection, watches: Iterable[Watch]) -> Step | None:
    """The next step of those that are furthest behind; None if there is nothing new for any of them."""
    by_name = {watch.name: watch for watch in watches}
    if not by_name:
        return None
    db.execute("BEGIN")  # so that all of it is read as it was at one moment
    try:
        last, behind = newest(db), defaultdict(list)
        for row in db.execute("SELECT name, looked_article, looked_revision FROM watches WHERE configured"):
            place = Place(row["looked_article"], row["looked_revision"])
            if row["name"] in by_name and (place.article < last.article or place.revision < last.revision):
                behind[place].append(by_name[row["name"]])
        if not behind:
            return None
        start = min(behind)
        end = Place(min(start.article + STEP, last.article), min(start.revision + STEP, last.revision))
        end = Place(max(start.article, end.article), max(start.revision, end.revision))
        with closing(_Window(db)) as window:
            window.take(_numbers(db, start, end))
            window.take_revised(start, end)
            matches, failed = window.search(behind[start])
    finally:
        db.execute("COMMIT")
    moved = tuple(watch.name for watch in behind[start] if watch.name not in failed)
    return Step(start, end, moved, matches, failed)


def found_since(db: sqlite3.Connection, watch: Watch, since: datetime) -> Iterator[Match]:
    """What a watch would have found in articles that were first seen since then, as they are now, in their order."""
    first = "SELECT min(id) FROM articles WHERE first_seen >= ?"
    after = (db.execute(first, [iso(since)]).fetchone()[0] or newest(db).article + 1) - 1
    words = fts5(watch.query)
    sql = (
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?1 AND rowid > ?2 ORDER BY rowid LIMIT ?3"
        if words
        else "SELECT id FROM articles WHERE id > ?2 AND ?1 = '' ORDER BY id LIMIT ?3"
    )
    match = f"{{title text}} : ({words})" if words else ""
    while numbers := [row[0] for row in db.execute(sql, [match, after, STEP])]:
        with closing(_Window(db)) as window:
            window.take(numbers)
            matches, _ = window.search([watch])
        yield from matches
        after = numbers[-1]


def _numbers(db: sqlite3.Connection, start: Place, end: Place) -> list[int]:
    came = f"SELECT id FROM articles WHERE id > ? AND id <= ? AND {_CAME}"  # noqa: S608  # ours
    rows = db.execute(came, [start.article, end.article])
    return [row["id"] for row in rows]


@dataclass(slots=True)
class _Window:
    """Some articles, indexed in memory, with what a watch may ask of them."""

    db: sqlite3.Connection
    memory: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:", isolation_level=None))
    new: set[int] = field(default_factory=set)
    revised: dict[int, str] = field(default_factory=dict)
    """Article → its byline before it was."""
    having: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    """(source, author, tag or language; which one) → articles."""
    rows: dict[int, sqlite3.Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in ("now", "before"):
            self.memory.execute(_INDEX.format(table))

    def close(self) -> None:
        self.memory.close()

    def take(self, numbers: Iterable[int]) -> None:
        """Articles that are new."""
        self.new |= self._take(numbers)

    def take_revised(self, start: Place, end: Place) -> None:
        """Articles that had been looked at and were changed since, with the text before the first of these changes."""
        before = self.db.execute(
            "SELECT article, title, text, byline FROM revisions JOIN (SELECT article AS changed, min(number) - 1 AS was"  # noqa: S608
            f" FROM revisions WHERE id > ? AND id <= ? AND number > 1 AND article <= ? AND {_CAME} GROUP BY article)"
            " ON article = changed AND number = was",
            [start.revision, end.revision, start.article],
        ).fetchall()
        self._take(row["article"] for row in before)
        self.revised |= {row["article"]: _folded(row["byline"]) for row in before}
        self._index("before", ((row["article"], row["title"], row["text"]) for row in before))

    def _take(self, numbers: Iterable[int]) -> set[int]:
        given = json.dumps(list(numbers))
        rows = self.db.execute(
            "SELECT id, source, language, title, text, revision FROM articles"
            " WHERE id IN (SELECT value FROM json_each(?))",
            [given],
        ).fetchall()
        for row in rows:
            self.rows[row["id"]] = row
            self.having["source", row["source"]].add(row["id"])
            self.having["language", _folded(row["language"])].add(row["id"])
        for kind in ("author", "tag"):
            named = self.db.execute(
                f"SELECT article, name FROM article_{kind}s JOIN {kind}s ON {kind}s.id = {kind}"  # noqa: S608  # ours
                " WHERE article IN (SELECT value FROM json_each(?))",
                [given],
            )
            for article, name in named:
                self.having[kind, _folded(name)].add(article)
        self._index("now", ((row["id"], row["title"], row["text"]) for row in rows))
        return {row["id"] for row in rows}

    def _index(self, table: str, texts: Iterable[tuple[int, str, str]]) -> None:
        self.memory.execute("BEGIN")
        self.memory.executemany(
            f"INSERT INTO {table} (rowid, title, text) VALUES (?, ?, ?)",  # noqa: S608  # ours
            ((number, _said(title), _said(text)) for number, title, text in texts),
        )
        self.memory.execute("COMMIT")

    def search(self, watches: Iterable[Watch]) -> tuple[tuple[Match, ...], dict[str, str]]:
        """What these find, and those whose query SQLite refuses, with what it says."""
        matches: list[Match] = []
        failed: dict[str, str] = {}
        for watch in watches:
            try:
                matches += self._found(watch)
            except sqlite3.Error as error:  # of the index in memory: the archive has no part in it
                failed[watch.name] = str(error)
        return tuple(matches), failed

    def _found(self, watch: Watch) -> list[Match]:
        words = fts5(watch.query)
        found = self._with_words("now", words) if words else set(self.rows)
        for kind in ("author", "tag", "language"):
            if wanted := getattr(watch, kind):
                found &= self.having.get((kind, _folded(wanted)), set())
        if watch.sources:
            found &= set().union(*(self.having.get(("source", name), set()) for name in watch.sources))
        if changed := found - self.new:
            found -= self._matched_before(watch, words, changed)
        said = self._passages(words, found) if words else {}
        rows = [self.rows[number] for number in sorted(found)]
        shown = [said.get(row["id"]) or passages.beginning(row["text"]) for row in rows]
        return [
            Match(watch.name, row["id"], row["revision"], row["title"], passage)
            for row, passage in zip(rows, shown, strict=True)
        ]

    def _matched_before(self, watch: Watch, words: str, changed: set[int]) -> set[int]:
        """Of these, that were as the watch wants them before they were changed: as they are of no use to it anew."""
        before = self._with_words("before", words) & changed if words else changed
        if not watch.author:
            return before
        return {number for number in before if _folded(watch.author) in self.revised[number]}

    def _with_words(self, table: str, words: str) -> set[int]:
        sql = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"  # noqa: S608  # ours
        return {row[0] for row in self.memory.execute(sql, [words])}

    def _passages(self, words: str, numbers: set[int]) -> dict[int, str]:
        if not numbers:
            return {}
        rows = self.memory.execute(
            "SELECT rowid, snippet(now, 1, ?, ?, '…', ?) FROM now WHERE now MATCH ?"
            " AND rowid IN (SELECT value FROM json_each(?))",
            [passages.OPEN, passages.CLOSE, WORDS, words, json.dumps(sorted(numbers))],
        )
        return {number: passage.replace(BREAK, "") for number, passage in rows}


def _said(text: str) -> str:
    """A text as the search index has it."""
    return spaced(passages.unmarked(text))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
