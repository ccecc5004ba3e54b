"""What befalls a disk and a file, for real: full, failing, closed, locked, damaged, taken away."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from machine import python, small_disk

from archive.database import ArchiveError, reading
from archive.schema import migrations
from archive.writer import Writer


def note(text: str):
    """Work for a Writer: one row of ``runs``."""
    return lambda db: db.execute("INSERT INTO runs (command, started) VALUES (?, '')", [text])


def noted(path) -> list[str]:
    with reading(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return [row[0] for row in db.execute("SELECT command FROM runs ORDER BY id")]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.db"


def test_a_full_disk_is_said_and_the_writer_goes_on_when_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk", "2m") as disk:
        path, ballast = disk / "a.db", disk / "ballast"
        writer = Writer(path)
        writer.do(note("before"))
        with pytest.raises(OSError, match="No space"):
            ballast.write_bytes(bytes(4_000_000))
        for size in (10, 10_000, 1_000_000):  # written at the COMMIT, or before it where the cache is too small
            with pytest.raises(ArchiveError, match="disk is full") as error:
                writer.do(note("x" * size))
            assert error.value.passing
        ballast.unlink()
        writer.do(note("after"))
        assert noted(path) == ["before", "after"]
        with contextlib.suppress(OSError):
            ballast.write_bytes(bytes(4_000_000))
        writer.close()
        ballast.unlink()
        assert noted(path) == ["before", "after"]


def test_an_archive_that_cannot_be_made_for_want_of_room_is_made_later(tmp_path):
    with small_disk(tmp_path / "disk", "128k") as disk:
        with pytest.raises(ArchiveError, match="disk is full") as error:
            Writer(disk / "a.db")
        assert error.value.passing
        subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
        writer = Writer(disk / "a.db")
        writer.do(note("after"))
        writer.close()
        assert noted(disk / "a.db") == ["after"]


def test_a_file_at_its_largest_is_as_a_full_disk(path):
    writer = Writer(path)
    limit = writer.do(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    writer._thread.submit(lambda: writer._db.execute(f"PRAGMA max_page_count = {limit + 1}")).result()
    writer.do(note("before"))
    with pytest.raises(ArchiveError, match="disk is full"):
        writer.do(note("x" * 100_000))
    writer.do(note("after"))  # over a new connection, which has no such limit
    writer.do(note("y" * 100_000))
    assert noted(path) == ["before", "after", "y" * 100_000]
    writer.close()


def test_a_disk_that_fails_is_said_and_the_writer_goes_on_when_it_works_again(path):
    program = """
import resource
from pathlib import Path
from archive.database import ArchiveError
from archive.writer import Writer
writer = Writer(Path(sys.argv[1]))
note = lambda text: lambda db: db.execute("INSERT INTO runs (command, started) VALUES (?, '')", [text])
writer.do(note("before"))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (Path(sys.argv[1] + "-wal").stat().st_size + 1000, hard))
for size in (10, 1_000_000):
    try:
        writer.do(note("x" * size))
    except ArchiveError as error:
        print(error.passing, error)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
writer.do(note("after"))
writer.close()
"""
    said = python(program, path).communicate(timeout=60)[0]
    assert said.count("True") == 2
    assert said.count("failed to read or write") == 2
    assert noted(path) == ["before", "after"]


def test_an_archive_in_a_closed_folder_is_opened_once_the_folder_is_open():
    """In another process, as another user where this one is root, whom no permission binds."""
    program = """
import os
from pathlib import Path
from archive.database import ArchiveError
from archive.writer import Writer
Writer(Path(sys.argv[1]).with_name("first.db")).close()  # while it may still read what it has to import
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for line in sys.stdin:
    try:
        writer = Writer(Path(sys.argv[1]))
        writer.do(lambda db: db.execute("INSERT INTO runs (command, started) VALUES ('in', '')"))
        writer.close()
        print("written", flush=True)
    except ArchiveError as error:
        print(error.passing, error, flush=True)
"""
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o777)
        other = python(program, folder / "a.db")
        print(file=other.stdin, flush=True)
        assert other.stdout.readline() == "written\n"
        (folder / "a.db").unlink()

        def answer() -> str:
            print(file=other.stdin, flush=True)
            return other.stdout.readline()

        folder.chmod(0o555)
        assert answer().startswith(f"True {folder / 'a.db'}: it cannot be opened; check who owns")
        folder.chmod(0o777)
        assert answer() == "written\n"
        (folder / "a.db").chmod(0o444)
        if os.getuid() == 0:
            os.chown(folder / "a.db", 0, 0)
        folder.chmod(0o555)
        assert answer().startswith(f"True {folder / 'a.db'}: it may not be written to; check who owns")
        folder.chmod(0o777)
        (folder / "a.db").chmod(0o666)
        assert answer() == "written\n"
        other.communicate()
        assert noted(folder / "a.db") == ["in", "in"]
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("mode", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_lock_held_too_long_is_said_and_the_writer_goes_on_when_it_is_let_go(path, mode):
    program = """
import sqlite3
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""
    writer = Writer(path, busy_seconds=0.2)
    writer.do(note("before"))
    other = python(program, path, mode)
    assert other.stdout.readline() == "held\n"
    for _ in range(2):
        with pytest.raises(ArchiveError, match=r"another program has been writing to it for 0 seconds") as error:
            writer.do(note("lost?"))
        assert error.value.passing
    writer.checkpoint()
    other.communicate()
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["before", "after"]


def test_those_that_queue_up_behind_a_write_that_waited_in_vain_hardly_wait(path):
    writer = Writer(path, busy_seconds=1)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        for _ in range(20):
            with pytest.raises(ArchiveError, match="another program"):
                writer.do(note("lost?"))
        assert 1 <= time.monotonic() - begun < 10
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["after"]


def test_a_writer_told_to_hurry_gives_up_waiting_and_writes_what_it_can(path):
    writer = Writer(path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, writer.hurry).start()
        with pytest.raises(ArchiveError, match="another program"):
            writer.do(note("lost?"))
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["after"]


def test_a_damaged_file_does_not_pass_by_itself(path):
    writer = Writer(path)
    writer.do(lambda db: db.executemany("INSERT INTO authors (name) VALUES (?)", [(f"A {n}",) for n in range(4000)]))
    writer.close()
    raw = bytearray(path.read_bytes())
    raw[4096:] = os.urandom(len(raw) - 4096)
    path.write_bytes(raw)
    with pytest.raises(ArchiveError, match="'cuttings restore'") as error:
        Writer(path)
    assert not error.value.passing
    path.write_bytes(b"no such thing" * 1000)
    with pytest.raises(ArchiveError, match="not a SQLite file") as error:
        Writer(path)
    assert not error.value.passing


def test_a_commit_that_fails_leaves_nothing_and_the_writer_goes_on(path):
    writer = Writer(path)

    def work(db):
        db.execute("PRAGMA defer_foreign_keys = ON")  # so that the COMMIT is what fails
        db.execute("INSERT INTO revisions (article, number, seen_at, change, title, text, content_hash)"
                   " VALUES (7, 1, '', '', '', '', '')")  # fmt: skip

    with pytest.raises(sqlite3.IntegrityError):
        writer.do(work)
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["after"]
    with reading(path) as db:
        assert db.execute("SELECT count(*) FROM revisions").fetchone()[0] == 0


def test_a_rollback_that_fails_leaves_nothing_and_the_writer_goes_on(path):
    writer = Writer(path)

    def deny(action, name, *_):
        refused = action == sqlite3.SQLITE_TRANSACTION and name == "ROLLBACK"
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

    def work(db):
        note("half")(db)
        db.set_authorizer(deny)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        writer.do(work)
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["after"]


def test_work_that_ends_its_own_transaction_does_not_stop_the_writer(path):
    writer = Writer(path)
    with pytest.raises(sqlite3.OperationalError):
        writer.do(lambda db: db.execute("ROLLBACK"))
    writer.do(note("after"))
    writer.close()
    assert noted(path) == ["after"]


def test_what_was_in_a_wal_file_that_somebody_deleted_is_not_lost(path):
    writer = Writer(path)
    for n in range(3):
        writer.do(note(f"before {n}"))
    wal = Path(f"{path}-wal")
    assert wal.stat().st_size > 0
    wal.unlink()
    writer.do(note("after"))
    assert wal.exists(), "others see what is written from now on"
    assert noted(path) == ["before 0", "before 1", "before 2", "after"]
    writer.close()
    assert noted(path) == ["before 0", "before 1", "before 2", "after"]


@pytest.mark.parametrize("by", ["deleted", "moved", "replaced"])
def test_a_file_that_is_no_longer_the_archive_is_not_written_to(path, by):
    writer = Writer(path)
    writer.do(note("before"))
    if by == "deleted":
        path.unlink()
    else:
        path.rename(path.with_name("b.db"))
    if by == "replaced":
        other = Writer(path)
        other.do(note("another"))
    with pytest.raises(ArchiveError, match="moved, deleted or replaced") as error:
        writer.do(note("lost?"))
    assert not error.value.passing
    with pytest.raises(ArchiveError, match="moved, deleted or replaced"):
        writer.close()
    if by == "replaced":
        other.do(note("still"))
        assert noted(path) == ["another", "still"]
        other.close()
    else:
        assert not path.exists()
    if by == "moved":
        assert noted(path.with_name("b.db")) == ["before"], "what was in its -wal file went with it"


def test_a_copy_that_is_put_in_the_place_of_an_open_archive_is_not_spoiled_by_what_was_written_to_the_other(path):
    """By hand, as ``mv``: in the archive's -wal file are pages that belong to the file that was there before."""
    writer = Writer(path)
    writer.do(note("before"))
    copy, old = path.with_name("copy.db"), path.with_name("old.db")
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    for n in range(500):
        writer.do(note(f"after {n}"))
    os.link(path, old)
    copy.replace(path)
    with pytest.raises(ArchiveError, match="moved, deleted or replaced"):
        writer.do(note("lost?"))
    with pytest.raises(ArchiveError, match="moved, deleted or replaced"):
        writer.close()
    assert noted(path) == ["before"]
    assert len(noted(old)) == 501


def test_a_migration_that_has_to_wait_too_long_is_said_where_one_only_wanted_to_read(path, monkeypatch):
    Writer(path).close()
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations])
    migrations(name="m999_later")(lambda db: db.execute("CREATE TABLE later (x)"))
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveError, match=r"earlier version .* another program") as error, reading(path, 0.1):
        pass
    assert error.value.passing
    holder.close()
    with reading(path) as db:
        assert db.execute("SELECT count(*) FROM later").fetchone()[0] == 0
