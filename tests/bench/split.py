"""What it takes to split an archive: python -m tests.bench.split [ARTICLES], in a temporary folder.

An archive of ten years and twelve sources, articles of 600 words with pages of 60 kB, one in ten revised. Prints, for
the parts of either kind, articles and megabytes a second with all checks, and the memory that the command took. Times
are of the processor, so that a busy machine tells the same.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from archive.models import Link, Page, Precision, Stamp
from archive.store import Archive
from archive.tasks import Host, Outcome, Scope, Site
from config.models import Config, Schedule, Source
from crawler.plan import Plan
from tests.bench.archive_writes import NOW, article
from tests.bench.verify import ROBOTS

YEARS, SOURCES = 10, 12


def fill(path: Path, count: int) -> None:
    """The archive, by the path that a crawl takes."""
    plan = Plan({}, Schedule())
    names = [f"paper{number}" for number in range(SOURCES)]
    with Archive(path) as archive:
        archive.sync_sources(Config(sources=tuple(Source(name, f"https://{name}.example/") for name in names)), NOW)
        for name in names:
            host, site = f"{name}.example", Site(f"{name}.example")
            archive.keep_host(Host(host, 200, ROBOTS, NOW, good_body=ROBOTS, good_at=NOW), site, NOW)
        archive.enqueue([_link(number, count) for number in range(count)], NOW)
        kept, now = 0, NOW
        while kept < count:
            batches = archive.take(now, "bench", Scope(), sites=SOURCES, batch=100)
            for task in (task for batch in batches for task in batch.tasks):
                number = int(task.url.rsplit("/", 1)[1])
                made, body = article(number)
                made = replace(made, url=task.url, published=_link(number, count).published)
                page = Page(task.url, task.url, 200, (("content-type", "text/html"),), body, NOW, "allowed")
                for said in (made, replace(made, title=f"{made.title} again"))[: 1 + (number % 10 == 0)]:
                    outcome = Outcome(task, Site(f"{task.source}.example"), said, page)
                    archive.store(outcome, run=None, now=now, plan=plan, extractor="1")
                kept += 1
            for batch in batches:
                archive.release(batch.site, "bench", now)
            now += timedelta(minutes=1)


def _link(number: int, count: int) -> Link:
    at = NOW - timedelta(days=365 * YEARS * number / count)
    name = f"paper{number % SOURCES}"
    url = f"https://{name}.example/{number}"
    return Link(url, name, f"https://{name}.example/feed", "A title", Stamp(at, Precision.SECOND, "feed"))


def run(path: Path, into: Path, by: str) -> tuple[float, int, dict]:
    """Seconds of the processor, kilobytes of memory, and what the command said."""
    out = into.with_suffix(".json")
    command = [sys.executable, "-m", "crawler", "split", "--by", by, str(into), "--db", str(path), "--json"]
    child = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, str(out), os.O_WRONLY | os.O_CREAT, 0o600)],
    )
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, json.loads(out.read_text())


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        fill(path, count)
        size = path.stat().st_size / 1e6
        print(f"{count:,} articles, {size:,.0f} MB")
        for by in ("year", "source"):
            seconds, memory, made = run(path, Path(folder) / by, by)
            print(
                f"by {by}: {len(made['parts'])} parts, {count / seconds:,.0f} articles and {size / seconds:.0f} MB"
                f" a second, {memory / 1000:.0f} MB of memory"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
