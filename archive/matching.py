"""Matching: which items of two sequences are the same ones, in order. Pure, and of bounded cost for any input."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Pairs = list[tuple[int, int]]


@dataclass(slots=True)
class Patience:
    """Steps that may still be taken: each some .2 µs."""

    steps: int


def matched(old: Sequence[str], new: Sequence[str], patience: Patience) -> Pairs:
    """Places (i, j) of equal items, rising in both.

    As many as there can be (Myers, "An O(ND) Difference Algorithm", 1986) while ``patience`` lasts; else those that
    follow from items that are there but once (as Cohen's patience diff does it), and no others between them.
    """
    first, last = 0, 0
    short = min(len(old), len(new))
    while first < short and old[first] == new[first]:
        first += 1
    while last < short - first and old[-1 - last] == new[-1 - last]:
        last += 1
    # What the other does not have at all can't match; a text that was written anew costs nothing so.
    in_old, in_new = set(old[first : len(old) - last]), set(new[first : len(new) - last])
    left = [i for i in range(first, len(old) - last) if old[i] in in_new]
    right = [j for j in range(first, len(new) - last) if new[j] in in_old]
    inner = _between([old[i] for i in left], [new[j] for j in right], patience)
    ends = [(len(old) - k, len(new) - k) for k in range(last, 0, -1)]
    return [*((k, k) for k in range(first)), *((left[i], right[j]) for i, j in inner), *ends]


def _between(old: Sequence[str], new: Sequence[str], patience: Patience) -> Pairs:
    if not old or not new:
        return []
    pairs = _shortest(old, new, patience)
    if pairs is not None:
        return pairs
    anchors = _once(old, new)
    if not anchors:
        return []
    found: Pairs = []
    i = j = 0
    for to_i, to_j in [*anchors, (len(old), len(new))]:
        found += [(i + a, j + b) for a, b in _shortest(old[i:to_i], new[j:to_j], patience) or ()]
        found.append((to_i, to_j))
        i, j = to_i + 1, to_j + 1
    return found[:-1]


def _shortest(old: Sequence[str], new: Sequence[str], patience: Patience) -> Pairs | None:
    """Myers' greedy search for the shortest way from one to the other; None if it takes more steps than there are."""
    n, m = len(old), len(new)
    reach = [0] * (2 * (n + m) + 3)  # by diagonal x - y, the furthest x
    trail: list[list[int]] = []
    for d in range(n + m + 1):
        patience.steps -= d + 1
        if patience.steps < 0:
            return None
        trail.append(reach[-d:] + reach[: d + 1] if d else [0])
        for k in range(-d, d + 1, 2):
            x = reach[k + 1] if k == -d or (k != d and reach[k - 1] < reach[k + 1]) else reach[k - 1] + 1
            start = x
            while x < n and x - k < m and old[x] == new[x - k]:
                x += 1
            patience.steps -= x - start
            reach[k] = x
            if x >= n and x - k >= m:
                return _way_back(trail, x, x - k)
    raise AssertionError("to take all out and put all in is a way")


def _way_back(trail: list[list[int]], x: int, y: int) -> Pairs:
    """``trail``: how far each diagonal from -d to d reached, before step d."""
    pairs: Pairs = []
    for d in range(len(trail) - 1, 0, -1):
        reach, k = trail[d], x - y
        down = k == -d or (k != d and reach[k - 1 + d] < reach[k + 1 + d])
        at = reach[k + 1 + d] if down else reach[k - 1 + d]
        before = at - (k + 1 if down else k - 1)
        while x > at and y > before:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = at, before
    while x > 0 and y > 0:
        x, y = x - 1, y - 1
        pairs.append((x, y))
    return pairs[::-1]


def _once(old: Sequence[str], new: Sequence[str]) -> Pairs:
    """The longest rising run of items that are there once in both."""
    in_old, in_new = Counter(old), Counter(new)
    places = {item: j for j, item in enumerate(new)}
    pairs = [(i, places[item]) for i, item in enumerate(old) if in_old[item] == 1 == in_new[item]]
    return rising(pairs)


def rising(pairs: Pairs) -> Pairs:
    """Of pairs in the order of their first, the most whose second rises, too."""
    ends: list[int] = []  # the least second that a run of this length can end with
    at: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        ends[length:] = [j, *ends[length + 1 :]]
        at[length:] = [number, *at[length + 1 :]]
    run: Pairs = []
    number = at[-1] if at else -1
    while number >= 0:
        run.append(pairs[number])
        number = before[number]
    return run[::-1]
