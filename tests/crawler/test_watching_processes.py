"""Watches in processes of their own: a daemon, crawls, and kill -9 amid a message."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading

import pytest

from tests.daemons import ENV, daemon
from tests.live import rows, stop, until
from tests.publisher import Story, publish
from tests.site import Response, Site

COUNCIL = '[watches.council]\nquery = "\\"town council\\""\nwebhook = "{}"\n'


@pytest.fixture
def site():
    with Site({"/hook": Response(b"ok")}) as site:
        publish(site, [Story(0)])
        yield site


def configure(folder, site, watches=COUNCIL):
    listing = f'home = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]\nschedule = {{ every = "1s" }}\n'
    (folder / "cuttings.toml").write_text(f"[sources.town]\n{listing}{watches.format(site.url('/hook'))}")


def told(site):
    return [json.loads(request.body)["title"] for request in site.requests if request.path == "/hook"]


def crawl(folder, *args, status=0):
    command = [sys.executable, "-m", "crawler", "crawl", *(args or ["--all"])]
    done = subprocess.run(command, cwd=folder, env=ENV, capture_output=True, timeout=60, check=False)
    assert done.returncode == status, done.stderr.decode()
    return done.stderr.decode()


def test_a_daemon_sends_what_is_new_soon_and_takes_watches_anew_when_it_reloads(site, tmp_path):
    configure(tmp_path, site)
    with daemon(tmp_path) as process:
        until(lambda: told(site) == [Story(0).title])
        third = '[watches.third]\nquery = "council"\n'
        configure(tmp_path, site, COUNCIL.replace(".council", ".second") + third)
        process.send_signal(signal.SIGHUP)
        until(lambda: len(rows(tmp_path, "SELECT 1 FROM watches WHERE configured")) == 2)
        publish(site, [Story(0), Story(1)])
        until(lambda: len(told(site)) == 2)
        until(lambda: rows(tmp_path, "SELECT 1 FROM matches WHERE watch = 'third'"))
        assert stop(process) == 0
    found = set(rows(tmp_path, "SELECT watch, title FROM matches"))
    assert found == {("council", Story(0).title), ("second", Story(1).title), ("third", Story(1).title)}
    log = (tmp_path / "daemon.log").read_text()
    assert "/hook" not in log
    assert "Traceback" not in log


def test_a_daemon_that_is_killed_amid_a_message_sends_exactly_that_again_under_the_same_key(site, tmp_path):
    configure(tmp_path, site)
    publish(site, [Story(number) for number in range(3)])
    crawl(tmp_path, "--due", "--limit", "0")
    arrived, killed = threading.Event(), threading.Event()

    def answer(request):
        if len(told(site)) == 2:
            arrived.set()
            killed.wait(20)
        return Response(b"ok")

    site.routes["/hook"] = answer
    with daemon(tmp_path) as process:
        assert arrived.wait(40)
        assert rows(tmp_path, "SELECT count(*) FROM deliveries WHERE state = 'sending'") == [(1,)]
        process.kill()
        process.wait()
    killed.set()
    with daemon(tmp_path) as process:
        until(lambda: len(rows(tmp_path, "SELECT 1 FROM deliveries WHERE state = 'sent'")) == 3)
        assert stop(process) == 0
    titles = told(site)
    assert sorted(set(titles)) == sorted(Story(number).title for number in range(3))
    assert len(titles) == 4
    assert titles.count(titles[1]) == 2
    keys = {}
    for request in site.requests:
        if request.path == "/hook":
            keys.setdefault(json.loads(request.body)["title"], set()).add(request.headers["idempotency-key"])
    assert all(len(each) == 1 for each in keys.values())


@pytest.mark.parametrize("how", ["--all", "--due", "town", "url"])
def test_any_crawl_that_stores_looks_and_sends_in_the_end(site, tmp_path, how):
    configure(tmp_path, site)
    crawl(tmp_path, site.url(Story(0).path) if how == "url" else how)
    assert told(site) == [Story(0).title]
    crawl(tmp_path, site.url(Story(0).path) if how == "url" else how)
    assert len(told(site)) == 1


def test_a_correction_that_adds_the_word_is_a_match(site, tmp_path):
    configure(tmp_path, site, '[watches.fix]\nquery = "turnips"\nwebhook = "{}"\n')
    crawl(tmp_path)
    publish(site, [Story(0, correction="An earlier version forgot the many turnips of the mayor.")])
    crawl(tmp_path)
    assert told(site) == [Story(0).title]


def test_a_crawl_that_is_watched_by_a_receiver_that_is_gone_is_a_crawl_that_went_well(site, tmp_path):
    configure(tmp_path, site, '[watches.x]\nquery = "council"\nwebhook = "http://127.0.0.1:9/secret-path"\n')
    said = crawl(tmp_path)
    assert "could not be sent by webhook" in said
    assert "secret-path" not in said


def test_a_dry_run_tells_nobody(site, tmp_path):
    configure(tmp_path, site)
    crawl(tmp_path, "--all", "--dry-run")
    assert told(site) == []


def test_a_crawl_beside_a_daemon_sends_nothing_twice(site, tmp_path):
    configure(tmp_path, site)
    publish(site, [Story(number) for number in range(6)])
    with daemon(tmp_path) as process:
        until(lambda: rows(tmp_path, "SELECT 1 FROM runs WHERE command = 'daemon'"))
        for _ in range(3):
            crawl(tmp_path, "town")
        until(lambda: len(set(told(site))) == 6)
        assert stop(process) == 0
    assert len(told(site)) == 6
