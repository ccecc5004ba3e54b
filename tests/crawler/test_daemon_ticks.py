"""What a daemon's ticks tell the manager, and what becomes of one that is under way at a stop."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import UTC, datetime

import pytest

from archive.store import Archive
from config.models import Config, Source
from crawler.crawl import Crawl
from crawler.daemon import Daemon
from crawler.notify import Manager
from crawler.pool import Pool
from crawler.pulse import Pulse
from crawler.tally import Tally


async def test_a_daemon_whose_archive_is_locked_is_not_taken_for_hung_and_says_what_is_wrong(tmp_path, manager):
    pulse, path = Pulse(tmp_path / "archive.db"), str(tmp_path / "notify")
    with (
        Archive(pulse.archive, busy_seconds=0.1) as archive,
        Pool(20) as pool,
        contextlib.closing(sqlite3.connect(pulse.archive)) as other,
    ):
        crawl = Crawl(archive, Config(), pool, archive.start_run("daemon", datetime.now(UTC)))
        watched = Daemon(archive, crawl, Config, Manager(path, 10.0), pulse, Tally())
        await watched.tick()
        assert manager.recv(100) == b"WATCHDOG=1"
        other.execute("BEGIN IMMEDIATE")
        await watched.tick()
        assert manager.recv(100) == b"WATCHDOG=1"
        assert any("another program has been writing to it" in problem for problem in pulse.problems())
        other.execute("ROLLBACK")
        await watched.tick()
        assert pulse.problems() == []


async def test_what_a_tick_takes_while_it_is_told_to_stop_stays_leased_by_nobody(tmp_path):
    source = Source("town", "http://127.0.0.1:9/", feeds=("http://127.0.0.1:9/feed.xml",))
    config = Config(allow_private=True, sources=(source,))
    with (
        Archive(tmp_path / "archive.db") as archive,
        Pool(20) as pool,
        contextlib.closing(sqlite3.connect(archive.path)) as other,
    ):
        archive.sync_sources(config, datetime.now(UTC))
        crawl = Crawl(archive, config, pool, archive.start_run("daemon", datetime.now(UTC)))
        crawl.writing.trouble = "full"  # so that a tick writes, which the lock holds up
        other.execute("BEGIN IMMEDIATE")
        tick = asyncio.create_task(crawl.tick())
        await asyncio.sleep(0.2)
        drained = asyncio.create_task(crawl.drain(10))
        await asyncio.sleep(0.2)
        other.execute("ROLLBACK")
        assert await drained
        assert await tick == 1
        assert other.execute("SELECT count(leased_by), count(due_at) FROM sites").fetchone() == (0, 1)


async def test_a_daemon_whose_ticks_fail_for_a_bug_is_left_to_the_watchdog(tmp_path, manager):
    pulse = Pulse(tmp_path / "archive.db")
    with Archive(pulse.archive) as archive, Pool(20) as pool:
        crawl = Crawl(archive, Config(), pool, archive.start_run("daemon", datetime.now(UTC)))
        crawl.config = None  # the bug
        watched = Daemon(archive, crawl, Config, Manager(str(tmp_path / "notify"), 10.0), pulse, Tally())
        await watched.tick()
    assert "AttributeError" in pulse.trouble
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(100)
