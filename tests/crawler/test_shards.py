"""``--workers``: the same crawl by several processes, of which any may end, hang or be cut off."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import BrokenExecutor, Future

import pytest

from archive.sites import site
from crawler import away, once, remote, shards
from crawler.away import Away
from crawler.crews import HERE, Wanted
from crawler.shards import Shards
from crawler.storing import Storing
from tests.elsewhere import (
    amid,
    command,
    contents,
    hit,
    polite,
    processes,
    publishers,
    watching,
    whole,
    write,
)
from tests.live import asked, until
from tests.polite import rows

TWO = Wanted(workers=2)
SHARD = "crawler.shard"


def run(db, config, wanted=TWO, **options):
    return once.crawl_once(db, config, once.all_sources(config), wanted=wanted, **options)


def test_several_processes_make_the_archive_that_one_makes_row_for_row(tmp_path):
    with publishers() as sites:
        config = watching(sites)
        run(tmp_path / "one.db", config, HERE)
        summary = run(tmp_path / "two.db", config)
    assert contents(tmp_path / "one.db") == contents(tmp_path / "two.db")
    assert summary.counts["new"] == 36
    assert (summary.left, summary.interrupted, summary.failures) == (0, False, {})


def test_they_keep_the_pauses_and_ask_for_each_page_once(tmp_path):
    with publishers() as sites:
        run(tmp_path / "a.db", watching(sites, 0.1))
        polite(sites, 0.1)
        assert set(asked(*sites).values()) == {1}
        assert [sum(r.target == "/robots.txt" for r in site.requests) for site in sites] == [1] * 4


def test_a_site_whose_pages_take_longer_than_a_turn_is_crawled_in_several(tmp_path, short):
    with publishers(2) as sites:
        run(tmp_path / "a.db", watching(sites, 0.15))
        polite(sites, 0.15)
        whole(tmp_path / "a.db", 18)
        assert set(asked(*sites).values()) == {1}


@pytest.mark.parametrize("after", [3, 15, 30])
def test_what_one_that_is_killed_was_about_is_taken_up_by_another(tmp_path, short, after):
    with publishers() as sites, amid(sites, after, hit(signal.SIGKILL, SHARD)):
        summary = run(tmp_path / "a.db", watching(sites, 0.1))
        polite(sites, 0.1)
        whole(tmp_path / "a.db")
        assert summary.failures == {}
        assert asked(*sites).total() <= 36 + 2 * 16, "but what its turns had fetched and not reported"


def test_what_one_that_hangs_was_about_is_taken_up_by_another(tmp_path, short):
    with publishers() as sites, amid(sites, 10, hit(signal.SIGSTOP, SHARD)):
        run(tmp_path / "a.db", watching(sites, 0.05, deadline=1.0))
        polite(sites, 0.05)
        whole(tmp_path / "a.db")
    assert processes(SHARD) == [], "it was ended"


def test_the_limit_holds_for_all_of_them(tmp_path, short):
    with publishers() as sites:
        run(tmp_path / "a.db", watching(sites, 0.05), limit=20)
        assert asked(*sites).total() == 20


class Fatal(Shards):
    """The process that takes a certain site's turn ends, each time."""

    site = ""

    def submit(self, fn, /, *args):
        if fn is remote.work and remote.unpack(args[0]).order.batch.site.name == self.site:
            future = Future()
            future.set_exception(BrokenExecutor("it ended"))
            return future
        return super().submit(fn, *args)


def test_a_site_over_which_processes_end_is_given_up_for_now_page_by_page_and_holds_up_no_other(
    tmp_path, short, monkeypatch
):
    monkeypatch.setattr(shards, "Shards", Fatal)
    monkeypatch.setattr(away, "RETRY_SECONDS", 0.05)
    with publishers() as sites:
        Fatal.site = site(sites[0].url())
        run(tmp_path / "a.db", watching(sites))
        assert [r.target for r in sites[0].requests] == []
        whole(tmp_path / "a.db", 27)
    assert rows(tmp_path / "a.db", "SELECT outcome, reason FROM fetches WHERE outcome = 'failed'") == [
        ("failed", "interrupted")
    ]


def test_no_more_comes_than_a_slow_archive_has_room_for(tmp_path, monkeypatch):
    held, taking, storing = [], Away._take_in, Storing.store
    monkeypatch.setattr(away, "HELD", 1_000_000)
    monkeypatch.setattr(away, "USUAL", 500_000)

    async def take_in(self, data, desk):
        held.append(self._held)
        await taking(self, data, desk)

    def slowly(self, outcome, anew=None):
        time.sleep(0.02)
        return storing(self, outcome, anew)

    monkeypatch.setattr(Away, "_take_in", take_in)
    monkeypatch.setattr(Storing, "store", slowly)
    with publishers(24, 5) as sites:
        for one in sites:
            one.routes |= {
                path: f"{page}<!-- {path * 3_000} -->" for path, page in one.routes.items() if "news" in path
            }
        run(tmp_path / "a.db", watching(sites))
        whole(tmp_path / "a.db", 120)
    assert max(held) > 100_000
    assert max(held) <= 1_000_000, "five pages of 80 kB each of 24 sites are ten million bytes"


def test_they_end_with_who_sends_them_out_and_the_next_run_does_the_rest(tmp_path):
    with publishers() as sites:
        write(tmp_path, sites, 0.1)
        first = command(tmp_path, "crawl", "--all", "--workers", "2")
        with amid(sites, 10, first.kill):
            first.communicate(timeout=60)
        until(lambda: not processes(SHARD))
        second = command(tmp_path, "crawl", "--all", "--workers", "2")
        assert (second.communicate(timeout=120), second.returncode)[1] == 0
        polite(sites, 0.1)
        whole(tmp_path / "archive.db")


def test_a_first_ctrl_c_has_them_finish_and_what_they_did_is_kept(tmp_path):
    with publishers() as sites:
        write(tmp_path, sites, 0.5)
        process = command(tmp_path, "crawl", "--all", "--workers", "2")
        with amid(sites, 6, lambda: process.send_signal(signal.SIGINT)):
            began = time.monotonic()
            said = process.communicate(timeout=60)[1].decode()
        assert "Stopping" in said
        assert time.monotonic() - began < 20
        until(lambda: not processes(SHARD))
        done = asked(*sites).total()
        assert 6 <= done < 36
        command(tmp_path, "crawl", "--due", "--workers", "2").communicate(timeout=120)
        assert set(asked(*sites).values()) == {1}
        whole(tmp_path / "archive.db")


def test_a_daemon_has_them_fetch_and_stops_them(tmp_path):
    with publishers() as sites:
        write(tmp_path, sites, 0.0)
        process = command(tmp_path, "daemon", "--workers", "2")
        until(lambda: asked(*sites).total() == 36)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
        until(lambda: not processes(SHARD))
        whole(tmp_path / "archive.db")


def test_workers_and_a_cluster_exclude_each_other(tmp_path):
    process = command(tmp_path, "crawl", "--all", "--workers", "2", "--cluster", "tcp://127.0.0.1:1")
    assert b"exclude each other" in process.communicate(timeout=60)[1]
    assert process.returncode == 2


def test_a_call_in_a_process_that_ends_fails_and_the_next_one_is_answered():
    with Shards(1) as shards:
        shards.submit(away.hurry, "nobody").result(60)
        (pid,) = processes(SHARD)
        os.kill(pid, signal.SIGSTOP)
        waits = shards.submit(away.hurry, "nobody")
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(BrokenExecutor):
            waits.result(60)
        assert shards.submit(away.hurry, "nobody").result(60) is None
    assert processes(SHARD) == []
