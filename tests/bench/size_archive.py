"""What pages take in an archive, as tests.bench.size asks: stored as a crawl stores them, and compacted."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from archive import pages
from archive.compact import LEVEL, Options, compact
from archive.database import connect, reading, transaction
from archive.models import Page

Headers = tuple[tuple[str, str], ...]


class Sent(Protocol):
    """A page as it came."""

    @property
    def url(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def at(self) -> datetime: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What an archive makes of all pages."""

    later: int
    """Pages that are not the first of their site."""
    packed: int
    """All, with the dictionaries."""
    file: int
    """By which the file is larger than an empty one: with headers, rows, indexes and the ledger, too."""
    pack: float
    """Milliseconds of CPU to store a page: with its SHA-256, its row and its line in the ledger; or to compact it."""
    cold: float
    """Likewise to read one, with its dictionary."""


def kept(sites: Sequence[list[Sent]], level: int) -> dict[str, Kept]:
    """The same pages, those of all sites by turns."""
    rows = [(at, page) for site in sites for at, page in enumerate(site)]
    order = [page for _, page in sorted(rows, key=lambda row: row[0])]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "size.db"
        with closing(connect(path)) as db:
            empty = _size(db)
            begun = time.process_time()
            for page in order:
                with transaction(db):
                    pages.save(db, Page(page.url, page.url, 200, page.headers, page.body, page.at), page.at)
            stored = 1000 * (time.process_time() - begun) / len(order)
        firsts = {site[0].url for site in sites}
        by_crawl = _kept(path, stored, empty, order, firsts)
        begun = time.process_time()
        compact(path, Options(level or LEVEL), lambda: datetime.now(UTC))
        spent = 1000 * (time.process_time() - begun) / len(order)
        return {"the archive": by_crawl, f"compacted, level {level or LEVEL}": _kept(path, spent, empty, order, firsts)}


def _size(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0])


def _kept(path: Path, pack: float, empty: int, order: list[Sent], firsts: set[str]) -> Kept:
    with reading(path) as db:
        sizes = db.execute("SELECT url, length(body) FROM snapshots").fetchall()
        bodies, later = sum(size for _, size in sizes), sum(size for url, size in sizes if url not in firsts)
        dictionaries = db.execute("SELECT coalesce(sum(length(body)), 0) FROM dictionaries").fetchone()[0]
        begun = time.process_time()
        for number, page in enumerate(order, 1):
            found = pages.load(db, number)
            assert found is not None
            assert found.body == page.body
        cold = 1000 * (time.process_time() - begun) / len(order)
        return Kept(later, bodies + dictionaries, _size(db) - empty, pack, cold)
