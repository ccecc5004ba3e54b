from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archive.matching import Patience, matched

items = st.lists(st.sampled_from("abcde"), max_size=14)


def most(old, new) -> int:
    """The length of the longest common subsequence, by the book."""
    row = [0] * (len(new) + 1)
    for one in old:
        before, row = row, [0]
        for j, other in enumerate(new):
            row.append(before[j] + 1 if one == other else max(before[j + 1], row[j]))
    return row[-1]


@given(items, items)
def test_as_many_items_match_as_can(old, new):
    pairs = matched(old, new, Patience(10_000))
    assert len(pairs) == most(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


@given(items, items, st.integers(0, 60))
def test_whoever_is_impatient_gets_true_pairs_in_order(old, new, steps):
    pairs = matched(old, new, Patience(steps))
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


def test_what_is_there_once_holds_a_long_text_together():
    chance = random.Random(1)
    old = [chance.choice("xyz") if number % 40 else f"once {number}" for number in range(8_000)]
    new = [chance.choice("xyz") if number % 40 else f"once {number}" for number in range(8_000)]
    patience = Patience(20_000)
    pairs = matched(old, new, patience)
    assert {old[i] for i, _ in pairs} >= {f"once {number}" for number in range(0, 8_000, 40)}
    assert patience.steps > -20_000


def test_a_long_way_in_step_takes_its_steps():
    patience = Patience(100_000)
    matched(["a", *["c"] * 3_000, "b"], ["b", *["c"] * 3_000, "a"], patience)
    assert patience.steps < 97_000
