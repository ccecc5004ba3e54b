from __future__ import annotations

from archive.check import check
from tests.bench.reextract import fill, measure


def test_every_page_is_read_anew_and_written_in_small_batches(tmp_path):
    db = tmp_path / "archive.db"
    fill(db, 150)
    report = measure(db)
    assert (report.pages, report.changed) == (150, 150)
    assert check(db).problems == ()
