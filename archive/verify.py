"""Verify: whether all that was kept is still there, unaltered, by the ledger. Only reads, also beside a daemon.

``archive.check`` looks whether the file is whole; this proves that it holds what it held. Whoever can write to the
archive can also write a new ledger: that nobody did is proved by a chain's end that was noted elsewhere, as ``expect``.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from archive import contents, digests, versions
from archive.check import Look, Told, heed_interrupts, run, tell
from archive.contents import UNREADABLE, Problem
from archive.database import reading
from archive.digests import START, Fields, Row
from archive.seals import Seals
from archive.versions import Held, unlike

_ROWS = 1000  # of the ledger, read at a time
_LARGEST = (1 << 63) - 1

Noted = list[sqlite3.Row]
"""A record's rows in the ledger."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found."""

    path: str
    quick: bool
    since: str
    """The day before which contents were not read; empty: all were."""
    begun: str
    """The day of the ledger's first row; empty: it has none."""
    older: bool
    """Whether there are articles that were kept before, by an earlier version: they were sealed on that day."""
    records: int
    """Rows of the ledger."""
    seals: int
    head: str
    """The chain of the last row, in hex: noted elsewhere, it proves later that nothing up to here was altered."""
    split_from: tuple[str, ...]
    """The ends of the ledgers that this one's first lines were taken from, in hex: see archive.ledger."""
    looked_at: dict[str, int]
    """Table → rows looked at."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Records:
    """A table whose rows are noted in a column of the ledger."""

    table: str
    column: str
    title: str
    address: str
    """SQL for what a person calls record ``:id`` by, which may be lost."""
    wrong: Callable[[sqlite3.Connection, int, Noted], Iterator[str]]

    def name(self, db: sqlite3.Connection, number: int) -> str:
        row = db.execute(f"{self.address} LIMIT 1", {"id": number}).fetchone()
        return f"{self.title} {number} ({row[0]})" if row else f"{self.title} {number}"


def _kinds(db: sqlite3.Connection, chain: _Chain) -> tuple[_Records, ...]:
    page = "SELECT url FROM snapshots WHERE id = :id UNION ALL SELECT url FROM articles WHERE snapshot = :id"
    article = "SELECT url FROM articles WHERE id = :id UNION ALL SELECT url FROM links WHERE article = :id"
    robots = "SELECT host FROM robots WHERE id = :id"
    return (
        _Records("robots", "robots", "robots.txt", robots, _robots),
        _Records("snapshots", "page", "Raw page", page, partial(_page, contents.reader(db))),
        _Records("articles", "article", "Article", article, partial(_article, chain)),
    )


@dataclass(slots=True)
class _Chain:
    """The ledger's end, as it was come to."""

    expected: set[bytes]
    """Ends that were noted elsewhere and not met yet."""
    begun: str = ""
    last: int = 0
    end: bytes = START
    seals: int = 0
    split_from: list[bytes] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)
    """Column → rows that have it, until they are met again by the record."""


def verify(
    path: Path,
    *,
    since: str = "",
    quick: bool = False,
    expect: Iterable[bytes] = (),
    told: Told = lambda _what, _done, _of: None,
) -> Report:
    """Follow the ledger's chain to its end, and compare with it all that it speaks of.

    ``quick`` looks only whether every record is there, and reads none; ``since`` (a day) reads none that were noted
    before. Raises ArchiveError where there is no archive of ours, or it can't be read just now.
    """
    chain, problems, looked_at = _Chain(set(expect)), list[Problem](), dict[str, int]()
    with reading(path) as db:
        heed_interrupts(db)
        from_ = _from(db, since)
        looks: dict[str, Look] = {"ledger": partial(_ledger, chain)}
        for records in _kinds(db, chain):
            looks[records.table] = partial(_records, records, chain, from_, quick)
        for what, look in looks.items():
            of = db.execute(f"SELECT count(*) FROM {what}").fetchone()[0]  # noqa: S608  # one of four names
            told(what, 0, of)
            found, looked_at[what] = run(what, look, db, partial(tell, told, what, of))
            problems += found
        first = db.execute("SELECT min(first_seen) FROM articles").fetchone()[0]
    for end in chain.expected:
        sentence = f"The ledger does not contain {end.hex()}: it was rewritten, or cut off, since that was noted."
        problems.append(Problem("ledger", sentence, "ledger"))
    rows = looked_at.pop("ledger")
    return Report(
        path=str(path),
        quick=quick,
        since=since,
        begun=chain.begun,
        older=bool(first and first[:10] < chain.begun),
        records=rows,
        seals=chain.seals,
        head=chain.end.hex(),
        split_from=tuple(end.hex() for end in chain.split_from),
        looked_at=looked_at,
        problems=tuple(problems),
    )


def _from(db: sqlite3.Connection, since: str) -> int:
    """The first row of the ledger that was noted on a day or after it."""
    if not since:
        return 0
    first = db.execute("SELECT min(id) FROM ledger WHERE day >= ?", [since]).fetchone()[0]
    return int(first) if first is not None else 1 << 62


@contextmanager
def _at_one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """What is read within it belongs together; it is short, since a long reader keeps the -wal file growing."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def _ledger(chain: _Chain, db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Each row follows from the one before, and each day's seal from its rows."""
    seals = Seals()
    rows: list[sqlite3.Row] = []
    while len(rows) == _ROWS or not chain.last:
        with _at_one_moment(db):
            find = "SELECT * FROM ledger NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?"
            rows = db.execute(find, [chain.last, _ROWS]).fetchall()
            kept = db.execute("SELECT * FROM seals ORDER BY last").fetchall() if len(rows) < _ROWS else []
        for row in rows:
            if row["id"] <= chain.last:  # to go on from there would never end
                raise ValueError("its rows are out of order")
            if row["id"] != chain.last + 1:
                yield _bad(f"Rows {chain.last + 1} to {row['id'] - 1} of the ledger are lost.", chain.last + 1)
            elif digests.chain(chain.end, Row(*row[:-1])) != row["chain"]:
                yield _bad(f"Row {row['id']} of the ledger ({_named(row)}, {row['day']}) was altered.", row["id"])
            seals.follow(row)
            chain.begun = chain.begun or row["day"]
            chain.last, chain.end = row["id"], row["chain"]
            chain.expected.discard(row["chain"])
            if row["kind"] == "split":
                chain.split_from.append(row["digest"])
            chain.noted.update([column for column in ("page", "article", "robots") if row[column] is not None])
        yield len(rows)
        if not rows:
            break
    chain.seals = len(kept)
    for sentence, number in seals.unlike(kept):
        yield Problem("ledger", sentence, "seals", number)


def _bad(sentence: str, row: int) -> Problem:
    return Problem("ledger", sentence, "ledger", row)


def _named(row: sqlite3.Row) -> str:
    number = f", {row['number']}" if row["number"] is not None else ""
    named = (f"{name} {row[name]}{number}" for name in ("page", "article", "robots") if row[name] is not None)
    return f"{row['kind']}: {next(named, 'nothing')}"


def _records(of: _Records, chain: _Chain, from_: int, quick: bool, db: sqlite3.Connection) -> Iterator[Problem | int]:
    """Every record was noted, and what was noted is there; those noted from ``from_`` on are what they were."""
    after: int | None = None
    while True:
        found: list[tuple[int, str]] = []
        with _at_one_moment(db):
            numbers = contents.ids(db, of.table, after)
            is_end = len(numbers) < contents.STEP
            upto = _LARGEST if is_end else numbers[-1]
            noted = _noted(db, of.column, after, upto)
            chain.noted[of.column] -= sum(row["id"] <= chain.last for rows in noted.values() for row in rows)
            for number in sorted(noted.keys() - set(numbers)):
                found += [(number, f", kept on {noted[number][0]['day']}, is lost")]
            for number in numbers:
                rows = noted.get(number, [])
                if not rows and of.table != "robots":  # of which those alone are noted by which pages were fetched
                    found += [(number, " was put in behind the ledger's back")]
                elif rows and not quick and rows[-1]["id"] >= from_:
                    found += [(number, f": {wrong}") for wrong in _readable(of.wrong(db, number, rows))]
            problems = [
                Problem(of.table, f"{of.name(db, number)}{wrong}.", of.table, number) for number, wrong in found
            ]
        yield from problems
        yield len(numbers)
        if is_end:
            break
        after = upto
    if chain.noted[of.column]:
        sentence = f"The ledger's index of {of.column} does not have its rows; 'cuttings check' tells more."
        yield Problem("ledger", sentence, "ledger")


def _noted(db: sqlite3.Connection, column: str, after: int | None, upto: int) -> dict[int, list[sqlite3.Row]]:
    """Id → its rows in the ledger, of the records after one up to another."""
    noted: dict[int, list[sqlite3.Row]] = {}
    find = f"SELECT * FROM ledger WHERE id > 0 AND {column} > ? AND {column} <= ? ORDER BY {column}, id"  # noqa: S608  # one of three
    for row in db.execute(find, [-_LARGEST if after is None else after, upto]):
        noted.setdefault(row[column], []).append(row)
    return noted


def _readable(found: Iterator[str]) -> Iterator[str]:
    try:
        yield from found
    except UNREADABLE as error:
        yield f"it cannot be read ({error})"


def _page(wrong_with: Callable[[sqlite3.Row], str], db: sqlite3.Connection, number: int, noted: Noted) -> Iterator[str]:
    row = db.execute("SELECT * FROM snapshots WHERE id = ?", [number]).fetchone()
    yield from _same(digests.page(row), noted)
    if wrong := wrong_with(row):
        yield wrong


def _robots(db: sqlite3.Connection, number: int, noted: Noted) -> Iterator[str]:
    yield from _same(digests.robots(db.execute("SELECT * FROM robots WHERE id = ?", [number]).fetchone()), noted)


def _same(record: Fields, noted: Noted) -> Iterator[str]:
    for row in noted:
        if digests.digest(record) != row["digest"]:
            yield f"{unlike(record, row)} what was kept on {row['day']}"


def _article(chain: _Chain, db: sqlite3.Connection, number: int, noted: Noted) -> Iterator[str]:
    held = held_of(db, number, noted, chain.begun)
    yield from list(versions.wrong(held)) or contents.article(held.article)


def held_of(db: sqlite3.Connection, number: int, noted: Noted, begun: str) -> Held:
    """All that the archive holds of an article that is there."""

    def of(table: str, order: str = "id") -> list[sqlite3.Row]:
        find = f"SELECT * FROM {table} WHERE article = ? ORDER BY {order}"  # noqa: S608  # our own words
        return db.execute(find, [number]).fetchall()

    row = db.execute("SELECT * FROM articles WHERE id = ?", [number]).fetchone()
    return Held(row, of("revisions", "number"), of("replaced"), of("amended"), noted, begun)
