from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sqlite3
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from kept import NOON, TEXT, Kept, article, at, page

from archive import digests, ledger, pages, sites
from archive.backup import backup, restore
from archive.check import SHOWN
from archive.database import ArchiveError
from archive.digests import START, Row
from archive.models import Failure, Precision, Stage
from archive.tasks import Host, Site
from archive.verify import verify

ROBOTS = b"User-agent: *\nDisallow: /private\n"
REPLACED = """
CREATE TABLE IF NOT EXISTS replaced (id INTEGER PRIMARY KEY, article INTEGER, revision INTEGER, at TEXT, title TEXT,
    byline TEXT, published TEXT, modified TEXT, text TEXT, blocks TEXT, content_hash TEXT, extractor TEXT, rules TEXT,
    template INTEGER);
"""


@pytest.fixture(scope="module")
def archive_file(tmp_path_factory):
    """Four days: ten articles; 3 was revised twice, 4 removed, 5 told more exactly, and moved as it was revised."""
    kept = Kept(tmp_path_factory.mktemp("verify") / "archive.db")
    host = Host("news.example", 200, ROBOTS, NOON, good_body=ROBOTS, good_at=NOON)
    kept.archive.keep_host(host, Site(sites.site("news.example")), NOON)
    put(kept, *range(1, 6))
    kept.later(days=1)
    put(kept, 6, 7)
    put(kept, 3, more="Corrected.")
    kept.store(url(4), Failure(url(4), Stage.FETCH, "gone"))
    kept.put(article(url(5), f"{TEXT} 5", published=at(NOON)), page_=fetched(5))
    kept.later(days=1)
    put(kept, 8, 9)
    put(kept, 3, more="Corrected once more.")
    kept.put(article(f"{url(5)}-moved", f"{TEXT} 5 More."), via=url(5), page_=fetched(5, b"More."))
    kept.later(days=1)
    put(kept, 10)
    kept.archive.close()
    return kept.path


@pytest.fixture
def path(archive_file, tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(archive_file.read_bytes())
    return path


def url(number: int) -> str:
    return f"https://news.example/{number}"


def fetched(number: int, more: bytes = b""):
    body = b"<html><title>The paper</title>" + random.Random(number).randbytes(300).hex().encode() + more
    return replace(page(url(number), body, server="x"), permit="allowed")


def put(kept: Kept, *numbers: int, more: str = "") -> None:
    for number in numbers:
        said = article(url(number), f"{TEXT} {number} {more}", published=at(NOON, Precision.DAY))
        kept.put(said, page_=fetched(number, more.encode()))


def harm(path: Path, sql: str, *args) -> None:
    """Change the file behind the archive's back, triggers and references regardless."""
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    with db:
        if args:
            db.execute(sql, args)
        else:
            db.executescript(sql)
    db.close()


def said(path: Path, **options) -> str:
    return "\n".join(problem.sentence for problem in verify(path, **options).problems)


def value(path: Path, sql: str):
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchone()[0]
    db.close()
    return found


def test_nothing_is_wrong_with_what_stands_as_it_was_kept_and_looking_changes_nothing(path):
    before = hashlib.sha256(path.read_bytes()).digest()
    told = []
    found = verify(path, told=lambda *progress: told.append(progress))
    assert found.problems == ()
    assert found.looked_at == {"robots": 1, "snapshots": 13, "articles": 10}
    assert (found.records, found.seals, found.begun, found.older) == (30, 3, "2026-11-24", False)
    assert found.head == value(path, "SELECT lower(hex(chain)) FROM ledger WHERE id = 30")
    assert ("snapshots", 13, 13) in told
    assert hashlib.sha256(path.read_bytes()).digest() == before


ALTERED = [
    (
        "articles",
        "title = 'Other' WHERE id = 1",
        r"^Article 1 \(https://news.example/1\): version 1: its headline is not",
    ),
    (
        "articles",
        "text = replace(text, 'two', 'ten') WHERE id = 1",
        r"version 1: its text is not what .* 2026-11-24\.$",
    ),
    ("articles", "text = text || ' ' WHERE id = 1", r"Article 1 .*: its text is not"),
    ("articles", "title = 'x', byline = 'y' WHERE id = 1", r"its headline and byline are not"),
    ("articles", "byline = 'Bo' WHERE id = 3", r"version 3, as it stands in articles: its byline is not .* 2026-11-26"),
    ("articles", "published = '2026-11-23' WHERE id = 1", r"Article 1 .*: its date is not what was kept"),
    ("articles", "published_precision = 'month' WHERE id = 1", r"its date's precision is not"),
    ("articles", "url = 'https://x.example/' WHERE id = 1", r"Article 1 \(https://x.*: its address is not .*24"),
    ("articles", "url = 'https://x.example/' WHERE id = 5", r"Article 5 \(https://x.*: its address is not .*26"),
    ("articles", "published = '2026-11-23' WHERE id = 5", r"Article 5 .*: its date is not .* 2026-11-26"),
    ("articles", "first_seen = '2026-11-23T12:00:00Z' WHERE id = 1", r"Article 1 .*: its time is not"),
    ("articles", "first_seen = '2026-11-23T12:00:00Z' WHERE id = 3", r"Article 3 .*: when it was first seen is not"),
    ("articles", "snapshot = 2 WHERE id = 1", r"Article 1 .*: its reference to its page is not"),
    (
        "articles",
        "text = (SELECT text FROM revisions WHERE number = 1) WHERE id = 3",
        r"version 3, .* articles: its text is",
    ),
    ("articles", "blocks = replace(blocks, 'two', 'ten') WHERE id = 1", r"Article 1 .*: its text and its blocks"),
    ("articles", "blocks = 5 WHERE id = 1", r"Article 1 .*: it cannot be read"),
    ("articles", "text = x'ff' WHERE id = 1", r"Article 1 .*: version 1: its text is not"),
    ("articles", "title = CAST(x'ff' AS TEXT) WHERE id = 1", r"Article 1 .*: it cannot be read"),
    ("articles", "revision = 2 WHERE id = 1", r"Article 1 .*: it is said to have 2 versions, but 1 were noted"),
    ("articles", "revision = 1 WHERE id = 3", r"Article 3 .*: it is said to have 1 versions, but 3 were noted"),
    (
        "revisions",
        "text = 'x' WHERE article = 3 AND number = 2",
        r"Article 3 .*: version 2: its text is not .* 2026-11-25",
    ),
    ("revisions", "title = 'x' WHERE article = 3 AND number = 1", r"Article 3 .*: version 1: its headline is not"),
    (
        "revisions",
        "title = 'x' WHERE article = 3 AND number = 3",
        r"version 3, as it stands in revisions: its headline is",
    ),
    ("revisions", "seen_at = '2026-11-25T11:59:59Z' WHERE number = 2", r"Article 3 .* version 2: its time is not"),
    ("revisions", "published = '2026-11-20' WHERE number = 1", r"Article 3 .* version 1: its date was never noted"),
    ("revisions", "published = '2026-11-20' WHERE number = 2", r"Article 3 .* version 2: its date is not"),
    ("revisions", "change = 'edit' WHERE change = 'removed'", r"Article 4 .*: version 2: whether it was a removal"),
    (
        "revisions",
        "number = 7 WHERE article = 3 AND number = 2",
        r"Article 3 .*: version 2, kept on 2026-11-25, is lost",
    ),
    (
        "snapshots",
        "headers = replace(headers, 'x', 'y') WHERE id = 4",
        r"^Raw page 4 \(.*/4\): its headers are not what .*24\.$",
    ),
    ("snapshots", "status = 404 WHERE id = 4", r"Raw page 4 .*: its HTTP status is not"),
    ("snapshots", "url = 'https://other.example/' WHERE id = 4", r"Raw page 4 .*: its address is not"),
    ("snapshots", "final_url = 'https://other.example/' WHERE id = 4", r"its final address is not"),
    ("snapshots", "fetched_at = '2026-11-23T12:00:00Z' WHERE id = 4", r"Raw page 4 .*: its time is not"),
    ("snapshots", "robots = NULL WHERE id = 4", r"Raw page 4 .*: its reference to a robots.txt is not"),
    ("snapshots", "permit = 'none' WHERE id = 4", r"Raw page 4 .*: its permit is not"),
    ("snapshots", "body = zeroblob(500) WHERE id = 4", r"Raw page 4 .*: it cannot be read"),
    ("snapshots", "body = (SELECT body FROM snapshots WHERE id = 5) WHERE id = 4", r"Raw page 4 .*: it is not"),
    ("snapshots", "sha256 = 'ab' WHERE id = 4", r"Raw page 4 .*: its bytes are not what was kept"),
    ("dictionaries", "body = x'00'", r"Raw page 4 .*: it cannot be read"),
    ("robots", "body = x'20'", r"^robots.txt 1 \(news.example\): its bytes are not what was kept on 2026-11-24"),
    ("robots", "status = 404", r"robots.txt 1 .*: its HTTP status is not"),
    ("amended", "url = 'x' WHERE id = 1", r"Article 5 .*: (its address|version 1: its address) is not"),
    ("amended", "at = '2026-11-24T00:00:00Z' WHERE id = 1", r"Article 5 .*: its time is not"),
    (
        "ledger",
        "day = '2026-11-23' WHERE id = 7",
        r"Row 7 of the ledger \(first: article 3, 1, 2026-11-23\) was altered",
    ),
    ("ledger", "digest = zeroblob(32) WHERE id = 7", r"Row 7 of the ledger"),
    ("ledger", "marks = x'00' WHERE id = 7", r"Row 7 of the ledger"),
    ("ledger", "chain = zeroblob(32) WHERE id = 7", r"Row 7 of the ledger"),
    ("ledger", "chain = 'x', digest = 'y' WHERE id = 7", r"ledger could not be read"),
    ("ledger", "kind = 'version' WHERE id = 7", r"Row 7 of the ledger"),
    ("ledger", "article = 2 WHERE id = 7", r"Row 7 of the ledger"),
    ("seals", "digest = 'x' WHERE day = '2026-11-24'", r"The seal of 2026-11-24 is not that of rows 1 to 11"),
    ("seals", "records = 2 WHERE day = '2026-11-24'", r"The seal of 2026-11-24 is not that of rows"),
    ("seals", "day = '2026-11-20' WHERE day = '2026-11-24'", r"The seal of 2026-11-20 is not that of rows"),
]
LOST = [
    ("DELETE FROM articles WHERE id = 2", r"^Article 2 \(https://news.example/2\), kept on 2026-11-24, is lost\.$"),
    ("DELETE FROM articles WHERE id = 10; DELETE FROM links", r"^Article 10, kept on 2026-11-27, is lost\.$"),
    ("DELETE FROM articles", r"Article 1 .* is lost"),
    ("DELETE FROM snapshots WHERE id = 2", r"^Raw page 2 \(https://news.example/2\), kept on 2026-11-24, is lost\.$"),
    ("DELETE FROM snapshots", r"Raw page 13 .* is lost"),
    ("DELETE FROM robots", r"robots.txt 1, kept on 2026-11-24, is lost"),
    ("UPDATE articles SET id = 99 WHERE id = 2", r"Article 2 .* is lost"),
    ("UPDATE snapshots SET id = 99 WHERE id = 2", r"Raw page 99 .* was put in behind the ledger's back"),
]
LOST_IN_PART = [
    ("DELETE FROM revisions WHERE article = 3 AND number = 2", r"Article 3 .*: version 2, kept on 2026-11-25, is lost"),
    ("DELETE FROM revisions", r"Article 3 .*: version 2, kept on 2026-11-25, is lost"),
    ("DELETE FROM amended WHERE id = 1", r"Article 5 .* row 1 of amended, kept on 2026-11-25, are lost"),
]
PAGE = (
    "INSERT INTO snapshots SELECT 99, url, final_url, fetched_at, status, headers, size, sha256, dictionary, body,"
    " robots, permit FROM snapshots WHERE id = 1;"
)
VERSION = (
    "INSERT INTO revisions (article, number, seen_at, change, title, text, content_hash)"
    " SELECT article, 4, seen_at, change, title, 'x', 'x' FROM revisions WHERE article = 3 AND number = 3;"
    " UPDATE articles SET revision = 4, text = 'x' WHERE id = 3"
)
MOVED = (
    "INSERT INTO amended SELECT 9, 1, '2026-11-24T12:00:00Z', url, published, published_precision FROM articles"
    " WHERE id = 1; UPDATE articles SET url = 'https://other.example/' WHERE id = 1"
)
READ_AGAIN = (
    f"{REPLACED} INSERT INTO replaced (article, revision, at, title, byline, text, content_hash, extractor, rules,"
    " template) VALUES (1, 1, '2026-11-24T12:00:00Z', 'x', '', 'x', '', '', '', 0)"
)
PUT_IN = [
    (PAGE, r"^Raw page 99 \(https://news.example/1\) was put in behind the ledger's back\.$"),
    (VERSION, r"Article 3 .*: version 4 was put in behind the ledger's back"),
    (
        "INSERT INTO amended VALUES (9, 1, '2026-11-24T12:00:00Z', 'x', NULL, NULL)",
        r"Article 1 .*: row 9 of amended was",
    ),
    (MOVED, r"Article 1 .*: row 9 of amended was put in"),
    (READ_AGAIN, r"Article 1 .*: version 1, as it stands in replaced: its headline and byline and text"),
]
LEDGER = [
    ("DELETE FROM ledger WHERE id = 7", r"Rows 7 to 7 of the ledger are lost"),
    ("DELETE FROM ledger WHERE id < 4", r"Rows 1 to 3 of the ledger are lost"),
    ("DELETE FROM ledger WHERE id > 28", r"Raw page 13 .* was put in behind the ledger's back"),
    (
        "DELETE FROM ledger WHERE id > 25",
        r"The ledger was cut off: it ends at row 25, but 2026-11-26 was sealed at row",
    ),
    ("DELETE FROM ledger", r"The ledger was cut off"),
    (
        (
            "UPDATE ledger SET id = -id WHERE id = 6; UPDATE ledger SET id = 6 WHERE id = 7;"
            " UPDATE ledger SET id = 7 WHERE id = -6"
        ),
        r"Row 6 of the ledger .* was altered",
    ),
    ("DELETE FROM seals WHERE day = '2026-11-24'", r"The seal of 2026-11-24, at row 11, is lost"),
    ("INSERT INTO seals VALUES (5, 1, '2026-11-23', 5, 'x')", r"The seal of 2026-11-23, at row 5, was put in later"),
]


@pytest.mark.parametrize(("table", "change", "sentence"), ALTERED)
def test_what_is_not_as_it_was_kept_is_named(path, table, change, sentence):
    harm(path, f"UPDATE {table} SET {change}")
    assert re.search(sentence, said(path), re.MULTILINE), said(path)


@pytest.mark.parametrize(("sql", "sentence"), [*LOST, *LOST_IN_PART, *PUT_IN, *LEDGER])
def test_what_is_lost_or_was_put_in_is_named(path, sql, sentence):
    harm(path, sql)
    assert re.search(sentence, said(path), re.MULTILINE), said(path)


@pytest.mark.parametrize("sql", [sql for sql, _ in LOST])
def test_a_quick_look_finds_what_is_lost(path, sql):
    harm(path, sql)
    assert said(path, quick=True)


def test_a_quick_look_reads_no_contents(path):
    harm(path, "UPDATE articles SET title = 'x'; UPDATE snapshots SET body = x'00'")
    assert said(path, quick=True) == ""


def test_what_was_noted_before_a_day_is_not_read_again_but_has_to_be_there(path):
    harm(path, "UPDATE articles SET title = 'x' WHERE id = 1; UPDATE snapshots SET status = 1 WHERE id = 2")
    assert said(path, since="2026-11-25") == ""
    harm(path, "UPDATE articles SET title = 'x' WHERE id = 7; DELETE FROM articles WHERE id = 2")
    assert re.fullmatch(r"Article 2 .* is lost\.\nArticle 7 .*: its headline is not .*", said(path, since="2026-11-25"))
    assert said(path, since="2030-01-01").count("\n") == 0


def test_a_page_replaced_with_its_sums_is_named(path):
    """Whoever alters a page finds its length and SHA-256 beside it."""
    body = b"<p>something else"
    sums = (zstandard.compress(body), len(body), hashlib.sha256(body).hexdigest())
    harm(path, "UPDATE snapshots SET body = ?, size = ?, sha256 = ?, dictionary = NULL WHERE id = 4", *sums)
    assert said(path) == "Raw page 4 (https://news.example/4): its bytes are not what was kept on 2026-11-24."


def rewrite(path: Path, *, seals: bool) -> None:
    """What somebody does who knows the ledger: alter article 1, and note it as if it always had been so."""
    harm(path, "UPDATE articles SET title = 'Other' WHERE id = 1")
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    row = db.execute("SELECT *, first_seen AS seen_at FROM articles WHERE id = 1").fetchone()
    db.close()
    note_anew(path, 1, digests.first(1, row, row))
    if seals:
        harm(path, "UPDATE seals SET digest = (SELECT lower(hex(chain)) FROM ledger WHERE id = last)")


def note_anew(path: Path, article_: int, record: digests.Fields) -> None:
    """Put another record in an article's first row of the ledger, and have the whole chain follow from it."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    sums = (digests.marks(record), digests.digest(record), article_)
    db.execute("UPDATE ledger SET marks = ?, digest = ? WHERE kind = 'first' AND article = ?", sums)
    end = START
    for entry in db.execute("SELECT * FROM ledger ORDER BY id").fetchall():
        end = digests.chain(end, Row(*tuple(entry)[:-1]))
        db.execute("UPDATE ledger SET chain = ? WHERE id = ?", [end, entry["id"]])
    db.commit()
    db.close()


def test_a_chain_that_was_written_anew_does_not_have_the_days_seals(path):
    rewrite(path, seals=False)
    assert [problem.sentence[:25] for problem in verify(path).problems] == [
        "The seal of 2026-11-24 is",
        "The seal of 2026-11-25 is",
        "The seal of 2026-11-26 is",
    ]


def test_a_ledger_that_was_written_anew_as_a_whole_does_not_have_an_end_that_was_noted_elsewhere(path):
    before = bytes.fromhex(verify(path).head)
    day = bytes.fromhex(value(path, "SELECT digest FROM seals WHERE day = '2026-11-25'"))
    assert said(path, expect=[before, day]) == ""
    rewrite(path, seals=True)
    assert said(path) == ""
    assert f"The ledger does not contain {day.hex()}" in said(path, expect=[before, day])
    assert said(path, expect=[before, day], quick=True).count("does not contain") == 2


def test_an_old_copy_in_the_archives_place_does_not_have_the_end_that_was_noted_since(path, tmp_path):
    old = tmp_path / "old.db"
    old.write_bytes(path.read_bytes())
    kept = Kept(path)
    kept.later(days=9)
    kept.put(article(url(11), f"{TEXT} 11"))
    kept.archive.close()
    end = bytes.fromhex(verify(path).head)
    assert said(path, expect=[end]) == ""
    path.write_bytes(old.read_bytes())
    assert said(path) == ""
    assert "does not contain" in said(path, expect=[end])


def test_an_end_noted_earlier_is_in_what_was_kept_since(path):
    end = bytes.fromhex(verify(path).head)
    kept = Kept(path)
    kept.later(days=9)
    kept.put(article(url(11), f"{TEXT} 11"))
    kept.archive.close()
    assert said(path, expect=[end]) == ""


def test_a_backup_and_what_is_restored_from_it_verify(path, tmp_path):
    end = verify(path).head
    backup(path, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", tmp_path / "again.db")
    for copy in ("backup.db", "again.db"):
        found = verify(tmp_path / copy, expect=[bytes.fromhex(end)])
        assert (found.problems, found.head) == ((), end)


def test_it_looks_while_others_write_and_holds_up_nobody(kept):
    for n in range(250):
        kept.put(article(url(n), f"{TEXT} {n}"))
    seen = []

    def told(what, done, of):
        if (what, done) not in seen:  # between and amid the looks
            seen.append((what, done))
            kept.later(hours=13)
            n = len(seen)
            kept.put(article(url(1000 + n), f"{TEXT} {n} new"))
            kept.put(article(url(n), f"{TEXT} {n} now"))
            kept.put(article(f"{url(200 + n)}/moved", f"{TEXT} {200 + n}"), via=url(200 + n))
            kept.store(url(230), Failure(url(230), Stage.FETCH, "gone"))

    assert verify(kept.path, told=told).problems == ()
    assert len(seen) > 8
    assert verify(kept.path).problems == ()


def reread(path: Path, *, number: int = 1, article: int = 1, **news) -> None:
    """As a re-extraction does: the text before goes to ``replaced``, and the new one is noted."""
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(REPLACED)
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    find = "SELECT * FROM revisions WHERE article = ? AND number = ?"
    old = row if number == row["revision"] else db.execute(find, [article, number]).fetchone()
    db.execute(
        "INSERT INTO replaced (article, revision, at, title, byline, published, text, content_hash, extractor, rules,"
        " template) VALUES (?, ?, '2026-11-28T12:00:00Z', ?, ?, ?, ?, '', '1', '', 0)",
        [article, number, *(old[name] for name in ("title", "byline", "published", "text"))],
    )
    now = NOON + timedelta(days=4)
    columns = ", ".join(f"{name} = ?" for name in news)
    db.execute(f"UPDATE revisions SET {columns} WHERE article = ? AND number = ?", [*news.values(), article, number])
    if number == row["revision"]:
        ledger.amend(db, row, news, now)
        db.execute(f"UPDATE articles SET {columns} WHERE id = ?", [*news.values(), article])
    ledger.reread(db, article, number, now)
    db.close()


@pytest.mark.parametrize(("article", "number"), [(1, 1), (3, 1), (3, 2), (3, 3), (5, 2), (4, 2)])
def test_a_text_that_was_read_again_verifies_with_the_one_that_it_replaced(path, article, number):
    reread(path, article=article, number=number, title="A bridge", published="2026-11-23")
    assert said(path) == ""
    reread(path, article=article, number=number, title="The bridge")
    assert said(path) == ""
    harm(path, f"UPDATE replaced SET title = 'Other' WHERE article = {article} AND title = 'A bridge'")
    assert re.search(rf"Article {article} .*: version {number}: its (headline|.*date).*(is|are) not", said(path))
    harm(path, "DELETE FROM replaced")
    assert re.search(rf"Article {article} .*: version {number}", said(path))


def test_an_earlier_reading_put_back_in_place_of_the_one_that_replaced_it_is_named(path):
    before = value(path, "SELECT title FROM articles WHERE id = 1")
    reread(path, title="A bridge")
    harm(path, f"UPDATE articles SET title = '{before}' WHERE id = 1; UPDATE replaced SET title = 'A bridge'")
    assert "version 1: an earlier text of it was put in place of the one kept on 2026-11-28" in said(path)


def test_rows_of_the_ledger_that_no_chain_holds_prove_nothing(path):
    noted = (
        "INSERT INTO ledger SELECT -5, day, kind, 99, NULL, NULL, NULL, marks, digest, chain FROM ledger WHERE page = 1"
    )
    harm(path, PAGE + noted)
    assert "Raw page 99 (https://news.example/1) was put in behind the ledger's back." in said(path)


def test_an_article_put_in_with_its_row_in_the_ledger_cannot_be_older_than_that_row(path):
    kept = Kept(path)
    kept.later(days=9)
    put(kept, 11)
    kept.archive.close()
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    db.execute("UPDATE articles SET first_seen = '2026-11-24T12:00:00Z' WHERE id = 11")
    row = db.execute("SELECT *, first_seen AS seen_at FROM articles WHERE id = 11").fetchone()
    db.commit()
    db.close()
    note_anew(path, 11, digests.first(11, row, row))
    assert said(path).endswith("version 1: it is said to be of 2026-11-24, but was put in on 2026-12-03.")


def test_an_index_of_the_ledger_that_lacks_a_row_hides_no_loss(path):
    harm(path, "DELETE FROM articles WHERE id = 2")
    db = sqlite3.connect(path)
    db.execute("DROP INDEX ledger_article")
    db.execute("CREATE INDEX ledger_article ON ledger(article) WHERE article IS NOT NULL AND article != 2")
    db.execute("PRAGMA writable_schema = ON")
    true = "CREATE INDEX ledger_article ON ledger(article) WHERE article IS NOT NULL"
    db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ledger_article'", [true])
    db.commit()
    db.close()
    assert said(path) == "The ledger's index of article does not have its rows; 'cuttings check' tells more."


def test_of_many_alike_the_first_are_told_and_the_rest_counted(kept):
    for n in range(SHOWN + 5):
        kept.put(article(url(n), f"{TEXT} {n}"))
    kept.archive.close()
    harm(kept.path, "UPDATE articles SET title = 'x'")
    sentences = said(kept.path).splitlines()
    assert len(sentences) == SHOWN + 1
    assert sentences[-1] == "… and 5 more like these."


SEALED = {
    "articles": "id, url, title, byline, published, published_precision, text, blocks, first_seen, revision, snapshot",
    "revisions": "article, number, seen_at, title, byline, published, text, snapshot",
    "snapshots": "id, url, final_url, fetched_at, status, headers, size, sha256, robots, permit",
    "robots": "id, host, first_seen, status, body",
    "ledger": "*",
    "seals": "*",
    "amended": "*",
}


def holdings(path: Path) -> list[object]:
    """All that is sealed, as whoever reads the file without us finds it."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    tables = {t: db.execute(f"SELECT {names} FROM {t} NOT INDEXED").fetchall() for t, names in SEALED.items()}
    bodies = [pages.load(db, row["id"]).body for row in tables["snapshots"]]
    db.close()
    return [*bodies, *(tuple(row) for rows in tables.values() for row in rows)]


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_found_or_have_changed_nothing_that_was_sealed(path, archive_file, seed):
    rng = random.Random(seed)
    raw = bytearray(path.read_bytes())
    for page_ in rng.sample(range(1, len(raw) // 4096), 3):
        for _ in range(rng.choice((1, 5, 50))):
            raw[page_ * 4096 + rng.randrange(4096)] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)
    try:
        problems = verify(path).problems
    except ArchiveError:
        return
    if not problems:
        assert holdings(path) == holdings(archive_file)


def test_an_archive_in_which_nothing_was_kept_verifies(kept):
    found = verify(kept.path)
    assert (found.problems, found.records, found.head, found.begun) == ((), 0, "0" * 64, "")


def test_the_report_can_be_told_as_json(path):
    assert json.loads(json.dumps(asdict(verify(path))))["records"] == 30


def test_the_first_version_s_file_verifies_after_a_day_of_crawling(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "first-version.db.gz").read_bytes()))
    kept = Kept(path)
    put(kept, 1, 2)
    kept.archive.close()
    assert said(path) == ""
