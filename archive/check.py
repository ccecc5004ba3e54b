"""Check: whether an archive is whole and true to itself. Only reads, also beside a daemon; what is wrong is a value."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from archive import contents, schema
from archive.contents import Problem
from archive.database import ArchiveError, reading

SHOWN = 20
"""Problems of one kind that are told one by one; of a badly damaged file there can be millions."""

_NOT_ITS_FAULT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)  # locked; no room in TMPDIR

_OBJECTS = "SELECT type, name FROM sqlite_master"

Told = Callable[[str, int, int], None]
"""(what is looked at, how much is done, of how much); of 0 where that is not known."""
Look = Callable[[sqlite3.Connection], Iterator[Problem | int]]
"""Gives what is wrong, and now and then how many rows it has looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found."""

    path: str
    quick: bool
    tables: dict[str, int]
    """Name → rows."""
    looked_at: dict[str, int]
    """What was looked at one by one → how many."""
    problems: tuple[Problem, ...]


def check(path: Path, *, quick: bool = False, told: Told = lambda _what, _done, _of: None) -> Report:
    """Look at everything; ``quick`` leaves out to read each page and text, and to compare the search index with them.

    Raises ArchiveError where there is no archive of ours, or it can't be read just now. A damaged one is a Report.
    """
    tables: dict[str, int] = {}
    looked_at: dict[str, int] = {}
    problems: list[Problem] = []
    looks: dict[str, tuple[Look, str]] = {"structure": (_structure, ""), "references": (_references, "")}
    looks |= {"queue": (contents.queue, "")}
    if not quick:
        looks |= {"dictionaries": (contents.dictionaries, "dictionaries"), "pages": (contents.pages, "snapshots")}
        looks |= {"articles": (contents.articles, "articles"), "search index": (lambda _: _search(path), "")}
    try:
        with reading(path, as_it_is=True) as db:
            heed_interrupts(db)
            db.execute("PRAGMA cell_size_check = ON")  # damage is found where it is, not where it leads to
            tables |= rows_of(db)
            if not tables:
                problems.append(Problem("structure", f"{path} holds no tables: nothing was ever stored in it."))
                looks = {}
            for what, (look, table) in looks.items():
                of = tables.get(table, 0)
                told(what, 0, of)
                found, done = run(what, look, db, partial(tell, told, what, of))
                problems += found
                if table:
                    looked_at[table] = done
    except ArchiveError as error:
        if error.passing or error.__cause__ is None:
            raise
        problems.append(Problem("structure", str(error)))
    return Report(str(path), quick, tables, looked_at, tuple(problems))


def tell(told: Told, what: str, of: int, done: int) -> None:
    told(what, done, of)


def run(what: str, look: Look, db: sqlite3.Connection, told: Callable[[int], None]) -> tuple[list[Problem], int]:
    """What one look finds, SHOWN of it told in full, and how many rows it looked at; damage that ends it is found."""
    problems: list[Problem] = []
    more = done = 0
    try:
        for found in look(db):
            if isinstance(found, int):
                done += found
                told(done)
            elif len(problems) < SHOWN:
                problems.append(found)
            else:
                more += 1
    except contents.UNREADABLE as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error
        if code in _NOT_ITS_FAULT:
            raise
        problems.append(Problem(what, f"The {what} could not be read to the end: {error}."))
    if more:
        problems.append(Problem(what, f"… and {more} more like these."))
    return problems, done


def heed_interrupts(db: sqlite3.Connection) -> None:
    """Let Ctrl-C end a statement that runs for minutes: Python looks for signals only where its own code runs."""
    db.set_progress_handler(lambda: 0, 100_000)


def rows_of(db: sqlite3.Connection) -> dict[str, int]:
    """Name → rows of each table that is not SQLite's or the search index's own; 0 where it is damaged."""
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    tables = {}
    for name in names:
        if not name.startswith(("sqlite_", "_", "articles_fts")):
            try:
                tables[name] = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # its own name
            except sqlite3.DatabaseError:
                tables[name] = 0
    return tables


def _structure(db: sqlite3.Connection) -> Iterator[Problem]:
    size = Path(db.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0]).stat().st_size
    if size % db.execute("PRAGMA page_size").fetchone()[0]:  # SQLite takes the rest of the last page for zeros
        yield Problem("structure", f"The file was cut off: it ends amid a page, after {size} bytes.")
    for row in db.execute("PRAGMA integrity_check(1000)"):
        if row[0] != "ok":
            yield from (Problem("structure", f"SQLite says: {line}.") for line in row[0].splitlines() if line)
    there = {tuple(row) for row in db.execute(_OBJECTS)}
    if schema.is_newest(db):  # of an earlier version, what it lacks is made when it is brought up to date
        for kind, name in schema.objects():
            if (kind, name) not in there:
                yield Problem("structure", f"The {kind} {name} is not there: somebody took it out.")
    elif there.issuperset(schema.objects()):
        yield Problem("structure", "The list of migrations is not whole: somebody took one out.")


def _references(db: sqlite3.Connection) -> Iterator[Problem]:
    for table, row, other, _ in db.execute("PRAGMA foreign_key_check"):
        sentence = f"Row {row} of {table} refers to a row of {other} that is not there."
        yield Problem("references", sentence, table, row)


def _search(path: Path) -> Iterator[Problem]:
    """SQLite's own comparison of index and texts. It is a write, so it is made to a copy of the index in ``temp``."""
    with reading(path, as_it_is=True) as db:
        definition = db.execute("SELECT sql FROM sqlite_master WHERE name = 'articles_fts'").fetchone()[0]
        heed_interrupts(db)
        db.execute("PRAGMA query_only = OFF")  # it forbids to write to temp as well, which is all that is done here
        db.execute("BEGIN")
        db.execute("CREATE TEMP VIEW searchable AS SELECT * FROM main.searchable")
        db.execute(re.sub(r"(?i)^CREATE VIRTUAL TABLE\s+", "CREATE VIRTUAL TABLE temp.", definition))
        for part in ("data", "idx", "docsize", "config"):
            db.execute(f"DELETE FROM temp.articles_fts_{part}")  # noqa: S608  # one of four words
            db.execute(f"INSERT INTO temp.articles_fts_{part} SELECT * FROM main.articles_fts_{part}")  # noqa: S608
        try:
            db.execute("INSERT INTO temp.articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            yield Problem("search index", "The search index does not say what the articles say.", "articles_fts")
