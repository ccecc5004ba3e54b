from __future__ import annotations

import contextlib
import gzip
import hashlib
import random
import sqlite3
from pathlib import Path

import pytest
from kept import TEXT, article
from machine import python

from archive import pages
from archive.check import SHOWN, check
from archive.database import ArchiveError, reading

HERE = Path(__file__).parent
SAMPLE = gzip.decompress((HERE / "first-version.db.gz").read_bytes())
"""Any sound archive that has something in every table."""


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample.db"
    path.write_bytes(SAMPLE)
    return path


def harm(path: Path, sql: str) -> None:
    """Change the file behind the archive's back, triggers and references regardless."""
    db = sqlite3.connect(path)
    db.executescript(f"DROP TRIGGER articles_fts_update; DROP TRIGGER articles_fts_delete; {sql}")
    db.close()


def said(path: Path, **options) -> str:
    return "\n".join(problem.sentence for problem in check(path, **options).problems)


def test_nothing_is_wrong_with_a_sound_archive_and_nothing_is_changed_by_looking(sample):
    before = hashlib.sha256(sample.read_bytes()).digest()
    told = []
    found = check(sample, told=lambda *progress: told.append(progress))
    assert found.problems == ()
    assert found.looked_at == {"dictionaries": 3, "snapshots": 20, "articles": 17}
    assert found.tables["links"] == 27
    assert ("articles", 17, 17) in told
    assert hashlib.sha256(sample.read_bytes()).digest() == before
    assert [file.name for file in sample.parent.iterdir()] == [sample.name]


def test_it_looks_while_others_write_and_holds_up_nobody(kept):
    for n in range(30):
        kept.put(article(f"https://news.example/{n}", f"{TEXT} {n}"))
    seen = []

    def told(what, done, of):
        if what not in seen:  # between and amid the looks
            seen.append(what)
            kept.put(article(f"https://news.example/{what}", f"{TEXT} {what}"))
            kept.later(hours=1)
            kept.put(article("https://news.example/7", f"{TEXT} now {what}"))

    assert check(kept.path, told=told).problems == ()
    assert len(seen) == 7


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE articles SET text = text || ' and more' WHERE id = 3", r"Article 3: its text is not the one"),
        ("UPDATE articles SET text = text || ' and more' WHERE id = 3", r"Article 3: its text and its blocks do not"),
        ("UPDATE articles SET title = 'Other' WHERE id = 3", r"search index does not say what the articles say"),
        ("UPDATE articles SET blocks = '[{' WHERE id = 3", r"Article 3: it cannot be read"),
        ("UPDATE articles SET evidence = CAST(x'ff' AS TEXT) WHERE id = 3", r"Article 3: it cannot be read"),
        ("UPDATE articles SET blocks = 5 WHERE id = 3", r"Article 3: it cannot be read"),
        ("DELETE FROM articles_fts_data WHERE id > 10", r"search index does not say"),
        ("DELETE FROM revisions WHERE number = 2 AND article = 10", r"Article 10: it is at revision 3, but .*: 1, 3"),
        ("UPDATE revisions SET number = 9 WHERE number = 1 AND article = 10", r"Article 10: .*: 2, 3, 9"),
        ("DELETE FROM revisions", r"the revisions kept are: none"),
        ("UPDATE articles SET revision = 1 WHERE id = 10", r"Article 10: it is at revision 1, but .*: 1, 2, 3"),
        ("UPDATE revisions SET text = 'x' WHERE number = 1 AND article = 10", r"text of revision 1 is not the one"),
        ("UPDATE revisions SET text = 'x' WHERE number = 1 AND article = 10", r"Article 10"),
        ("DELETE FROM revisions WHERE number = 3; UPDATE articles SET revision = 2 WHERE id = 10", r"another text"),
        ("UPDATE snapshots SET body = zeroblob(500) WHERE id = 4", r"Raw page 4: it cannot be read"),
        (
            "UPDATE snapshots SET sha256 = 'ab' WHERE id = 4",
            r"Raw page 4: it is not the one that was fetched from http",
        ),
        ("UPDATE snapshots SET size = size + 1 WHERE id = 4", r"Raw page 4: it is not as long"),
        ("UPDATE snapshots SET dictionary = NULL", r"Raw page 4: it cannot be read"),
        ("UPDATE snapshots SET headers = '{' WHERE id = 4", r"Raw page 4: it cannot be read"),
        ("DELETE FROM dictionaries WHERE id = 1", r"Row \d+ of snapshots refers to a row of dictionaries that is not"),
        ("DELETE FROM dictionaries WHERE id = 1", r"Raw page \d+: it cannot be read \(dictionary 1 is not there\)"),
        (
            "UPDATE dictionaries SET body = x'00' WHERE id = 1",
            r"Dictionary 1 cannot be read .* \d+ pages were compressed",
        ),
        # A frame that claims to hold 2^56 bytes
        ("UPDATE dictionaries SET body = x'28b52ffde0000000000000000101' WHERE id = 1", r"Dictionary 1 cannot be read"),
        ("DELETE FROM articles WHERE id = 3", r"Row \d+ of links refers to a row of articles that is not there"),
        ("UPDATE links SET state = 'odd' WHERE id = 1", r"Link 1 \(http://.*\) is in a state that nobody knows"),
        ("UPDATE links SET article = NULL", r"Link \d+ .* is said to be stored, but has no article"),
        (
            "UPDATE links SET state = 'waiting' WHERE article = 3",
            r"Link \d+ .* waits to be fetched, but has an article",
        ),
        ("UPDATE links SET due_at = 'soon' WHERE id = 1", r"Link 1 .* is due at a time that cannot be read"),
        ("UPDATE links SET host = 'x.example' WHERE id = 1", r"Link 1 .* stands under another host"),
        ("UPDATE feeds SET due_at = 'soon' WHERE id = 1", r"Listing 1 .* is due at a time that cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(sample, sql, sentence):
    import re

    harm(sample, sql)
    assert re.search(sentence, said(sample))


def test_an_index_that_lacks_a_row_is_found(sample):
    db = sqlite3.connect(sample)
    db.execute("PRAGMA writable_schema = ON")
    sql = "UPDATE sqlite_master SET sql = 'CREATE INDEX articles_language ON articles(section)' WHERE name = ?"
    db.execute(sql, ["articles_language"])
    db.commit()
    db.close()
    assert "articles_language" in said(sample, quick=True)


def test_quick_leaves_out_what_takes_long(sample):
    harm(sample, "UPDATE articles SET text = 'x' WHERE id = 3; UPDATE links SET state = 'odd' WHERE id = 1")
    found = check(sample, quick=True)
    assert [problem.what for problem in found.problems] == ["queue"]
    assert found.looked_at == {}
    assert found.quick


def test_of_many_alike_the_first_are_told_and_the_rest_counted(kept):
    for n in range(SHOWN + 5):
        kept.put(article(f"https://news.example/{n}", f"{TEXT} {n}"))
    kept.archive.close()
    harm(kept.path, "UPDATE articles SET content_hash = 'x'")
    sentences = [line for line in said(kept.path).splitlines() if "trigger" not in line]
    assert len(sentences) == SHOWN + 1
    assert sentences[-1] == "… and 5 more like these."


def holdings(path: Path) -> list[object]:
    """All that somebody would miss: titles, texts, raw pages."""
    with reading(path, as_it_is=True) as db:
        numbers = [row[0] for row in db.execute("SELECT id FROM snapshots NOT INDEXED ORDER BY id")]
        texts = [tuple(row) for row in db.execute("SELECT id, url, title, text FROM articles NOT INDEXED ORDER BY id")]
        revised = [tuple(row) for row in db.execute("SELECT id, article, text FROM revisions NOT INDEXED ORDER BY id")]
        return [*texts, *revised, *(pages.load(db, number).body for number in numbers)]


def test_rows_that_are_out_of_order_do_not_keep_it_going_for_ever(kept):
    for n in range(130):  # more than are read at a time, so that it goes on from where it was
        kept.put(article(f"https://news.example/{n}", f"{TEXT} {n}"))
    kept.archive.close()
    db = sqlite3.connect(kept.path)
    root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles'").fetchone()[0]
    db.close()
    raw = bytearray(kept.path.read_bytes())
    page = raw[(root - 1) * 4096 : root * 4096]
    assert page[0] == 5, "an interior page"
    cells = int.from_bytes(page[3:5], "big")
    # The pointers to its subtrees in reverse: the last rows come first.
    pointers = [page[12 + 2 * n : 14 + 2 * n] for n in range(cells)]
    raw[(root - 1) * 4096 + 12 : (root - 1) * 4096 + 12 + 2 * cells] = b"".join(reversed(pointers))
    kept.path.write_bytes(raw)
    assert "out of order" in said(kept.path)


@pytest.mark.parametrize("seed", range(40))
def test_a_page_of_the_file_that_was_overwritten_is_found(sample, seed):
    rng = random.Random(seed)
    page = rng.randrange(len(SAMPLE) // 4096)
    sample.write_bytes(SAMPLE[: page * 4096] + rng.randbytes(4096) + SAMPLE[(page + 1) * 4096 :])
    assert check(sample).problems


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_are_found_or_have_hurt_nothing(sample, seed):
    rng = random.Random(seed)
    raw = bytearray(SAMPLE)
    for page in rng.sample(range(len(raw) // 4096), 2):
        for _ in range(rng.choice((1, 5, 50))):
            raw[page * 4096 + rng.randrange(4096)] ^= 1 << rng.randrange(8)
    sample.write_bytes(raw)
    if not check(sample).problems:
        original = sample.with_name("original.db")
        original.write_bytes(SAMPLE)
        assert holdings(sample) == holdings(original)


@pytest.mark.parametrize(
    ("here", "there"),
    [(b"idx__sqlite_migrations", b"idx__sqlite\xf4migrations"), (b"m001_first2026", b"m001_first20\xf46")],
)
def test_damage_in_names_and_in_what_says_the_version_is_found(sample, here, there):
    assert here in SAMPLE
    sample.write_bytes(SAMPLE.replace(here, there, 1))
    assert "damaged" in said(sample)
    with pytest.raises(ArchiveError, match="damaged"), reading(sample):
        pass


@pytest.mark.parametrize("size", [0, 1, 50, 100, 1000, 4096, 5000, 40_960, len(SAMPLE) - 4096, len(SAMPLE) - 1])
def test_a_file_that_was_cut_off_is_found(sample, size):
    sample.write_bytes(SAMPLE[:size])
    assert check(sample).problems


def test_what_is_no_archive_of_ours_is_an_error(sample):
    other = sample.with_name("other.db")
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE notes (text)")
    db.close()
    db = sqlite3.connect(sample)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('cuttings', 'm999_x', '')")
    db.commit()
    db.close()
    for path, sentence in (
        (sample.with_name("none.db"), "no archive at"),
        (other, "of another program"),
        (sample, "newer version"),
    ):
        with pytest.raises(ArchiveError, match=sentence):
            check(path)


def test_it_can_be_looked_at_where_nobody_may_write(sample):
    """In a process that gives up its rights where it has root's."""
    program = """
import os
from pathlib import Path
from archive.check import check
check(Path(sys.argv[1]))  # while it may still read what it has to import
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(check(Path(sys.argv[1])).problems)
"""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp())
    try:
        copy = Path(shutil.copy(sample, folder / "a.db"))
        copy.chmod(0o444)
        folder.chmod(0o555)
        assert python(program, copy).communicate(timeout=60)[0] == "()\n"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.parametrize("what", ["TABLE seals", "TABLE alarms", "VIEW article_dates", "TRIGGER articles_fts_update"])
def test_what_somebody_took_out_is_named(kept, what):
    kept.put()
    assert check(kept.path).problems == ()
    kept.archive.close()
    db = sqlite3.connect(kept.path)
    db.execute(f"DROP {what}")
    db.close()
    kind, name = what.lower().split()
    assert f"The {kind} {name} is not there: somebody took it out." in said(kept.path)


def test_a_migration_that_somebody_took_out_of_the_list_is_named_and_told(kept):
    kept.put()
    kept.archive.close()
    with contextlib.closing(sqlite3.connect(kept.path)) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_memory'")
        db.commit()
    assert "The list of migrations is not whole" in said(kept.path)
    with pytest.raises(ArchiveError, match="go back to a copy"), reading(kept.path):
        pass


def test_a_table_that_somebody_took_out_is_told_to_whoever_asks_for_it(kept):
    kept.put()
    kept.archive.close()
    db = sqlite3.connect(kept.path)
    db.execute("DROP TABLE seals")
    db.close()
    with pytest.raises(ArchiveError, match="its table seals is not there"), reading(kept.path) as db:
        db.execute("SELECT * FROM seals")
