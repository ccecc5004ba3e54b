"""A crawl that is killed again and again: python -m tests.bench.crash [KILLS] [PAGES].

Plays five publishers on loopback and has ``cuttings daemon`` crawl them, which is ended by ``kill -9`` at random
moments, 200 times by default, while it crawls 2,000 pages. Then it may finish. Prints what the publishers saw and what
the archive has.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.publisher import Story, publish
from tests.site import Site

SITES = 5
DELAY = 0.5
"""Seconds between two requests to a site: ten pages a second in all, as a daemon with fifty sites at five seconds."""


@dataclass(frozen=True)
class Report:
    kills: int
    pages: int
    articles: int
    """In the archive, whole and by different titles."""
    lost: int
    """That were in the archive before a kill, and not after it."""
    fetched_twice: int
    too_soon: int
    """Requests to a site that came sooner than promised, kills or not."""
    integrity: str


def titles(db: Path) -> set[str]:
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(db, timeout=60)) as archive:
        return {row[0] for row in archive.execute("SELECT title FROM articles")}
    return set()


def at_work(db: Path, process: subprocess.Popen[bytes]) -> bool:
    """Whether the daemon has begun, and heeds a signal."""
    with contextlib.closing(sqlite3.connect(db, timeout=60)) as archive:
        return archive.execute("SELECT 1 FROM runs WHERE pid = ?", [process.pid]).fetchone() is not None


def configure(folder: Path, sites: list[Site]) -> None:
    (folder / "cuttings.toml").write_text(
        f"allow_private = true\n[politeness]\ndelay = {DELAY}\njitter = 0.0\n"
        + "".join(
            f'[sources.town{number}]\nhome = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]\n'
            for number, site in enumerate(sites)
        )
    )


def daemon(folder: Path) -> subprocess.Popen[bytes]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    command = [sys.executable, "-m", "crawler", "daemon", "--quiet"]
    with (folder / "daemon.log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=env | {"PYTHONPATH": str(Path.cwd())}, stderr=log, stdout=log)


def ordeal(folder: Path, *, kills: int, pages: int, seed: int = 0, tell=lambda _: None) -> Report:
    chance = random.Random(seed)
    stories = [[Story(number) for number in range(first, pages, SITES)] for first in range(SITES)]
    db, lost, known = folder / "archive.db", 0, set()
    # So long a life that the kills are spread over the whole crawl: what it takes, and a start for each.
    life = 2 * (pages * DELAY / SITES / kills + 1.0)
    with ExitStack() as stack:
        sites = [stack.enter_context(Site({})) for _ in range(SITES)]
        for site, own in zip(sites, stories, strict=True):
            publish(site, own)
        configure(folder, sites)
        for number in range(kills):
            process = daemon(folder)
            time.sleep(chance.uniform(0.1, life))
            process.kill()
            process.wait()
            now = titles(db)
            lost += len(known - now)
            known = now
            tell(f"{number + 1} kills, {len(known)} articles")
        process = daemon(folder)
        end = time.monotonic() + 60 + 2 * pages * DELAY / SITES
        while (len(known) < pages or not at_work(db, process)) and time.monotonic() < end:
            time.sleep(0.2)
            known = titles(db)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        return _report(db, sites, kills, pages, lost)


def _report(db: Path, sites: list[Site], kills: int, pages: int, lost: int) -> Report:
    asked = Counter(site.url(request.target) for site in sites for request in site.requests if "news" in request.target)
    soon = 0
    for site in sites:
        pairs = zip(site.requests, site.requests[1:], strict=False)
        # An answer that was never sent whole, because who asked was killed, ended with the request, about.
        soon += sum(b.at - (a.answered or [a.at])[0] < DELAY - 0.01 for a, b in pairs)
    with contextlib.closing(sqlite3.connect(db)) as archive:
        (integrity,) = archive.execute("PRAGMA integrity_check").fetchone()
        whole = {"\n\n".join(Story(number).paragraphs) for number in range(pages)}
        articles = len(whole & {row[0] for row in archive.execute("SELECT text FROM articles")})
        assert archive.execute("SELECT count(*) FROM articles").fetchone()[0] == articles
    twice = sum(count - 1 for count in asked.values())
    return Report(kills, pages, articles, lost, twice, soon, integrity)


def main(kills: int = 200, pages: int = 2000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        live = sys.stderr.isatty()
        report = ordeal(Path(folder), kills=kills, pages=pages, tell=lambda said: live and print(said, file=sys.stderr))
    for name, value in asdict(report).items():
        print(f"{name:14} {value}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
