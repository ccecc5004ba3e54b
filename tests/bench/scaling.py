"""What more cores and machines bring, and what handing out costs: python -m tests.bench.scaling [--kind papers].

A web of 20 hosts and 2,000 pages on loopback (tests.bench.web) is crawled, in turn and three times each: by one process
on one core and on all of them, with ``--workers 1`` and ``--workers 2``, and by a Dask cluster of a scheduler and two
workers. Prints medians of pages a second and of milliseconds of CPU a page, of all processes (a cluster's too), and
what a page costs more than in one process.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from crawler.processes import below
from tests.bench.pipeline import configure, measure, web
from tests.cluster import Machines, machines

WAYS = {
    "one core": [],
    "here": [],
    "workers 1": ["--workers", "1"],
    "workers 2": ["--workers", "2"],
    "cluster": ["--cluster"],
}
TICK = os.sysconf("SC_CLK_TCK")


def used(cluster: Machines) -> float:
    """Seconds of CPU that a cluster's processes have used."""
    total = 0
    for process in (*cluster.workers, cluster.scheduler):
        for pid in (process.pid, *below(process.pid)):
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:13]))
    return total / TICK


@contextlib.contextmanager
def cluster_for(way: str, folder: Path) -> Iterator[Machines | None]:
    if way != "cluster":
        yield None
        return
    with machines(folder) as cluster:
        cluster.lose()  # two are left, as there are two cores
        time.sleep(3)  # until they have joined
        yield cluster


def run(way: str, hosts: int) -> tuple[int, float, float]:
    """Pages stored, seconds, seconds of CPU."""
    with tempfile.TemporaryDirectory() as temporary, cluster_for(way, Path(temporary)) as cluster:
        folder, db = configure(Path(temporary, "config"), hosts), Path(temporary, "a.db")
        ours = [sys.executable, "-m", "crawler", "crawl", "--all", "--db", str(db), "--config", str(folder)]
        more = [*WAYS[way], *([cluster.address] if cluster else [])]
        before = used(cluster) if cluster else 0.0
        done = measure([*(["taskset", "-c", "0"] if way == "one core" else []), *ours, *more], db, weigh=False)
        return done.pages, done.seconds, done.cpu / 1000 + (used(cluster) - before if cluster else 0.0)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scaling", description=__doc__.partition("\n")[0])
    parser.add_argument("--kind", default="papers")
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", default=",".join(WAYS))
    options = parser.parse_args(arguments)
    runs: dict[str, list[tuple[int, float, float]]] = {}
    with web(options.kind, options.hosts, options.pages):
        for _ in range(options.times):
            for way in options.only.split(","):
                runs.setdefault(way, []).append(run(way, options.hosts))
    base = None
    for way, some in runs.items():
        pages = some[0][0]
        rate, cpu = pages / median(seconds for _, seconds, _ in some), 1000 * median(cpu for *_, cpu in some) / pages
        base = base or (rate, cpu)
        said = f"{rate / base[0]:5.2f} times as fast, {cpu - base[1]:+6.2f} ms a page"
        print(f"{options.kind} {way:10} {rate:6.0f} pages/s {cpu:7.2f} ms of CPU a page  {said}  ({pages:,} pages)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
