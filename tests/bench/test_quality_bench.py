from __future__ import annotations

import pytest

from tests.bench.quality import measure
from tests.bench.worse import HARMS


@pytest.fixture(scope="module")
def found():
    """The whole of it, 24 papers of 80 articles, is ``python -m tests.bench.quality``."""
    return measure(papers=8, articles=30, seed=7)


@pytest.mark.parametrize("flag", sorted({harm.flag for harm in HARMS.values()}))
def test_each_flag_is_right_and_misses_little(found, flag):
    assert found.precision(flag) >= 0.95
    assert found.recall(flag) >= 0.95


def test_of_a_hundred_good_articles_one_is_doubted_at_most(found):
    assert found.good > 200
    assert found.false_share <= 0.01
