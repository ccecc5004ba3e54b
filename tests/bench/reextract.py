"""How fast stored pages are read anew: python -m tests.bench.reextract [PAGES].

Fills an archive with the pages of tests/pages and of a publisher, each under many addresses, as an earlier version left
them, and reads them anew on all cores, then on one. Prints pages a second and their ratio, how long the longest
transaction kept others from writing, and the most memory that the process that writes took.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.models import Link, Page
from archive.store import Archive
from archive.tasks import Outcome, Scope, Site
from config.models import Config, Schedule, Source
from crawler import reextract
from crawler.extract import extract
from crawler.plan import Plan
from tests.earlier import spoil
from tests.publisher import Story

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOME = "https://town.example/"


@dataclass(frozen=True)
class Report:
    pages: int
    changed: int
    seconds: float
    writes: float
    """The longest transaction, in seconds."""
    megabytes: float
    cpu: float
    """Seconds of processor that the process took which loads, compares and writes."""
    cpu_workers: float


def fill(db: Path, pages: int) -> None:
    samples = [path.read_bytes() for path in sorted(Path("tests/pages").glob("*.html"))]
    samples = [page for page in samples if not hasattr(extract(page, HOME), "reason")]
    with Archive(db) as archive:
        archive.sync_sources(Config(sources=(Source("town", HOME),)), NOW)
        archive.enqueue([Link(f"{HOME}{number}", "town", HOME) for number in range(pages)], NOW)
        left = pages
        while left:
            (batch,) = archive.take(NOW, "bench", Scope(), sites=1, batch=500)
            for task in batch.tasks:
                number = int(task.url.rsplit("/", 1)[1])
                # Every other one a page of a few paragraphs, every other one of the hand-written, some with much else.
                body = Story(number).html().encode() if number % 2 else samples[number // 2 % len(samples)]
                body = body.replace(b"canonical", b"x-canonical").replace(b"og:url", b"x:url")
                page = Page(task.url, task.url, 200, (("content-type", "text/html"),), body, NOW)
                read = extract(body, task.url, content_type="text/html", link=task.link, fetched_at=NOW)
                outcome = Outcome(task, Site("town.example"), read, page)
                archive.store(outcome, run=None, now=NOW, plan=Plan({}, Schedule()), extractor="0.0")
            left -= len(batch.tasks)
            archive.release(batch.site, "bench", NOW)
    spoil(db)


def measure(db: Path) -> Report:
    """In this process and its workers."""
    import threading

    from archive.outdated import Choice
    from crawler import __version__
    from crawler.pool import Pool

    longest = 0.0
    put = reextract.Writing.put

    def timed(self, batch):
        nonlocal longest
        started = time.perf_counter()
        done = put(self, batch)
        longest = max(longest, time.perf_counter() - started)
        return done

    reextract.Writing.put = timed
    try:
        with Archive(db) as archive, Pool(20) as pool:
            started, began = time.perf_counter(), time.process_time()
            done = reextract.reextract(archive, Choice(__version__, {}), pool, threading.Event(), lambda *_: None)
            seconds = time.perf_counter() - started
    finally:
        reextract.Writing.put = put
    counts = done.effects.total
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = [one.ru_utime + one.ru_stime for one in (own, workers)]
    return Report(counts.looked, counts.changed, seconds, longest, own.ru_maxrss / 1024, cpu[0] - began, cpu[1])


def apart(db: Path, cores: set[int]) -> Report:
    """In a process of its own that may use these cores alone."""
    command = [sys.executable, "-m", "tests.bench.reextract", "--measure", str(db), *map(str, cores)]
    return Report(**json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def main(pages: int = 4_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "archive.db")
        fill(db, pages)
        copy = Path(folder, "copy.db")
        shutil.copy(db, copy)
        cores = os.sched_getaffinity(0)
        all_, one = apart(db, cores), apart(copy, {min(cores)})
    rate, alone = all_.pages / all_.seconds, one.pages / one.seconds
    print(f"pages read anew              {all_.pages:10,}, of which {all_.changed:,} changed")
    print(f"on {len(cores)} cores                   {rate:10,.0f} pages/s")
    print(f"on one                       {alone:10,.0f} pages/s")
    print(f"ratio                        {rate / alone:10.2f}")
    busy, work = 1000 * all_.cpu / all_.pages, 1000 * all_.cpu_workers / all_.pages
    print(f"processor, a page            {work:10.1f} ms in the workers, {busy:.1f} ms in the process that writes")
    print(f"so at most on many cores     {1000 / busy:10,.0f} pages/s")
    print(f"longest transaction          {1000 * all_.writes:10.0f} ms, of {reextract.BATCH} texts at most")
    print(f"memory of who writes         {all_.megabytes:10.0f} MB at most")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        os.sched_setaffinity(0, set(map(int, sys.argv[3:])))
        print(json.dumps(asdict(measure(Path(sys.argv[2])))))
    else:
        main(*map(int, sys.argv[1:]))
