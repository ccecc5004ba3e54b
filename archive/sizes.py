"""Sizes: what an archive's file is made of, in all and for each article. Only reads, but all of the file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_GROUPS = {
    "text": "articles revisions replaced",
    "who, what and where": "authors article_authors tags article_tags addresses",
    "search": "articles_fts_data articles_fts_idx articles_fts_docsize articles_fts_config timeline spaced",
    "raw pages": "snapshots dictionaries",
    "copies": "shingles",
    "learned": "boilerplate recent_pages",
    "ledger": "ledger seals amended robots",
    "queue and log": "links feeds fetches runs inbox sites hosts",
}
_GROUP = {name: group for group, names in _GROUPS.items() for name in names.split()}
"""Table → what a person would look for."""
_SHOWN = 0.005
"""Of the file: what is smaller is not named by itself."""
INDEXES, REST, FREE = "indexes", "the rest", "free"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the file, which may be made of parts."""

    name: str
    bytes: int
    of: str = ""
    """The part that it belongs to; empty: to the file itself."""


@dataclass(frozen=True, slots=True)
class Made:
    """The whole file."""

    bytes: int
    articles: int
    exact: bool
    """Whether pages were counted; otherwise lengths of what stands in the tables, and indexes are all that is left."""
    parts: tuple[Part, ...]

    def an_article(self, part: Part) -> float:
        return part.bytes / max(self.articles, 1)


def made(db: sqlite3.Connection) -> Made:
    """What the file is made of; a minute for 5 GB, from a connection of archive.database.reading."""
    size, free, articles = db.execute(
        "SELECT page_count * page_size, freelist_count * page_size, (SELECT count(*) FROM articles)"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    ).fetchone()
    exact = _has_dbstat(db)
    tables, indexes = _trees(db) if exact else (_lengths(db), Counter[str]())
    groups: Counter[str] = Counter()
    for name, taken in tables.items():
        groups[_GROUP.get(name, REST)] += taken
    known = groups.total() + indexes.total()
    groups[REST if exact else INDEXES] += size - free - known  # what belongs to the file as a whole
    parts = [Part(name, groups[name]) for name in _GROUPS]
    parts += [Part(INDEXES, groups[INDEXES] + indexes.total()), Part(REST, groups[REST]), Part(FREE, free)]
    inner = [*_of_pages(db, tables), *_largest(tables, "text"), *_largest(tables, "search")]
    inner += [*_largest(tables, "queue and log"), *_largest(tables, "learned"), *_largest(tables, "ledger")]
    inner += [Part(name, taken, INDEXES) for name, taken in indexes.items()]
    inner = [part for part in inner if part.bytes >= _SHOWN * size]
    return Made(size, articles, exact, tuple(one for part in parts for one in (part, *_in(part, inner)) if one.bytes))


def _has_dbstat(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'").fetchone())


def _in(part: Part, inner: Iterable[Part]) -> list[Part]:
    return sorted((one for one in inner if one.of == part.name), key=lambda one: -one.bytes)


def _largest(tables: Counter[str], group: str) -> list[Part]:
    return [Part(name, tables[name], group) for name in _GROUPS[group].split() if tables[name]]


def _of_pages(db: sqlite3.Connection, tables: Counter[str]) -> list[Part]:
    bodies, headers = db.execute(
        "SELECT coalesce(sum(length(body)), 0), coalesce(sum(length(headers)), 0) FROM snapshots"
    ).fetchone()
    return [
        Part("pages", bodies, "raw pages"),
        Part("their headers", headers, "raw pages"),
        Part("their rows besides", tables["snapshots"] - bodies - headers, "raw pages"),
        Part("dictionaries", tables["dictionaries"], "raw pages"),
    ]


def _trees(db: sqlite3.Connection) -> tuple[Counter[str], Counter[str]]:
    """Bytes of the pages of each table, and of each index."""
    # Not its pgsize, which is of 32 bits: articles of a million took less than nothing.
    counted = "SELECT name, pageno * page_size FROM dbstat, pragma_page_size WHERE aggregate = TRUE"
    sizes = dict(db.execute(counted).fetchall())
    kinds = dict(db.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'index')").fetchall())
    tables = Counter({name: size for name, size in sizes.items() if kinds.get(name, "table") == "table"})
    return tables, Counter({name: size for name, size in sizes.items() if name not in tables})


def _lengths(db: sqlite3.Connection) -> Counter[str]:
    """Bytes of what stands in each table, where SQLite was built without dbstat."""
    found: Counter[str] = Counter()
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall():
        columns = [row[1] for row in db.execute(f'PRAGMA table_info("{name}")')]
        lengths = " + ".join(f'coalesce(length(CAST("{column}" AS BLOB)), 0)' for column in columns)
        found[name] = db.execute(f'SELECT coalesce(sum({lengths}), 0) FROM "{name}"').fetchone()[0]  # noqa: S608  # ours
    return found
