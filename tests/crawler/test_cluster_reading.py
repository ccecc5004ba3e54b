"""``reextract`` and ``import`` with ``--cluster``: stored and given pages read by a Dask cluster's workers."""

from __future__ import annotations

import json
import threading
import time

from click.testing import CliRunner

from archive.check import check
from crawler import cluster, readers
from crawler.cli import main
from tests.earlier import rows, texts
from tests.warcs import TOWN, story, write


def test_stored_pages_that_a_cluster_reads_anew_give_what_a_crawl_would(earlier, dask):
    with readers.readers(20, dask.address) as pool:
        report = earlier.run(pool)
    assert texts(earlier.db) == earlier.good
    counts = report.effects.total
    assert (counts.looked, counts.changed, counts.gained, counts.lost) == (12, 12, 0, 24)
    assert check(earlier.db).problems == ()


def test_what_a_worker_that_is_killed_was_reading_is_read_by_another(earlier, dask, monkeypatch):
    monkeypatch.setattr(readers, "BATCH", 1)
    monkeypatch.setattr(readers, "RETRY_SECONDS", 0.2)
    with readers.readers(20, dask.address) as pool:
        killing = threading.Timer(0.3, dask.lose)
        killing.start()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            report = earlier.run(pool, everything=True)
        killing.join()
    assert texts(earlier.db) == earlier.good
    assert (report.effects.total.looked, report.effects.total.unread) == (12, 0)


def test_a_scheduler_that_is_away_for_a_moment_is_waited_for(earlier, dask, monkeypatch):
    monkeypatch.setattr(readers, "RETRY_SECONDS", 1.0)
    with readers.readers(20, dask.address) as pool:
        dask.end()
        begin = threading.Timer(2, dask.begin)
        begin.start()
        report = earlier.run(pool)
        begin.join()
    assert texts(earlier.db) == earlier.good
    assert (report.effects.total.looked, report.effects.total.unread) == (12, 0)


def test_where_there_is_none_for_long_articles_are_left_as_they_were_and_taken_up_by_the_next_run(
    earlier, dask, monkeypatch
):
    monkeypatch.setattr(readers, "AWAY", 1.0)
    before = texts(earlier.db)
    with readers.readers(20, dask.address) as pool:
        dask.end()
        report = earlier.run(pool)
    assert (report.effects.total.looked, report.effects.total.unread) == (0, 12)
    assert texts(earlier.db) == before
    dask.begin()
    with readers.readers(20, dask.address) as pool:
        earlier.run(pool)
    assert texts(earlier.db) == earlier.good


def test_pages_of_files_are_read_by_a_cluster(tmp_path, dask):
    (tmp_path / "cuttings.toml").write_text(f'[sources.town]\nhome = "{TOWN}/"\n')
    file = write(tmp_path / "a.warc.gz", [story(n) for n in range(40)])
    found = []
    for name, more in (("here.db", []), ("there.db", ["--cluster", dask.address])):
        options = ["--db", str(tmp_path / name), "--config", str(tmp_path / "cuttings.toml"), "--json", *more]
        done = CliRunner().invoke(main, ["import", "--warc", str(file), *options])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["changes"] == {"new": 40}
        found.append(rows(tmp_path / name, "SELECT url, title, text, first_seen, published FROM articles ORDER BY url"))
    assert found[0] == found[1]


def test_a_cluster_that_is_not_there_is_said_and_nothing_is_done(earlier, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    done = CliRunner().invoke(main, ["reextract", "--db", str(earlier.db), "--cluster", "tcp://127.0.0.1:1"])
    assert done.exit_code == 1
    assert "No Dask scheduler answers at tcp://127.0.0.1:1" in done.output
    assert rows(earlier.db, "SELECT count(*) FROM reextractions") == [(0,)]
