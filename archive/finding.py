"""Finding: which articles are wanted, by the search index and the timeline; quick however many articles there are.

Each function takes a connection that reads, and answers with numbers of articles. How that stays quick:

- source, language and date are words in the index (archive.tables.reading.KEYS), so that they narrow a search within it;
- the newest are found by going back from the last day, in steps that grow, until there are enough of them;
- the best are told among all hits up to RANKED of them. Where there are more, headlines that say the words go first,
  and each of the two kinds is told among its newest RANKED. What grows with the hits then is that SQLite counts them,
  0.03 µs each in place of 0.8 (tests.bench.reading).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from archive.spans import back, begin, either, end, previous, spans
from archive.wanted import Wanted

COUNTED = 10_000
"""Hits are counted up to here; nobody reads further."""
RANKED = 20_000
"""Hits that are ranked by bm25, 0.8 µs each; 4 times for a word in the headline, as for one in the text."""
_FEW = 200
"""Articles of an author or tag, up to which each is looked up in the index, 5 to 50 µs each, in place of trying each
hit, 0.2 µs. Not for beginnings of words: a look-up of one takes as long as finding all."""
_SORTED = 2_000
"""Hits that are put into order at once."""

_RANK = "bm25(articles_fts, 4.0, 1.0, 0.0)"
_NAMED = {
    "author": "SELECT article FROM article_authors WHERE author = (SELECT id FROM authors WHERE name = ? COLLATE NOCASE"
    " ORDER BY name != ? LIMIT 1)",
    "tag": "SELECT article FROM article_tags WHERE tag = (SELECT id FROM tags WHERE name = ? COLLATE NOCASE"
    " ORDER BY name != ? LIMIT 1)",
}

Place = tuple[str, int]
"""Where an article stands in time: (timeline.happened, its number)."""


def count(db: sqlite3.Connection, wanted: Wanted, most: int = COUNTED) -> int:
    """How many articles; ``most`` + 1 for more than ``most``."""
    hits, params = _hits(db, wanted, wanted.expression())
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {hits} LIMIT ?)"  # noqa: S608  # put together from the constants here
    return int(db.execute(sql, [*params, most + 1]).fetchone()[0])


def newest(db: sqlite3.Connection, wanted: Wanted, limit: int, before: Place | None = None) -> list[int]:
    """The newest by the timeline, the newest first; ``before``: after this one, which a page before ended with."""
    expression = wanted.expression()
    if wanted in {Wanted(wanted.words), Wanted(wanted.words, wanted.sources[:1])} and not wanted.match:
        return _listed(db, wanted.sources, limit, before)
    hits, params = _hits(db, wanted, expression)
    if wanted.author or wanted.tag or count(db, wanted, _SORTED) <= _SORTED:
        return _sorted(db, hits, params, limit, before)
    found: list[int] = []
    for days in _steps(db, wanted, before):
        hits, params = _hits(db, wanted, wanted.expression(days=days))
        found += _sorted(db, hits, params, limit - len(found), before)
        if len(found) >= limit:
            break
    return found


def best(db: sqlite3.Connection, wanted: Wanted, limit: int, offset: int = 0) -> list[int]:
    """Those that say the words most, the best first."""
    match, most = wanted.match, limit + offset
    if count(db, wanted, RANKED) <= RANKED:
        return _ranked(db, wanted, match, most)[offset:]
    found = _ranked(db, wanted, f"({match}) AND ({wanted.headline})", most)
    if len(found) < most:
        found += _ranked(db, wanted, f"({match}) NOT ({wanted.headline})", most - len(found))
    return found[offset:]


def by_day(db: sqlite3.Connection, wanted: Wanted, days: Sequence[str]) -> list[int]:
    """How many on each of these days."""
    return [_count(db, wanted, either(spans(day, day))) for day in days]


def by_month(db: sqlite3.Connection, wanted: Wanted, months: Sequence[str]) -> list[int]:
    """How many in each of these months, ``2026-11``."""
    return [_count(db, wanted, either(spans(month, month))) for month in months]


def by_source(db: sqlite3.Connection, wanted: Wanted, sources: Sequence[str]) -> list[int]:
    """How many of each of these sources."""
    return [_count(db, replace(wanted, sources=(source,)), "") for source in sources]


def _count(db: sqlite3.Connection, wanted: Wanted, days: str) -> int:
    hits, params = _hits(db, wanted, wanted.expression(days=days))
    return int(db.execute(f"SELECT count(*) FROM {hits}", params).fetchone()[0])  # noqa: S608  # as above


def _ranked(db: sqlite3.Connection, wanted: Wanted, match: str, limit: int) -> list[int]:
    """The best of the newest RANKED."""
    hits, params = _hits(db, wanted, wanted.expression(within=match), ranked=True)
    lowest = f"SELECT id FROM {hits} ORDER BY id DESC LIMIT 1 OFFSET ?"  # noqa: S608  # as above
    row = db.execute(lowest, [*params, RANKED - 1]).fetchone()
    above = row[0] if row else 0
    hits, params = _hits(db, wanted, wanted.expression(within=match), ranked=True, above=above)
    sql = f"SELECT id FROM {hits} ORDER BY rank, id DESC LIMIT ?"  # noqa: S608  # as above
    return [row[0] for row in db.execute(sql, [*params, limit])]


def _listed(db: sqlite3.Connection, sources: tuple[str, ...], limit: int, before: Place | None) -> list[int]:
    """All articles, or all of one source."""
    where, params = _earlier(before)
    which = "source = ? AND" if sources else ""
    sql = f"SELECT article FROM timeline WHERE {which} {where} ORDER BY happened DESC, article DESC LIMIT ?"  # noqa: S608  # as above
    return [row[0] for row in db.execute(sql, [*sources, *params, limit])]


def _sorted(db: sqlite3.Connection, hits: str, params: list[Any], limit: int, before: Place | None) -> list[int]:
    where, more = _earlier(before)
    sql = f"""
        SELECT article FROM {hits} CROSS JOIN timeline ON timeline.article = id WHERE {where}
        ORDER BY happened DESC, article DESC LIMIT ?
    """  # noqa: S608  # as above
    return [row[0] for row in db.execute(sql, [*params, *more, limit])]


def _earlier(before: Place | None) -> tuple[str, list[Any]]:
    # Not (happened, article) < (?, ?): SQLite seeks in an index for the plain comparison alone.
    if before is None:
        return "true", []
    return "happened <= ? AND (happened < ? OR article < ?)", [before[0], *before]


def _hits(
    db: sqlite3.Connection, wanted: Wanted, expression: str, *, ranked: bool = False, above: int = 0
) -> tuple[str, list[Any]]:
    """A subquery of the numbers of all that are wanted, as ``id``, and its parameters; ``ranked``: with ``rank``."""
    named = [(sql, value) for key, sql in _NAMED.items() if (value := getattr(wanted, key))]
    if not expression:
        if not named:
            return "(SELECT article AS id FROM timeline)", []
        sql = " INTERSECT ".join(sql for sql, _ in named)
        return f"(SELECT article AS id FROM ({sql}))", [name for _, name in named for _ in "12"]
    rank = f", {_RANK} AS rank" if ranked else ""
    where, params = "articles_fts MATCH ?", [expression]
    if above:
        where, params = f"{where} AND articles_fts.rowid >= ?", [*params, above]
    if not named:
        return f"(SELECT articles_fts.rowid AS id{rank} FROM articles_fts WHERE {where})", params
    few = " INTERSECT ".join(sql for sql, _ in named)
    names = [name for _, name in named for _ in "12"]
    if not ranked and "*" not in expression and _at_most(db, few, names, _FEW):
        looked_up = f"({few}) AS few CROSS JOIN articles_fts ON articles_fts.rowid = few.article"
        return f"(SELECT few.article AS id FROM {looked_up} WHERE {where})", [*names, *params]  # noqa: S608  # as above
    # The + keeps SQLite from looking up each.
    where = f"{where} AND +articles_fts.rowid IN ({few})"
    return f"(SELECT articles_fts.rowid AS id{rank} FROM articles_fts WHERE {where})", [*params, *names]  # noqa: S608  # as above


def _at_most(db: sqlite3.Connection, few: str, names: list[Any], most: int) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({few}) LIMIT ?)"  # noqa: S608  # as above
    return bool(db.execute(sql, [*names, most + 1]).fetchone()[0] <= most)


def _steps(db: sqlite3.Connection, wanted: Wanted, before: Place | None) -> Iterator[str]:
    """Expressions on the date: from the last day back to the first, one day, then two, then four, and so on."""
    row = db.execute("SELECT min(happened), max(happened) FROM timeline").fetchone()
    first = max(begin(row[0]), begin(wanted.since)) if wanted.since else begin(row[0])
    last = min(filter(None, [begin(row[1]), end(wanted.until), begin(before[0]) if before else ""]))
    length = 1
    while last >= first:
        start = max(first, back(last, length - 1))
        yield either(spans(start, last))
        last, length = previous(start), length * 2
