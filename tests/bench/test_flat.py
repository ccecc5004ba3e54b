from __future__ import annotations

from tests.bench.flat import measure


def test_a_big_crawl_is_flat_in_memory_bounded_in_files_and_never_holds_the_event_loop():
    """The whole of it, 1,000 hosts of 20 pages, is ``python -m tests.bench.flat``."""
    half, end = measure(hosts=120, pages=8)
    assert end.articles == 960
    assert end.megabytes <= half.megabytes + 3, "after so few pages two runs differ by as much"
    assert end.megabytes < 300
    assert half.files < 120 + 60
    assert max(half.busy_ms, end.busy_ms) < 200
