"""The archive is another program's for a while; every process here is a real one."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import pytest

from tests.live import asked, configure, cuttings, said, shortest_pause, sound, stop, titles, until
from tests.publisher import Story, publish
from tests.site import Site

SITES = 10
BUSY = "another program has been writing to it"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def sites():
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(Site({})) for _ in range(SITES)]
        for number, site in enumerate(sites):
            publish(site, [Story(number), Story(number + SITES)])
        yield sites


@contextlib.contextmanager
def locked(folder):
    with contextlib.closing(sqlite3.connect(folder / "archive.db", isolation_level=None, timeout=30)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


def test_what_comes_while_another_program_has_the_archive_waits_for_it_and_nothing_is_fetched_twice(folder, sites):
    """In CI for four seconds with a patience of half a one; a minute with that of the service is the same path."""
    configure(folder, *sites, delay=0.3, every="1h")
    with cuttings(folder, "daemon", patience=0.5) as process:
        until(lambda: len(asked(*sites)) >= SITES)
        with locked(folder):
            time.sleep(4)
            assert len(titles(folder)) < 2 * SITES
        until(lambda: len(titles(folder)) == 2 * SITES)
        assert stop(process) == 0
    assert set(asked(*sites).values()) == {1}
    assert sound(folder)
    assert said(folder).count(BUSY) == 1
    assert said(folder).count("Nothing is lost: what was fetched waits until it can be stored.") == 1
    assert said(folder).count("can be written to again") == 1


def test_sigterm_while_another_program_has_the_archive_ends_it_within_its_grace(folder, sites):
    configure(folder, *sites, delay=0.3, every="1h")
    with cuttings(folder, "daemon", "--grace", "1") as process:
        until(lambda: len(asked(*sites)) >= SITES)
        with locked(folder):
            time.sleep(1)
            assert stop(process, 10) == 0
    assert "Traceback" not in said(folder)
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) == 2 * SITES)
        assert stop(process) == 0
    assert sound(folder)


def test_sigterm_while_it_waits_for_the_archive_to_begin_ends_it_within_its_grace(folder, sites):
    configure(folder, *sites)
    with cuttings(folder, "crawl", "--all") as process:
        assert process.wait(60) == 0
    with locked(folder), cuttings(folder, "daemon", "--grace", "1") as process:
        until((folder / "archive.db-lock").exists)
        time.sleep(1)
        assert stop(process, 10) == 0


def test_a_daemon_that_begins_while_another_program_has_the_archive_says_so_and_ends_with_1(folder, sites):
    configure(folder, *sites)
    with cuttings(folder, "crawl", "--all") as process:
        assert process.wait(60) == 0
    with locked(folder), cuttings(folder, "daemon", patience=0.5) as process:
        assert process.wait(30) == 1
    assert said(folder).count(BUSY) == 1
    assert "Traceback" not in said(folder)


def test_a_daemon_and_two_crawls_fetch_each_page_once_and_keep_their_distance_together(folder):
    delay, stories = 0.4, [Story(n) for n in range(14)]
    with Site({}) as site:
        publish(site, stories)
        configure(folder, site, delay=delay, every="1h")
        with cuttings(folder, "daemon") as daemon:
            until(lambda: titles(folder))
            with cuttings(folder, "crawl", "--due") as one, cuttings(folder, "crawl", "--due") as other:
                until(lambda: len(titles(folder)) == len(stories))
                one.wait(30)
                other.wait(30)
            assert stop(daemon) == 0
        assert set(asked(site).values()) == {1}
        assert shortest_pause(site) >= delay - 0.01
        assert [request.path for request in site.requests].count("/robots.txt") == 1
    assert "Traceback" not in said(folder)
    assert sound(folder)
