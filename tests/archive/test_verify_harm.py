from __future__ import annotations

import hashlib
import random
import re
import sqlite3
from pathlib import Path

import pytest
import zstandard
from kept import TEXT, article
from sealed import harm, said, url

from archive import pages
from archive.check import SHOWN
from archive.database import ArchiveError
from archive.verify import verify

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
    ("articles", "source = 'other' WHERE id = 1", r"Article 1 .*: version 1: its source is not what was kept"),
    (
        "articles",
        "removed = NULL WHERE id = 4",
        r"Article 4 .*: it is said to be there, but .* it is removed on 2026-11-25",
    ),
    ("articles", "removed = '2026-11-24T12:00:00Z' WHERE id = 1", r"removed on 2026-11-24T.*, but .* it is there\.$"),
    (
        "articles",
        "paywalled = '2026-11-24T12:00:00Z' WHERE id = 1",
        r"for subscribers since .*, but no version says so",
    ),
    ("revisions", "change = 'typo' WHERE article = 3 AND number = 2", r"version 2: its kind of change is not"),
    ("revisions", "change = 'typo' WHERE article = 3 AND number = 1", r"version 1: its kind of change is not"),
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
    ("revisions", "change = 'edit' WHERE change = 'removed'", r"Article 4 .*: version 2: its kind of change is not"),
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
    "INSERT INTO replaced (article, revision, at, title, byline, text, content_hash, extractor, rules,"
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
def test_what_is_not_as_it_was_kept_is_named(sealed, table, change, sentence):
    harm(sealed, f"UPDATE {table} SET {change}")
    assert re.search(sentence, said(sealed), re.MULTILINE), said(sealed)


@pytest.mark.parametrize(("sql", "sentence"), [*LOST, *LOST_IN_PART, *PUT_IN, *LEDGER])
def test_what_is_lost_or_was_put_in_is_named(sealed, sql, sentence):
    harm(sealed, sql)
    assert re.search(sentence, said(sealed), re.MULTILINE), said(sealed)


@pytest.mark.parametrize("sql", [sql for sql, _ in LOST])
def test_a_quick_look_finds_what_is_lost(sealed, sql):
    harm(sealed, sql)
    assert said(sealed, quick=True)


def test_a_quick_look_reads_no_contents(sealed):
    harm(sealed, "UPDATE articles SET title = 'x'; UPDATE snapshots SET body = x'00'")
    assert said(sealed, quick=True) == ""


def test_a_page_replaced_with_its_sums_is_named(sealed):
    """Whoever alters a page finds its length and SHA-256 beside it."""
    body = b"<p>something else"
    sums = (zstandard.compress(body), len(body), hashlib.sha256(body).hexdigest())
    harm(sealed, "UPDATE snapshots SET body = ?, size = ?, sha256 = ?, dictionary = NULL WHERE id = 4", *sums)
    assert said(sealed) == "Raw page 4 (https://news.example/4): its bytes are not what was kept on 2026-11-24."


def test_rows_of_the_ledger_that_no_chain_holds_prove_nothing(sealed):
    noted = (
        "INSERT INTO ledger SELECT -5, day, kind, 99, NULL, NULL, NULL, marks, digest, chain FROM ledger WHERE page = 1"
    )
    harm(sealed, PAGE + noted)
    assert "Raw page 99 (https://news.example/1) was put in behind the ledger's back." in said(sealed)


def test_an_index_of_the_ledger_that_lacks_a_row_hides_no_loss(sealed):
    harm(sealed, "DELETE FROM articles WHERE id = 2")
    db = sqlite3.connect(sealed)
    db.execute("DROP INDEX ledger_article")
    db.execute("CREATE INDEX ledger_article ON ledger(article) WHERE article IS NOT NULL AND article != 2")
    db.execute("PRAGMA writable_schema = ON")
    true = "CREATE INDEX ledger_article ON ledger(article) WHERE article IS NOT NULL"
    db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'ledger_article'", [true])
    db.commit()
    db.close()
    assert said(sealed) == "The ledger's index of article does not have its rows; 'cuttings check' tells more."


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
def test_flipped_bytes_are_found_or_have_changed_nothing_that_was_sealed(sealed, sealed_once, seed):
    rng = random.Random(seed)
    raw = bytearray(sealed.read_bytes())
    for page_ in rng.sample(range(1, len(raw) // 4096), 3):
        for _ in range(rng.choice((1, 5, 50))):
            raw[page_ * 4096 + rng.randrange(4096)] ^= 1 << rng.randrange(8)
    sealed.write_bytes(raw)
    try:
        problems = verify(sealed).problems
    except ArchiveError:
        return
    if not problems:
        assert holdings(sealed) == holdings(sealed_once)
