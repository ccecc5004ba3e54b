"""What a big crawl costs a machine: python -m tests.bench.flat [HOSTS] [PAGES], by default 1,000 hosts of 20 pages.

A process of its own plays the hosts, each a port on loopback, and another crawls all of them at once. Prints its memory
(with its workers', shared pages counted once), open files and how long its event loop was blocked, after each half.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from email.utils import format_datetime
from pathlib import Path

from archive.store import Archive
from archive.tasks import Scope
from config.models import Config, Limits, Politeness, Source
from crawler import clock
from crawler.crawl import Crawl, start
from crawler.pool import Pool
from tests.publisher import DAY, Story

FILLER = "".join(f'<li><a href="/topic/{n}">Everything about topic number {n} of ours</a></li>' for n in range(400))


@dataclass(frozen=True)
class Mark:
    """How things stood after so many articles."""

    articles: int
    seconds: float
    megabytes: float
    files: int
    blocked_ms: float
    """The longest that the event loop was late, since the mark before."""
    busy_ms: float
    """The longest that its thread worked meanwhile: what a machine that has other things to do adds is not in it."""


def answer(port: int, target: str, pages: int) -> tuple[str, bytes]:
    if target == "/feed.xml":
        at = format_datetime(DAY)
        items = "".join(
            f"<item><title>{story.title}</title><link>http://127.0.0.1:{port}{story.path}</link><pubDate>{at}</pubDate></item>"
            for story in map(Story, range(pages))
        )
        return "200 OK", f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()
    if target.startswith("/news/"):
        html = Story(int(target.split("/")[2].split("-", maxsplit=1)[0])).html()
        return "200 OK", html.replace("The council", f"The council of {port}").replace(
            "</main>", f"</main><ul>{FILLER}</ul>"
        ).encode()
    return "404 Not Found", b"not here"


async def play(hosts: int, pages: int) -> None:
    """Serve until standard input ends; prints the ports."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = writer.get_extra_info("sockname")[1]
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                status, body = answer(port, head.split(b" ", 2)[1].decode(), pages)
                kind = "text/xml" if body.startswith(b"<rss") else "text/html; charset=utf-8"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                )
                writer.write(body)
                await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for _ in range(hosts)]
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.to_thread(sys.stdin.read)


def more_files() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def memory() -> float:
    """Megabytes of this process and its children, pages that they share counted once (PSS)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            own = int(status.parent.name) == os.getpid()
            if own or f"PPid:\t{os.getpid()}\n" in status.read_text():
                rollup = (status.parent / "smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


class Meter:
    """Counts articles as they come, and watches the event loop."""

    def __init__(self, total: int) -> None:
        self.marks: list[Mark] = []
        self._total, self._done, self._began = total, 0, time.monotonic()
        self._blocked = self._busy = 0.0

    def __call__(self, outcome: object, verdict: object) -> None:
        self._done += getattr(verdict, "article_id", None) is not None
        if len(self.marks) < 2 and self._done >= self._total * (len(self.marks) + 1) // 2:
            seconds, files = time.monotonic() - self._began, len(list(Path("/proc/self/fd").iterdir()))
            late, busy = round(1000 * self._blocked, 1), round(1000 * self._busy, 1)
            self.marks.append(Mark(self._done, round(seconds, 1), round(memory(), 1), files, late, busy))
            self._blocked = self._busy = 0.0

    async def watch_loop(self) -> None:
        while True:
            before, worked = time.monotonic(), time.thread_time()
            await asyncio.sleep(0.005)
            self._blocked = max(self._blocked, time.monotonic() - before - 0.005)
            self._busy = max(self._busy, time.thread_time() - worked)


async def crawl(folder: Path, ports: list[int], pages: int) -> list[Mark]:
    manners = Politeness(delay=0.0, jitter=0.0)
    sources = tuple(
        Source(
            f"h{port}", f"http://127.0.0.1:{port}/", feeds=(f"http://127.0.0.1:{port}/feed.xml",), politeness=manners
        )
        for port in ports
    )
    config = Config(
        allow_private=True, politeness=manners, limits=Limits(hosts=len(ports), deadline=300.0), sources=sources
    )
    meter = Meter(len(ports) * pages)
    with Archive(folder / "archive.db") as archive, Pool(config.limits.reading) as pool:
        archive.sync_sources(config, clock.now())
        run = start(archive, "crawl")
        watching = asyncio.create_task(meter.watch_loop())
        await Crawl(archive, config, pool, run, scope=Scope(), watch=meter).once()
        watching.cancel()
    return meter.marks


def measure(hosts: int, pages: int) -> list[Mark]:
    """Both halves, each measured in a process that does nothing else."""
    module = [sys.executable, "-m", "tests.bench.flat"]
    command = [*module, "play", str(hosts), str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as players:
        try:
            ports = players.stdout.readline().decode()
            done = subprocess.run(
                [*module, "crawl", str(pages)], input=ports.encode(), stdout=subprocess.PIPE, check=True
            )
        finally:
            players.stdin.close()
            players.kill()
    return [Mark(**mark) for mark in json.loads(done.stdout)]


def main(*args: str) -> None:
    more_files()
    if args[:1] == ("play",):
        asyncio.run(play(int(args[1]), int(args[2])))
    elif args[:1] == ("crawl",):
        with tempfile.TemporaryDirectory() as folder:
            marks = asyncio.run(crawl(Path(folder), json.loads(sys.stdin.readline()), int(args[1])))
        print(json.dumps([asdict(mark) for mark in marks]))
    else:
        hosts, pages = (*map(int, args), 1000, 20)[:2] if len(args) != 1 else (int(args[0]), 20)
        for mark in measure(hosts, pages):
            print("  ".join(f"{name} {value}" for name, value in asdict(mark).items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
