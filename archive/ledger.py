"""Ledger: a line for all that is kept, in the transaction that keeps it; each line seals those before it.

What is noted is never noted otherwise: a page, a version of an article and its removal stay as they are. Where a text
is read again by a newer extractor, the table ``replaced`` keeps the one before; where an address or a date is told
more exactly, ``amended`` does. Whether an article was removed, or is for subscribers only, follows from its versions.
All else in ``articles`` (when it was last seen, its section, tags, language, quality) may change, and is not sealed.
Nothing that was noted is ever deleted; if it should be one day, as by a limit of age, that has to be noted as a kind
of its own, with the digest of what was.

An archive that was split off another has the lines of its own records, in their order and with their days, in a chain
of its own. After them comes a line of the kind ``split``, which refers to no record: its digest is the end of the chain
that they were taken from, and its number is that of the row which that ended with.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from archive import digests
from archive.digests import FACTS, START, Fields, Named, Row
from archive.rows import Value, insert
from archive.seals import Seals
from archive.times import iso

_STEP = 10_000

_INSERT = (
    "INSERT INTO ledger (id, day, kind, page, article, number, robots, marks, digest, chain)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def page(db: sqlite3.Connection, row: Named, now: datetime) -> None:
    """A raw page was kept: ``row`` is that of ``snapshots``. So is the robots.txt that it is the first to come by."""
    number = row["robots"]
    if number is not None and not db.execute("SELECT 1 FROM ledger WHERE robots = ?", [number]).fetchone():
        said = db.execute("SELECT * FROM robots WHERE id = ?", [number]).fetchone()
        _note(db, "robots", digests.robots(said), now, robots=number)
    _note(db, "page", digests.page(row), now, page=row["id"])


def first(db: sqlite3.Connection, article: int, row: Named, facts: Named, now: datetime) -> None:
    """An article's first text was kept: ``row`` is as one of ``revisions``, ``facts`` as one of ``articles``."""
    _note(db, "first", digests.first(article, row, facts["source"], facts), now, article=article, number=1)


def version(db: sqlite3.Connection, article: int, number: int, row: Named, now: datetime) -> None:
    """A revision was kept: ``row`` is that of ``revisions``."""
    kind = "removed" if row["change"] == "removed" else "version"
    _note(db, kind, digests.version(article, number, row), now, article=article, number=number)


def reread(db: sqlite3.Connection, article: int, number: int, now: datetime) -> None:
    """A version's text was replaced by what is read from its page today; ``replaced`` has the one before."""
    row = db.execute("SELECT * FROM revisions WHERE article = ? AND number = ?", [article, number]).fetchone()
    if row is None:  # there is but one
        row = db.execute(_ALONE, [article]).fetchone()
    _note(db, "reread", digests.version(article, number, row), now, article=article, number=number)


def amend(db: sqlite3.Connection, row: sqlite3.Row, values: Mapping[str, Value], now: datetime) -> None:
    """Before an article's ``row`` gets ``values``: keep what it says of its address and date, if that will differ."""
    before = {name: row[name] for name in FACTS}
    after = before | {name: values[name] for name in FACTS if name in values}
    if before != after:
        said: Fields = {"article": row["id"], "at": iso(now), **before}
        number = insert(db, "amended", **said)
        _note(db, "amended", digests.amended({"id": number, **said}, after), now, article=row["id"], number=number)


def chain_anew(db: sqlite3.Connection, end: Row, chain: bytes, now: datetime) -> None:
    """Make one chain, with its seals, of the lines of another that were put into an archive without those between.

    ``end`` is the line that the other ended with, and ``chain`` its end. Each line's number becomes the lowest that is
    free, so that it is no other's.
    """
    seals, before, number, after = Seals(), START, 0, 0
    find = "SELECT * FROM ledger WHERE id > ? ORDER BY id LIMIT ?"
    while rows := db.execute(find, [after, _STEP]).fetchall():
        for old in rows:
            number, after = number + 1, old["id"]
            row = Row(*old[:-1])._replace(id=number)
            before = digests.chain(before, row)
            db.execute("UPDATE ledger SET id = ?, chain = ? WHERE id = ?", [number, before, after])
            seals.follow({"id": number, "day": row.day, "chain": before})
    row = Row(number + 1, iso(now)[:10], "split", None, None, end.id, None, b"", chain)
    before = digests.chain(before, row)
    db.execute(_INSERT, (*row, before))
    seals.follow({"id": row.id, "day": row.day, "chain": before})
    db.execute("DELETE FROM seals")
    for seal in seals.due():
        insert(db, "seals", **seal)


def _note(
    db: sqlite3.Connection,
    kind: str,
    record: Fields,
    now: datetime,
    *,
    page: int | None = None,
    article: int | None = None,
    number: int | None = None,
    robots: int | None = None,
) -> None:
    day = iso(now)[:10]
    last = db.execute("SELECT id, day, chain FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
    if last and last["day"] != day:
        _seal(db, last, day)
    number_of_row, before = (last["id"] + 1, last["chain"]) if last else (1, START)
    sums = digests.marks(record), digests.digest(record)
    row = Row(number_of_row, day, kind, page, article, number, robots, *sums)
    db.execute(_INSERT, (*row, digests.chain(before, row)))


def _seal(db: sqlite3.Connection, last: sqlite3.Row, today: str) -> None:
    """Seal what was kept since the last seal, if its day is over."""
    sealed = db.execute("SELECT max(last) FROM seals").fetchone()[0] or 0
    begun = db.execute("SELECT id, day FROM ledger WHERE id = ?", [sealed + 1]).fetchone()
    if begun and digests.is_over(begun["day"], today):
        records = last["id"] - sealed
        seal: Fields = {"last": last["id"], "first": begun["id"], "day": begun["day"], "records": records}
        insert(db, "seals", **seal, digest=last["chain"].hex())


def fill(db: sqlite3.Connection, now: datetime) -> None:
    """Note what an archive holds that had no ledger yet: from now on nobody can change it unseen.

    What is damaged is left out, for ``verify`` to name.
    """
    for number in _ids(db, "snapshots"):
        for row in _sound(db, _PAGE, number):
            page(db, row, now)
    for number in _ids(db, "articles"):
        # Where an article was spelled otherwise since: from now on both say the same, letter for letter.
        db.execute(_SPELLED, [number])
        for row in _sound(db, _ALONE, number):
            texts = _sound(db, "SELECT * FROM revisions WHERE article = ? ORDER BY number", number)
            for text in texts or [row]:
                if text["number"] == 1:
                    first(db, number, text, row, now)
                else:
                    version(db, number, text["number"], text, now)


_ALONE = "SELECT *, first_seen AS seen_at, 'first' AS change, 1 AS number FROM articles WHERE id = ?"
"""An article that has but one text, as a row of ``revisions``."""
_PAGE = (  # without what comes after the body, which is not there yet: to read that would be to read the body
    "SELECT id, url, final_url, fetched_at, status, headers, sha256, NULL AS robots, '' AS permit"
    " FROM snapshots WHERE id = ?"
)
_SPELLED = (
    "UPDATE revisions SET title = a.title, byline = a.byline, text = a.text FROM articles AS a WHERE a.id = ?"
    " AND article = a.id AND number = a.revision AND revisions.content_hash = a.content_hash"
    " AND (revisions.title, revisions.byline, revisions.text) != (a.title, a.byline, a.text)"
)


def _ids(db: sqlite3.Connection, table: str) -> list[int]:
    return [row["id"] for row in _sound(db, f"SELECT id FROM {table} NOT INDEXED WHERE id > ?", 0)]  # noqa: S608


def _sound(db: sqlite3.Connection, sql: str, number: int) -> list[sqlite3.Row]:
    """The rows, or none where the file is damaged."""
    try:
        return db.execute(sql, [number]).fetchall()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return []
