from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
from collections import Counter
from dataclasses import replace

import pytest
from kept import TEXT, Kept
from machine import python, small_disk
from sealed import harm, value
from split_world import AMP, NOW, put, rows, world

from archive import parts
from archive.carrying import TABLES
from archive.check import check
from archive.database import ArchiveError
from archive.models import Link
from archive.split import rehearse, split
from archive.store import Archive
from archive.verify import verify

OF_ARTICLES = {
    "revisions": "*",
    "article_authors": "article, (SELECT name FROM authors WHERE id = author), author, position",
    "article_tags": "article, (SELECT name FROM tags WHERE id = tag), tag",
    "addresses": "*",
    "shingles": "*",
    "replaced": "*",
    "refused": "*",
    "amended": "*",
    "matches": "*",
    "snapshots": "*",
    "spaced": "*",
}
"""Table → what of its rows is told, each of which is in one part alone."""


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "archive.db"
    world(path)
    return path


@pytest.fixture(scope="module")
def made(once):
    """By what → the parts of the archive of split_world."""
    return {by: split(once, once.parent / by, by, now=NOW) for by in ("year", "source")}


@pytest.fixture
def whole(once, tmp_path):
    """The archive of split_world, of this test alone."""
    return shutil.copy(once, tmp_path / "archive.db")


def files(once, found):
    return {part.key: once.parent / found.by / part.file for part in found.parts}


def names(folder):
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.parametrize("by", ["year", "source"])
def test_the_sum_of_the_parts_is_everything_row_for_row(once, made, by):
    found = files(once, made[by])
    own = "id, source, url, title, byline, published, text, blocks, content_hash, first_seen, last_seen, revision"
    own += ", removed, flags, evidence, dates, snapshot, (SELECT happened FROM timeline WHERE article = id) AS happened"
    own += ", (SELECT count(*) FROM articles_fts WHERE rowid = id)"
    for table, columns in {"articles": own, **OF_ARTICLES}.items():
        sql = f"SELECT {columns} FROM {table}" + (" WHERE article IS NOT NULL" if table == "addresses" else "")
        each = Counter(row for path in found.values() for row in rows(path, sql))
        assert each == Counter(rows(once, sql)), table


@pytest.mark.parametrize("by", ["year", "source"])
def test_every_part_is_an_archive_that_passes_check_and_verify(once, made, by):
    for path in files(once, made[by]).values():
        assert check(path).problems == ()
        assert verify(path).problems == ()
        assert names(path.parent) == sorted(part.file for part in made[by].parts)


def test_an_article_is_of_the_year_of_its_date_or_of_when_it_was_first_seen(once, made):
    kept = {
        key: {url.rpartition("/")[2] for (url,) in rows(path, "SELECT url FROM articles")}
        for key, path in files(once, made["year"]).items()
    }
    assert kept == {
        "0001": {"old"},
        "2023": {"4"},
        "2024": {"1", "2", "3", "7654321", "far"},  # of the last, the date was still to come
        "2025": {"5", "6", "7"},
        "2026": {"8", "9"},
    }


def test_copies_whose_first_is_elsewhere_have_a_first_of_their_own(once, made):
    found = files(once, made["year"])
    assert rows(found["2025"], "SELECT id, duplicate_of, cluster FROM articles ORDER BY id") == [
        (9, None, 9),
        (10, 9, 9),
        (11, None, 9),
        (12, 11, 9),
    ]
    assert rows(found["2026"], "SELECT duplicate_of, cluster FROM articles WHERE id = 15") == [(None, None)]
    assert rows(found["2025"], "SELECT article, cluster, original FROM timeline WHERE article = 12") == [(12, 9, 11)]


def test_a_part_names_the_ledger_that_its_own_was_taken_from_and_goes_on_with_it(once, made, tmp_path):
    head = verify(once).head
    assert made["year"].head == head
    for by in made:
        for path in files(once, made[by]).values():
            last = rows(path, "SELECT kind, number, hex(digest) FROM ledger ORDER BY id DESC LIMIT 1")
            assert last == [("split", value(once, "SELECT max(id) FROM ledger"), head.upper())]
            assert verify(path).split_from == (head,)
    path = shutil.copy(files(once, made["year"])["2026"], tmp_path / "2026.db")
    before = verify(path).head
    kept = Kept(path)
    kept.now = NOW
    put(kept, "https://news.example/new", f"{TEXT} new")
    kept.archive.close()
    found = verify(path, expect=[bytes.fromhex(before)])
    assert (found.problems, found.head != before) == ((), True)


def test_what_is_altered_in_a_part_is_named(once, made, tmp_path):
    path = shutil.copy(files(once, made["year"])["2024"], tmp_path / "2024.db")
    harm(path, "UPDATE articles SET title = 'Another' WHERE id = 6")
    assert [problem.sentence[:10] for problem in verify(path).problems] == ["Article 6 "]
    harm(path, "DELETE FROM ledger WHERE kind = 'split'")
    assert "seal" in verify(path).problems[0].sentence, "what it was split from cannot be taken out unseen"


def test_an_archive_whose_ledger_does_not_hold_is_not_split(whole):
    harm(whole, "UPDATE ledger SET digest = randomblob(32) WHERE id = 5")
    with pytest.raises(ArchiveError, match=r"was not split \('cuttings verify' says more\): Row 5 of the ledger"):
        split(whole, whole.parent / "years", "year", now=NOW)
    assert names(whole.parent) == ["archive.db"]


def test_text_that_was_altered_becomes_no_part(whole):
    harm(whole, "UPDATE articles SET title = 'Another' WHERE id = 6")
    with pytest.raises(ArchiveError, match=r"2024.db was not kept, nor any other part: Article 6 .*headline"):
        split(whole, whole.parent / "years", "year", now=NOW)
    assert names(whole.parent) == ["archive.db"]


def test_links_of_articles_in_other_parts_are_known_and_not_due(once, made, tmp_path):
    path = shutil.copy(files(once, made["year"])["2026"], tmp_path / "2026.db")
    known = dict(rows(path, "SELECT url, state || ' ' || reason || coalesce(due_at, '') FROM links"))
    assert known.keys() == {url for (url,) in rows(once, "SELECT url FROM links")} | {AMP}
    assert known["https://news.example/1"] == known[AMP] == "stored archived"
    assert known["https://news.example/8"].startswith("stored 2026-")
    with Archive(path) as archive:
        listed = [Link(url, "news", "https://news.example/feed", changed=None) for url in known]
        again = {"revisit_before": NOW, "revisit_days": 10_000}
        assert archive.enqueue(listed, NOW, **again) == 0
    assert rows(path, "SELECT count(*) FROM links WHERE reason = 'archived' AND due_at IS NOT NULL") == [(0,)]


def test_the_live_parts_have_what_a_daemon_needs_and_the_others_have_not(once, made):
    found = files(once, made["year"])
    for table in ("feeds", "days", "runs", "sites", "hosts", "robots", "boilerplate", "watches", "recent_pages"):
        assert value(found["2026"], f"SELECT count(*) FROM {table}") == value(once, f"SELECT count(*) FROM {table}")
    assert rows(found["2026"], "SELECT DISTINCT leased_by, leased_until FROM sites") == [("x:1", None)]
    assert rows(found["2024"], "SELECT count(*) FROM feeds") == [(0,)]
    assert rows(found["2024"], "SELECT DISTINCT configured FROM sources UNION SELECT due_at FROM links") == [
        (None,),
        (0,),
    ]
    assert rows(found["2024"], "SELECT sample FROM boilerplate") == [("Sign up",)], "so that it can be read anew"
    split_up = files(once, made["source"])
    for name, path in split_up.items():
        assert rows(path, "SELECT DISTINCT source FROM feeds") == [(name,)]
        assert rows(path, "SELECT host FROM hosts") == [(f"{name}.example",)]
        assert rows(path, "SELECT DISTINCT source FROM boilerplate") == ([("news",)] if name == "news" else [])


def test_a_watch_looks_at_what_comes_next_and_messages_stay_with_their_articles(once, made):
    path = files(once, made["year"])["2026"]
    newest = value(path, "SELECT max(id) FROM articles")
    assert rows(path, "SELECT looked_article, looked_revision, configured FROM watches") == [(newest - 1, 0, 1)]
    assert rows(path, "SELECT id, message FROM deliveries") == [(2, None)]
    assert rows(files(once, made["year"])["2024"], "SELECT id, message FROM deliveries") == [(1, 1)]
    assert (made["year"].unsent, made["source"].unsent) == (1, 0)


def test_no_table_is_forgotten(once):
    assert check(once, quick=True).tables.keys() == TABLES | {"timeline", "seals", "articles_words"}, (
        "a new one belongs into carrying"
    )


def test_a_rehearsal_says_what_would_go_where_and_writes_nothing(once, made):
    told = rehearse(once, once.parent / "none", "year", now=NOW)
    assert [replace(part, bytes=0) for part in told.parts] == [replace(part, bytes=0) for part in made["year"].parts]
    assert all(
        abs(one.bytes - other.bytes) < 200_000 for one, other in zip(told.parts, made["year"].parts, strict=True)
    )
    assert not (once.parent / "none").exists()


def test_names_of_files_are_safe_and_no_two_are_alike():
    odd = ["news", "News", "NEWS", "../x", "a/b", "a b", "ñandú", "新聞", "", ".", "x" * 300, "x" * 301, "con\0", "-a"]
    found = parts.names(odd)
    assert found["news"] == "news.db"
    assert len({name.casefold() for name in found.values()}) == len(odd)
    assert all(name.removesuffix(".db").replace("-", "").replace("_", "").isalnum() for name in found.values())
    assert all(name.isascii() and len(name) < 80 and not name.startswith(("-", ".")) for name in found.values())


def test_odd_sources_are_split_as_any(whole):
    for number, name in enumerate(("../x", "a/b", "新聞", "NEWS")):
        harm(whole, "INSERT INTO sources (name, added) VALUES (?, '2026')", name)
        harm(whole, "UPDATE links SET source = ? WHERE state = 'waiting'", name) if not number else None
    made = split(whole, whole.parent / "sources", "source", now=NOW)
    assert [part.key for part in made.parts] == ["../x", "NEWS", "a/b", "news", "other", "新聞"]
    assert names(whole.parent) == ["archive.db", "sources"]
    assert len(names(whole.parent / "sources")) == 6


def test_the_archive_is_only_read_and_may_be_written_to_meanwhile(whole):
    kept = Kept(whole)
    kept.now = NOW
    before = rows(whole, "SELECT count(*) FROM articles")[0][0]
    stored = []

    def write(what, _done, _of):
        if ".db: " in what and len(stored) < 5:
            stored.append(f"https://news.example/meanwhile-{len(stored)}")
            put(kept, stored[-1], f"{TEXT} {len(stored)}")

    made = split(whole, whole.parent / "years", "year", now=NOW, told=write)
    assert len(stored) == 5
    assert sum(part.articles for part in made.parts) == before
    kept.archive.close()
    assert verify(whole).problems == ()


def test_splitting_changes_no_byte_of_the_archive(whole):
    before = whole.read_bytes()
    split(whole, whole.parent / "years", "year", now=NOW)
    assert whole.read_bytes() == before
    assert names(whole.parent) == ["archive.db", "years"]


KILLED = """
import os, signal
from pathlib import Path
from datetime import UTC, datetime
from archive import split
left = int(sys.argv[3])
def told(what, done, of):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
split.split(Path(sys.argv[1]), Path(sys.argv[2]), "year", now=datetime(2026, 11, 29, tzinfo=UTC), told=told)
"""


def test_a_split_that_is_killed_leaves_no_part_and_the_next_begins_anew(whole):
    into = whole.parent / "years"
    for steps in (3, 9, 40):
        process = python(KILLED, whole, into, steps)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        assert [name for name in (names(into) if into.exists() else ()) if not name.startswith(".split-")] == []
    split(whole, into, "year", now=NOW)
    assert names(into) == ["0001.db", "2023.db", "2024.db", "2025.db", "2026.db"]


def test_a_split_that_another_process_makes_is_left_alone(whole):
    into = whole.parent / "years"
    waits = "    if left == 0:\n        print('here', flush=True)\n        sys.stdin.read()\n"
    program = KILLED.replace("    if left == 0:\n        os.kill(os.getpid(), signal.SIGKILL)\n", waits)
    other = python(program, whole, into, 12)
    assert other.stdout.readline() == "here\n"
    split(whole, into, "year", now=NOW)
    assert len([name for name in names(into) if name.startswith(".split-")]) == 1
    said = other.communicate(timeout=60)[0]
    assert "0001.db" in said, "and it writes over nothing in its turn"
    assert "already" in said
    assert not [name for name in names(into) if name.startswith(".split-")]


def test_nothing_is_written_over_unless_it_is_wanted_and_never_the_archive(whole, tmp_path):
    into = tmp_path / "years"
    into.mkdir()
    (into / "2024.db").write_text("mine")
    with pytest.raises(ArchiveError, match=r"has 2024.db already; name another folder, or replace them with --force"):
        split(whole, into, "year", now=NOW)
    assert (names(into), (into / "2024.db").read_text()) == (["2024.db"], "mine")
    split(whole, into, "year", now=NOW, force=True)
    assert check(into / "2024.db").problems == ()
    (into / "2026.db").unlink()
    os.link(whole, into / "2026.db")
    with pytest.raises(ArchiveError, match=r"2026.db is the archive itself"):
        split(whole, into, "year", now=NOW, force=True)
    with pytest.raises(ArchiveError, match="is a file; name a folder"):
        split(whole, whole, "year", now=NOW)
    with pytest.raises(ArchiveError, match="There is no folder"):
        split(whole, tmp_path / "no" / "years", "year", now=NOW)


def test_a_part_in_use_is_not_replaced(whole, tmp_path):
    into = tmp_path / "years"
    split(whole, into, "year", now=NOW)
    with contextlib.closing(sqlite3.connect(into / "2026.db")) as db:
        db.execute("UPDATE sources SET title = 'x'")
        db.commit()
        with pytest.raises(ArchiveError, match=r"2026.db is in use"):
            split(whole, into, "year", now=NOW, force=True)


def test_a_disk_without_the_room_is_told_before_anything_is_written(whole, tmp_path):
    with small_disk(tmp_path / "disk", "1m") as disk:
        with pytest.raises(ArchiveError, match=r"the disk has 1 MB left; about 4 MB are needed"):
            split(whole, disk / "years", "year", now=NOW)
        assert names(disk) == []


def test_a_disk_that_becomes_full_in_the_middle_is_said_and_leaves_nothing(whole, tmp_path):
    with small_disk(tmp_path / "disk", "6m") as disk:

        def fill(what, _done, _of):
            with contextlib.suppress(OSError), (disk / "ballast").open("ab") as ballast:
                ballast.write(bytes(6_000_000 if what.startswith("2024") else 0))

        with pytest.raises(ArchiveError, match=r"2024.db: the disk (is full|failed)"):
            split(whole, disk / "years", "year", now=NOW, told=fill)
        assert names(disk) == ["ballast"]


def test_a_part_can_be_split_again(once, made, tmp_path):
    path = files(once, made["source"])["news"]
    again = split(path, tmp_path / "years", "year", now=NOW)
    assert sum(part.articles for part in again.parts) == value(path, "SELECT count(*) FROM articles")
    for part in again.parts:
        assert verify(tmp_path / "years" / part.file).split_from == (verify(path).head,)
        assert check(tmp_path / "years" / part.file).problems == ()


def test_a_damaged_archive_is_named_and_not_split(whole, tmp_path):
    raw = bytearray(whole.read_bytes())
    with contextlib.closing(sqlite3.connect(whole)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tags'").fetchone()
    raw[4096 * (root - 1) : 4096 * root] = os.urandom(4096)
    whole.write_bytes(raw)
    with pytest.raises(ArchiveError, match=rf"{whole}: the file is damaged"):
        split(whole, tmp_path / "years", "year", now=NOW)
    assert names(tmp_path) == ["archive.db"]


def test_an_archive_of_an_earlier_version_is_not_changed(tmp_path):
    import gzip
    from pathlib import Path

    path = tmp_path / "first.db"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "first-version.db.gz").read_bytes()))
    with pytest.raises(ArchiveError, match=r"earlier version of Cuttings; 'cuttings status"):
        split(path, tmp_path / "years", "year", now=NOW)


def test_an_empty_archive_has_one_part_to_begin_with(tmp_path):
    Archive(tmp_path / "archive.db").close()
    made = split(tmp_path / "archive.db", tmp_path / "years", "year", now=NOW)
    assert [(part.file, part.live, part.articles) for part in made.parts] == [("2026.db", True, 0)]
