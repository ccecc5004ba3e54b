"""What an archive throws away by itself, so that it never grows but by what it is for."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from archive.store import Archive
from archive.times import iso

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=91), NOW - timedelta(days=89)


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "a.db") as archive:
        yield archive


def rows(archive, sql):
    with contextlib.closing(sqlite3.connect(archive.path)) as db:
        return [row[0] for row in db.execute(sql)]


def test_runs_go_with_the_fetches_that_they_did_but_for_the_last_daemon_s_and_those_that_go_on(archive):
    ended, _killed, kept, daemon, crawl = (
        archive.start_run(command, LONG_AGO) for command in ("crawl", "crawl", "crawl", "daemon", "crawl")
    )
    archive.end_run(ended, LONG_AGO)
    archive.end_run(kept, LONG_AGO)
    with contextlib.closing(sqlite3.connect(archive.path)) as db, db:
        for at in (LONG_AGO, LATELY):
            run = ended if at is LONG_AGO else kept
            db.execute(
                "INSERT INTO fetches (run, at, source, host, url, kind, outcome) VALUES (?, ?, '', '', '', '', '')",
                [run, iso(at)],
            )
    archive.tidy(NOW, log_days=90)
    assert rows(archive, "SELECT run FROM fetches") == [kept]
    assert rows(archive, "SELECT id FROM runs ORDER BY id") == [kept, daemon, crawl]


def test_the_wal_file_is_emptied_and_what_a_reader_keeps_in_it_is_told(archive):
    assert archive.tidy(NOW, log_days=90) == 0
    with contextlib.closing(sqlite3.connect(archive.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM runs").fetchone()
        for _ in range(50):
            archive.start_run("crawl", NOW)
        assert archive.tidy(NOW, log_days=90) > 50 * 4096
        reader.execute("COMMIT")
    assert archive.tidy(NOW, log_days=90) == 0
