"""The clock is set while Cuttings runs, or before it starts; what it promised is kept, and nothing waits for a day."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from crawler import clock
from crawler.errand import visit_once
from tests.live import asked, configure, cuttings, rows, said, set_clock, shortest_pause, sound, stop, titles, until
from tests.publisher import Story, config_for, publish
from tests.site import Site, redirect

DELAY = 0.5
HOUR, DAY = 3600, 86400


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def site():
    with Site({}) as site:
        publish(site, [Story(n) for n in range(6)])
        yield site


def looks(site):
    return [request.path for request in site.requests].count("/feed.xml")


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -DAY], ids=["an hour forward", "an hour back", "a day back"])
def test_a_clock_that_is_set_while_it_runs_is_said_and_changes_nothing(folder, site, jump):
    configure(folder, site, delay=DELAY, every="3s")
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 2)
        set_clock(folder, seconds=jump)
        until(lambda: "the clock was set" in said(folder), 10)
        until(lambda: len(titles(folder)) == 6)
        before = looks(site)
        publish(site, [Story(n) for n in range(7)])
        until(lambda: looks(site) >= before + 2, 15)
        until(lambda: len(titles(folder)) == 7)
        assert stop(process) == 0
    assert set(asked(site).values()) == {1}
    assert shortest_pause(site) >= DELAY - 0.01
    assert sound(folder)
    assert said(folder).count("the clock was set") == 1
    assert rows(folder, "SELECT count(*) FROM sites WHERE leased_by IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, -DAY], ids=["an hour forward", "an hour back", "a day back"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_clock_that_is_set_between_two_runs_changes_nothing(folder, site, jump, end):
    configure(folder, site, delay=DELAY, every="3s")
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 2)
        process.send_signal(end)
        process.wait(20)
    set_clock(folder, seconds=jump)
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) == 6)
        before = looks(site)
        until(lambda: looks(site) >= before + 2, 20)
        assert stop(process) == 0
    assert sum(asked(site).values()) <= 6 + (end is signal.SIGKILL)
    assert shortest_pause(site) >= DELAY - 0.01
    assert sound(folder)


@pytest.mark.parametrize("year", [1970, 2100])
def test_a_machine_that_does_not_know_the_year_crawls_and_goes_on_when_it_is_told(folder, site, year):
    configure(folder, site, delay=DELAY, every="3s")
    set_clock(folder, days=365.2425 * (year + 0.1 - 2026))
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 3)
        set_clock(folder)
        until(lambda: len(titles(folder)) == 6)
        before = looks(site)
        until(lambda: looks(site) >= before + 2, 20)
        assert stop(process) == 0
    with cuttings(folder, "daemon") as process:
        before = looks(site)
        until(lambda: looks(site) >= before + 2, 20)
        assert stop(process) == 0
    assert set(asked(site).values()) == {1}
    assert shortest_pause(site) >= DELAY - 0.01
    assert sound(folder)
    assert "Traceback" not in said(folder)


def test_a_clock_that_two_processes_saw_being_set_moves_what_is_to_come_once(folder, site):
    configure(folder, site, delay=DELAY, every="1h")
    with Site({}) as other:
        publish(other, [Story(n) for n in range(100, 130)])
        with cuttings(folder, "daemon") as daemon, cuttings(folder, "crawl", other.url("/feed.xml")) as crawl:
            until(lambda: len(asked(site)) == 6 and asked(other))
            set_clock(folder, days=-1)
            until(lambda: "the clock was set" in said(folder), 10)
            before = len(asked(other))
            until(lambda: len(asked(other)) >= before + 4)
            assert stop(daemon) == 0
            assert stop(crawl) == 1
        now = datetime.now(UTC) - timedelta(days=1)
        (due,) = rows(folder, "SELECT due_at FROM feeds WHERE due_at IS NOT NULL")
        assert now < datetime.fromisoformat(due[0]) < now + timedelta(hours=1)
        assert said(folder).count("the clock was set") == 1
        assert shortest_pause(other) >= DELAY - 0.01
    assert shortest_pause(site) >= DELAY - 0.01


def test_a_process_that_was_held_for_twenty_seconds_goes_on(folder, site):
    configure(folder, site, delay=DELAY, every="3s")
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 2)
        process.send_signal(signal.SIGSTOP)
        time.sleep(20)
        process.send_signal(signal.SIGCONT)
        until(lambda: len(titles(folder)) == 6)
        assert stop(process) == 0
    assert set(asked(site).values()) == {1}
    assert shortest_pause(site) >= DELAY - 0.01
    assert "the clock" not in said(folder)


async def test_who_was_held_up_for_longer_than_its_lease_asks_for_nothing_more(site, monkeypatch):
    config = config_for(site)
    async with visit_once(site.url("/"), config) as visit:
        assert (await visit.get(site.url(Story(0).path), max_bytes=10**6)).status == 200
        awake = clock.elapsed
        monkeypatch.setattr(clock, "elapsed", lambda: awake() + 660)
        assert await visit.get(site.url(Story(1).path), max_bytes=10**6) is None
    assert site.paths == ["/robots.txt", Story(0).path]


async def test_who_was_held_up_in_the_middle_of_a_redirect_does_not_follow_it(site, monkeypatch):
    awake = clock.elapsed

    def hold(_request):
        monkeypatch.setattr(clock, "elapsed", lambda: awake() + 660)
        return redirect(Story(0).path)

    site.routes["/moved"] = hold
    async with visit_once(site.url("/"), config_for(site)) as visit:
        assert await visit.get(site.url("/moved"), max_bytes=10**6) is None
    assert site.paths == ["/robots.txt", "/moved"]
