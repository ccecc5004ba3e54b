"""What it costs to know a text again: python -m tests.bench.identity_lookup [ARTICLES], by default 1,000,000.

An archive gets the marks of as many invented texts, in the order in which they would have come, and the addresses of as
many articles. Prints the time of a look-up (with the texts compared that are alike), warm and with nothing of the file
in memory, the processor time that a new article costs, and the bytes of an article in the index.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archive import addresses, clusters
from archive.database import connect, transaction
from archive.signatures import sign
from tests.bench.identity_texts import Editor, Event, Language

REAL = 300
"""Articles with a text, whose copies are looked up; the others have marks alone."""
PHRASES = 40_000
"""Marks that many texts have, a tenth of all."""
STEP = 2_000
WORDS = 600


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of the processor at the median and the 95th percentile; ``cold`` is those of waiting for a disk."""

    articles: int
    warm: tuple[float, float]
    copy: tuple[float, float]
    """Of a text that is a copy of one that is there."""
    cold: tuple[float, float]
    address: tuple[float, float]
    new: float
    """Microseconds of the processor to sign a text and to note its marks."""
    bytes: float
    """Of an article's rows in ``shingles``."""


def fill(db: sqlite3.Connection, articles: int, chance: random.Random) -> None:
    """The same as at so many stores: no mark is noted more often than it may be."""
    phrases = [chance.randrange(-(1 << 31), 1 << 31) for _ in range(PHRASES)]
    db.execute("PRAGMA cache_size = -400000")
    db.execute("PRAGMA foreign_keys = OFF")
    for start in range(0, articles, STEP):
        rows = []
        for article in range(start, start + STEP):
            marks = [chance.randrange(-(1 << 31), 1 << 31) for _ in range(clusters.KEPT)]
            if start < clusters.CROWDED * PHRASES // clusters.KEPT * 10:
                marks = [chance.choice(phrases) if chance.random() < 0.1 else mark for mark in marks]
            rows += [(mark, article + 1_000_000_000) for mark in marks]
        urls = [f"https://news.example/{chance.getrandbits(48):x}-a-headline-of-some-words" for _ in range(STEP)]
        with transaction(db):
            db.executemany("INSERT OR IGNORE INTO shingles (mark, article) VALUES (?, ?)", rows)
            db.executemany(
                "INSERT OR IGNORE INTO addresses (url, kind, first_seen, last_seen) VALUES (?, 'canonical', '', '')",
                [(url,) for url in urls],
            )
    with transaction(db):
        db.execute(
            "DELETE FROM shingles WHERE mark IN (SELECT mark FROM shingles GROUP BY mark HAVING count(*) > ?)",
            [clusters.CROWDED],
        )


def forget(path: Path) -> None:
    """Let the system forget what it holds of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def timed(work: Callable[[], object], clock: Callable[[], float] = time.thread_time) -> float:
    began = clock()
    work()
    return 1000 * (clock() - began)


def shares(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return round(statistics.median(ordered), 3), round(ordered[int(0.95 * len(ordered))], 3)


def measure(articles: int, looks: int = REAL) -> Cost:
    chance = random.Random(7)
    language = Language("latin", chance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.db")
        db = connect(path)
        pages = "SELECT sum(pgsize) FROM dbstat WHERE name = 'shingles'"
        fill(db, articles, chance)
        held = (
            db.execute(pages).fetchone()[0] / db.execute("SELECT count(DISTINCT article) FROM shingles").fetchone()[0]
        )
        copies = _stored(db, language)
        fresh = [Event(language).report(WORDS).text for _ in range(looks)]
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.close()
        db = connect(path)  # with as little memory as a crawl's
        for text in fresh[:20]:
            clusters.near(db, text)
        warm = [timed(lambda text=text: clusters.near(db, text)) for text in fresh]
        copied = [timed(lambda text=text: clusters._nearest(db, clusters.near(db, text))) for text in copies]
        asked = [[f"https://news.example/{n:x}-else", f"https://news.example/amp/{n:x}"] for n in range(looks)]
        address = [timed(lambda urls=urls: addresses.known(db, urls)) for urls in asked]
        new = _new(db, [Event(language).report(WORDS).text for _ in range(looks)])
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        db.close()
        cold = [_cold(path, text) for text in fresh[: looks // 4]]
    return Cost(articles, shares(warm), shares(copied), shares(cold), shares(address), new, round(held, 1))


def _stored(db: sqlite3.Connection, language: Language) -> list[str]:
    copies = []
    with transaction(db):
        db.execute("INSERT INTO sources (name, home, added) VALUES ('a', '', '')")
        for number in range(1, REAL + 1):
            event = Event(language)
            base = event.report(WORDS)
            copies.append(Editor(event).scattered(base).text)
            db.execute(
                "INSERT INTO articles (id, source, url, title, text, blocks, word_count, content_hash, first_seen,"
                " last_seen, quality, flags, evidence, dropped, extractor)"
                " VALUES (?, 'a', ?, '', ?, '[]', 0, '', '', '', 1, '[]', '{}', '[]', '')",
                [number, f"https://a.example/{number}", base.text],
            )
            clusters.join(db, number, clusters.near(db, base.text))
    return copies


def _cold(path: Path, text: str) -> float:
    """A look-up where the machine has just been started, but for the tables' definitions."""
    forget(path)
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    took = timed(lambda: clusters.near(db, text), time.perf_counter)
    db.close()
    return took


def _new(db: sqlite3.Connection, texts: list[str]) -> float:
    """Without the writing of the pages at the end of the transaction, which an article has anyway."""
    spent = []
    for number, text in enumerate(texts, 2_100_000_000):
        with transaction(db):
            began = time.thread_time()
            signature = sign(text)
            clusters._note(db, number, clusters.Near(signature, tuple(signature.marks[: clusters.KEPT])))
            spent.append(1_000_000 * (time.thread_time() - began))
    return round(statistics.median(spent))


def main(*args: str) -> int:
    cost = measure(int(args[0]) if args else 1_000_000)
    print(f"{cost.articles:,} articles, texts of {WORDS} words; milliseconds at the median and the 95th percentile:")
    print(
        f"  look-up of a text {cost.warm}, with its copy compared {cost.copy}, nothing in memory {cost.cold} of waiting"
    )
    print(f"  look-up of two addresses {cost.address}")
    print(f"  a new article costs {cost.new} µs of CPU and {cost.bytes} bytes in the index")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
