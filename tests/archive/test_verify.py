from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from kept import TEXT, Kept, article
from sealed import harm, put, reread, said, url, value

from archive.backup import backup, restore
from archive.models import Failure, Stage
from archive.verify import verify


def test_nothing_is_wrong_with_what_stands_as_it_was_kept_and_looking_changes_nothing(sealed):
    before = hashlib.sha256(sealed.read_bytes()).digest()
    told = []
    found = verify(sealed, told=lambda *progress: told.append(progress))
    assert found.problems == ()
    assert found.looked_at == {"robots": 1, "snapshots": 13, "articles": 10}
    assert (found.records, found.seals, found.begun, found.older) == (30, 3, "2026-11-24", False)
    assert found.head == value(sealed, "SELECT lower(hex(chain)) FROM ledger WHERE id = 30")
    assert ("snapshots", 13, 13) in told
    assert hashlib.sha256(sealed.read_bytes()).digest() == before


def test_what_was_noted_before_a_day_is_not_read_again_but_has_to_be_there(sealed):
    harm(sealed, "UPDATE articles SET title = 'x' WHERE id = 1; UPDATE snapshots SET status = 1 WHERE id = 2")
    assert said(sealed, since="2026-11-25") == ""
    harm(sealed, "UPDATE articles SET title = 'x' WHERE id = 7; DELETE FROM articles WHERE id = 2")
    assert re.fullmatch(
        r"Article 2 .* is lost\.\nArticle 7 .*: its headline is not .*", said(sealed, since="2026-11-25")
    )
    assert said(sealed, since="2030-01-01").count("\n") == 0


def test_an_end_noted_earlier_is_in_what_was_kept_since(sealed):
    end = bytes.fromhex(verify(sealed).head)
    kept = Kept(sealed)
    kept.later(days=9)
    kept.put(article(url(11), f"{TEXT} 11"))
    kept.archive.close()
    assert said(sealed, expect=[end]) == ""


def test_a_backup_and_what_is_restored_from_it_verify(sealed, tmp_path):
    end = verify(sealed).head
    backup(sealed, tmp_path / "backup.db")
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


@pytest.mark.parametrize(("article", "number"), [(1, 1), (3, 1), (3, 2), (3, 3), (5, 2), (4, 2)])
def test_a_text_that_was_read_again_verifies_with_the_one_that_it_replaced(sealed, article, number):
    reread(sealed, article=article, number=number, title="A bridge", published="2026-11-23")
    assert said(sealed) == ""
    reread(sealed, article=article, number=number, title="The bridge")
    assert said(sealed) == ""
    harm(sealed, f"UPDATE replaced SET title = 'Other' WHERE article = {article} AND title = 'A bridge'")
    assert re.search(rf"Article {article} .*: version {number}: its (headline|.*date).*(is|are) not", said(sealed))
    harm(sealed, "DELETE FROM replaced")
    assert re.search(rf"Article {article} .*: version {number}", said(sealed))


def test_an_archive_in_which_nothing_was_kept_verifies(kept):
    found = verify(kept.path)
    assert (found.problems, found.records, found.head, found.begun) == ((), 0, "0" * 64, "")


def test_the_report_can_be_told_as_json(sealed):
    assert json.loads(json.dumps(asdict(verify(sealed))))["records"] == 30


def test_the_first_version_s_file_verifies_after_a_day_of_crawling(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((Path(__file__).parent / "first-version.db.gz").read_bytes()))
    kept = Kept(path)
    put(kept, 1, 2)
    kept.archive.close()
    assert said(path) == ""
