"""Live: Cuttings in a process of its own on real sites, with a clock that a test may set and a patience of its choice.

with cuttings(folder, "daemon", patience=1) as process:
    set_clock(folder, hours=-1)
    until(lambda: len(titles(folder)) == 2)

It runs in ``folder``, with archive.db and cuttings.toml there; what it says is in ``said(folder)``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from tests.site import Site

ROOT = Path(__file__).parents[1]
CLOCK, LOG = "clock", "log"
PATIENCE = "LIVE_PATIENCE"
_POWERS = "-dac_override,-dac_read_search"
MORTAL = ("setpriv", "--inh-caps", _POWERS, "--bounding-set", _POWERS) if os.getuid() == 0 else ()
"""Root is bound by permissions as others are."""


def configure(folder: Path, *sites: Site, delay: float = 0.0, every: str = "1s", more: str = "") -> None:
    own = (
        f'[sources.town{number}]\nhome = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]\n'
        for number, site in enumerate(sites)
    )
    (folder / "cuttings.toml").write_text(
        f"allow_private = true\n{more}\n[politeness]\ndelay = {delay}\njitter = 0.0\n"
        f'[schedule]\nevery = "{every}"\n' + "".join(own)
    )


@contextlib.contextmanager
def cuttings(folder: Path, *args: str, patience: float = 30.0) -> Iterator[subprocess.Popen[bytes]]:
    """``patience``: seconds for which a write waits for another program's."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    env |= {"PYTHONPATH": str(ROOT), PATIENCE: str(patience)}
    command = [*MORTAL, sys.executable, "-m", "tests.live", *args]
    with running(command, folder, env, folder.parent / f"{folder.name}.{LOG}") as process:
        yield process


@contextlib.contextmanager
def running(command: list[str], folder: Path, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is over with the test; what it says is added to ``log``."""
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=file, stderr=file)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def stop(process: subprocess.Popen[bytes], seconds: float = 20) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(seconds)


def said(folder: Path) -> str:
    return (folder.parent / f"{folder.name}.{LOG}").read_text()


def set_clock(folder: Path, **by: float) -> None:
    """By how much the clock of the processes in ``folder`` differs from the right one."""
    part = folder / f"{CLOCK}.part"
    part.write_text(str(timedelta(**by).total_seconds()))
    part.replace(folder / CLOCK)


def rows(folder: Path, sql: str, *args: object) -> list[tuple]:
    """What the archive says; nothing while it has no such table yet."""
    with contextlib.closing(sqlite3.connect(folder / "archive.db", timeout=30)) as db:
        try:
            return db.execute(sql, args).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []


def titles(folder: Path) -> set[str]:
    return {row[0] for row in rows(folder, "SELECT title FROM articles")}


def until(condition, seconds: float = 40) -> None:
    """Wait for what has to happen, with an end for the test's sake."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def asked(*sites: Site) -> Counter[str]:
    """How often each story was asked for."""
    return Counter(site.url(request.path) for site in sites for request in site.requests if "/news/" in request.path)


def shortest_pause(site: Site) -> float:
    """Seconds between the end of one answer and the next request, at least."""
    pairs = zip(site.requests, site.requests[1:], strict=False)
    return min(after.at - (before.answered or [before.at])[0] for before, after in pairs)


def sound(folder: Path) -> bool:
    return rows(folder, "PRAGMA integrity_check") == [("ok",)]


def _main(args: Iterable[str]) -> None:
    import apscheduler.schedulers.base  # only in the process itself

    import crawler.clock
    from archive.store import Archive
    from crawler.cli import main

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            file = Path(CLOCK)
            return datetime.now(tz) + timedelta(seconds=float(file.read_text()) if file.exists() else 0.0)

    crawler.clock.datetime = apscheduler.schedulers.base.datetime = Clock
    crawler.clock.jump()
    Archive.__init__.__kwdefaults__["busy_seconds"] = float(os.environ[PATIENCE])
    main(list(args), prog_name="cuttings")


if __name__ == "__main__":
    _main(sys.argv[1:])
