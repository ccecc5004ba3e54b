from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.store import Archive
from archive.verify import verify
from tests.warcs import TOWN, story, write


@dataclass
class Run:
    folder: Path

    @property
    def db(self) -> Path:
        return self.folder / "archive.db"

    @property
    def config(self) -> Path:
        return self.folder / "cuttings.toml"


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    run.config.write_text(f'[sources.town]\nhome = "{TOWN}/"\n')
    return run


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def begin(run, file):
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    command = [sys.executable, "-m", "crawler", "import", "--warc", str(file), "--db", run.db, "--config", run.config]
    return subprocess.Popen(
        command, env=env | {"PYTHONPATH": str(Path.cwd())}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def articles(db):
    with contextlib.suppress(sqlite3.OperationalError):
        return rows(db, "SELECT count(*) FROM articles")[0][0]
    return 0


def reach(run, process, count):
    end = time.monotonic() + 20
    while articles(run.db) < count and process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)


def test_killed_at_any_moment_it_goes_on_and_each_page_is_there_once(run):
    file = write(run.folder / "a.warc.gz", [story(n) for n in range(200)])
    for count in (1, 60):
        process = begin(run, file)
        reach(run, process, count)
        process.kill()
        process.communicate()
        done = articles(run.db)
        (stored,) = rows(run.db, "SELECT pages FROM imports")
        assert stored[0] <= done < 200
    process = begin(run, file)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert f"{200 - done} new" in out
    assert rows(run.db, "SELECT count(*), count(DISTINCT title), sum(revision) FROM articles") == [(200, 200, 200)]
    assert rows(run.db, "SELECT records, pages FROM imports") == [(201, 200)]
    assert verify(run.db).problems == ()


def test_ctrl_c_finishes_what_is_read_and_a_daemon_s_archive_may_be_locked_meanwhile(run):
    file = write(run.folder / "a.warc.gz", [story(n) for n in range(400)])
    Archive(run.db).close()
    process = begin(run, file)
    reach(run, process, 1)
    with contextlib.closing(sqlite3.connect(run.db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(0.5)
        other.execute("COMMIT")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "run the same command again" in err
    assert "Traceback" not in err
    done = articles(run.db)
    assert rows(run.db, "SELECT pages FROM imports") == [(done,)]
    assert 0 < done < 400
