"""Contents: looks at what is kept, row by row, for archive.check. Each yields Problems and counts of rows looked at."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import zstandard

from archive import blocks, snapshots
from archive.dedupe import content_hash
from archive.digests import Named
from archive.rows import clean

UNREADABLE = (
    sqlite3.Error,
    zstandard.ZstdError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
)
"""What damaged rows raise where they are read: SQLite's errors, and those of JSON, UTF-8 and zstd."""

STEP = 100  # rows at a time: a reader that stays open would keep the -wal file growing
_STATES = "('waiting', 'stored', 'alias', 'failed', 'refused', 'gone')"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    what: str
    """The look that found it: structure, references, queue, dictionaries, pages, articles, search index."""
    sentence: str
    table: str = ""
    id: int | str | None = None


def dictionaries(db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Every dictionary decompresses: all pages that were compressed with it depend on it."""
    for (number,) in db.execute("SELECT id FROM dictionaries ORDER BY id").fetchall():
        try:
            _unpacked(db, number)
        except UNREADABLE as error:
            used = db.execute("SELECT count(*) FROM snapshots WHERE dictionary = ?", [number]).fetchone()[0]
            if not db.execute("SELECT 1 FROM dictionaries WHERE id = ?", [number]).fetchone():
                continue  # a compaction let go of it meanwhile
            sentence = f"Dictionary {number} cannot be read ({error}); {used} pages were compressed with it."
            yield Problem("dictionaries", sentence, "dictionaries", number)
        yield 1


def pages(db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Every raw page decompresses into what was fetched, by its length and SHA-256."""
    wrong_with = reader(db)
    after: int | None = None
    while numbers := ids(db, "snapshots", after):
        for number in numbers:
            # Looked at again where it is wrong: a compaction may have given the page another dictionary meanwhile.
            found = (wrong_with(db.execute("SELECT * FROM snapshots WHERE id = ?", [number]).fetchone()) for _ in "12")
            if wrong := next(found) and next(found):
                yield Problem("pages", f"Raw page {number}: {wrong}.", "snapshots", number)
        after = numbers[-1]
        yield len(numbers)


def articles(db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Every article's text is the one it was stored with, and its revisions are all there."""
    after: int | None = None
    while numbers := ids(db, "articles", after):
        for number in numbers:
            try:
                # In one statement, since a crawl may revise it meanwhile.
                rows = db.execute(
                    "SELECT articles.*, number AS r_number, revisions.text AS r_text, revisions.content_hash AS r_hash"
                    " FROM articles LEFT JOIN revisions ON article = articles.id WHERE articles.id = ? ORDER BY number",
                    [number],
                ).fetchall()
                wrong = [*article(rows[0]), *_history(rows)] if rows else []
            except UNREADABLE as error:
                wrong = [f"it cannot be read ({error})"]
            yield from (Problem("articles", f"Article {number}: {what}.", "articles", number) for what in wrong)
        after = numbers[-1]
        yield len(numbers)


def queue(db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Links are in a state that a crawl knows, with the article that the state speaks of, and times it can read."""
    for condition, sentence in (
        (f"state NOT IN {_STATES}", "is in a state that nobody knows"),
        # Of one that is archived, the article is in another part (archive.mending).
        (
            "state IN ('stored', 'alias', 'gone') AND article IS NULL AND reason != 'archived'",
            "is said to be stored, but has no article",
        ),
        ("state = 'waiting' AND article IS NOT NULL", "waits to be fetched, but has an article"),
        ("due_at IS NOT NULL AND julianday(due_at) IS NULL", "is due at a time that cannot be read"),
        ("instr(url, '://' || host) = 0", "stands under another host than its URL's"),
    ):
        for row in db.execute(f"SELECT id, url FROM links WHERE {condition}"):  # noqa: S608  # ours, just above
            yield Problem("queue", f"Link {row['id']} ({row['url']}) {sentence}.", "links", row["id"])
    for row in db.execute("SELECT id, url FROM feeds WHERE due_at IS NOT NULL AND julianday(due_at) IS NULL"):
        sentence = f"Listing {row['id']} ({row['url']}) is due at a time that cannot be read."
        yield Problem("queue", sentence, "feeds", row["id"])


def reader(db: sqlite3.Connection) -> Callable[[sqlite3.Row], str]:
    """Tells what is wrong with a row of ``snapshots`` as a page that was fetched; empty if nothing is."""
    unpacked = lru_cache(maxsize=16)(lambda number: _unpacked(db, number))  # of 2 MB at most

    def wrong_with(row: sqlite3.Row) -> str:
        try:
            return _page(row, None if row["dictionary"] is None else unpacked(row["dictionary"]))
        except UNREADABLE as error:
            return f"it cannot be read ({error})"

    return wrong_with


def ids(db: sqlite3.Connection, table: str, after: int | None) -> list[int]:
    """The next ids, from the table's own tree, so that each is met though an index be damaged."""
    last = -(1 << 63) if after is None else after
    sql = f"SELECT id FROM {table} NOT INDEXED WHERE id > ? ORDER BY id LIMIT {STEP}"  # noqa: S608  # one of two names
    numbers = [row[0] for row in db.execute(sql, [last])]
    if any(one >= other for one, other in pairwise([last, *numbers])):  # to go on from there would never end
        raise ValueError("its rows are out of order")
    return numbers


def _unpacked(db: sqlite3.Connection, dictionary: int) -> bytes:
    row = db.execute("SELECT body FROM dictionaries WHERE id = ?", [dictionary]).fetchone()
    if row is None:
        raise snapshots.DamagedError(f"dictionary {dictionary} is not there")
    return snapshots.opened(row[0])


def _page(row: sqlite3.Row, dictionary: bytes | None) -> str:
    if zstandard.frame_content_size(row["body"]) != row["size"]:
        return "it is not as long as the one that was fetched"
    body = snapshots.decompress(row["body"], dictionary)
    if len(body) != row["size"] or hashlib.sha256(body).hexdigest() != row["sha256"]:
        return f"it is not the one that was fetched from {row['url']}"
    json.loads(row["headers"])
    return ""


def article(row: Named) -> Iterator[str]:
    """What is wrong with a row of ``articles`` by itself."""
    if content_hash(row["text"]) != row["content_hash"]:
        yield f"its text is not the one that was stored from {row['url']}"
    structured = "\n\n".join(filter(None, (block.text for block in blocks.loads(row["blocks"]))))
    if clean(structured) != row["text"]:
        yield "its text and its blocks do not say the same"
    for name in {"flags", "dates", "evidence", "dropped"}.intersection(row.keys()):  # an earlier version has no dates
        json.loads(row[name])


def _history(rows: list[sqlite3.Row]) -> Iterator[str]:
    """``rows``: the article with each of its revisions. There are none as long as there is but one text."""
    current = rows[0]["revision"]
    numbers = [row["r_number"] for row in rows if row["r_number"] is not None]
    if numbers != (list(range(1, current + 1)) if current > 1 else []):
        told = ", ".join(map(str, numbers)) or "none"
        yield f"it is at revision {current}, but the revisions kept are: {told}"
    elif numbers and rows[-1]["r_hash"] != rows[0]["content_hash"]:
        yield "its last revision has another text than the article"
    for row in rows:
        if row["r_text"] is not None and content_hash(row["r_text"]) != row["r_hash"]:
            yield f"the text of revision {row['r_number']} is not the one that was stored"
