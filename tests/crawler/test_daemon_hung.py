"""A daemon beside a system that does not answer: what hangs there does not hang the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from datetime import UTC, datetime

import pytest

from archive.store import Archive
from config.models import Config
from crawler import daemon as module
from crawler.aside import Aside
from crawler.crawl import Crawl
from crawler.daemon import Daemon
from crawler.notify import Manager
from crawler.pool import Pool
from crawler.pulse import Pulse
from crawler.tally import Tally
from tests.daemons import ENV, daemon
from tests.live import until

LOOK_UPS = """
import os, pathlib, socket, time

def getaddrinfo(host, *rest, **more):
    pathlib.Path(os.environ["LOOKED_UP"]).touch()
    time.sleep(120)

socket.getaddrinfo = getaddrinfo
"""


def test_sigterm_waits_no_longer_than_its_grace_for_a_name_server_that_does_not_answer(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(LOOK_UPS)
    feed = 'home = "http://town.test/"\nfeeds = ["http://town.test/feed.xml"]'
    (tmp_path / "cuttings.toml").write_text(f"[sources.town]\n{feed}\n")
    looked_up = tmp_path / "looked-up"
    path = f"{ENV['PYTHONPATH']}{os.pathsep}{tmp_path}"
    with daemon(tmp_path, "--grace", "1", PYTHONPATH=path, LOOKED_UP=str(looked_up)) as process:
        until(looked_up.exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    assert b"what did not finish in time stays in the queue" in (tmp_path / "daemon.log").read_bytes()


def test_sigterm_ends_a_daemon_whose_configuration_cannot_be_read_to_its_end(tmp_path):
    path = tmp_path / "cuttings.toml"
    path.write_text('[sources.town]\nhome = "http://127.0.0.1:1/"\n')
    with daemon(tmp_path) as process:
        until(lambda: b"watching 1 sources" in (tmp_path / "daemon.log").read_bytes())
        path.unlink()
        os.mkfifo(path)
        process.send_signal(signal.SIGHUP)
        written: list[int] = []
        until(lambda: written or opened(path, written))
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    os.close(written[0])


def opened(fifo, written):
    """Open it once somebody waits for what is written into it."""
    with contextlib.suppress(OSError):
        written.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))


async def test_a_configuration_that_is_not_read_in_time_is_refused_and_the_next_one_taken(tmp_path, monkeypatch):
    def load():
        if len(loads) == 1:
            loads.append("hangs")
            time.sleep(1)
        return fresh

    monkeypatch.setattr(module, "LOADING", 0.2)
    loads, fresh = ["first"], Config()
    with Archive(tmp_path / "archive.db") as archive, Pool(20) as pool:
        crawl = Crawl(archive, Config(), pool, archive.start_run("daemon", datetime.now(UTC)))
        watched = Daemon(archive, crawl, load, Manager(), Pulse(archive.path), Tally())
        assert not await watched._reloaded()
        assert crawl.config is not fresh
        assert await watched._reloaded()
        assert crawl.config is fresh


async def test_calls_aside_come_side_by_side_up_to_the_most_and_give_what_they_give():
    def call(number):
        together.wait(5)
        return number

    aside, together = Aside(3, "test"), threading.Barrier(3)
    assert await asyncio.gather(*(aside.call(lambda number=number: call(number)) for number in range(6))) == [*range(6)]
    with pytest.raises(ZeroDivisionError):
        await aside.call(lambda: 1 / 0)
    assert sum(thread.name.startswith("test-") for thread in threading.enumerate()) == 3
