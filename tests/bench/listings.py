"""Listings: the looks of four policies at the same publishers, as many with each, and how late each finds articles.

Ours is what runs in production, through the text that the archive keeps. Miniflux is told of all articles of the last
week, also of those before its first look; StormCrawler's and the fixed interval need to know nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from config.models import Schedule
from crawler.rhythm import Rhythm
from crawler.schedule import next_look
from tests.bench.rhythms import DAY, WEEK, Publisher

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
SHORTEST, LONGEST = 1 / 12, DAY
"""Bounds of every policy's pause, in hours; a knob may move one of them."""
CLOSE = 1.003
"""So many times as many requests as ours a policy may have, and no fewer."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look sees: the articles from ``first`` to ``end`` are new. Hours since the first Monday."""

    at: float
    first: int
    end: int
    state: str
    """What the policy left at the last look; empty at the first."""


@dataclass(frozen=True, slots=True)
class Score:
    """Delays in minutes, of all articles of all publishers; one that scrolled out before a look is never found."""

    policy: str
    knob: str
    requests: int
    median: float
    p95: float
    mean: float
    """A lost one counts as two days."""
    lost: int
    families: dict[str, tuple[float, float]]
    """Median and 95th percentile, by the publishers' rhythm."""


Policy = Callable[[Publisher, Look], tuple[str, float]]
"""-> state, pause in hours."""


def compare(made: Sequence[Publisher], days: float, schedule: Schedule) -> list[Score]:
    """Ours as the schedule says, then the others with their knobs turned to as many requests."""
    mine = run(made, days, ours(schedule))
    scores = [_score("ours", f"fastest {schedule.fastest.total_seconds() / 60:g} min", *mine)]
    for name, knob, make, low, high in PEERS:
        setting = solve(lambda x, make=make: run(made, days, make(x), count_only=True)[0], mine[0], low, high)
        scores.append(_score(name, knob(setting), *run(made, days, make(setting))))
    return scores


def run(
    made: Sequence[Publisher], days: float, policy: Policy, *, count_only: bool = False
) -> tuple[int, dict[str, list[float]]]:
    """Requests, and delays in hours by family. The last look at a publisher is after the end, and finds the rest."""
    requests, delays, end = 0, defaultdict[str, list[float]](list), days * DAY
    for number, publisher in enumerate(made):
        times, at, seen, state = publisher.times, number * 0.618 % 1, 0, ""
        while True:
            requests += 1
            upto = bisect_right(times, at)
            first = max(seen, upto - publisher.window)
            if not count_only:
                found = delays[publisher.family]
                found += [math.inf for time in times[seen:first] if time >= 0]
                found += [at - time for time in times[first:upto] if time >= 0]
            if at >= end:
                break
            state, pause = policy(publisher, Look(at, first, upto, state))
            seen, at = upto, at + pause
    return requests, delays


def ours(schedule: Schedule) -> Policy:
    def policy(publisher: Publisher, look: Look) -> tuple[str, float]:
        now = START + timedelta(hours=look.at)
        rhythm = Rhythm.parse(look.state).observed(_dates(publisher, look), now)
        text = rhythm.text()
        due = next_look(schedule, now, rhythm=Rhythm.parse(text))
        return text, (due - now).total_seconds() / 3600

    return policy


def _dates(publisher: Publisher, look: Look) -> list[datetime | None]:
    times = publisher.times[look.first : look.end]
    match publisher.dated:
        case "not":
            return [None] * len(times)
        case "day":
            return [START + timedelta(days=time // DAY) for time in times]
        case "zone":
            return [START + timedelta(hours=time + 2) for time in times]
    return [START + timedelta(hours=time) for time in times]


def fixed(pause: float) -> Policy:
    return lambda publisher, look: ("", pause)


def miniflux(factor: float) -> Policy:
    """entry_frequency: a week through the week's articles times a factor."""

    def policy(publisher: Publisher, look: Look) -> tuple[str, float]:
        weekly = look.end - bisect_left(publisher.times, look.at - WEEK)
        return "", min(max(WEEK / (weekly * factor), SHORTEST), LONGEST) if weekly else LONGEST

    return policy


def stormcrawler(longest: float) -> Policy:
    """Its adaptive rule: half as long again if nothing is new, halfway to the shortest if something is."""

    def policy(publisher: Publisher, look: Look) -> tuple[str, float]:
        pause = float(look.state or 1)
        pause = 0.5 * pause + 0.5 * SHORTEST if look.end > look.first else 1.5 * pause
        pause = min(max(pause, SHORTEST), longest)
        return str(pause), pause

    return policy


PEERS: tuple[tuple[str, Callable[[float], str], Callable[[float], Policy], float, float], ...] = (
    ("fixed", lambda x: f"every {60 * x:.1f} min", fixed, LONGEST, SHORTEST / 5),
    ("miniflux", lambda x: f"factor {x:.3f}", miniflux, 0.01, 100),
    ("stormcrawler", lambda x: f"longest {60 * x:.1f} min", stormcrawler, LONGEST, SHORTEST),
)
"""Name, how its knob is said, the policy, and the knob's ends, of fewest and of most requests."""


def solve(requests: Callable[[float], int], want: int, fewest: float, most: float) -> float:
    """The knob's setting with as many requests; where they jump, the next with more.

    Halves the range until both ends were tried, then goes by the line between them every other time. Logarithms.
    """
    low, high = math.log(fewest), math.log(most)
    counts: dict[float, float] = {}
    target = math.log(want * (1 + CLOSE) / 2)
    for turn in range(30):
        share = 0.5
        if turn % 2 and low in counts and high in counts:
            share = min(max((target - counts[low]) / (counts[high] - counts[low]), 0.02), 0.98)
        setting = low + share * (high - low)
        count = requests(math.exp(setting))
        if want <= count <= want * CLOSE:
            return math.exp(setting)
        counts[setting] = math.log(count)
        if count < want:
            low = setting
        else:
            high = setting
    return math.exp(high)


def _score(policy: str, knob: str, requests: int, delays: dict[str, list[float]]) -> Score:
    everything = [delay for found in delays.values() for delay in found]
    mean = sum(min(delay, 2 * DAY) for delay in everything) / len(everything) * 60
    families = {family: (_at(found, 0.5), _at(found, 0.95)) for family, found in sorted(delays.items()) if found}
    lost = sum(math.isinf(delay) for delay in everything)
    return Score(policy, knob, requests, _at(everything, 0.5), _at(everything, 0.95), mean, lost, families)


def _at(delays: list[float], share: float) -> float:
    return sorted(delays)[math.ceil(share * len(delays)) - 1] * 60
