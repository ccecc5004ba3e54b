from __future__ import annotations

from tests.bench import size
from tests.bench.size_archive import kept


def test_pages_of_a_site_within_a_week_take_less_than_a_third_of_warc_gz():
    sites = size.invented_sites(2, 12)
    reference = sum(size.warc_gz(page, 9) for site in sites for page in site)
    stored, compacted = kept(sites, level=12).values()
    assert stored.packed < reference / 3
    assert stored.file < reference / 3, "with headers, rows, indexes and the ledger"
    assert compacted.packed <= stored.packed


def test_every_way_of_choosing_siblings_gives_the_pages_back():
    sites = size.invented_sites(1, 5)
    found = {name: size.by_a_way(sites, choose) for name, choose in size.WAYS.items()}
    assert found["the last page"].later < found["none"].later / 3
    assert found["none"].dictionaries == 0
    assert found["the last page"].dictionaries > found["one page a week"].dictionaries
