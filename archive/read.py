"""Reading the archive: what the command line and export ask of it. One function a question, SELECTs only.

Each takes a connection from ``archive.database.reading(path)``. Times in the answers are the archive's own texts
(see archive.schema), so that they can go to JSON as they are. A time to filter by is a text of that form as well,
of any length: ``2026``, ``2026-11-24``, ``2026-11-24T08``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from archive import finding, pages
from archive.columns import Record, record
from archive.models import Page
from archive.spaced import BREAK
from archive.wanted import Wanted

_RECORD = """
SELECT articles.*,
    (SELECT json_group_array(name) FROM (SELECT name FROM article_authors JOIN authors ON authors.id = author
     WHERE article = articles.id ORDER BY position)) AS authors,
    (SELECT json_group_array(name) FROM (SELECT name FROM article_tags JOIN tags ON tags.id = tag
     WHERE article = articles.id ORDER BY name)) AS tags
FROM articles
"""
_STEP = 200  # rows read at a time: a reader that stays open would keep the -wal file growing


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that a search found."""

    id: int
    url: str
    title: str
    byline: str
    source: str
    published: str | None
    first_seen: str
    duplicate_of: int | None
    snippet: str
    """The passage it was found in, the words between the marks asked for."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A hit with how much it says the words, by a measure that is one in all archives (archive.merging)."""

    hit: Hit
    score: float


@dataclass(frozen=True, slots=True)
class Fetch:
    """A line of the log."""

    at: str
    status: int | None
    outcome: str
    stage: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unkept:
    """A link that gave no article."""

    source: str
    url: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of how a URL became an article, or why it did not."""

    url: str
    record: Record | None
    state: str | None
    """Of the link in the queue; None if it was never there."""
    reason: str
    found_in: str
    due_at: str | None
    fetches: tuple[Fetch, ...]
    """The latest first, ten at most."""


@dataclass(frozen=True, slots=True)
class Revised:
    """A version of an article, and what made it one: see archive.changes."""

    number: int
    seen_at: str
    change: str
    words_added: int
    words_removed: int
    title: str
    byline: str
    published: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article whose text became another because its stored page was read anew, and not by its publisher."""

    id: int
    source: str
    url: str
    title: str
    revision: int
    first_seen: str
    at: str
    """When that was done last."""
    before: str
    """The text as it was before all of that."""
    after: str


def search(
    db: sqlite3.Connection,
    typed: str,
    *,
    source: str = "",
    since: str = "",
    limit: int = 20,
    marks: tuple[str, str] = ("[", "]"),
) -> tuple[Hit, ...]:
    """What archive.query makes of ``typed``, best first; a word in the title weighs as much as four in the text."""
    wanted = Wanted(typed, (source,) if source else (), since=since[:10])
    if not wanted.match:
        return ()
    wanted = finding.spelled(db, wanted)
    found: list[Hit] = []
    step, offset = min(limit, _STEP), 0
    while len(found) < limit and (numbers := finding.best(db, wanted, step, offset)):
        found += _hits(db, numbers, wanted.match, since, marks)
        offset += step
    return tuple(found[:limit])


def ranked(
    db: sqlite3.Connection, typed: str, *, source: str = "", since: str = "", limit: int = 20
) -> tuple[Ranked, ...]:
    """As ``search``, to be merged with what other archives have."""
    hits = search(db, typed, source=source, since=since, limit=limit)
    wanted = finding.spelled(db, Wanted(typed))
    scores = finding.scores(db, wanted, [hit.id for hit in hits]) if hits else []
    return tuple(Ranked(hit, score) for hit, (_, score) in zip(hits, scores, strict=True))


def _hits(db: sqlite3.Connection, numbers: list[int], match: str, since: str, marks: tuple[str, str]) -> Iterator[Hit]:
    """Those of them since a time within their first day, in their order."""
    rows = db.execute(
        "SELECT articles.id, url, articles.title, byline, source, published, first_seen, duplicate_of,"
        " snippet(articles_fts, 1, :open, :close, '…', 24) AS snippet"
        " FROM json_each(:numbers) AS wanted CROSS JOIN articles_fts ON articles_fts.rowid = wanted.value"
        " CROSS JOIN articles ON articles.id = wanted.value"
        " WHERE articles_fts MATCH :match AND coalesce(published, first_seen) >= :since ORDER BY wanted.key",
        {"numbers": json.dumps(numbers), "match": match, "since": since, "open": marks[0], "close": marks[1]},
    )
    return (Hit(**dict(row) | {"snippet": row["snippet"].replace(BREAK, "")}) for row in rows)


def article(db: sqlite3.Connection, which: str | int) -> Record | None:
    """An article by its number, its URL, or the URL of any link that led to it."""
    number = _number(db, which)
    row = db.execute(f"{_RECORD} WHERE id = ?", [number]).fetchone()
    return record(row) if row else None


def articles(
    db: sqlite3.Connection, *, source: str = "", since: str = "", until: str = "", language: str = ""
) -> Iterator[Record]:
    """All articles in the order they came, or those published (first seen, if that is not known) in a time.

    ``until`` includes what begins with it: ``2026-11`` the whole of November.
    """
    where = (
        "WHERE id > :after AND (:source = '' OR source = :source) AND (:language = '' OR language = :language)"
        " AND coalesce(published, first_seen) >= :since"
        " AND (:until = '' OR substr(coalesce(published, first_seen), 1, length(:until)) <= :until)"
    )
    wanted = {"source": source, "since": since, "until": until, "language": language, "step": _STEP}
    after = 0
    while rows := db.execute(f"{_RECORD} {where} ORDER BY id LIMIT :step", wanted | {"after": after}).fetchall():
        yield from map(record, rows)
        after = rows[-1]["id"]


def known(db: sqlite3.Connection, urls: Iterable[str]) -> set[str]:
    """Those of these URLs that are in the queue or were stored from it."""
    rows = db.execute("SELECT url FROM links WHERE url IN (SELECT value FROM json_each(?))", [json.dumps(list(urls))])
    return {row["url"] for row in rows}


def explain(db: sqlite3.Connection, which: str | int) -> Explanation | None:
    """What is known of an article (by number or URL) or of a link (by URL); None if it was never heard of."""
    found = article(db, which)
    url = found.url if found and not isinstance(which, str) else str(which)
    link = db.execute("SELECT state, reason, found_in, due_at FROM links WHERE url = ?", [url]).fetchone()
    names = ", ".join(field.name for field in fields(Fetch))
    log = db.execute(f"SELECT {names} FROM fetches WHERE url = ? ORDER BY id DESC LIMIT 10", [url])  # noqa: S608  # ours
    fetches = tuple(Fetch(**row) for row in log)
    if found is None and link is None and not fetches:
        return None
    state, reason, found_in, due_at = link or (None, "", "", None)
    return Explanation(url, found, state, reason, found_in, due_at, fetches)


def history(db: sqlite3.Connection, which: str | int) -> tuple[Revised, ...]:
    """The versions of an article, by number or URL, oldest first; of one that never changed, the one it has."""
    number, names = _number(db, which), ", ".join(field.name for field in fields(Revised))
    rows = db.execute(
        f"SELECT {names} FROM revisions WHERE article = :id UNION ALL"  # noqa: S608  # ours
        " SELECT 1, first_seen, 'first', 0, 0, title, byline, published, text FROM articles"
        " WHERE id = :id AND revision = 1 ORDER BY 1",
        {"id": number},
    )
    return tuple(Revised(**row) for row in rows)


def cleaned(db: sqlite3.Connection) -> tuple[Cleaned, ...]:
    """The articles whose current text was another before their pages were read anew, in the order they came."""
    rows = db.execute(
        "SELECT a.id, source, url, a.title, a.revision, first_seen, (SELECT max(at) FROM replaced WHERE article = a.id"
        " AND revision = a.revision) AS at, r.text AS before, a.text AS after FROM replaced AS r"
        " JOIN articles AS a ON a.id = r.article WHERE r.text != a.text AND r.id = (SELECT min(id) FROM replaced"
        " WHERE article = a.id AND revision = a.revision) ORDER BY a.id"
    )
    return tuple(Cleaned(**row) for row in rows)


def sources(db: sqlite3.Connection) -> tuple[str, ...]:
    """The names of all of which anything is kept."""
    return tuple(row["name"] for row in db.execute("SELECT name FROM sources ORDER BY name"))


def begun(db: sqlite3.Connection, command: str) -> str | None:
    """When a command last began to work on the archive; None if it never did."""
    last: str | None = db.execute("SELECT max(started) FROM runs WHERE command = ?", [command]).fetchone()[0]
    return last


def unkept(db: sqlite3.Connection) -> tuple[Unkept, ...]:
    """The links that gave no article, with what the log last said of each."""
    rows = db.execute(
        "SELECT source, url, reason, coalesce((SELECT detail FROM fetches WHERE fetches.url = links.url"
        " ORDER BY id DESC LIMIT 1), '') AS detail FROM links"
        " WHERE state IN ('failed', 'refused') AND article IS NULL ORDER BY source, url"
    )
    return tuple(Unkept(**row) for row in rows)


def snapshot(db: sqlite3.Connection, which: str | int) -> Page | None:
    """The page that an article's current text was read from, byte for byte. Raises snapshots.DamagedError."""
    row = db.execute("SELECT snapshot FROM articles WHERE id = ?", [_number(db, which)]).fetchone()
    return pages.load(db, row["snapshot"]) if row and row["snapshot"] is not None else None


def _number(db: sqlite3.Connection, which: str | int) -> int | None:
    if isinstance(which, int) or (which.isascii() and which.isdecimal() and len(which) < 19):
        return int(which)
    row = db.execute(
        "SELECT id FROM articles WHERE url = :url UNION ALL"
        " SELECT article FROM links WHERE url = :url AND article IS NOT NULL UNION ALL"
        " SELECT article FROM addresses WHERE url = :url AND article IS NOT NULL LIMIT 1",
        {"url": which},
    ).fetchone()
    return row["id"] if row else None
