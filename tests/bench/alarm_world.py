"""World: invented publishers for tests/bench/alarms.py, with all that happens to them without fault, and the faults.

Hours are counted from a Monday, 28 days after the archive began to watch. Nothing here knows how archive.alarms judges.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from tests.bench import rhythms
from tests.bench.rhythms import BEFORE, DAY, WEEK

START = datetime(2026, 11, 16, tzinfo=UTC)
"""A Monday, so that Christmas and the new year are within."""
DAYS = 60
COUNTRIES = ("AT", "BR", "IN", "KE")
Span = tuple[float, float]


@dataclass(slots=True)
class Style:
    """What a publisher's articles are like. Lengths are natural logarithms of words."""

    length: float
    spread: float
    briefs: float
    """Share of articles of some 80 words."""
    signed: float
    weekend_signed: float
    dated: float
    foreign: float
    boilerplate: float
    """Usual share of the page."""
    by_rule: float
    unread: float
    refused: float


@dataclass(slots=True)
class Fault:
    """Something that goes wrong with a source, from and to an hour."""

    kind: str
    what: str
    source: str
    begin: float
    end: float
    effect: float = math.inf
    """The hour of the first request or article that it touched."""
    own_day: float = DAY
    """A day of the source's own rhythm, in hours."""


@dataclass(slots=True)
class Source:
    """One publisher."""

    name: str
    family: str
    country: str
    language: str
    times: list[float]
    window: int
    style: Style
    chance: random.Random
    added: float = -BEFORE
    removed: float = math.inf
    outages: list[Span] = field(default_factory=list)
    """When its servers answer errors."""
    challenges: list[Span] = field(default_factory=list)
    """When it shows a third of all requests a check for robots."""
    changes: list[Span] = field(default_factory=list)
    """When it publishes many times as much, or no more, of its own will: alarms then are right."""
    section: tuple[float, float, float] = (math.inf, 0.0, 0.0)
    """From an hour on, the share of articles that are another section's, and by how much longer those are."""
    fault: Fault | None = None
    moods: dict[int, float] = field(default_factory=dict)
    """What the articles of a day have in common in their length."""


@dataclass(slots=True)
class World:
    """All of it."""

    sources: list[Source]
    faults: list[Fault]
    down: list[Span]
    """When our own daemon does not run."""
    cut_off: list[Span]
    """When it runs, and has no network."""
    holidays: dict[str, list[Span]] = field(default_factory=dict)
    """By country."""


def tiny(chance: random.Random, start: float, end: float) -> rhythms.Times:
    """Two a week, on workdays."""
    return rhythms._thinned(chance, start, end, 2 / 50, lambda at: float(at % WEEK < 5 * DAY and 8 < at % DAY < 18))


def big(chance: random.Random, start: float, end: float) -> rhythms.Times:
    """300 to 500 a day, fewer by night and on Sundays."""
    most = chance.uniform(20, 34)
    return rhythms._thinned(
        chance,
        start,
        end,
        most,
        lambda at: (0.6 + 0.4 * math.cos((at - 14) / DAY * math.tau)) * (0.6 if at % WEEK > 6 * DAY else 1),
    )


def few(chance: random.Random, start: float, end: float) -> rhythms.Times:
    """Some five on workdays, one or two on others."""
    return rhythms._thinned(
        chance, start, end, 0.6, lambda at: float(7 < at % DAY < 20) * (0.25 if at % WEEK > 5 * DAY else 0.75)
    )


FAMILIES: dict[str, rhythms.Family] = rhythms.TUNED | rhythms.UNSEEN | {"tiny": tiny, "big": big, "few": few}


def build(seed: int, count: int = 200, faults: int = 40, days: float = DAYS) -> World:
    """The world of a seed."""
    chance = random.Random(f"alarms {seed}")
    sources = [_source(publisher, number, chance) for number, publisher in enumerate(_publishers(seed, count))]
    world = World(
        sources,
        [],
        down=[_span(chance, 25, 40, 48)],
        cut_off=[_span(chance, 42, 55, 30)],
    )
    for happen in (_holidays, _seasons, _jumps, _late, _short_troubles, _sections, _specials, _deaths):
        happen(world, chance)
    _damage(world, chance, faults, days - 15)
    return world


def _publishers(seed: int, count: int) -> list[rhythms.Publisher]:
    return rhythms.publishers(seed, count, DAYS, FAMILIES)


def _source(publisher: rhythms.Publisher, number: int, chance: random.Random) -> Source:
    own = random.Random(chance.random())
    style = Style(
        length=own.gauss(6.0, 0.4),
        spread=own.uniform(0.35, 0.8),
        briefs=own.choice((0, 0, 0, 0.15, 0.4)),
        signed=own.choice((0.0, 0.3, 0.6, 0.85, 0.97, 0.99, 1.0)),
        weekend_signed=own.choice((1, 1, 1, 0.5)),
        dated=own.choice((0.0, 0.9, 0.99, 1.0, 1.0)),
        foreign=own.choice((0.0, 0.0, 0.01, 0.1)),
        boilerplate=own.uniform(0.06, 0.4),
        by_rule=own.choice((0.0, 0.0, 0.95, 1.0)),
        unread=own.choice((0.0, 0.02, 0.05, 0.25)),
        refused=own.choice((0.0, 0.0, 0.0, 0.01, 0.1)),
    )
    return Source(
        f"s{number:03}-{publisher.family.replace('_', '-')}",
        publisher.family,
        COUNTRIES[number % len(COUNTRIES)],
        "en",
        list(publisher.times),
        publisher.window,
        style,
        own,
    )


def _span(chance: random.Random, first: float, last: float, hours: float) -> Span:
    begin = chance.uniform(first, last) * DAY
    return begin, begin + hours


def _thin(source: Source, span: Span, share: float, chance: random.Random) -> None:
    """Only a share of what would come in a span does."""
    source.times = [at for at in source.times if not span[0] <= at < span[1] or chance.random() < share]


def _holidays(world: World, chance: random.Random) -> None:
    """Christmas and New Year everywhere, and a day or two of each country's own, which no calendar of ours has."""
    christmas = (datetime(2026, 12, 24, tzinfo=UTC) - START).total_seconds() / 3600
    spans = {
        country: [(christmas + 12, christmas + 3 * DAY), (christmas + 8 * DAY, christmas + 9 * DAY)]
        for country in COUNTRIES
    }
    for country in COUNTRIES:
        begin = chance.randint(3, 55) * DAY - chance.randint(0, 6)
        spans[country].append((begin, begin + chance.choice((1, 1, 2)) * DAY))
    world.holidays = spans
    for source in world.sources:
        for span in spans[source.country]:
            if chance.random() < 0.75:
                _thin(source, span, chance.choice((0, 0, 0.1, 0.3)), chance)


def _seasons(world: World, chance: random.Random) -> None:
    """Slumps of two weeks in which half is published, and growth by which as much again is at the end."""
    for source in chance.sample(world.sources, len(world.sources) // 10):
        begin = chance.uniform(0, 45) * DAY
        _thin(source, (begin, begin + 14 * DAY), 0.5, chance)
    for source in chance.sample(world.sources, len(world.sources) // 10):
        end = (DAYS + 28) * DAY
        source.times = [at for at in source.times if chance.random() < 0.5 + 0.5 * (at + BEFORE) / end]


def _jumps(world: World, chance: random.Random) -> None:
    """From about five to about fifty a day, for good."""
    for source in chance.sample([s for s in world.sources if s.family == "few"], min(3, len(world.sources) // 40)):
        begin = chance.uniform(5, 45) * DAY
        _add(source, (begin, DAYS * DAY), 9.0, chance)
        source.changes.append((begin, begin + 10 * DAY))


def _add(source: Source, span: Span, times: float, chance: random.Random) -> None:
    """So many times as much as there is, in a span, near what there is."""
    more = [
        at + chance.uniform(-1, 1)
        for at in source.times
        if span[0] <= at < span[1]
        for _ in range(int(times) + (chance.random() < times % 1))
    ]
    source.times = sorted(source.times + [at for at in more if span[0] <= at < span[1]])


def _late(world: World, chance: random.Random) -> None:
    """Sources that are watched from some day on, and some that are so no more."""
    for source in chance.sample(world.sources, len(world.sources) // 20):
        source.added = chance.uniform(1, 40) * DAY
    for source in chance.sample(world.sources, len(world.sources) // 60):
        source.removed = chance.uniform(20, 50) * DAY


def _short_troubles(world: World, chance: random.Random) -> None:
    """Outages of hours, and checks for robots for an hour or two."""
    for source in chance.sample(world.sources, len(world.sources) // 8):
        source.outages.append(_span(chance, 0, DAYS - 1, chance.uniform(1, 10)))
    for source in chance.sample(world.sources, len(world.sources) // 10):
        source.challenges.append(_span(chance, 0, DAYS - 1, chance.uniform(0.5, 2)))


def _sections(world: World, chance: random.Random) -> None:
    """A new section: half as much again, of which the articles are longer or shorter."""
    for source in chance.sample(world.sources, len(world.sources) // 12):
        begin = chance.uniform(0, 50) * DAY
        _add(source, (begin, DAYS * DAY), 0.5, chance)
        source.section = (begin, 0.33, chance.choice((-0.5, 0.4, 0.6)))


def _specials(world: World, chance: random.Random) -> None:
    """A day on which twice to three times as much is published."""
    for source in chance.sample(world.sources, len(world.sources) // 8):
        begin = chance.randint(0, DAYS - 2) * DAY
        _add(source, (begin, begin + DAY), chance.uniform(1, 2), chance)


def _deaths(world: World, chance: random.Random) -> None:
    for source in world.sources:
        if source.family == "dead":
            source.changes.append((max(source.times, default=-BEFORE), math.inf))


Fits = Callable[[Source], bool]
FAULTS: tuple[tuple[str, str, int, Fits], ...] = (
    ("drift", "teaser", 5, lambda s: s.style.briefs < 0.3),
    ("drift", "bylines", 4, lambda s: s.style.signed >= 0.8),
    ("drift", "boilerplate", 4, lambda s: True),
    ("drift", "rule", 3, lambda s: s.style.by_rule > 0),
    ("drift", "no-article", 3, lambda s: s.style.unread < 0.2),
    ("silence", "frozen", 6, lambda s: True),
    ("stale", "not-found", 3, lambda s: True),
    ("stale", "timeout", 3, lambda s: True),
    ("blocked", "all", 3, lambda s: True),
    ("blocked", "pages", 3, lambda s: s.style.refused < 0.1),
    ("flood", "archive", 3, lambda s: True),
)
"""(kind, what, weight, which sources may have it)."""


TELLING = 10
"""New articles by which a drift can be told."""


def _damage(world: World, chance: random.Random, count: int, last: float) -> None:
    """Faults of all kinds, each at another source that has a rhythm by then."""
    plan = [fault for fault in FAULTS for _ in range(fault[2])]
    free = [source for source in world.sources if source.family != "dead" and not source.changes]
    chance.shuffle(free)
    for number in range(3 * count):
        kind, what, _, fits = plan[number % len(plan)]
        if len(world.faults) == count:
            break
        begin = chance.uniform(2, last) * DAY
        while any(first - DAY <= begin < end for first, end in world.down + world.cut_off):
            begin = chance.uniform(2, last) * DAY  # nobody was there to notice it
        able = [source for source in free if fits(source) and _has_a_rhythm(source, begin, kind)]
        if able:
            free.remove(able[0])
            _fault(world, able[0], Fault(kind, what, able[0].name, begin, math.inf), chance)


def _has_a_rhythm(source: Source, begin: float, kind: str) -> bool:
    """Whether a person who had watched it could tell: it is watched for four weeks, and brought something in each."""
    if source.added > begin - 28 * DAY or source.removed < begin + 20 * DAY:
        return False
    weeks = [_count(source, begin - (week + 1) * WEEK, begin - week * WEEK) for week in range(4)]
    if _longest(source, begin) > WEEK + DAY:
        return False
    return min(weeks) >= (3 if kind == "drift" else 1) and sum(weeks) >= 20


def _count(source: Source, first: float, last: float) -> int:
    return bisect.bisect_left(source.times, last) - bisect.bisect_left(source.times, first)


def _longest(source: Source, begin: float) -> float:
    """The longest pause in the four weeks before, in hours."""
    before = [at for at in source.times if begin - 28 * DAY <= at < begin]
    return max((after - at for at, after in pairwise([*before, begin])), default=math.inf)


def _fault(world: World, source: Source, fault: Fault, chance: random.Random) -> None:
    begin = fault.begin
    pause = _longest(source, begin)
    fault.own_day, fault.end = max(DAY, 2 * pause), begin + max(6 * DAY, 4 * pause)
    if fault.kind == "flood":
        busiest = max(_count(source, day, day + DAY) for day in [begin - DAY * n for n in range(1, 29)])
        fault.end = begin + 10
        more = [chance.uniform(begin, fault.end) for _ in range(max(200, 12 * busiest))]
        source.times = sorted(source.times + more)
    if fault.kind in {"drift", "flood", "silence"}:
        after = [at for at in source.times if at >= begin]
        fault.effect = after[0] if after else math.inf
        if fault.kind == "drift":  # by fewer articles nobody could tell
            fault.own_day = max(fault.own_day, after[TELLING] - fault.effect if len(after) > TELLING else math.inf)
            fault.end = max(fault.end, begin + 2 * fault.own_day)
    source.fault = fault
    world.faults.append(fault)
