"""Where the time of a page goes: python -m tests.bench.stages [--kind papers] [--profile fetch|store|read].

Crawls the web of ``tests.bench.pipeline`` in this process and prints the CPU time a page of each of its threads and
processes: the event loop (fetching, and all that holds the path together), the archive's one writer, the threads that
hand pages to readers, the readers, and what else there is. ``--profile`` runs one of them under cProfile, whose own
cost is in what it prints.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from archive.writer import Writer
from config.load import load
from crawler.once import all_sources, crawl_once
from tests.bench.pipeline import configure, web
from tests.bench.web import KINDS

STAGES = {"MainThread": "event loop", "archive": "writer", "reader": "handing pages over", "asyncio": "other threads"}


class Meter:
    """CPU seconds by stage, taken while its threads still live."""

    def __init__(self, total: int) -> None:
        self.stages: Counter[str] = Counter()
        self._left = total

    def __call__(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.take()

    def take(self) -> None:
        for thread in threading.enumerate():
            name = thread.name.partition("_")[0]
            nanoseconds = int(Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text().split()[0])
            self.stages[STAGES.get(name, "other threads")] += nanoseconds / 1e9


def children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stages", description=__doc__.partition("\n")[0])
    parser.add_argument("--kind", choices=KINDS, default="papers")
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--profile", choices=("loop", "store"))
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--sort", default="tottime", help="as pstats sorts")
    options = parser.parse_args(arguments)
    profile = cProfile.Profile(time.thread_time)
    if options.profile == "store":
        inner = Writer._transact

        def transact(self, work):
            profile.enable()
            try:
                return inner(self, work)
            finally:
                profile.disable()

        Writer._transact = transact
    with web(options.kind, options.hosts, options.pages) as pages, tempfile.TemporaryDirectory() as temporary:
        folder = configure(Path(temporary, "config"), options.hosts)
        config, meter = load(folder), Meter(pages + options.hosts)
        before = children(), time.process_time()
        if options.profile == "loop":
            profile.enable()
        crawl_once(Path(temporary, "a.db"), config, all_sources(config), watch=meter)
        profile.disable()
        total = time.process_time() - before[1]
        read = children() - before[0]
    for name, seconds in meter.stages.most_common():
        print(f"{1000 * seconds / pages:6.2f} ms a page  {name}")
    print(f"{1000 * (total - sum(meter.stages.values())) / pages:6.2f} ms a page  start and end, threads that ended")
    print(f"{1000 * read / pages:6.2f} ms a page  reader processes")
    print(f"{1000 * (total + read) / pages:6.2f} ms a page  in all")
    if options.profile:
        pstats.Stats(profile).sort_stats(options.sort).print_stats(options.lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
