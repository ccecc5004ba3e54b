"""A few publishers whose pages are fetched by other processes, and what happens to those: for tests of crawls away."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from config.models import Config, Limits, Politeness, Source
from crawler.processes import below
from tests.live import asked
from tests.polite import GRAIN, manners, pauses, rows
from tests.publisher import Story, publish
from tests.site import Site

SITES, STORIES = 4, 9
WHOLE = SITES * STORIES
ARTICLES = (
    "url, source, title, byline, published, published_precision, modified, language, section, description, image, text,"
    " blocks, word_count, content_hash, revision, quality, flags, evidence, robots, rules"
)
LINKS = "url, host, source, found_in, title, published, state, due_at IS NULL, tries, reason"
CONTENTS = (
    f"SELECT {ARTICLES} FROM articles ORDER BY url",
    f"SELECT {LINKS} FROM links ORDER BY url",
    "SELECT url, source, failures, etag FROM feeds ORDER BY url",
    "SELECT host, (SELECT status FROM robots WHERE robots.id = hosts.robots), parked FROM hosts ORDER BY host",
)


@contextlib.contextmanager
def publishers(count: int = SITES, stories: int = STORIES) -> Iterator[list[Site]]:
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(Site({})) for _ in range(count)]
        for number, site in enumerate(sites):
            publish(site, [Story(number + count * nth) for nth in range(stories)])
        yield sites


def watching(sites: list[Site], delay: float = 0.0, **limits: float) -> Config:
    sources = tuple(
        Source(f"town{number}", site.url(), feeds=(site.url("/feed.xml"),), politeness=Politeness(delay, 0.0))
        for number, site in enumerate(sites)
    )
    return Config(allow_private=True, politeness=manners(delay), sources=sources, limits=Limits(**limits))


def contents(db: Path) -> list[list[tuple]]:
    """What an archive says, row for row, but for when it was said and by which numbers."""
    return [rows(db, sql) for sql in CONTENTS]


def whole(db: Path, count: int = WHOLE) -> None:
    """Every page is in the archive once."""
    assert rows(db, "SELECT count(*), count(DISTINCT title), max(revision) FROM articles") == [(count, count, 1)]
    assert rows(db, "SELECT count(*) FROM snapshots") == [(count,)]
    assert rows(db, "PRAGMA integrity_check") == [("ok",)]
    assert rows(db, "SELECT count(*) FROM links WHERE state != 'stored'") == [(0,)]


def polite(sites: list[Site], delay: float) -> None:
    for site in sites:
        assert min(pauses(site)) >= delay - GRAIN


def processes(module: str) -> list[int]:
    """Ours that run this module."""
    found = []
    for pid in below(os.getpid()):
        with contextlib.suppress(OSError):
            if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


@contextlib.contextmanager
def amid(sites: list[Site], after: int, do: Callable[[], None]) -> Iterator[None]:
    """Do something once so many stories were asked for."""
    ended = threading.Event()

    def wait() -> None:
        while asked(*sites).total() < after and not ended.wait(0.005):
            pass
        do()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def hit(number: signal.Signals, module: str) -> Callable[[], None]:
    """Send a signal to the first process of ours that runs this module."""

    def do() -> None:
        os.kill(processes(module)[0], number)

    return do


def command(folder, *args):
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    line = [sys.executable, "-m", "crawler", *args]
    return subprocess.Popen(line, cwd=folder, env=env | {"PYTHONPATH": str(Path.cwd())}, stderr=subprocess.PIPE)


def write(folder, sites, delay):
    sources = (f'[sources.t{n}]\nhome = "{s.url()}"\nfeeds = ["{s.url("/feed.xml")}"]\n' for n, s in enumerate(sites))
    head = f"allow_private = true\n[politeness]\ndelay = {delay}\njitter = 0.0\n"
    (folder / "cuttings.toml").write_text(head + "".join(sources))
