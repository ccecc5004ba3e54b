from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import tomllib
from pathlib import Path

import pytest
from kept import CONFIG, NOON, TEXT, article, link

from archive.database import ArchiveError, reading
from archive.models import Change
from archive.schema import migrations
from archive.store import Archive

HERE = Path(__file__).parent
CHILD = f"""
import sys
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parents[1])!r}]
from kept import Kept, article, link, page
kept = Kept(sys.argv[1])
name = sys.argv[2]
print("ready", flush=True)
"""


def child(path: Path, name: str, code: str) -> subprocess.Popen[str]:
    """Another process with the archive open as ``kept``; it has said that it is ready."""
    program = CHILD + textwrap.dedent(code)
    process = subprocess.Popen([sys.executable, "-c", program, str(path), name], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def integrity(path: Path) -> str:
    db = sqlite3.connect(path)
    try:
        db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        return db.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        db.close()


def test_an_archive_is_made_once_and_opened_again(tmp_path):
    with Archive(tmp_path / "a.db"):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["a.db"], "closed, it is one file"
    with Archive(tmp_path / "a.db", create=False) as archive:
        assert archive.pending.__self__ is archive
    with reading(tmp_path / "a.db") as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0] == 7


def test_closing_twice_is_closing_once(tmp_path):
    archive = Archive(tmp_path / "a.db")
    archive.close()
    archive.close()


def test_where_no_archive_can_be_a_sentence_says_so(tmp_path):
    (tmp_path / "text.db").write_text("This is not a database, but it is longer than a header. " * 20)
    db = sqlite3.connect(tmp_path / "notes.db")
    db.execute("CREATE TABLE notes (text)")
    db.close()
    for open_it in (Archive, lambda path: reading(path).__enter__()):
        for place, sentence in (
            (tmp_path, "is a folder"),
            (tmp_path / "no" / "a.db", "There is no folder"),
            (tmp_path / "text.db", "not a SQLite file"),
            (tmp_path / "notes.db", "of another program"),
        ):
            with pytest.raises(ArchiveError, match=sentence):
                open_it(place)
    with pytest.raises(ArchiveError, match="no archive at"):
        Archive(tmp_path / "none.db", create=False)
    with pytest.raises(ArchiveError, match="no archive at"), reading(tmp_path / "none.db"):
        pass
    assert not (tmp_path / "none.db").exists()
    db = sqlite3.connect(tmp_path / "notes.db")
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)], "another's file is left alone"
    db.close()


def test_an_archive_of_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    Archive(path).close()
    db = sqlite3.connect(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('cuttings', 'm999_x', '')")
    db.commit()
    db.close()
    with pytest.raises(ArchiveError, match="newer version"):
        Archive(path)
    with pytest.raises(ArchiveError, match="newer version"), reading(path):
        pass


def test_a_damaged_file_is_said_to_be_damaged(kept):
    for number in range(60):
        kept.put(article(f"https://news.example/{number}", f"{TEXT} {number} " * 20))
    kept.archive.close()
    raw = bytearray(kept.path.read_bytes())
    raw[4096 * 5 : -4096] = os.urandom(len(raw) - 4096 * 6)
    kept.path.write_bytes(raw)

    def use():
        with Archive(kept.path) as archive:
            archive.sync_sources(CONFIG, NOON)
            archive.enqueue([link(f"/{number}") for number in range(100)], NOON)

    with pytest.raises(ArchiveError, match=r"damaged|not a SQLite file"):
        use()


def test_a_place_that_may_not_be_written_to_can_be_read(kept):
    kept.put()
    kept.archive.close()
    kept.path.parent.chmod(0o555)
    kept.path.chmod(0o444)
    try:
        if os.access(kept.path.parent, os.W_OK):
            pytest.skip("root may write everywhere")
        with reading(kept.path) as db:
            assert db.execute("SELECT title FROM articles").fetchone()[0] == "A new bridge"
        with pytest.raises(ArchiveError, match="may not be written"), Archive(kept.path) as archive:
            archive.start_run("crawl", NOON)
        with pytest.raises(ArchiveError, match="cannot be opened"):
            Archive(kept.path.parent / "new.db")
    finally:
        kept.path.parent.chmod(0o755)


def test_who_reads_cannot_write(kept):
    with reading(kept.path) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM sources")


def test_any_thread_may_write(kept):
    kept.enqueue(*(link(f"/{n}") for n in range(40)))
    errors = []

    def work(numbers):
        try:
            for n in numbers:
                kept.put(article(link(f"/{n}").url, f"{TEXT} {n}"))
        except Exception as error:  # noqa: BLE001  # a thread's exception would be lost
            errors.append(error)

    threads = [threading.Thread(target=work, args=[range(start, 40, 4)]) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert kept.value("SELECT count(*) FROM articles") == 40


def test_several_processes_may_open_a_new_archive_at_once(tmp_path):
    path = tmp_path / "a.db"
    program = f"import sys; sys.path[:0] = [{str(HERE.parents[1])!r}]\nfrom archive.store import Archive\nimport sys\n"
    program += "sys.stdin.readline()\nArchive(sys.argv[1]).close()"
    start = [sys.executable, "-c", program, str(path)]
    children = [subprocess.Popen(start, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in children:
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in children]
    assert ends == [("", 0)] * 4
    assert integrity(path) == "ok"


def test_two_processes_write_at_once_and_neither_is_turned_away(kept):
    code = """
    for n in range(60):
        kept.put(article(f"https://news.example/{name}/{n}", f"Text {name} {n}"))
    kept.archive.close()
    """
    other = child(kept.path, "other", code)
    for n in range(60):
        kept.put(article(f"https://news.example/mine/{n}", f"Text mine {n}"))
    other.stdout.close()
    assert other.wait(timeout=60) == 0
    assert kept.value("SELECT count(*) FROM articles") == 120
    kept.archive.close()
    assert integrity(kept.path) == "ok"


def test_a_process_killed_while_writing_leaves_whole_articles(kept):
    code = """
    n = 0
    while True:
        n += 1
        kept.put(article(f"https://news.example/{n}", f"Text {n}", tags=("a", "b"), authors=("C", "D")))
        print(n, flush=True)
    """
    for _ in range(3):
        before = kept.value("SELECT count(*) FROM articles")
        process = child(kept.path, "killed", code)
        while int(process.stdout.readline()) < before + 20:
            pass
        time.sleep(0.005)  # into the middle of something
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert kept.value("SELECT count(*) FROM articles") >= before + 19
        assert (
            kept.value(
                "SELECT count(*) FROM articles WHERE snapshot IS NULL"
                " OR (SELECT count(*) FROM article_tags WHERE article = articles.id) != 2"
                " OR (SELECT count(*) FROM article_authors WHERE article = articles.id) != 2"
                " OR (SELECT state FROM links WHERE links.url = articles.url) != 'stored'"
            )
            == 0
        )
    assert kept.put().change in {Change.NEW, Change.DUPLICATE}
    kept.archive.close()
    assert integrity(kept.path) == "ok"


def test_the_search_index_is_touched_only_when_title_or_text_change(kept):
    def index_writes():
        return kept.rows("SELECT count(*), sum(length(block)) FROM articles_fts_data")

    kept.put()
    before = index_writes()
    kept.later(hours=1)
    kept.put(article(section="Local", tags=("x",)))
    assert index_writes() == before
    kept.put(article(title="Another title"))
    assert index_writes() != before
    with reading(kept.path) as db:
        find = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
        assert [db.execute(find, [word]).fetchone()[0] for word in ("title: bridge", "title: another")] == [0, 1]
    kept.archive.close()
    assert integrity(kept.path) == "ok"


def test_every_column_that_is_faceted_by_or_refers_to_a_table_is_indexed(kept):
    """Datasette counts the rows that refer to the one shown, and the values of facets: neither may scan."""
    metadata = tomllib.loads((HERE.parents[1] / "archive/plugin/metadata.toml").read_text())
    described = next(iter(metadata["databases"].values()))["tables"]
    with reading(kept.path) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            indexes = db.execute(f"PRAGMA index_list({table})").fetchall()
            first = {row["name"]: db.execute(f"PRAGMA index_info({row['name']})").fetchone()[2] for row in indexes}
            whole = {first[row["name"]] for row in indexes if not row["partial"]}
            key = {row["name"] for row in db.execute(f"PRAGMA table_info({table})") if row["pk"] == 1}
            refers = {row["from"] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
            facets = {facet for facet in described.get(table, {}).get("facets", ()) if isinstance(facet, str)}
            assert facets - whole == set(), table
            assert refers - set(first.values()) - key == set(), table


def test_the_newest_due_links_of_a_host_are_found_without_sorting(kept):
    sql: list[str] = []
    kept.archive._writer.do(lambda db: db.set_trace_callback(sql.append))
    kept.take()
    kept.archive._writer.do(lambda db: db.set_trace_callback(None))
    query = next(text for text in sql if "links_next" in text)
    with reading(kept.path) as db:
        plan = " ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert "links_next" in plan
    assert "TEMP B-TREE" not in plan


def test_migrations_are_released_in_order():
    names = [migration.name for migration in migrations._migrations]
    assert names == sorted(names)


def test_the_wal_file_is_emptied_when_a_run_ends(kept):
    run = kept.archive.start_run("crawl", kept.now)
    kept.put(run=run)
    wal = Path(f"{kept.path}-wal")
    assert wal.stat().st_size > 0
    kept.archive.end_run(run, kept.now)
    assert wal.stat().st_size == 0


def test_neither_a_reader_nor_a_writer_keeps_an_archive_from_being_closed(tmp_path):
    path = tmp_path / "a.db"
    archive = Archive(path)
    archive.start_run("crawl", NOON)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("SELECT * FROM runs").fetchall()
    archive.close()
    other.close()
    assert integrity(path) == "ok"


def test_a_copy_of_the_closed_file_is_the_whole_archive(kept, tmp_path):
    kept.put()
    kept.archive.close()
    shutil.copy(kept.path, tmp_path / "copy.db")
    with reading(tmp_path / "copy.db") as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone()[0] == 1
