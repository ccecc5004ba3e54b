"""What a page costs from its server into the archive: python -m tests.bench.pipeline [--kinds real,papers].

A process plays a web of 20 hosts and 2,000 pages (tests.bench.web). Then, in turn and three times each, real commands
crawl it into a new file: Cuttings; Scrapy with trafilatura; Scrapy with the text of all paragraphs; and the floor, the
least that the same duties cost (tests.bench.pipeline_scrapy, tests.bench.pipeline_floor). Prints medians of the
milliseconds of CPU a page (all processes of a command, from start to end), of pages a second and of the peak memory
(what processes share counted once), and the ratios. ``tests.bench.stages`` says where Cuttings' time goes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from crawler.processes import below
from tests.bench.sets import ROOT, bench_folder
from tests.bench.web import KINDS, address
from tests.bench.workers import install

PORT = 18_181
SAMPLE = 0.05
CONFIG = """allow_private = true
[politeness]
delay = 0.0
jitter = 0.0
[limits]
hosts = {hosts}
"""
SOURCE = """title = "Host {0}"
home = "http://{1}:{2}/"
feeds = ["http://{1}:{2}/feed.xml"]
"""
SCRAPY = ("scrapy==2.19.0", "zstandard==0.25.0")
NAMES = ("cuttings", "scrapy+trafilatura", "scrapy+bare", "floor")


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took."""

    pages: int
    """That it stored."""
    cpu: float
    """Milliseconds a page."""
    seconds: float
    megabytes: float


@contextlib.contextmanager
def web(kind: str, hosts: int, pages: int, port: int = PORT) -> Iterator[int]:
    """A web that is there as long as the block; the number of its pages."""
    command = [sys.executable, "-m", "tests.bench.web", kind, str(hosts), str(pages), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            yield json.loads(process.stdout.readline())["pages"]
        finally:
            process.kill()


def configure(folder: Path, hosts: int, port: int = PORT) -> Path:
    """A configuration of all hosts of the web."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (folder / "cuttings.toml").write_text(CONFIG.format(hosts=hosts))
    for host in range(hosts):
        (sources / f"host-{host}.toml").write_text(SOURCE.format(host, address(host), port))
    return folder


def pss(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, StopIteration):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return total / 1024


def measure(command: list[str], db: Path, *, weigh: bool = True) -> Run:
    """Run a command to its end. Raises where it fails. To ``weigh`` it takes a fifth of a core."""
    began, peak = time.monotonic(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, pss([process.pid, *below(process.pid)])) if weigh else 0.0
        time.sleep(SAMPLE)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    with contextlib.closing(sqlite3.connect(db)) as archive:
        count = archive.execute("SELECT count(*) FROM articles").fetchone()[0]
    return Run(count, 1000 * (usage.ru_utime + usage.ru_stime), seconds, peak)


def commands(folder: Path, db: Path, feeds: list[str], peers: Path, workers: str) -> dict[str, list[str]]:
    ours = [sys.executable, "-m", "crawler", "crawl", "--all", "--db", str(db), "--config", str(folder)]
    scrapy = [str(peers), str(Path(__file__).with_name("pipeline_scrapy.py"))]
    return {
        "cuttings": [*ours, *(["--workers", workers] if workers else [])],
        "scrapy+trafilatura": [*scrapy, "trafilatura", str(db), *feeds],
        "scrapy+bare": [*scrapy, "bare", str(db), *feeds],
        "floor": [sys.executable, "-m", "tests.bench.pipeline_floor", str(db), *feeds],
    }


def compare(kind: str, options: argparse.Namespace, peers: Path) -> dict[str, Run]:
    """Medians by command."""
    feeds = [f"http://{address(host)}:{PORT}/feed.xml" for host in range(options.hosts)]
    runs: dict[str, list[Run]] = {}
    with web(kind, options.hosts, options.pages) as pages:
        for _ in range(options.times):
            for name in options.only:
                with tempfile.TemporaryDirectory() as temporary:
                    folder, db = configure(Path(temporary, "config"), options.hosts), Path(temporary, "a.db")
                    command = commands(folder, db, feeds, peers, options.workers)[name]
                    runs.setdefault(name, []).append(measure(command, db))
    found = {}
    for name, some in runs.items():
        cpu, seconds, peak = (median(getattr(run, it) for run in some) for it in ("cpu", "seconds", "megabytes"))
        found[name] = Run(some[0].pages, cpu / pages, seconds, peak)
        rate = pages / seconds
        print(
            f"{kind:7} {name:19} {found[name].cpu:7.2f} ms of CPU a page  {rate:6.0f} pages/s  {peak:5.0f} MB"
            f"  ({some[0].pages:,} of {pages:,} pages stored)",
            flush=True,
        )
    return found


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pipeline", description=__doc__.partition("\n")[0])
    parser.add_argument("--kinds", default=",".join(KINDS), help="of pages; 'real' is left out where there are none")
    parser.add_argument("--only", default=",".join(NAMES), help="which commands")
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--workers", default="", help="for Cuttings")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    peers = install(["trafilatura"], more=SCRAPY) if any("scrapy" in name for name in options.only) else Path()
    for kind in options.kinds.split(","):
        if kind == "real" and not (bench_folder() / "data").is_dir():
            continue
        found = compare(kind, options, peers)
        if ours := found.get("cuttings"):
            for name, run in found.items():
                if run is not ours:
                    cpu, memory = run.cpu / ours.cpu, run.megabytes / ours.megabytes
                    print(
                        f"{kind:7} {name} takes {cpu:.2f} times Cuttings' CPU, {memory:.2f} times its memory",
                        flush=True,
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
