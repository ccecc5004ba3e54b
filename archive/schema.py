"""The archive's tables: append-only migrations. A released migration is never edited; a change is a new one.

Times are UTC, ISO 8601, to the second with a ``Z`` (``2026-11-24T08:15:00Z``), so that text order is time order;
``published`` and ``modified`` are cut to their precision (``2026-11-24`` for a day: turning a day into an
instant would move it over midnight). Names are plain and foreign keys real, so that Datasette shows labels.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlite_utils import Database, Migrations

from archive import clusters, ledger, signatures, sites
from archive.dedupe import mark
from archive.tables import alarms, evidence, first, identity, learning, memory, reextraction
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
