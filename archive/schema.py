"""The archive's tables: append-only migrations. A released migration is never edited; a change is a new one.

Times are UTC, ISO 8601, to the second with a ``Z`` (``2026-11-24T08:15:00Z``), so that text order is time order;
``published`` and ``modified`` are cut to their precision (``2026-11-24`` for a day: turning a day into an
instant would move it over midnight). Names are plain and foreign keys real, so that Datasette shows labels.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache

from sqlite_utils import Database, Migrations

from archive import clusters, ledger, signatures, sites, snapshots, spaced
from archive.connection import Connection
from archive.dedupe import mark
from archive.tables import (
    alarms,
    compaction,
    evidence,
    first,
    identity,
    imports,
    inbox,
    learning,
    memory,
    reading,
    reextraction,
    watching,
)
from archive.tables import sites as site_tables

migrations = Migrations("cuttings")


@migrations()
def m001_first(db: Database) -> None:
    for script in (first.TABLES, first.INDEXES, first.SEARCH):
        db.executescript(script)


@migrations()
def m002_sites(db: Database) -> None:
    db.conn.create_function("site_of", 1, sites.site)
    for script in (site_tables.TABLES, site_tables.FILLED, site_tables.DUE):
        db.executescript(script)


@migrations()
def m003_memory(db: Database) -> None:
    db.conn.create_function("mark_of", 1, mark, deterministic=True)
    db.conn.create_function("marks_of", 1, lambda text: json.dumps(signatures.sign(text).marks[: clusters.KEPT]))
    for script in (
        memory.COLUMNS,
        memory.VIEWS,
        learning.TABLES,
        reextraction.TABLES,
        identity.TABLES,
        identity.FILLED,
        alarms.TABLES,
        evidence.TABLES,
    ):
        db.executescript(script)
    ledger.fill(db.conn, datetime.now(UTC))


@migrations()
def m004_reading(db: Database) -> None:
    db.conn.create_function("spaced_of", 1, spaced.spaced, deterministic=True)
    db.conn.create_function("has_unspaced", 1, spaced.has_unspaced, deterministic=True)
    for script in (reading.TABLES, reading.FILLED, reading.INDEXES, reading.TRIGGERS, watching.TABLES):
        db.executescript(script)


@migrations()
def m005_compaction(db: Database) -> None:
    db.executescript(compaction.TABLES)


@migrations()
def m006_inbox(db: Database) -> None:
    db.conn.create_function("packed_of", 1, snapshots.compress)
    db.executescript(inbox.COLUMNS)


@migrations()
def m007_imports(db: Database) -> None:
    db.executescript(imports.TABLES)


def is_newest(db: sqlite3.Connection) -> bool:
    """Whether an archive has all migrations."""
    return not migrations.pending(Database(db, recursive_triggers=False, execute_plugins=False))


@cache
def objects() -> tuple[tuple[str, str], ...]:
    """(``table``, ``view``, ``index`` or ``trigger``; name) of all that the newest archive has."""
    db = sqlite3.connect(":memory:", factory=Connection)
    db.row_factory = sqlite3.Row
    with closing(db):
        migrations.apply(Database(db, recursive_triggers=False, execute_plugins=False))
        sql = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type DESC, name"
        return tuple((row["type"], row["name"]) for row in db.execute(sql))
