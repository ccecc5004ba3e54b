from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.publisher import Story, publish
from tests.site import Response, Site

ENV = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")} | {
    "CUTTINGS_ALLOW_PRIVATE": "true",
    "CUTTINGS_POLITENESS__DELAY": "0",
    "PYTHONPATH": str(Path.cwd()),
}


@pytest.fixture
def site():
    with Site({}) as site:
        publish(site, [Story(0), Story(1)])
        yield site


def write_config(folder, site, *, every="1s"):
    listing = f'home = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]'
    (folder / "cuttings.toml").write_text(f'[sources.town]\n{listing}\nschedule = {{ every = "{every}" }}\n')


@contextlib.contextmanager
def daemon(folder, *args, **env):
    log = (folder / "daemon.log").open("ab")
    command = [sys.executable, "-m", "crawler", "daemon", *args]
    process = subprocess.Popen(command, cwd=folder, env=ENV | env, stderr=log, stdout=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        log.close()


def titles(folder):
    path = folder / "archive.db"
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            return {row[0] for row in db.execute("SELECT title FROM articles")}
        except sqlite3.OperationalError:  # not made yet
            return set()


def until(condition, seconds=30):
    """Wait for what has to happen, with an end for the test's sake."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_newly_published_article_is_picked_up_by_itself(tmp_path, site):
    write_config(tmp_path, site)
    with daemon(tmp_path) as process:
        until(lambda: len(titles(tmp_path)) == 2)
        publish(site, [Story(n) for n in range(3)])
        until(lambda: Story(2).title in titles(tmp_path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_feed_that_did_not_change_is_asked_with_its_validators(tmp_path, site):
    site.routes["/feed.xml"] = Response(site.routes["/feed.xml"].body, {"ETag": '"1"', "Content-Type": "text/xml"})
    write_config(tmp_path, site)
    with daemon(tmp_path):
        until(lambda: len([r for r in site.requests if r.path == "/feed.xml"]) >= 3)
    asked = [r.headers.get("if-none-match") for r in site.requests if r.path == "/feed.xml"]
    assert asked[:3] == [None, '"1"', '"1"']


def test_sigterm_finishes_what_is_in_flight_and_exits_0(tmp_path, site):
    def slow(_request):
        time.sleep(1)
        return Story(0).html()

    site.routes[Story(0).path] = slow
    write_config(tmp_path, site)
    with daemon(tmp_path) as process:
        until(lambda: Story(0).path in {r.path for r in site.requests})
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert Story(0).title in titles(tmp_path)


def test_sigterm_waits_no_longer_than_its_grace_and_the_link_stays_in_the_queue(tmp_path, site):
    def stuck(_request):
        time.sleep(20)
        return Story(0).html()

    site.routes[Story(0).path] = stuck
    write_config(tmp_path, site)
    with daemon(tmp_path, "--grace", "0.5") as process:
        until(lambda: Story(0).path in {r.path for r in site.requests})
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    publish(site, [Story(0), Story(1)])
    with daemon(tmp_path):
        until(lambda: len(titles(tmp_path)) == 2)


def test_a_second_daemon_on_the_same_archive_says_so_and_exits(tmp_path, site):
    write_config(tmp_path, site)
    with daemon(tmp_path) as first:
        until(lambda: titles(tmp_path))
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "daemon"],
            cwd=tmp_path,
            env=ENV,
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 1
        assert f"A daemon already works on archive.db (process {first.pid})".encode() in done.stderr
        assert first.poll() is None


def test_a_killed_daemon_leaves_no_lock_and_loses_nothing(tmp_path, site):
    publish(site, [Story(n) for n in range(12)])
    write_config(tmp_path, site)
    with daemon(tmp_path, CUTTINGS_POLITENESS__DELAY="0.1") as process:
        until(lambda: len(titles(tmp_path)) >= 3)
        process.kill()
        process.wait()
    before = titles(tmp_path)
    with daemon(tmp_path):
        until(lambda: len(titles(tmp_path)) == 12)
    assert before <= titles(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_sighup_reloads_the_configuration_and_refuses_a_broken_one(tmp_path, site):
    write_config(tmp_path, site, every="1h")
    with daemon(tmp_path) as process, Site({}) as other:
        until(lambda: len(titles(tmp_path)) == 2)
        (tmp_path / "cuttings.toml").write_text("hosts = ")
        process.send_signal(signal.SIGHUP)
        until(lambda: b"was not reloaded" in (tmp_path / "daemon.log").read_bytes())
        publish(other, [Story(5)])
        write_config(tmp_path, other)
        process.send_signal(signal.SIGHUP)
        until(lambda: Story(5).title in titles(tmp_path))


def test_a_source_on_a_cron_schedule_is_looked_at_when_it_is_new(tmp_path, site):
    write_config(tmp_path, site)
    text = (tmp_path / "cuttings.toml").read_text().replace('every = "1s"', 'cron = "0 0 1 1 *"')
    (tmp_path / "cuttings.toml").write_text(text)
    with daemon(tmp_path):
        until(lambda: len(titles(tmp_path)) == 2)
    assert [r.path for r in site.requests].count("/feed.xml") == 1
