"""Finding: which articles are wanted, by the search index and the timeline; quick however many articles there are.

Each function takes a connection that reads, and answers with numbers of articles. How that stays quick:

- source, language and date are words in the index (archive.tables.reading.KEYS): they narrow a search within it;
- the newest are found by going back from the last day, in steps that grow, until there are enough of them;
- the best are told by bm25, up to RANKED hits. Where there are more, that would take 0.8 µs for each, and 0.03 µs for
  each article that has one of the words; so those that say the words in their headline go first, and of each of the
  two kinds the newest SCORED are put into order by a measure like it (tests.bench.reading holds one against the other).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from archive.query import as_indexed
from archive.spans import back, begin, either, end, previous, spans
from archive.wanted import Wanted

COUNTED = 10_000
"""Hits are counted up to here; nobody reads further."""
RANKED = 20_000
"""Hits that are ranked by bm25; a word in the headline counts as four in the text."""
SCORED = 2_000
"""Hits of each kind that are scored where there are more, 10 µs each: their words are counted by marking them."""
SPELLED = 500
"""Words that have a beginning in common."""
_BEGINNING = re.compile(r"(?<!\S)(\w{3,})\*(?!\S)")
_FEW = 1_000
"""Articles of an author or tag, up to which each is looked up in the index, 5 to 50 µs each, in place of trying each
hit, 0.2 µs. Not for beginnings of words: a look-up of one takes as long as finding all."""
_SORTED = 2_000
"""Hits that are put into order at once."""

_RANK = "bm25(articles_fts, 4.0, 1.0, 0.0) AS rank"
_SAID = (
    "4 * (length(highlight(articles_fts, 0, char(2), '')) - length(title))"
    " + length(highlight(articles_fts, 1, char(2), '')) - length(text) AS said, length(text) AS size"
)
# As bm25 with its usual k1 = 1.2 and b = 0.75, without the words' rarity; 2,500 letters are a usual article.
_SCORE = "said * 2.2 / (said + 0.3 + 0.9 * size / 2500)"
_NAMED = {
    "author": "SELECT article FROM article_authors WHERE author = (SELECT id FROM authors WHERE name = ? COLLATE NOCASE"
    " ORDER BY name != ? LIMIT 1)",
    "tag": "SELECT article FROM article_tags WHERE tag = (SELECT id FROM tags WHERE name = ? COLLATE NOCASE"
    " ORDER BY name != ? LIMIT 1)",
}

Place = tuple[str, int]
"""Where an article stands in time: (timeline.happened, its number)."""


def spelled(db: sqlite3.Connection, wanted: Wanted) -> Wanted:
    """The same, beginnings of words (``elect*``) spelled out where the archive has no more than SPELLED of such words.

    SQLite takes all articles with any of them together before it gives the first, seconds in a large archive; of
    words that are named it gives the newest at once.
    """

    def words(found: re.Match[str]) -> str:
        first = as_indexed(found[1])
        sql = "SELECT term FROM articles_words WHERE term >= ? AND term < ? LIMIT ?"
        terms = [row[0] for row in db.execute(sql, [first, f"{first}\U0010ffff", SPELLED + 1])]
        return " OR ".join(terms) if 0 < len(terms) <= SPELLED else found[0]

    if "*" not in wanted.words:
        return wanted
    parts = wanted.words.split('"')
    parts[::2] = [_BEGINNING.sub(words, part) for part in parts[::2]]  # not within phrases
    return replace(wanted, words='"'.join(parts))


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
    if not expression or count(db, wanted, _SORTED) <= _SORTED:
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
    most = limit + offset
    if not wanted.author and not wanted.tag and count(db, wanted, RANKED) <= RANKED:
        hits, params = _hits(db, wanted, wanted.expression(), _RANK)
        sql = f"SELECT id FROM {hits} ORDER BY rank, id DESC LIMIT ?"  # noqa: S608  # as above
        return [row[0] for row in db.execute(sql, [*params, most])][offset:]
    found = _scored(db, wanted, f"({wanted.match}) AND ({wanted.headline})", most)
    if len(found) < most:
        found += _scored(db, wanted, f"({wanted.match}) NOT ({wanted.headline})", most - len(found))
    return found[offset:]


def places(db: sqlite3.Connection, numbers: Sequence[int]) -> list[Place]:
    """Where these articles stand in time, in their order."""
    sql = (
        "SELECT happened, article FROM json_each(?) AS wanted CROSS JOIN timeline ON article = wanted.value"
        " ORDER BY wanted.key"
    )
    return [(row[0], row[1]) for row in db.execute(sql, [json.dumps(list(numbers))])]


def scores(db: sqlite3.Connection, wanted: Wanted, numbers: Sequence[int]) -> list[tuple[int, float]]:
    """(number, how much it says the words) of each in their order, by a measure that is one in all archives."""
    sql = f"""
        SELECT id, {_SCORE} AS score FROM (SELECT rowid AS id, {_SAID} FROM articles_fts
        WHERE articles_fts MATCH ? AND rowid IN (SELECT value FROM json_each(?)))
    """  # noqa: S608  # as above
    found = {row[0]: row[1] for row in db.execute(sql, [wanted.match, json.dumps(list(numbers))])}
    return [(number, found.get(number, 0.0)) for number in numbers]


def spread(db: sqlite3.Connection, wanted: Wanted) -> Counter[tuple[str, str]]:
    """How many by (day, source), day as ``2026-11-24`` or what is known of it; 0.6 µs for each that is found."""
    hits, params = _hits(db, wanted, wanted.expression())
    sql = f"""
        SELECT substr(happened, 1, 10) AS day, source, count(*) AS n FROM {hits}
        CROSS JOIN timeline ON timeline.article = id GROUP BY day, source
    """  # noqa: S608  # as above
    return Counter({(row["day"], row["source"]): row["n"] for row in db.execute(sql, params)})


def _scored(db: sqlite3.Connection, wanted: Wanted, match: str, limit: int) -> list[int]:
    """The best of the newest SCORED."""
    hits, params = _hits(db, wanted, wanted.expression(within=match), _SAID)
    sql = f"""
        SELECT id FROM (SELECT id, said, size FROM {hits} ORDER BY id DESC LIMIT ?)
        ORDER BY {_SCORE} DESC, id DESC LIMIT ?
    """  # noqa: S608  # as above
    return [row[0] for row in db.execute(sql, [*params, SCORED, limit])]


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


def _hits(db: sqlite3.Connection, wanted: Wanted, expression: str, more: str = "") -> tuple[str, list[Any]]:
    """A subquery of the numbers of all that are wanted, as ``id``, and its parameters; ``more``: other columns."""
    named = [(sql, value) for key, sql in _NAMED.items() if (value := getattr(wanted, key))]
    few, names = " INTERSECT ".join(sql for sql, _ in named), [name for _, name in named for _ in "12"]
    if not expression:
        return f"(SELECT article AS id FROM ({few or 'SELECT article FROM timeline'}))", names  # noqa: S608  # as above
    said, source, where, params = "rowid AS id", "articles_fts", "articles_fts MATCH ?", [expression]
    if named and "*" not in expression and _at_most(db, few, names, _FEW):
        said, source = (
            "few.article AS id",
            f"({few}) AS few CROSS JOIN articles_fts ON articles_fts.rowid = few.article",
        )
        params = [*names, expression]
    elif named:  # the + keeps SQLite from looking up each
        where, params = f"{where} AND +rowid IN ({few})", [expression, *names]
    columns = f"{said}, {more}" if more else said
    return f"(SELECT {columns} FROM {source} WHERE {where})", params  # noqa: S608  # as above


def _at_most(db: sqlite3.Connection, few: str, names: list[Any], most: int) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({few}) LIMIT ?)"  # noqa: S608  # as above
    return bool(db.execute(sql, [*names, most + 1]).fetchone()[0] <= most)


def _steps(db: sqlite3.Connection, wanted: Wanted, before: Place | None) -> Iterator[str]:
    """Expressions on the date: from the last day back to the first, one day, then two, then four, and so on."""
    ends = "SELECT (SELECT min(happened) FROM timeline), (SELECT max(happened) FROM timeline)"  # each a look-up
    row = db.execute(ends).fetchone()
    first = max(begin(row[0]), begin(wanted.since)) if wanted.since else begin(row[0])
    last = min(filter(None, [begin(row[1]), end(wanted.until), begin(before[0]) if before else ""]))
    length = 1
    while last >= first:
        start = max(first, back(last, length - 1))
        yield either(spans(start, last))
        last, length = previous(start), length * 2
