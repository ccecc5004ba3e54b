"""What an archive costs as it grows: python -m tests.bench.archive [--sizes 10000,100000,1000000] [--archive FILE].

An invented archive (tests.bench.reading_world: a million articles take 15 minutes and 10 GB, once) with 10,000 sources
more. At each size, in a process of its own: the CPU time of storing an article by the path's own calls, from the
queue to its release (with a page of 60 kB, of a site met before); "have I seen these 100 links"; which sites are due,
of 10,000, and to take 128 of them; whether a text is there already; the memory of the process that did it. Then the
time of a backup, of a check, quick and full, and of the first search with nothing of the file in the machine's memory.
``--archive`` measures a file that is there, which gets some articles more.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from archive import clusters, turns
from archive.backup import backup
from archive.check import check
from archive.database import reading
from archive.models import Article, Block, Inline, Kind, Link, Page, Precision, Stamp
from archive.read import search
from archive.store import Archive
from archive.tasks import Outcome, Scope
from archive.times import iso
from config.models import Config, Source
from crawler import __version__
from crawler.plan import Plan
from tests.bench import reading_world as world
from tests.bench.sets import ROOT

SIZES = (10_000, 100_000, 1_000_000)
SOURCES, SITES = 10_000, 20
"""Sources in all, and those whose pages are stored."""
STORED, WARM = 400, 80
LINKS = 100
CONFIG = Config(
    sources=tuple(
        Source(f"site{n}", f"https://site{n}.example/", feeds=(f"https://site{n}.example/feed",))
        for n in range(SOURCES)
    )
)
TEMPLATE = "".join(
    f'<li class="c{n:x}"><a href="/topic/{n * 7919 % 9973}">{n * 104729:x}</a></li>' for n in range(1_300)
)


class Desk:
    """Stores articles as a crawl does, and counts what that takes."""

    def __init__(self, archive: Archive, now: datetime) -> None:
        self.archive, self.now = archive, now
        self.plan = Plan({source.name: source for source in CONFIG.sources}, CONFIG.schedule)
        self._made, self._stamp = world.World(1, seed=now.microsecond), f"{now:%Y%m%d%H%M%S%f}"

    def cpu(self) -> float:
        """Seconds of the archive's writer thread."""
        return self.archive.begin(time.thread_time).result()

    def links(self, count: int) -> list[Link]:
        at = Stamp(self.now, Precision.SECOND, "feed")
        urls = [f"https://site{n % SITES}.example/{self._stamp}-{n}.html" for n in range(count)]
        return [
            Link(url, f"site{n % SITES}", f"https://site{n % SITES}.example/feed", "", at) for n, url in enumerate(urls)
        ]

    def store(self, links: list[Link]) -> None:
        """From the queue until their sites are released; pages that are read at the same time are written together."""
        left = {link.url for link in links}
        while left:
            batches = self.archive.take(self.now, "bench", Scope(), sites=SITES)
            for turn in range(max(len(batch.tasks) for batch in batches)):
                group = [(batch, batch.tasks[turn]) for batch in batches if turn < len(batch.tasks)]
                read = [(batch, task, *self._read(task.url)) for batch, task in group]
                received = [
                    self.archive.begin(lambda b=b, t=t, p=p: self.archive.receive(t, p, b.site, self.now))
                    for b, t, _, p in read
                ]
                for one in received:
                    one.result()
                stored = [
                    self.archive.begin(lambda b=b, t=t, a=a, p=p: self._store(Outcome(t, b.site, a, p)))
                    for b, t, a, p in read
                ]
                for one in stored:
                    one.result()
                left -= {task.url for _, task in group}
            for batch in batches:
                self.archive.release(batch.site, "bench", self.now)

    def _store(self, outcome: Outcome) -> None:
        self.archive.store(outcome, run=None, now=self.now, plan=self.plan, extractor=__version__)

    def _read(self, url: str) -> tuple[Article, Page]:
        title, text = self._made.article(0)
        parts = text.split("\n\n")
        blocks = tuple(Block(Kind.PARAGRAPH, (Inline(part),)) for part in parts)
        at = Stamp(self.now, Precision.SECOND, "json-ld:datePublished")
        html = (
            f"<title>{title}</title><ul>{TEMPLATE}</ul>"
            + "".join(f"<p>{part}</p>" for part in parts)
            + "</body></html>"
        )
        page = Page(url, url, 200, (("content-type", "text/html; charset=utf-8"),), html.encode(), self.now)
        return Article(url=url, title=title, authors=("Some One",), published=at, language="en", blocks=blocks), page

    def text(self) -> str:
        return self._made.article(0)[1]


def peak() -> float:
    """The most memory that this process has had, in megabytes; getrusage would count what began it, too."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def timed(work: Callable[[], object], times: int = 21) -> float:
    """Milliseconds at the median."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def stores(path: Path) -> dict[str, float]:
    """What a process that works on the archive takes."""
    now = datetime.now(UTC)
    with Archive(path) as archive:
        archive.sync_sources(CONFIG, now - timedelta(days=1))
        archive._writer.do(lambda db: db.execute("UPDATE feeds SET due_at = ?", [iso(now + timedelta(days=1))]))
        desk = Desk(archive, now)
        links = desk.links(STORED)
        archive.enqueue(links[:WARM], now)
        desk.store(links[:WARM])
        archive.enqueue(links[WARM:], now)
        before = desk.cpu()
        desk.store(links[WARM:])
        store = 1000 * (desk.cpu() - before) / (STORED - WARM)
        seen = timed(lambda: archive.enqueue(links[:LINKS], now))
        idle = timed(lambda: archive.take(now, "bench", Scope(), sites=128))

        archive.begin(lambda: archive.wake(Scope(), now)).result()
        look = timed(lambda: archive._writer.do(lambda db: turns._free(db, now, Scope(), timedelta(minutes=3), 178)))
        took = []
        for _ in range(5):
            began = time.perf_counter()
            batches = archive.take(now, "bench", Scope(), sites=128)
            took.append(1000 * (time.perf_counter() - began))
            for batch in batches:
                archive.release(batch.site, "bench", now)
    with reading(path) as db:
        texts = [desk.text() for _ in range(40)]
        known = [row[0] for row in db.execute("SELECT text FROM articles ORDER BY id DESC LIMIT 40")]
        near = sorted(timed(lambda text=text: clusters.near(db, text), 3) for text in [*texts, *known])
    return {
        "store, ms of CPU": store,
        "100 links seen, ms": seen,
        "nothing due, ms": idle,
        "which of 10,000 due, ms": look,
        "take 128 of them, ms": median(took),
        "near copies, ms": median(near),
        "memory, MB": peak(),
    }


def first(path: Path) -> dict[str, float]:
    """The first search of a process."""
    began = time.perf_counter()
    with reading(path) as db:
        opened = time.perf_counter()
        search(db, random.choice(("mina", "tolu", "vesa", "runo")), limit=20)
    return {"open, ms": 1000 * (opened - began), "first search, ms": 1000 * (time.perf_counter() - opened)}


def forget(path: Path) -> None:
    """Have the machine forget what it has of the file in memory."""
    os.sync()
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def apart(what: str, path: Path) -> dict[str, float]:
    """In a process of its own."""
    command = [sys.executable, "-m", "tests.bench.archive", "--only", what, "--archive", str(path)]
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)


def measure(path: Path, copy: Path) -> dict[str, float]:
    found = {"file, MB": path.stat().st_size / 1e6, **apart("stores", path)}
    forget(path)
    found |= {f"{name}, cold": value for name, value in apart("first", path).items()} | apart("first", path)
    for name, work in (
        ("backup, s", lambda: backup(path, copy, force=True)),
        ("check --quick, s", lambda: check(path, quick=True)),
        ("check, s", lambda: check(path)),
    ):
        began = time.perf_counter()
        work()
        found[name] = time.perf_counter() - began
    copy.unlink()
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.archive", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--only", choices=("stores", "first"), help="one part, as JSON")
    options = parser.parse_args(arguments)
    if options.only:
        print(json.dumps(stores(options.archive) if options.only == "stores" else first(options.archive)))
        return 0
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        path = options.archive or Path(temporary, "a.db")
        copy = path.with_name("copy.db")
        if options.archive:
            results["as it is"] = measure(path, copy)
        else:
            sizes = tuple(map(int, options.sizes.split(",")))
            for size in world.grown(path, sizes):
                if size != max(sizes):  # what is stored meanwhile would be in the way of what is still to come
                    shutil.copyfile(path, grown := path.with_name("grown.db"))
                results[f"{size:,}"] = measure(path if size == max(sizes) else grown, copy)
    print(f"{'':28}" + "".join(f"{size:>12}" for size in results))
    for name in next(iter(results.values())):
        print(f"{name:28}" + "".join(f"{found[name]:12,.2f}" for found in results.values()))
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
