"""What learning costs on pages as publishers send them: python -m tests.bench.learning [--pages 500] [--data FOLDER].

Labelled pages (see tests.bench.sets), in any order, as if one paper had printed them all, a hundred a day: nothing but
what they repeat among each other is learned, and all of it is looked for. The first turn fills what a process keeps in
mind of a template, the second is timed. Prints the CPU time that extraction takes, and learning.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.models import Article, Link
from archive.store import Archive
from archive.tasks import Outcome, Scope
from config.models import Config, Source
from crawler import __version__
from tests.archive.kept import Fixed
from tests.bench.papers.press import OWNER, Clock, reads, timed
from tests.bench.sets import bench_folder, labelled

SETS = ("fundus", "wcxb", "trafilatura", "readability")
A_DAY = 100
PAPER = Source("paper", "https://paper.example/")
START = datetime(2026, 11, 2, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.learning", description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--data", type=Path, default=bench_folder(), help="the folder of labelled pages")
    options = parser.parse_args(arguments)
    if not (options.data / "data").is_dir():
        parser.error(f"there are no labelled pages in {options.data}")
    pages = [page.html.encode("utf-8", "replace") for name in SETS for page in labelled(options.data, name)]
    random.Random(1).shuffle(pages)
    for _ in range(2):
        clock = Clock(runs=True)
        with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "bench.db") as archive, timed(clock):
            store(archive, pages[: options.pages], clock)
    reading, learning = clock.milliseconds
    print(f"learning took {learning:.3f} ms of CPU a page, {clock.share:.1%} of extraction's {reading:.2f} ms")
    return 0


def store(archive: Archive, pages: list[bytes], clock: Clock) -> None:
    """Read all pages, and keep those that are articles."""
    archive.sync_sources(Config(sources=(PAPER,)), START)
    plan = Fixed(again=lambda *_: None)
    for number, body in enumerate(pages):
        url, now = f"{PAPER.home}{number}", START + timedelta(days=number // A_DAY)
        run = number // A_DAY + 1
        if number % A_DAY == 0:
            archive.start_run("crawl", now)
        said = reads(clock, body, url, None, now)
        if isinstance(said, Article):
            archive.enqueue([Link(url, PAPER.name, PAPER.home)], now)
            (batch,) = archive.take(now, OWNER, Scope(), sites=1)
            outcome = Outcome(batch.tasks[0], batch.site, replace(said, url=url))
            archive.store(outcome, run=run, now=now, plan=plan, extractor=__version__)
            archive.release(batch.site, OWNER, now)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
