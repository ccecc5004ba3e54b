"""Chance: how likely a figure is by what was usual, where days differ from each other more than articles do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


def tail(hits: int, of: int, share: float, alike: float) -> float:
    """The chance of so many hits or more by a beta-binomial distribution (Skellam, 1948).

    ``share`` is the usual one, ``alike`` how many draws would tell as much of it as is known: the fewer, the more the
    shares of days differ.
    """
    a, b = max(share, 1e-4) * alike, max(1 - share, 1e-4) * alike
    base = math.lgamma(of + 1) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.lgamma(of + a + b)
    terms = [
        base + math.lgamma(k + a) + math.lgamma(of - k + b) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        for k in range(hits, of + 1)
    ]
    most = max(terms, default=-math.inf)
    return min(1.0, math.exp(most) * sum(math.exp(term - most) for term in terms)) if terms else 0.0


@dataclass(frozen=True, slots=True)
class Usual:
    """What a figure usually is: its mean over articles, and how single articles and whole days lie around it."""

    mean: float
    within: float
    """Variance of an article's figure."""
    between: float
    """Variance of a day's, beyond what its articles make."""
    articles: int
    days: int

    def surprise(self, mean: float, articles: int, days: int) -> float:
        """By how many standard errors another mean, of so many articles on so many days, is off."""
        error = self.within / articles + self.between / days + self.within / self.articles + self.between / self.days
        return (mean - self.mean) / math.sqrt(error)


def usual(means: Sequence[float], counts: Sequence[int], within: float) -> Usual:
    """From the means of days, the numbers of their articles, and the variance of single articles."""
    total, days = sum(counts), len(counts)
    mean = sum(each * count for each, count in zip(means, counts, strict=True)) / total
    spread = sum((each - mean) ** 2 for each in means) / max(1, days - 1)
    by_chance = within * sum(1 / count for count in counts) / days
    return Usual(mean, within, max(0.0, spread - by_chance), total, days)
