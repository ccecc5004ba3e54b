"""What evidence costs, and what it finds: python -m tests.bench.verify [ARTICLES], in a temporary folder.

Times are of the processor, so that a busy machine tells the same. Prints microseconds and bytes a row of the ledger,
seconds to verify and to bring an archive of an earlier version up to date, by 100,000 articles; and of alterations,
each of one field of one record, how many were named and nothing else.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from archive import ledger, pages
from archive.check import check
from archive.database import reading
from archive.models import Page
from archive.store import Archive
from archive.tasks import Host, Outcome, Scope, Site
from archive.verify import verify
from config.models import Config, Schedule, Source
from crawler.plan import Plan
from tests.bench.archive_writes import HOSTS, NOW, article, link

ROBOTS = b"User-agent: *\nDisallow: /search\n" * 20
SEALED = {
    "articles": (
        *("url", "source", "title", "byline", "published", "published_precision", "text", "blocks", "first_seen"),
        *("removed", "paywalled"),
    ),
    "snapshots": ("url", "final_url", "fetched_at", "status", "headers", "sha256", "body", "permit"),
    "revisions": ("title", "byline", "text", "seen_at", "change"),
    "robots": ("host", "first_seen", "status", "body"),
}

CHOSEN = {"robots": " WHERE id IN (SELECT robots FROM ledger)"}
"""Table → which of its rows are sealed, if not all are."""
NAMED = {"revisions": "article"}
"""Table → the column by which its rows are named, if that is not their own id."""


def fill(path: Path, count: int) -> float:
    """An archive of articles of 600 words, pages of 60 kB, one in ten revised; seconds it took."""
    plan, kept = Plan({}, Schedule()), 0
    with Archive(path) as archive:
        archive.sync_sources(Config(sources=(Source("bench", "https://0.example/"),)), NOW)
        for number in range(HOSTS):
            name = f"{number}.example"
            archive.keep_host(Host(name, 200, ROBOTS, NOW, good_body=ROBOTS, good_at=NOW), Site(name), NOW)
        archive.enqueue([link(number) for number in range(count)], NOW)
        started, now = time.process_time(), NOW
        while batches := archive.take(now, "bench", Scope(), sites=HOSTS, batch=16):
            for task in (task for batch in batches for task in batch.tasks):
                number = int(task.url.rsplit("/", 1)[1])
                made, body = article(number)
                page = Page(task.url, task.url, 200, (("content-type", "text/html"),), body, NOW, "allowed")
                site = Site(f"{number % HOSTS}.example")
                for said in (made, replace(made, title=f"{made.title} again"))[: 1 + (number % 10 == 0)]:
                    outcome = Outcome(task, site, said, page)
                    archive.store(outcome, run=None, now=now, plan=plan, extractor="1")
                kept += 1
            for batch in batches:
                archive.release(batch.site, "bench", now)
            if kept >= count:
                break
            now += timedelta(minutes=1)
        return time.process_time() - started


def noting(count: int) -> tuple[float, float]:
    """Microseconds and bytes that a row of the ledger takes, a page's and an article's in turn."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        Archive(path).close()
        db = sqlite3.connect(path, isolation_level=None)
        db.row_factory = sqlite3.Row
        before = db.execute("PRAGMA page_count").fetchone()[0]
        rows = [_rows(number) for number in range(1, count + 1)]
        db.execute("BEGIN")
        started = time.process_time()
        for number, (page, text) in enumerate(rows, 1):
            ledger.page(db, page, NOW)
            ledger.first(db, number, text, text, NOW)
        seconds = time.process_time() - started
        db.execute("COMMIT")
        size = (db.execute("PRAGMA page_count").fetchone()[0] - before) * 4096
        db.close()
    return 1e6 * seconds / count / 2, size / count / 2


def _rows(number: int) -> tuple[dict, dict]:
    made, _ = article(number)
    url = made.url
    page = {"id": number, "url": url, "final_url": url, "fetched_at": "2026-11-24T12:00:00Z", "status": 200}
    page |= {"headers": '[["content-type", "text/html; charset=utf-8"]]' * 5, "sha256": "0" * 64}
    text = {
        "seen_at": "2026-11-24T12:00:00Z",
        "change": "first",
        "source": "s",
        "title": made.title,
        "byline": "A. Name",
        "text": made.text,
    }
    text |= {"snapshot": number, "url": url, "published": "2026-11-24T12:00:00Z", "published_precision": "second"}
    return page | {"robots": None, "permit": "allowed"}, text


def refilled(path: Path) -> float:
    """Seconds that it takes to note what an archive holds that has no ledger."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("BEGIN")
    db.execute("DELETE FROM seals")
    db.execute("DELETE FROM ledger")
    started = time.process_time()
    ledger.fill(db, datetime.now(UTC))
    seconds = time.process_time() - started
    db.execute("ROLLBACK")
    db.close()
    return seconds


def found(path: Path, tries: int, seed: int = 1) -> list[tuple[str, str, bool]]:
    """(table, column, whether it was named, and nothing else) of alterations made one at a time, and undone."""
    chance = random.Random(seed)
    results = []
    for _ in range(tries):
        table = chance.choice(list(SEALED))
        column = chance.choice(SEALED[table])
        number, before = chance.choice(_rows_of(path, f"SELECT id, {column} FROM {table}{CHOSEN.get(table, '')}"))
        ((named,),) = _rows_of(path, f"SELECT {NAMED.get(table, 'id')} FROM {table} WHERE id = {number}")
        set_ = f"UPDATE {table} SET {column} = ? WHERE id = {number}"
        told = _page(path, number) if column == "body" and table == "snapshots" else None
        _rows_of(path, set_, altered(before, chance))
        if told and told == _page(path, number):  # a bit of the packing that says nothing
            _rows_of(path, set_, before)
            continue
        problems = verify(path).problems
        _rows_of(path, set_, before)
        results.append((table, column, {problem.id for problem in problems} == {named}))
    return results


def _page(path: Path, snapshot: int) -> bytes | None:
    """A page's bytes; None where they cannot be had."""
    with reading(path) as db:
        try:
            return pages.load(db, snapshot).body
        except ValueError:
            return None


def _rows_of(path: Path, sql: str, *args: object) -> list[tuple]:
    db = sqlite3.connect(path, isolation_level=None)
    rows = db.execute(sql, args).fetchall()
    db.close()
    return rows


def altered(value: str | int | bytes | None, chance: random.Random) -> str | int | bytes:
    """With one letter, byte or unit more or other."""
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "2026-11-24T12:00:00Z"
    at = chance.randrange(len(value) or 1)
    if isinstance(value, bytes):
        return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]
    return value[:at] + chance.choice("etaoin ") + value[at:]


def timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main(count: int, tries: int = 300) -> None:
    micros, size = noting(min(count, 20_000))
    print(f"a row of the ledger: {micros:.1f} µs, {size:.0f} bytes")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        fill(path, count)
        by = 100_000 / count
        print(f"note what {count:,} articles and their pages are: {refilled(path) * by:.1f} s by 100,000")
        for name, work in {"verify": verify, "verify --quick": partial(verify, quick=True), "check": check}.items():
            print(f"{name}: {timed(lambda work=work: work(path)) * by:.1f} s by 100,000")
        small = Path(folder) / "small.db"
        fill(small, 40)
        results = found(small, tries)
        print(
            f"alterations of one field: {sum(named for *_, named in results)} of {len(results)} named, and nothing else"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
