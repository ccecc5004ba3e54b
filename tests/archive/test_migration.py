"""An archive that the first version made opens in this one, and nothing in it is lost on the way.

``first-version.db.gz`` was made by tests.archive.first_version. The tests hold for any later tables: what they compare
is what archive.read gives, and the columns that are still there.
"""

from __future__ import annotations

import gzip
import shutil
import signal
import sqlite3
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from machine import python

from archive import finding, read
from archive.check import check
from archive.clusters import near
from archive.database import ArchiveError, connect, reading
from archive.schema import migrations
from archive.status import status
from archive.store import Archive
from archive.wanted import Wanted
from config.models import Config, Politeness, Source
from crawler.once import all_sources, crawl_once
from tests.publisher import Story, publish
from tests.site import Site

FIRST = gzip.decompress((Path(__file__).parent / "first-version.db.gz").read_bytes())
MOVED = {
    "hosts": {"next_at", "errors", "leased_by", "leased_until", "robots_status", "robots", "robots_at"},
    "boilerplate": {"fingerprint"},
}
"""Table → columns of it that a later version may keep elsewhere: a pause is a site's, robots.txt has a
history, and what a block is known by is a number."""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(FIRST)
    return path


@pytest.fixture
def original(tmp_path):
    """The same file, to be compared with; never opened by Cuttings."""
    path = tmp_path / "original.db"
    path.write_bytes(FIRST)
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    yield db
    db.close()


def applied(path: Path) -> list[str]:
    db = sqlite3.connect(path)
    names = [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'cuttings'")]
    db.close()
    return names


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]


def test_it_is_of_the_first_version_and_has_something_of_everything(original):
    names = [row[0] for row in original.execute("SELECT name FROM _sqlite_migrations")]
    assert names == ["m001_first"]
    for table in original.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        assert original.execute(f"SELECT count(*) FROM {table[0]}").fetchone()[0], table[0]
    states = {row[0] for row in original.execute("SELECT state FROM links")}
    assert states == {"waiting", "stored", "alias", "failed", "refused", "gone"}
    for condition in ("removed IS NOT NULL", "duplicate_of IS NOT NULL", "revision = 3"):
        assert original.execute(f"SELECT count(*) FROM articles WHERE {condition}").fetchone()[0], condition
    for condition in ("leased_by IS NOT NULL", "robots_status = 200", "robots_at AND robots_status IS NULL", "errors"):
        assert original.execute(f"SELECT count(*) FROM hosts WHERE {condition}").fetchone()[0], condition


def test_it_is_brought_up_to_date_when_it_is_opened(path):
    Archive(path).close()
    assert applied(path) == [migration.name for migration in migrations._migrations]
    assert check(path).problems == ()


def test_it_is_brought_up_to_date_when_it_is_read(path):
    with reading(path) as db:
        assert len(read.search(db, "council")) == 17
    assert applied(path) == [migration.name for migration in migrations._migrations]


def test_every_row_is_kept(path, original):
    Archive(path).close()
    with reading(path) as db:
        tables = [row[0] for row in original.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table.startswith(("sqlite_", "_", "articles_fts")):
                continue
            kept = [name for name in columns(original, table) if name not in MOVED.get(table, ())]
            assert set(kept) <= set(columns(db, table)), table
            query = f"SELECT {', '.join(kept)} FROM {table} ORDER BY {kept[0]}, {kept[1 % len(kept)]}"
            before = [tuple(row) for row in original.execute(query)]
            assert [tuple(row) for row in db.execute(query)] == before, table


def test_articles_pages_and_what_is_known_of_links_read_as_before(path, original):
    Archive(path).close()
    with reading(path) as db:
        records = {record.id: asdict(record) for record in read.articles(db)}
        assert len(records) == 17
        for row in original.execute("SELECT * FROM articles"):
            for name in ("url", "title", "text", "byline", "published", "first_seen", "removed", "revision", "blocks"):
                assert records[row["id"]][name] == row[name]
            page = read.snapshot(db, row["id"])
            assert row["title"].encode() in page.body
            assert read.search(db, f'"{row["title"]}"', limit=100)
        for row in original.execute("SELECT * FROM links"):
            told = read.explain(db, row["url"])
            assert (told.state, told.reason, told.due_at) == (row["state"], row["reason"], row["due_at"])
        assert len(read.unkept(db)) == 5
        found = status(db, datetime.now(UTC))
        assert (found.articles, found.revised) == (17, 3)
        assert {source.name for source in found.sources} >= {"town", "harbour", "busy", "down", "left", "slow"}


def test_how_hosts_are_to_be_treated_is_kept_wherever_it_is_now(path, original):
    """Their pause, and their robots.txt: a new version may not be less polite for not knowing."""
    Archive(path).close()
    with reading(path) as db:
        dump = "\n".join(db.iterdump())
    for row in original.execute("SELECT host, next_at, robots FROM hosts"):
        assert row["host"] in dump
        assert row["next_at"] in dump
        assert row["robots"].hex().upper() in dump.upper() or row["robots"].decode() in dump


def moved(path: Path, sites: dict[str, Site]) -> None:
    """Give the first version's file the addresses at which its sites are now, which are other ports."""
    db = sqlite3.connect(path)
    for name, site in sites.items():
        (home,) = db.execute("SELECT home FROM sources WHERE name = ?", [name]).fetchone()
        old = home.removeprefix("http://").rstrip("/")
        for table, column in (
            *(("sources", "home"), ("feeds", "url"), ("feeds", "host"), ("links", "url"), ("links", "host")),
            *(("links", "found_in"), ("articles", "url"), ("hosts", "host"), ("fetches", "url"), ("fetches", "host")),
        ):
            db.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", [old, site.host])
    # The killed process's lease has long run out, whenever this is run.
    db.execute("UPDATE hosts SET next_at = '2026-11-25T13:50:00.000Z', leased_until = '2026-11-25T13:50:00Z'")
    db.commit()
    db.close()


def test_a_crawl_goes_on_from_it(path):
    quick = Politeness(delay=0.0, jitter=0.0)
    with Site({}) as town, Site({}) as harbour, Site({}) as slow:
        sites = {"town": town, "harbour": harbour, "slow": slow}
        moved(path, sites)
        publish(town, [Story(n) for n in range(100, 108)])
        publish(harbour, [Story(20), Story(22, "Once more.")])
        publish(slow, [Story(60)])
        sources = tuple(
            Source(name, site.url("/"), feeds=(site.url("/feed.xml"),), politeness=quick)
            for name, site in sites.items()
        )
        config = Config(allow_private=True, politeness=quick, sources=sources)
        summary = crawl_once(path, config, all_sources(config))
    # Of the town's eight, three were stored before; what waited was not fetched twice; 22 was changed once more.
    with reading(path) as db:
        urls = [record.url for record in read.articles(db)]
        corrected = read.article(db, harbour.url(Story(22).path))
    assert len(urls) == len(set(urls))
    for n in range(100, 108):
        assert town.url(Story(n).path) in urls
        assert town.paths.count(Story(n).path) == 1
    assert slow.url(Story(60).path) in urls
    assert summary.counts["revised"] == 5, "the other four were dated anew: the tests' stories are always of yesterday"
    assert corrected.revision == 3
    assert corrected.text.endswith("Once more.")
    assert check(path).problems == ()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(path):
    Archive(path).close()
    db = sqlite3.connect(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('cuttings', 'm999_x', '')")
    db.commit()
    db.close()
    before = path.read_bytes()
    for open_it in (Archive, lambda path: reading(path).__enter__(), check):
        with pytest.raises(ArchiveError, match="newer version"):
            open_it(path)
    assert path.read_bytes() == before


@pytest.fixture
def later(monkeypatch):
    """One more migration than there are, that touches many rows."""
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations])

    @migrations(name="m999_later")
    def _later(db):
        db.executescript("CREATE TABLE later (x); UPDATE fetches SET detail = detail || 'x';")


KILLED = """
import time
from pathlib import Path
from archive.database import connect
from archive.schema import migrations

@migrations(name="m999_later")
def later(db):
    db.executescript("CREATE TABLE later (x); CREATE TABLE more AS SELECT * FROM snapshots;")
    if sys.argv[2] == "full":
        db.execute("PRAGMA cache_size = 1")  # so that much of it is on the disk already
    for n in range(1_000_000):
        print(n, flush=True)
        db.execute("INSERT INTO later SELECT zeroblob(20000)")
        db.execute("UPDATE articles SET title = title || 'x'")

connect(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("steps", [1, 2, 30, 200])
def test_a_migration_killed_in_the_middle_leaves_a_file_that_is_migrated_at_the_next_start(path, original, steps):
    process = python(KILLED, path, "full")
    for _ in range(steps):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    names = applied(path)
    assert "m999_later" not in names
    Archive(path).close()
    assert applied(path) == [migration.name for migration in migrations._migrations]
    assert check(path).problems == ()
    test_every_row_is_kept(path, original)


def test_this_versions_migrations_killed_at_any_statement_are_made_at_the_next_start(tmp_path, original):
    """The real ones, from the first version's file: killed after 0, 1, 2 … of their statements."""
    program = """
import os
import sqlite3
from pathlib import Path
from archive import database
left = int(sys.argv[2])

class Connection(database.Connection):
    def execute(self, *arguments):
        self.count()
        return super().execute(*arguments)

    def cursor(self, *arguments):
        self.count()
        return super().cursor(*arguments)

    def count(self):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)

database.Connection = Connection
database.connect(Path(sys.argv[1])).close()
"""
    path = tmp_path / "archive.db"
    left, ended = 0, 1
    while ended:
        path.write_bytes(FIRST)
        process = python(program, path, left)
        process.communicate()
        ended = process.returncode
        assert ended in {0, -9}
        if ended:
            Archive(path).close()
        assert applied(path) == [migration.name for migration in migrations._migrations]
        left += 7
    assert check(path).problems == ()
    test_every_row_is_kept(path, original)


def test_a_migration_for_which_there_is_no_room_changes_nothing(path, later):
    db = sqlite3.connect(path, isolation_level=None)
    db.close()
    program = """
import resource
from pathlib import Path
from archive.database import ArchiveError, connect
from archive.schema import migrations

@migrations(name="m999_later")
def later(db):
    db.execute("CREATE TABLE later AS SELECT zeroblob(4000000)")

resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
try:
    connect(Path(sys.argv[1]))
except ArchiveError as error:
    print(error.passing, error)
"""
    said = python(program, path).communicate(timeout=60)[0]
    assert said.startswith(f"True {path}: the disk failed")
    assert "m999_later" not in applied(path)
    connect(path).close()
    assert "m999_later" in applied(path)


def test_a_file_that_may_not_be_written_to_and_would_have_to_be_migrated_says_so(later):
    """In a process that gives up its rights where it has root's."""
    program = """
import os
from pathlib import Path
from archive.database import ArchiveError, reading
from archive.schema import migrations
from archive.store import Archive
from archive.wanted import Wanted
Archive(Path(sys.argv[1]).with_name("warm.db")).close()  # while it may still read what it has to import

@migrations(name="m999_later")
def later(db):
    db.execute("CREATE TABLE later (x)")

if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.stdin.readline()
for open_it in (Archive, lambda path: reading(path).__enter__()):
    try:
        open_it(Path(sys.argv[1]))
    except ArchiveError as error:
        print(error, flush=True)
"""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "archive.db"
        path.write_bytes(FIRST)
        process = python(program, path)
        while not (folder / "warm.db").exists():
            if process.poll() is not None:
                raise AssertionError(process.communicate())
        path.chmod(0o444)
        folder.chmod(0o555)
        written, read_ = process.communicate("\n", timeout=60)[0].splitlines()
        assert written == f"{path}: it may not be written to; check who owns the file and its folder."
        assert read_.startswith(f"{path} was made by an earlier version of Cuttings and has to be brought up to date")
        assert read_.endswith("Nothing was changed.")
        assert path.read_bytes() == FIRST
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_addresses_copies_and_texts_of_an_earlier_archive_are_known(path, original):
    Archive(path).close()
    with reading(path) as db:
        known = {row["url"]: row["article"] for row in db.execute("SELECT url, article FROM addresses")}
        for row in original.execute("SELECT id, url FROM articles"):
            assert known[row["url"]] == row["id"]
        led = "SELECT url, article FROM links WHERE article IS NOT NULL AND state IN ('stored', 'alias', 'gone')"
        for row in original.execute(led):
            assert known[row["url"]] == row["article"]
        for row in original.execute("SELECT id, duplicate_of FROM articles WHERE duplicate_of IS NOT NULL"):
            clusters = "SELECT cluster FROM articles WHERE id IN (?, ?)"
            found = {row["cluster"] for row in db.execute(clusters, [row["id"], row["duplicate_of"]])}
            assert found == {row["duplicate_of"]}
        text = original.execute("SELECT id, text FROM articles WHERE duplicate_of IS NULL LIMIT 1").fetchone()
        assert text["id"] in near(db, f"{text['text']} One more sentence of another paper.").articles


def test_an_earlier_archive_is_found_by_source_by_day_and_by_parts_of_words(path):
    db = sqlite3.connect(path)
    with db:
        db.execute("UPDATE articles SET text = '東京都知事' WHERE id = 2")
        source, published = db.execute(
            "SELECT source, coalesce(published, first_seen) FROM articles WHERE id = 2"
        ).fetchone()
        total = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    db.close()
    with reading(path) as db:
        for wanted in (
            Wanted("知事"),
            Wanted("東京", (source,)),
            Wanted("東京", since=published[:10], until=published[:10]),
        ):
            assert finding.newest(db, wanted, 5) == [2], wanted
        assert len(finding.newest(db, Wanted(), 1000)) == total
