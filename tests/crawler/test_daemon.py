from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.daemons import ENV, daemon
from tests.live import until
from tests.publisher import Story, publish
from tests.site import Response, Site


@pytest.fixture
def site():
    with Site({}) as site:
        publish(site, [Story(0), Story(1)])
        yield site


def write_config(folder, site, *, every="1s"):
    listing = f'home = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]'
    (folder / "cuttings.toml").write_text(f'[sources.town]\n{listing}\nschedule = {{ every = "{every}" }}\n')


def titles(folder):
    path = folder / "archive.db"
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            return {row[0] for row in db.execute("SELECT title FROM articles")}
        except sqlite3.OperationalError:  # not made yet
            return set()


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
        site.closing.wait(20)
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


def told(listener, what):
    """What was told until ``what`` was."""
    heard = []
    while not any(line.startswith(what) for line in heard):
        heard += listener.recv(10_000).decode().splitlines()
    return heard


def quiet_config(folder):
    (folder / "cuttings.toml").write_text('[sources.town]\nhome = "https://town.example/"\n')


def test_the_manager_hears_when_it_is_ready_that_it_lives_when_it_reloads_and_when_it_stops(tmp_path, site, manager):
    write_config(tmp_path, site)
    with daemon(tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="10000000") as process:
        assert "STATUS=watching 1 sources into archive.db" in told(manager, "READY=1")
        told(manager, "WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        assert any(line.startswith("MONOTONIC_USEC=") for line in told(manager, "RELOADING=1"))
        told(manager, "READY=1")
        process.send_signal(signal.SIGTERM)
        told(manager, "STOPPING=1")
        assert process.wait(20) == 0


def test_a_second_sigterm_does_not_wait_for_what_is_in_flight(tmp_path, site, manager):
    site.routes[Story(0).path] = lambda _request: site.closing.wait(60) and ""
    write_config(tmp_path, site)
    with daemon(tmp_path, "--grace", "50", NOTIFY_SOCKET=str(tmp_path / "notify")) as process:
        until(lambda: Story(0).path in {r.path for r in site.requests})
        process.send_signal(signal.SIGTERM)
        told(manager, "STOPPING=1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert b"told to stop a second time" in (tmp_path / "daemon.log").read_bytes()


@pytest.mark.parametrize("moment", [0.3, 0.6, 0.9])
def test_sigterm_while_it_starts_ends_it_with_0(tmp_path, moment):
    quiet_config(tmp_path)
    with daemon(tmp_path) as process:
        mask = f"/proc/{process.pid}/status"  # from the moment on when it heeds the signal, some time into its imports
        until(lambda: int(re.search(r"SigCgt:\s*(\w+)", Path(mask).read_text())[1], 16) >> (signal.SIGTERM - 1) & 1)
        time.sleep(moment)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    (tmp_path / "daemon.log").unlink()
    with daemon(tmp_path) as process:
        until(lambda: b"watching 1 sources" in (tmp_path / "daemon.log").read_bytes())
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert b"Traceback" not in (tmp_path / "daemon.log").read_bytes()  # it may have been looking for work


def test_a_storm_of_sighups_is_a_reload_or_two_and_one_while_it_stops_is_none(tmp_path, site, manager):
    site.routes[Story(0).path] = lambda _request: site.closing.wait(2) or Story(0).html()
    write_config(tmp_path, site)
    with daemon(tmp_path, NOTIFY_SOCKET=str(tmp_path / "notify")) as process:
        told(manager, "READY=1")
        for _ in range(200):
            process.send_signal(signal.SIGHUP)
        told(manager, "READY=1")
        until(lambda: Story(0).path in {r.path for r in site.requests})
        process.send_signal(signal.SIGTERM)
        for _ in range(20):
            process.send_signal(signal.SIGHUP)
        assert process.wait(20) == 0
    assert 1 <= (tmp_path / "daemon.log").read_bytes().count(b"configuration reloaded") <= 3
    assert titles(tmp_path)


def test_a_configuration_that_vanished_is_no_reason_to_watch_the_starter_pack_instead(tmp_path, site):
    write_config(tmp_path, site)
    with daemon(tmp_path) as process:
        until(lambda: len(titles(tmp_path)) == 2)
        (tmp_path / "cuttings.toml").unlink()
        process.send_signal(signal.SIGHUP)
        until(lambda: b"was not reloaded" in (tmp_path / "daemon.log").read_bytes())
        publish(site, [Story(n) for n in range(3)])
        until(lambda: Story(2).title in titles(tmp_path))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert b"cuttings.toml is not there any more" in (tmp_path / "daemon.log").read_bytes()


def test_logs_as_json_are_json_line_by_line_and_hold_no_secret(tmp_path, site):
    routes = {f"/private.xml?token=t0ken-value&page={n}": site.routes["/feed.xml"] for n in (1, 2)}
    site.routes |= routes
    feeds = ", ".join(f'"{site.url(target)}"' for target in routes)
    headers = 'headers = { Authorization = "Bearer ${TOWN_TOKEN}" }\ncookies = { id = "${TOWN_COOKIE}" }'
    (tmp_path / "cuttings.toml").write_text(
        f'[sources.town]\nhome = "{site.url("/")}"\nfeeds = [{feeds}, "{site.url("/none")}"]\n{headers}\n'
    )
    with daemon(tmp_path, "--log", "json", TOWN_TOKEN="b3arer-value", TOWN_COOKIE="c00kie-value") as process:
        until(lambda: len(titles(tmp_path)) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert any("b3arer-value" in r.headers.get("authorization", "") for r in site.requests)
    text = (tmp_path / "daemon.log").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    fetches = [row for row in rows if row["event"] == "fetch"]
    assert {row["outcome"] for row in fetches} == {"listed", "new", "failed"}
    assert len({tuple(row) for row in fetches}) == 1
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        assert len(fetches) == db.execute("SELECT count(*) FROM fetches").fetchone()[0]
    assert not [secret for secret in ("t0ken", "b3arer", "c00kie") if secret in text]


def test_whoever_asks_is_told_how_a_daemon_is_and_status_says_that_it_runs(tmp_path, site):
    write_config(tmp_path, site)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with daemon(tmp_path, "--listen", f"127.0.0.1:{port}") as process:
        until(lambda: len(titles(tmp_path)) == 2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert json.load(answer)["status"] == "ok"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert 'cuttings_fetches_total{kind="article",outcome="new",reason=""} 2.0' in answer.read().decode()
        assert f"Daemon: process {process.pid}, at work since" in status(tmp_path)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert "Daemon: none; the last was stopped at" in status(tmp_path)
    with daemon(tmp_path) as process:
        until(lambda: f"process {process.pid}" in status(tmp_path))
        process.kill()
        process.wait()
    assert "was killed" in status(tmp_path)


def status(folder):
    command = [sys.executable, "-m", "crawler", "status"]
    return subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1:x", "::1:9464", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_wrong_usage(tmp_path, address):
    quiet_config(tmp_path)
    with daemon(tmp_path, "--listen", address) as process:
        assert process.wait(20) == 2


def test_wrong_configurations_and_places_are_said_in_a_sentence_and_end_it_with_1(tmp_path):
    (tmp_path / "cuttings.toml").write_text("hosts = ")
    with daemon(tmp_path, "--log", "json") as process:
        assert process.wait(20) == 1
    quiet_config(tmp_path)
    with daemon(tmp_path, "--db", "nowhere/archive.db") as process:
        assert process.wait(20) == 1
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with daemon(tmp_path, "--listen", address) as process:
            assert process.wait(20) == 1
    said = (tmp_path / "daemon.log").read_text()
    assert "Traceback" not in said
    assert said.count("Error: ") == 3
