"""``--cluster``: the same crawl by a Dask cluster's workers, with a real scheduler and three real worker processes."""

from __future__ import annotations

import signal
import time

import pytest

from crawler import cluster, once
from crawler.crews import HERE, CrewError, Wanted, crew
from tests.cluster import Relay
from tests.elsewhere import amid, command, contents, polite, publishers, watching, whole, write
from tests.live import asked, until


def run(db, config, dask=None, **options):
    wanted = Wanted(cluster=dask.address) if dask else HERE
    return once.crawl_once(db, config, once.all_sources(config), wanted=wanted, **options)


def test_a_cluster_makes_the_archive_that_this_process_makes_row_for_row(tmp_path, dask):
    with publishers() as sites:
        config = watching(sites)
        run(tmp_path / "one.db", config)
        summary = run(tmp_path / "two.db", config, dask)
    assert contents(tmp_path / "one.db") == contents(tmp_path / "two.db")
    assert summary.counts["new"] == 36
    assert (summary.left, summary.interrupted, summary.failures) == (0, False, {})


def test_its_workers_keep_the_pauses_and_ask_for_each_page_once(tmp_path, dask):
    with publishers() as sites:
        run(tmp_path / "a.db", watching(sites, 0.1), dask)
        polite(sites, 0.1)
        whole(tmp_path / "a.db")
        assert set(asked(*sites).values()) == {1}


def test_what_a_worker_that_is_killed_was_about_is_done_by_another(tmp_path, dask, short):
    with publishers() as sites, amid(sites, 10, dask.workers[0].kill):
        run(tmp_path / "a.db", watching(sites, 0.1), dask)
        polite(sites, 0.1)
        whole(tmp_path / "a.db")


def test_what_a_worker_that_hangs_was_about_is_done_by_another_and_it_asks_for_nothing_more(tmp_path, dask, short):
    with publishers(12, 4) as sites, amid(sites, 10, lambda: dask.workers[0].send_signal(signal.SIGSTOP)):
        run(tmp_path / "a.db", watching(sites, 0.1, deadline=1.0), dask)
        count = asked(*sites).total()
        dask.workers[0].send_signal(signal.SIGCONT)
        time.sleep(1.5)
        assert asked(*sites).total() <= count + 12, "no more than the requests that were under way"
        polite(sites, 0.1)
        whole(tmp_path / "a.db", 48)


@pytest.mark.parametrize("how", ["cut", "silence"])
def test_what_a_worker_that_is_cut_off_was_about_is_done_by_another(tmp_path, dask, short, how):
    """It goes on without its scheduler, which is told of it or not."""
    dask.lose()
    relay = Relay(dask.port)
    dask.workers.append(dask.worker(relay.address))
    with publishers(12, 4) as sites, amid(sites, 20, getattr(relay, how)):
        run(tmp_path / "a.db", watching(sites, 0.1, deadline=1.0), dask)
        time.sleep(1.5)
        polite(sites, 0.1)
        whole(tmp_path / "a.db", 48)
    relay.cut()


def test_a_scheduler_that_is_restarted_is_gone_on_with(tmp_path, dask, short):
    def restart() -> None:
        dask.end()
        time.sleep(1)
        dask.begin()

    with publishers() as sites, amid(sites, 10, restart):
        run(tmp_path / "a.db", watching(sites, 0.1), dask)
        polite(sites, 0.1)
        whole(tmp_path / "a.db")


def test_a_scheduler_that_hangs_for_a_while_is_waited_for_and_a_stop_is_not_kept(tmp_path, dask):
    with publishers() as sites:
        write(tmp_path, sites, 0.1)
        process = command(tmp_path, "daemon", "--cluster", dask.address, "--grace", "5")
        with amid(sites, 10, lambda: dask.scheduler.send_signal(signal.SIGSTOP)):
            until(lambda: asked(*sites).total() >= 10)
        time.sleep(3)
        assert process.poll() is None
        dask.scheduler.send_signal(signal.SIGCONT)
        until(lambda: asked(*sites).total() >= 30)
        dask.scheduler.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        dask.scheduler.send_signal(signal.SIGCONT)
        polite(sites, 0.1)


def test_who_is_killed_goes_on_after_the_next_start(tmp_path, dask):
    with publishers() as sites:
        write(tmp_path, sites, 0.1)
        first = command(tmp_path, "crawl", "--all", "--cluster", dask.address)
        with amid(sites, 10, first.kill):
            first.communicate(timeout=60)
        second = command(tmp_path, "crawl", "--all", "--cluster", dask.address)
        assert (second.communicate(timeout=120), second.returncode)[1] == 0
        polite(sites, 0.1)
        whole(tmp_path / "archive.db")


def test_a_daemon_waits_for_workers_that_are_not_there_yet(tmp_path, dask):
    while dask.workers:
        dask.lose()
    with publishers() as sites:
        write(tmp_path, sites, 0.0)
        process = command(tmp_path, "daemon", "--cluster", dask.address)
        time.sleep(3)
        assert process.poll() is None
        dask.workers.append(dask.worker())
        until(lambda: asked(*sites).total() == 36)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
        whole(tmp_path / "archive.db")


def test_where_there_is_no_scheduler_it_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    none = crew(Wanted(cluster="tcp://127.0.0.1:1"))
    with pytest.raises(CrewError, match=r"No Dask scheduler answers at tcp://127.0.0.1:1"), none:
        pass
