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


def run(way: str, hosts: int, limit: int) -> tuple[int, float, float]:
    """Pages stored, seconds, seconds of CPU."""
    with tempfile.TemporaryDirectory() as temporary, cluster_for(way, Path(temporary)) as cluster:
        folder, db = configure(Path(temporary, "config"), hosts), Path(temporary, "a.db")
        ours = [sys.executable, "-m", "crawler", "crawl", "--all", "--db", str(db), "--config", str(folder)]
        more = ["--limit", str(limit), *WAYS[way], *([cluster.address] if cluster else [])]
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
    runs: dict[str, list[tuple[float, ...]]] = {}
    with web(options.kind, options.hosts, options.pages):
        for _ in range(options.times):
            for way in options.only.split(","):
                some, few, few_cpu = run(way, options.hosts, options.pages // 4)
                pages, seconds, cpu = run(way, options.hosts, options.pages)
                more = 1000 / (pages - some)
                found = (pages / seconds, 1000 * cpu / pages, more * (seconds - few), more * (cpu - few_cpu))
                runs.setdefault(way, []).append(found)
    base: tuple[float, ...] = ()
    for way, several in runs.items():
        rate, cpu, step, step_cpu = found = tuple(median(column) for column in zip(*several, strict=True))
        base = base or found
        print(
            f"{options.kind} {way:10} {rate:5.0f} pages/s, {cpu:5.2f} ms of CPU a page; one more takes {step:5.2f} ms"
        )
        print(f"   and {step_cpu:5.2f} of CPU: {base[2] / step:.2f} times as fast, {step_cpu - base[3]:+.2f} ms of CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
