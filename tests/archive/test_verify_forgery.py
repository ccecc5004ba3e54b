from __future__ import annotations

import sqlite3
from pathlib import Path

from kept import TEXT, Kept, article
from sealed import harm, put, reread, said, url, value

from archive import digests
from archive.digests import START, Row
from archive.verify import verify


def rewrite(path: Path, *, seals: bool) -> None:
    """What somebody does who knows the ledger: alter article 1, and note it as if it always had been so."""
    harm(path, "UPDATE articles SET title = 'Other' WHERE id = 1")
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    row = db.execute("SELECT *, first_seen AS seen_at, 'first' AS change FROM articles WHERE id = 1").fetchone()
    db.close()
    note_anew(path, 1, digests.first(1, row, row["source"], row))
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


def test_a_chain_that_was_written_anew_does_not_have_the_days_seals(sealed):
    rewrite(sealed, seals=False)
    assert [problem.sentence[:25] for problem in verify(sealed).problems] == [
        "The seal of 2026-11-24 is",
        "The seal of 2026-11-25 is",
        "The seal of 2026-11-26 is",
    ]


def test_a_ledger_that_was_written_anew_as_a_whole_does_not_have_an_end_that_was_noted_elsewhere(sealed):
    before = bytes.fromhex(verify(sealed).head)
    day = bytes.fromhex(value(sealed, "SELECT digest FROM seals WHERE day = '2026-11-25'"))
    assert said(sealed, expect=[before, day]) == ""
    rewrite(sealed, seals=True)
    assert said(sealed) == ""
    assert f"The ledger does not contain {day.hex()}" in said(sealed, expect=[before, day])
    assert said(sealed, expect=[before, day], quick=True).count("does not contain") == 2


def test_an_old_copy_in_the_archives_place_does_not_have_the_end_that_was_noted_since(sealed, tmp_path):
    old = tmp_path / "old.db"
    old.write_bytes(sealed.read_bytes())
    kept = Kept(sealed)
    kept.later(days=9)
    kept.put(article(url(11), f"{TEXT} 11"))
    kept.archive.close()
    end = bytes.fromhex(verify(sealed).head)
    assert said(sealed, expect=[end]) == ""
    sealed.write_bytes(old.read_bytes())
    assert said(sealed) == ""
    assert "does not contain" in said(sealed, expect=[end])


def test_an_article_put_in_with_its_row_in_the_ledger_cannot_be_older_than_that_row(sealed):
    kept = Kept(sealed)
    kept.later(days=9)
    put(kept, 11)
    kept.archive.close()
    db = sqlite3.connect(sealed)
    db.row_factory = sqlite3.Row
    db.execute("UPDATE articles SET first_seen = '2026-11-24T12:00:00Z' WHERE id = 11")
    row = db.execute("SELECT *, first_seen AS seen_at, 'first' AS change FROM articles WHERE id = 11").fetchone()
    db.commit()
    db.close()
    note_anew(sealed, 11, digests.first(11, row, row["source"], row))
    assert said(sealed).endswith("version 1: it is said to be of 2026-11-24, but was put in on 2026-12-03.")


def test_an_earlier_reading_put_back_in_place_of_the_one_that_replaced_it_is_named(sealed):
    before = value(sealed, "SELECT title FROM articles WHERE id = 1")
    reread(sealed, title="A bridge")
    harm(sealed, f"UPDATE articles SET title = '{before}' WHERE id = 1; UPDATE replaced SET title = 'A bridge'")
    assert "version 1: an earlier text of it was put in place of the one kept on 2026-11-28" in said(sealed)
