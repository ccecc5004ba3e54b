from __future__ import annotations

from tests.bench.crash import ordeal


def test_a_crawl_that_is_killed_again_and_again_loses_nothing_and_hardly_asks_twice(tmp_path):
    """The whole ordeal, 200 kills and 2,000 pages, is ``python -m tests.bench.crash``."""
    report = ordeal(tmp_path, kills=10, pages=200)
    assert (report.articles, report.lost, report.integrity) == (200, 0, "ok")
    assert report.fetched_twice <= 4, "2 % of the pages"
    assert report.too_soon == 0
