"""The disk is full, or may not be written to, or the file is damaged, under real processes on real sites."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import time

import pytest

from tests.live import asked, configure, cuttings, said, sound, stop, titles, until
from tests.publisher import Story, publish
from tests.site import Site

STORIES = 8
DELAY = 0.4


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    yield folder
    folder.chmod(0o777)


@pytest.fixture
def disk(folder):
    """A small file system, of 8 MB; only root can make one."""
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def site():
    with Site({}) as site:
        publish(site, [Story(n) for n in range(STORIES)])
        yield site


@contextlib.contextmanager
def full(disk):
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", 0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


def test_a_disk_that_becomes_full_is_said_and_waited_for_and_nothing_is_lost_or_fetched_twice(disk, site):
    configure(disk, site, delay=DELAY, every="1h")
    with cuttings(disk, "daemon") as process:
        until(lambda: len(titles(disk)) >= 2)
        with full(disk):
            until(lambda: "the disk is full" in said(disk), 20)
            time.sleep(4)
            assert process.poll() is None
        until(lambda: len(titles(disk)) == STORIES)
        assert stop(process) == 0
    assert set(asked(site).values()) == {1}
    assert said(disk).count("make room on it. Nothing is lost") == 1
    assert "Traceback" not in said(disk)
    assert sound(disk)


def test_sigterm_on_a_full_disk_ends_it_within_its_grace(disk, site):
    configure(disk, site, delay=DELAY, every="1h")
    with cuttings(disk, "daemon", "--grace", "1") as process:
        until(lambda: len(titles(disk)) >= 2)
        with full(disk):
            until(lambda: "the disk is full" in said(disk), 20)
            assert stop(process, 10) == 0
    assert "Traceback" not in said(disk)
    with cuttings(disk, "daemon") as process:
        until(lambda: len(titles(disk)) == STORIES)
        assert stop(process) == 0
    assert sound(disk)


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_a_daemon_that_begins_on_a_full_disk_says_so_in_a_sentence_and_ends_with_1(disk, site, known):
    configure(disk, site, every="1h")
    if known:
        with cuttings(disk, "crawl", "--all") as process:
            assert process.wait(60) == 0
    with full(disk), cuttings(disk, "daemon") as process:
        assert process.wait(60) == 1
    assert "Traceback" not in said(disk)
    assert "Error: archive.db" in said(disk)
    with cuttings(disk, "daemon") as process:
        until(lambda: "watching 1 sources" in said(disk) and len(titles(disk)) == STORIES)
        assert stop(process) == 0


def test_a_folder_that_is_closed_at_the_start_is_said_and_one_closed_meanwhile_is_waited_for(folder, site):
    configure(folder, site, delay=DELAY, every="1h")
    folder.chmod(0o555)
    with cuttings(folder, "daemon") as process:
        assert process.wait(60) == 1
    assert "check who owns it and its folder" in said(folder)
    folder.chmod(0o777)
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 2)
        folder.chmod(0o555)
        time.sleep(2)
        folder.chmod(0o777)
        until(lambda: len(titles(folder)) == STORIES)
        assert stop(process) == 0
    assert "Traceback" not in said(folder)
    assert set(asked(site).values()) == {1}


def damage(folder):
    """Overwrite all pages but the first behind everybody's back, and have everybody read them anew."""
    file = folder / "archive.db"
    with contextlib.closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE runs SET pid = pid")
        with file.open("r+b") as raw:
            raw.seek(4096)
            raw.write(os.urandom(file.stat().st_size - 4096))
        db.execute("COMMIT")


def test_a_damaged_file_ends_it_with_a_sentence_and_a_restored_one_goes_on(folder, site):
    configure(folder, site, delay=DELAY, every="1s")
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) >= 3)
        with cuttings(folder, "backup", "good.db") as copying:
            assert copying.wait(60) == 0
        damage(folder)
        assert process.wait(60) == 1
    before = len(site.requests)
    assert said(folder).count("Error: archive.db: the file is damaged") == 1
    with cuttings(folder, "daemon") as process:
        assert process.wait(60) == 1
    assert len(site.requests) == before
    assert said(folder).count("'cuttings restore'") == 2
    with cuttings(folder, "restore", "good.db", "--force") as restoring:
        assert restoring.wait(60) == 0
    with cuttings(folder, "daemon") as process:
        until(lambda: len(titles(folder)) == STORIES)
        assert stop(process) == 0
    assert sound(folder)
    assert "Traceback" not in said(folder)


def test_what_is_no_archive_is_said_and_ends_it_with_1(folder, site):
    configure(folder, site)
    (folder / "archive.db").write_bytes(b"no such thing" * 1000)
    with cuttings(folder, "daemon") as process:
        assert process.wait(60) == 1
    assert "it is not a SQLite file" in said(folder)
    assert "Traceback" not in said(folder)
    assert site.requests == []
