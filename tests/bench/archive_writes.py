"""How fast the archive is: python -m tests.bench.archive_writes [LINKS], in a new archive in a temporary folder.

Prints rates and milliseconds, to be compared with those of an earlier version on the same machine.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.database import reading
from archive.models import Article, Block, Inline, Kind, Link, Page, Precision, Stamp
from archive.read import articles, search
from archive.status import status
from archive.store import Archive
from archive.tasks import Outcome, Scope, Site
from config.models import Config, Schedule, Source
from crawler.plan import Plan

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOSTS = 50
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "mel", "ton", "ving")]
TEMPLATE = " ".join(random.Random(0).choices(WORDS, k=12_000)).encode()  # 60 kB that all pages share


def link(number: int) -> Link:
    published = Stamp(NOW - timedelta(minutes=number), Precision.SECOND, "feed")
    return Link(f"https://{number % HOSTS}.example/{number}", "bench", "https://0.example/feed", "A title", published)


def article(number: int) -> tuple[Article, bytes]:
    chance = random.Random(number)  # the same at every run
    text = [" ".join(chance.choices(WORDS, k=60)) for _ in range(10)]
    blocks = tuple(Block(Kind.PARAGRAPH, (Inline(part),)) for part in text)
    published = link(number).published
    made = Article(link(number).url, " ".join(text[0].split()[:8]), ("A. Name",), published, tags=("x",), blocks=blocks)
    return made, TEMPLATE + "".join(text).encode()


def timed(what: str, work: Callable[[], object], count: int = 1) -> None:
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{what:44} {count / seconds:10,.0f} /s {1000 * seconds / count:10.3f} ms")


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "bench.db") as archive:
        archive.sync_sources(Config(sources=(Source("bench", "https://0.example/"),)), NOW)
        links = [link(number) for number in range(count)]
        parts = [links[n : n + 5000] for n in range(0, count, 5000)]
        timed("new links, 5,000 at a time", lambda: [archive.enqueue(part, NOW) for part in parts], count)
        parts = [links[n : n + 100] for n in range(0, min(count, 10_000), 100)]
        timed("100 links seen before", lambda: [archive.enqueue(part, NOW) for part in parts], len(parts))
        batches = []
        timed("take 32 sites' batches", lambda: batches.extend(archive.take(NOW, "bench", Scope(), sites=32)))
        timed("what is pending", lambda: archive.pending(Scope(), NOW))
        tasks = [task for batch in batches for task in batch.tasks]

        def store() -> None:
            for number, task in enumerate(tasks):
                made, body = article(int(task.url.rsplit("/", 1)[1]))
                page = Page(task.url, task.url, 200, (("content-type", "text/html"),), body, NOW)
                outcome = Outcome(task, Site(f"{number % HOSTS}.example"), made, page)
                archive.store(outcome, run=None, now=NOW, plan=Plan({}, Schedule()), extractor="1")

        timed("new articles of 600 words, pages of 60 kB", store, len(tasks))
        timed("the same pages again", store, len(tasks))
        with reading(archive.path) as db:
            timed("search", lambda: search(db, "banton OR dumel fen*"))
            timed("status", lambda: status(db, NOW))
            timed("read for export", lambda: list(articles(db)), len(tasks))
            kept, size = db.execute("SELECT sum(length(body)), sum(size) FROM snapshots").fetchone()
        print(f"pages kept in 1/{size / kept:.0f} of their size")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
