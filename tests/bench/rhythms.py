"""Rhythms: invented publishers, each with the times at which it published, for 60 days and the weeks before.

Every source is made from its own seed. Times are hours since a Monday, 00:00 UTC, and sorted; a publisher's own clock
is shifted by its time zone. No rhythm is the one that crawler.rhythm reckons with: real ones are not either.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DAY, WEEK = 24.0, 168.0
BEFORE = 28 * DAY
"""What a feed may show of the time before the first look."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """One feed: what it published, in hours from the first look, and how much of it the feed shows."""

    family: str
    times: tuple[float, ...]
    window: int
    dated: str
    """How its entries are: ``well``, ``not``, by the ``day`` alone, or in the wrong ``zone``, two hours ahead."""


Times = Iterator[float]
Family = Callable[[random.Random, float, float], Times]
"""(chance, start, end) -> times on the publisher's own clock."""


def _thinned(chance: random.Random, start: float, end: float, most: float, share: Callable[[float], float]) -> Times:
    """A Poisson process of rate ``most`` an hour, of which a share, by the hour, happens."""
    at = start
    while (at := at + chance.expovariate(most)) < end:
        if chance.random() < share(at):
            yield at


def steady(chance: random.Random, start: float, end: float) -> Times:
    return _thinned(chance, start, end, _log(chance, 0.1, 2), lambda at: 1.0)


def office(chance: random.Random, start: float, end: float) -> Times:
    opens, closes = chance.uniform(7, 10), chance.uniform(16, 20)
    return _thinned(
        chance,
        start,
        end,
        _log(chance, 0.3, 4),
        lambda at: float(at % WEEK < 5 * DAY and opens < at % DAY < closes),
    )


def paper(chance: random.Random, start: float, end: float) -> Times:
    peak, weekend = chance.uniform(9, 17), chance.uniform(0.3, 0.8)
    return _thinned(
        chance,
        start,
        end,
        _log(chance, 2, 8),
        lambda at: (0.5 + 0.48 * math.cos((at - peak) / DAY * math.tau)) * (weekend if at % WEEK > 5 * DAY else 1),
    )


def agency(chance: random.Random, start: float, end: float) -> Times:
    return _thinned(
        chance, start, end, _log(chance, 6, 20), lambda at: 0.6 + 0.4 * math.cos((at - 13) / DAY * math.tau)
    )


def nightly(chance: random.Random, start: float, end: float) -> Times:
    hour, count, spread = chance.uniform(0, 6), chance.randint(8, 40), chance.uniform(0.05, 0.5)
    for day in range(int(start // DAY), int(end // DAY) + 1):
        begins = day * DAY + hour + chance.gauss(0, 0.15)
        yield from sorted(begins + chance.uniform(0, spread) for _ in range(chance.randint(count // 2, count)))


def weekly(chance: random.Random, start: float, end: float) -> Times:
    hour, count = chance.randrange(5) * DAY + chance.uniform(6, 20), chance.randint(4, 20)
    for week in range(int(start // WEEK), int(end // WEEK) + 1):
        begins = week * WEEK + hour + chance.gauss(0, 0.5)
        yield from sorted(begins + chance.uniform(0, 0.5) for _ in range(chance.randint(count // 2, count)))


def bursty(chance: random.Random, start: float, end: float) -> Times:
    """Each article brings others in the hours after it."""
    waiting = list(_thinned(chance, start, end, _log(chance, 0.02, 0.2), lambda at: 1.0))
    heirs, after = chance.uniform(0.6, 0.85), chance.uniform(0.5, 3)
    done: list[float] = []
    while waiting:
        at = waiting.pop()
        done.append(at)
        waiting += [at + chance.expovariate(1 / after) for _ in range(3) if chance.random() < heirs / 3]
    yield from sorted(at for at in done if at < end)


def irregular(chance: random.Random, start: float, end: float) -> Times:
    """Gaps of which a few are very long."""
    median, wide, at = _log(chance, 2, 24), chance.uniform(1, 1.8), start
    while (at := at + chance.lognormvariate(math.log(median), wide)) < end:
        yield at


def dead(chance: random.Random, start: float, end: float) -> Times:
    """Ends some day, or did before the first look."""
    return paper(chance, start, min(end, chance.uniform(-BEFORE, 20 * DAY)))


def newly_alive(chance: random.Random, start: float, end: float) -> Times:
    begins = chance.uniform(10 * DAY, 40 * DAY)
    return chance.choice((steady, office, paper, bursty))(chance, max(start, begins), end)


# No constant of crawler.rhythm was chosen by these: they show what its rule is worth on others.


def editions(chance: random.Random, start: float, end: float) -> Times:
    """Two batches a day, none on Sundays, the evening's at another time each day."""
    morning, count = chance.uniform(4, 7), chance.randint(4, 20)
    for day in range(int(start // DAY), int(end // DAY) + 1):
        if day % 7 != 6:
            for hour in (morning + chance.gauss(0, 0.1), morning + 11 + chance.uniform(0, 2)):
                yield from sorted(day * DAY + hour + chance.uniform(0, 0.3) for _ in range(chance.randint(2, count)))


def hourly(chance: random.Random, start: float, end: float) -> Times:
    """A program that publishes what there is at the same minute of each hour of the day."""
    minute, many = chance.random(), chance.uniform(0.5, 3)
    for hour in range(int(start), int(end)):
        if 6 <= hour % DAY < 23:
            yield from sorted(hour + minute + chance.uniform(0, 0.03) for _ in range(int(chance.expovariate(1 / many))))


def campaign(chance: random.Random, start: float, end: float) -> Times:
    """Five times as much for some days, now and then."""
    seasons = [chance.uniform(start, end) for _ in range(4)]
    return _thinned(
        chance,
        start,
        end,
        _log(chance, 0.5, 5),
        lambda at: (1.0 if any(0 < at - season < 4 * DAY for season in seasons) else 0.2) * (7 < at % DAY < 23),
    )


def sitting(chance: random.Random, start: float, end: float) -> Times:
    """Tuesdays to Thursdays, afternoons into the night, every other week."""
    return _thinned(
        chance,
        start,
        end,
        _log(chance, 1, 6),
        lambda at: float(at % (2 * WEEK) < WEEK and DAY < at % WEEK < 4 * DAY and at % DAY > 13),
    )


def monthly(chance: random.Random, start: float, end: float) -> Times:
    at = start + chance.uniform(0, 30 * DAY)
    while at < end:
        yield from sorted(at + chance.uniform(0, 2) for _ in range(chance.randint(3, 15)))
        at += 30 * DAY + chance.gauss(0, DAY)


TUNED: dict[str, Family] = {
    made.__name__: made
    for made in (steady, office, paper, agency, nightly, weekly, bursty, irregular, dead, newly_alive)
}
UNSEEN: dict[str, Family] = {made.__name__: made for made in (editions, hourly, campaign, sitting, monthly)}


def publishers(seed: int, count: int, days: float, families: dict[str, Family]) -> list[Publisher]:
    """``count`` sources, as many of each family."""
    return [
        _publisher(f"{seed}/{number}", [*families.items()][number % len(families)], days) for number in range(count)
    ]


def _publisher(seed: str, family: tuple[str, Family], days: float) -> Publisher:
    chance = random.Random(seed)
    zone = chance.randint(-10, 12)
    end = days * DAY
    made = family[1](chance, -BEFORE, end + DAY)
    times = tuple(sorted(at for at in (hour - zone for hour in made) if -BEFORE <= at < end))
    dated = chance.choices(("well", "not", "day", "zone"), (80, 10, 5, 5))[0]
    return Publisher(family[0], times, chance.choice((20, 30, 50, 100)), dated)


def _log(chance: random.Random, low: float, high: float) -> float:
    return math.exp(chance.uniform(math.log(low), math.log(high)))
