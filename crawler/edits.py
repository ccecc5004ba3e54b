"""Edits: how often looks at a source's articles find them changed, and when the next one is worth it. Pure.

An article is expected to change less the older it is, by the reciprocal of its age. How far a source, and this one
article, are from that is learned from the looks: an article that changed often goes on, until it is calm for long.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.plans import Past
from crawler import numbers

# Tried on seeds of tests/bench/corrections.py that its figures do not come from.
USUAL, EARLY = 0.06, 0.5
"""Changes of an article while its age in hours, plus EARLY, grows to e times as much. With EARLY = 1 a twentieth less
is caught by as many requests."""
BANDS = (1.0, 4.0, 24.0, 168.0)
"""Ages in hours that part the bands: sources differ in how late they edit."""
SURE = 2.0
"""Changes that are taken for found, and for expected, in a band before any are."""
MEMORY = 0.995
"""What is left of a band's counts after one more look at an article of that age: a third after two hundred."""
DOUBT = 0.6
"""Changes that it takes to believe that an article changes more often than others of its source."""
CALM = 1.0
"""Expected changes that did not come, since the last that did, after which as many as came are expected no more."""
WORTH = 0.018
"""Changes that a look must be expected to find: all together catch more than NewsDiffs' tiers, with some 55 % of their
requests."""
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=14)
"""With 15 minutes as NewsDiffs has, live pages' changes are missed that no number of other looks makes up for."""

_VERSION = "1"
_COUNT = len(BANDS) + 1


@dataclass(frozen=True, slots=True)
class Edits:
    """What was seen of a source's articles, by bands of their age; each look fades those before it."""

    found: tuple[float, ...] = (SURE,) * _COUNT
    """Looks that found a change."""
    expected: tuple[float, ...] = (SURE,) * _COUNT
    """Looks that would have, if the source were like any other."""

    @classmethod
    def parse(cls, text: str) -> Edits:
        """What ``text`` wrote. Anything else is a source of which nothing was seen."""
        read = numbers.parse(text, _VERSION, 2 * _COUNT)
        if not read or not all(0 < number < 1e6 for number in read):
            return cls()
        return cls(read[:_COUNT], read[_COUNT:])

    def text(self) -> str:
        """Some 60 characters for the archive: a version and the numbers."""
        return f"{_VERSION} " + " ".join([f"{max(number, 1e-6):.5g}" for number in (*self.found, *self.expected)])

    def observed(self, past: Past, previous: datetime, looked_at: datetime, *, changed: bool) -> Edits:
        """With one more look at a stored article. ``past`` is what was known, ``previous`` the look, before it."""
        before, after = _hours(past.published, previous), _hours(past.published, looked_at)
        if after <= before:  # the clock was put back
            return self
        likely = 1 - math.exp(-USUAL * _proneness(past, looked_at) * _growth(before, after))
        band = bisect_right(BANDS, (before + after) / 2)
        found, expected = list(self.found), list(self.expected)
        found[band] = found[band] * MEMORY + changed
        expected[band] = expected[band] * MEMORY + likely
        return Edits(tuple(found), tuple(expected))

    def pause(self, past: Past, now: datetime) -> timedelta:
        """From ``now`` to the next look: until a change is expected by WORTH, from SOONEST to LATEST."""
        begin = at = _hours(past.published, now)
        left = WORTH / (USUAL * _proneness(past, now))
        for band in range(bisect_right(BANDS, at), _COUNT):
            factor = self.found[band] / self.expected[band]
            end = BANDS[band] if band < len(BANDS) else begin + LATEST / timedelta(hours=1)
            growth = factor * _growth(at, end)
            if growth >= left:
                reached = (at + EARLY) * math.exp(left / factor) - EARLY
                return min(max(timedelta(hours=reached - begin), SOONEST), LATEST)
            left -= growth
            at = max(at, end)
        return LATEST


def _proneness(past: Past, now: datetime) -> float:
    """How much more often than others an article changes, as far as it is known."""
    age, calm_from = _hours(past.published, now), _hours(past.published, past.changed)
    prone = (DOUBT + past.changes) / (DOUBT + USUAL * _growth(0.0, age))
    if past.changes:
        prone *= CALM / (CALM + prone * USUAL * _growth(min(calm_from, age), age))
    return prone


def _growth(begin: float, end: float) -> float:
    """The logarithm of how many times as old an article becomes between two ages, in hours."""
    return math.log((max(begin, end) + EARLY) / (begin + EARLY))


def _hours(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds() / 3600)
