"""Corrections: invented articles, each with the times at which its publisher changed it.

Every source is made from its own seed. Times are hours since the first look at the source.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

DAY = 24.0


@dataclass(frozen=True, slots=True)
class Story:
    kind: str
    published: float
    changes: tuple[float, ...]


def desks(seed: int, count: int, articles: int, days: float) -> list[list[Story]]:
    """Sources, each with its articles in the order of their publication."""
    return [_desk(random.Random(f"{seed}/{number}"), articles, days) for number in range(count)]


def _desk(chance: random.Random, articles: int, days: float) -> list[Story]:
    """A source has its habits: how many of its stories are of which kind, and how much they are edited."""
    habits = [chance.expovariate(1 / share) for share in (6, 3, 1, 0.5, 1)]
    zeal, until = math.exp(chance.gauss(-0.3, 0.8)), days * DAY
    stories = []
    for at in sorted(chance.uniform(0, until) for _ in range(articles)):
        made = chance.choices((untouched, edited, developing, live, corrected), habits)[0]
        changes = sorted(at + age for age in made(chance, zeal))
        stories.append(Story(made.__name__, at, tuple(change for change in changes if change < until)))
    return stories


def untouched(chance: random.Random, zeal: float) -> list[float]:
    return []


def edited(chance: random.Random, zeal: float) -> list[float]:
    """A hazard that falls with a power of the age."""
    power, most = chance.uniform(1.0, 1.6), 1.2 * zeal
    return _by_hazard(chance, lambda age: most * (1 + age) ** -power, most)


def developing(chance: random.Random, zeal: float) -> list[float]:
    """Each change brings others."""
    waiting = [chance.expovariate(1 / 2)]
    done = []
    while waiting and len(done) < 60:
        done.append(age := waiting.pop())
        waiting += [age + chance.lognormvariate(0.5, 1.2) for _ in range(3) if chance.random() < 0.25]
    return done


def live(chance: random.Random, zeal: float) -> list[float]:
    """Changed all the time for some hours, then no more."""
    lasts, every = chance.uniform(2, 14), chance.uniform(0.15, 1)
    return _by_hazard(chance, lambda age: (age < lasts) / every, 1 / every)


def corrected(chance: random.Random, zeal: float) -> list[float]:
    """Once, some day."""
    return [chance.uniform(6, 20 * DAY)]


def _by_hazard(chance, hazard, most: float) -> list[float]:
    ages, age = [], 0.0
    while (age := age + chance.expovariate(most)) < 40 * DAY:
        if chance.random() < hazard(age) / most:
            ages.append(age)
    return ages
