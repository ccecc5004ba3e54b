"""Merging: lists of several archives, each in its order, as one in the same order, and where that goes on. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Spot(NamedTuple):
    """A place in a list of several archives that has the latest first."""

    when: str
    number: int
    archive: str = ""
    """Its name; empty where there is but one."""

    def __str__(self) -> str:
        return f"{self.when},{self.number}" + (f",{self.archive}" if self.archive else "")


def latest(found: Mapping[str, Sequence[tuple[str, int]]], most: int) -> list[Spot]:
    """The first of all: by time, then by number, then by the archives' order."""
    spots = [(when, number, -rank) for rank, places in enumerate(found.values()) for when, number in places]
    names = list(found)
    return [Spot(when, number, names[-rank]) for when, number, rank in heapq.nlargest(most, spots)]


def before(spot: Spot | None, name: str, names: Sequence[str]) -> tuple[str, int] | None:
    """Before which of its own places an archive goes on, where the list of all of them stopped at ``spot``.

    What has the same time and number in an archive that comes later is still to come.
    """
    if spot is None:
        return None
    comes_later = spot.archive in names and names.index(name) > names.index(spot.archive)
    return spot.when, spot.number + comes_later


def best(found: Mapping[str, Sequence[tuple[int, float]]], most: int) -> list[tuple[str, int]]:
    """(archive, number) of the best; ``found``: of each archive its best, with a score that is of one measure in all.

    Each keeps its own order, in which rare words count more; of those that are first of what is left of each, the one
    with the highest score is next. So what stands on a page does not hang on how far one reads.
    """
    merged: list[tuple[str, int]] = []
    heads = [(-hits[0][1], rank, 0) for rank, hits in enumerate(found.values()) if hits]
    heapq.heapify(heads)
    lists = list(found.items())
    while heads and len(merged) < most:
        _, rank, place = heapq.heappop(heads)
        name, hits = lists[rank]
        merged.append((name, hits[place][0]))
        if place + 1 < len(hits):
            heapq.heappush(heads, (-hits[place + 1][1], rank, place + 1))
    return merged
