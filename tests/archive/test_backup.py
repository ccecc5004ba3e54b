from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from kept import TEXT, article
from machine import python, small_disk

from archive import backup as module
from archive.backup import backup, restore
from archive.check import check
from archive.database import ArchiveError, reading
from archive.store import Archive

HERE = Path(__file__).parent


def titles(path: Path) -> list[str]:
    with reading(path) as db:
        return [row[0] for row in db.execute("SELECT title FROM articles ORDER BY id")]


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@pytest.fixture
def full(kept):
    """An archive of 40 articles, open for writing."""
    for n in range(40):
        kept.put(article(f"https://news.example/{n}", f"{TEXT} {n}", title=f"Title {n}"))
    return kept


@pytest.fixture
def copies(tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


def test_a_backup_of_an_open_archive_is_one_file_with_everything_in_it(full, copies):
    told = []
    made = backup(full.path, copies / "copy.db", progress=lambda done, of: told.append((done, of)))
    assert names(copies) == {"copy.db"}
    assert made.tables["articles"] == 40
    assert made.bytes == (copies / "copy.db").stat().st_size
    assert told[-1][0] == told[-1][1] > 0
    assert check(copies / "copy.db").problems == ()
    with reading(full.path) as one, reading(copies / "copy.db") as other:
        assert list(one.iterdump()) == list(other.iterdump())
        assert other.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_backup_is_as_private_as_other_new_files(full, copies):
    (copies / "other").touch()
    backup(full.path, copies / "copy.db")
    assert (copies / "copy.db").stat().st_mode == (copies / "other").stat().st_mode


def test_a_backup_amid_heavy_writing_is_of_one_moment_and_holds_up_nobody(full, copies, monkeypatch):
    monkeypatch.setattr(module, "_PAGES", 5)  # as many steps as a large archive takes
    done = threading.Event()
    written = []

    def write():
        n = 0
        while not done.is_set():
            n += 1
            full.put(article(f"https://news.example/new/{n}", f"{TEXT} new {n}", title=f"New {n}"))
            written.append(n)

    writer = threading.Thread(target=write)
    writer.start()
    steps = []

    def progress(copied, of):
        before = len(written)
        while len(steps) < 10 and len(written) == before:  # each step meets a write
            done.wait(0.001)
        steps.append(of)

    try:
        made = backup(full.path, copies / "copy.db", progress=progress)
    finally:
        done.set()
        writer.join()
    assert len(written) >= 10
    assert len(set(steps)) == 1, "it was never begun anew"
    assert check(copies / "copy.db").problems == ()
    found = titles(copies / "copy.db")
    assert len(found) == made.tables["articles"]
    assert found == titles(full.path)[: len(found)]


def test_what_is_there_is_only_replaced_where_that_is_wanted(full, copies):
    backup(full.path, copies / "copy.db")
    full.put(article("https://news.example/later", f"{TEXT} later", title="Later"))
    with pytest.raises(ArchiveError, match="there already"):
        backup(full.path, copies / "copy.db")
    assert len(titles(copies / "copy.db")) == 40
    backup(full.path, copies / "copy.db", force=True)
    assert len(titles(copies / "copy.db")) == 41


def test_places_that_are_none_for_a_backup_are_told(full, copies):
    (copies / "link.db").symlink_to(full.path)
    with Archive(copies / "open.db"), Archive(copies / "open.db") as archive:
        archive.start_run("crawl", full.now)
        for file, sentence in (
            (full.path, "is the archive itself"),
            (copies / "link.db", "is the archive itself"),
            (full.path.with_name(f"{full.path.name}-wal"), "is a file of the archive"),
            (Path("/dev/null"), "is a device"),
            (copies, "is a folder"),
            (copies / "no" / "copy.db", "There is no folder"),
            (copies / "open.db", "is in use"),
        ):
            with pytest.raises(ArchiveError, match=sentence):
                backup(full.path, file, force=True)
    with pytest.raises(ArchiveError, match="no archive at"):
        backup(copies / "none.db", copies / "copy.db")
    assert not (copies / "copy.db").exists()


KILLED = """
import time
from pathlib import Path
from archive import backup as module
module._PAGES = 5
def progress(done, of):
    print(done, of, flush=True)
    time.sleep(0.002)
while True:
    module.backup(Path(sys.argv[1]), Path(sys.argv[2]), force=True, progress=progress)
"""


def test_a_backup_killed_in_the_middle_leaves_the_one_before_and_nothing_for_long(full, copies):
    file = copies / "copy.db"
    backup(full.path, file)
    for steps in (1, 3, 7, 12, 40):
        process = python(KILLED, full.path, file)
        for _ in range(steps):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert check(file).problems == ()
        assert len(titles(file)) == 40
    backup(full.path, file, force=True)
    assert names(copies) == {"copy.db"}


def test_a_backup_that_another_process_is_making_is_left_alone(full, copies):
    other = python(KILLED.replace("time.sleep(0.002)", "sys.stdin.read()"), full.path, copies / "copy.db")
    assert other.stdout.readline()
    backup(full.path, copies / "copy.db")
    assert len(names(copies)) == 2, "the other's is still there"
    other.kill()
    other.communicate()


def test_no_backup_is_begun_for_which_there_is_no_room(full, tmp_path):
    with small_disk(tmp_path / "disk", "256k") as disk:
        with pytest.raises(ArchiveError, match=r"disk is full; \d+\.\d MB are needed") as error:
            backup(full.path, disk / "copy.db")
        assert error.value.passing
        assert names(disk) == set()


def test_a_disk_that_becomes_full_in_the_middle_is_said_and_leaves_what_was_there(full, tmp_path, monkeypatch):
    with small_disk(tmp_path / "disk", "1m") as disk:
        monkeypatch.setattr(module, "_PAGES", 5)
        (disk / "copy.db").write_bytes(b"the one before")

        def fill(_done, _of):
            with contextlib.suppress(OSError), (disk / "ballast").open("ab") as ballast:
                ballast.write(bytes(1_000_000))

        with pytest.raises(ArchiveError, match=r"copy.db: the disk is full") as error:
            backup(full.path, disk / "copy.db", force=True, progress=fill)
        assert error.value.passing
        assert names(disk) == {"copy.db", "ballast"}
        assert (disk / "copy.db").read_bytes() == b"the one before"


def test_a_disk_that_fails_in_the_middle_is_said(full, copies):
    program = """
import resource
from pathlib import Path
from archive.backup import backup
from archive.database import ArchiveError
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    backup(Path(sys.argv[1]), Path(sys.argv[2]))
except ArchiveError as error:
    print(error.passing, error)
"""
    said = python(program, full.path, copies / "copy.db").communicate(timeout=60)[0]
    assert said.startswith(f"True {copies / 'copy.db'}: the disk failed")
    assert names(copies) == set()


def damage(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[4096 * 30 : 4096 * 34] = os.urandom(4096 * 4)
    path.write_bytes(raw)


def test_of_a_damaged_archive_no_copy_replaces_a_good_one(full, copies):
    backup(full.path, copies / "copy.db")
    full.archive.close()
    damage(full.path)
    with pytest.raises(ArchiveError, match=r"damaged"):
        backup(full.path, copies / "copy.db", force=True)
    assert names(copies) == {"copy.db"}
    assert check(copies / "copy.db").problems == ()


# restore


def test_a_backup_is_restored_where_there_is_no_archive_whatever_lies_about(full, copies):
    backup(full.path, copies / "copy.db")
    place = copies / "archive.db"
    for end in ("-wal", "-shm"):
        Path(f"{place}{end}").write_bytes(b"of an archive that was deleted")
    made, old = restore(copies / "copy.db", place)
    assert (made.tables["articles"], old) == (40, None)
    assert names(copies) == {"copy.db", "archive.db"}
    assert titles(place) == titles(full.path)
    with Archive(place) as archive:
        archive.start_run("crawl", full.now)
    assert check(place).problems == ()


def test_an_archive_in_the_way_is_kept_beside_and_whole(full, copies):
    backup(full.path, copies / "copy.db")
    full.put(article("https://news.example/later", f"{TEXT} later", title="Later"))
    full.archive.close()
    with pytest.raises(ArchiveError, match="There is an archive at"):
        restore(copies / "copy.db", full.path)
    assert titles(full.path)[-1] == "Later"
    for kept_as in ("archive.db.before-restore", "archive.db.before-restore-2"):
        _, old = restore(copies / "copy.db", full.path, force=True)
        assert old.name == kept_as
    assert len(titles(full.path)) == 40
    assert titles(full.path.with_name("archive.db.before-restore"))[-1] == "Later"


def test_what_a_killed_process_left_in_the_wal_file_is_kept_with_the_old_archive(full, copies):
    backup(full.path, copies / "copy.db")
    full.archive.close()
    code = f"""
import os
sys.path.insert(0, {str(HERE)!r})
from kept import Kept, article
kept = Kept(sys.argv[1])
kept.put(article("https://news.example/last", "Last words", title="Last"))
os._exit(9)
"""
    process = python(code, full.path)
    process.communicate()
    assert process.returncode == 9
    assert Path(f"{full.path}-wal").stat().st_size
    _, old = restore(copies / "copy.db", full.path, force=True)
    assert "Last" in titles(old)
    assert "Last" not in titles(full.path)


def test_a_damaged_archive_gives_way_to_a_backup(full, copies):
    backup(full.path, copies / "copy.db")
    full.archive.close()
    wal, wal_of_old = Path(f"{full.path}-wal"), b"may be of use to whoever repairs it"
    for harm in (damage, lambda path: path.write_bytes(b"gone")):
        harm(full.path)
        harmed = full.path.read_bytes()
        wal.write_bytes(wal_of_old)
        _, old = restore(copies / "copy.db", full.path, force=True)
        assert check(full.path).problems == ()
        assert old.read_bytes() == harmed
    assert Path(f"{old}-wal").read_bytes() == wal_of_old, "of a file that SQLite makes nothing of"


def test_what_is_damaged_is_not_restored(full, copies):
    backup(full.path, copies / "copy.db")
    damage(copies / "copy.db")
    (copies / "empty.db").touch()
    (copies / "text.db").write_text("no archive, and longer than a header. " * 100)
    for name in ("copy.db", "empty.db", "text.db"):
        with pytest.raises(ArchiveError, match="was not restored"):
            restore(copies / name, copies / "new.db")
    with pytest.raises(ArchiveError, match="no archive at"):
        restore(copies / "none.db", copies / "new.db")
    assert not (copies / "new.db").exists()


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_an_archive_that_somebody_has_open_is_not_replaced(full, copies, how):
    backup(full.path, copies / "copy.db")
    full.archive.close()
    opened = reading(full.path) if how == "reading" else Archive(full.path)
    with opened, pytest.raises(ArchiveError, match="open in another program"):
        restore(copies / "copy.db", full.path, force=True)
    assert "archive.db.before-restore" not in names(full.path.parent)
    restore(copies / "copy.db", full.path, force=True)


def test_a_backup_of_the_first_version_is_restored_and_then_brought_up_to_date(copies):
    import gzip

    (copies / "old.db").write_bytes(gzip.decompress((HERE / "first-version.db.gz").read_bytes()))
    backup(copies / "old.db", copies / "copy.db")
    for name in ("old.db", "copy.db"):
        db = sqlite3.connect(copies / name)
        assert [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations")] == ["m001_first"], name
        db.close()
    restore(copies / "copy.db", copies / "new.db")
    assert len(titles(copies / "new.db")) == 17


def test_a_restore_killed_in_the_middle_leaves_the_old_archive_or_the_new_one(full, copies):
    backup(full.path, copies / "copy.db")
    full.put(article("https://news.example/later", f"{TEXT} later", title="Later"))
    full.archive.close()
    program = """
from pathlib import Path
from archive import backup as module
module._PAGES = 5
while True:
    module.restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True, told=lambda *told: print(told, flush=True))
"""
    for lines in (1, 8, 14, 20, 45):
        process = python(program, copies / "copy.db", full.path)
        for _ in range(lines):
            assert process.stdout.readline()
        process.kill()
        process.communicate()
        assert check(full.path).problems == ()
        assert len(titles(full.path)) in {40, 41}
    old = full.path.with_name("archive.db.before-restore")
    assert titles(old if old.exists() else full.path)[-1] == "Later"
