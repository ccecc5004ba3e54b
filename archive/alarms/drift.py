"""Drift: articles that are not what a source's articles were, as when a site's pages are made anew.

The last articles are compared with those of the four weeks before, figure by figure: how long they are, whether they
have bylines and dates, in which language they are, how much of the page was boilerplate, whether the source's rule
found the text, and whether the pages were articles at all. Whole days may differ, as Sundays do, and that is reckoned
with: by how much they did.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from archive.alarms import chance
from archive.alarms.day import Day
from archive.alarms.finding import Alarm, Ending, Finding, Kind, many

DAYS, FEWEST = 28, 20
"""Days with something new that say what is usual, and articles on them at least: archive.baseline's, too."""
WINDOWS = (1, 2, 3, 4, 5, 6, 8)
"""Days with something new that are compared with those before them."""
MORNING = 6
"""The hour, UTC, before which a day is not looked at alone: it brings what was published late on the day before."""
ENOUGH = 100
"""Articles in a window, from which on no longer one is looked at."""
FEW_ALIKE = 3
"""Weekends' days that are compared with a weekend's at least."""
FEW, FEWEST_DAYS = 3, 4
"""Articles that are compared at least, and days that they are compared with: a weekly's first four issues."""
SPAN = timedelta(days=14)
"""From the first of these days to the last, so that there are two weekends."""
CHANCE = 1e-5
"""Of shares as unlike by chance. The figures are looked at each hour, in windows that overlap: a few tests a day."""
LESS, GREATER = 0.5, 0.25
"""The least change of a share: to half of itself, or of its complement, and by so much."""
ALIKE, SURELY_ALIKE, MOST_ALIKE = 2.0, 10.0, 20.0
"""As how many articles a day's share tells at least, at least where nearly all or none have it, which leaves little to
learn from, and at most."""
NEARLY = 0.05
BACK, ENOUGH_BACK = 1 / 3, 5
"""Share of the change that may be left when it is over, and articles by which that is told."""
SHORTEST = timedelta(days=1)
"""A drift is not over sooner: judged by days, one on the brink began and ended six times in a day."""
USUAL = timedelta(days=28)
"""After which it is what is usual."""


@dataclass(frozen=True, slots=True)
class _Share:
    """A figure that an article has or has not."""

    name: str
    hits: Callable[[Day], int]
    of: Callable[[Day], int]
    told: str


@dataclass(frozen=True, slots=True)
class _Mean:
    """A figure of which an article has more or less, as a logarithm."""

    sum: Callable[[Day], float]
    squares: Callable[[Day], float]
    least: float
    """The change that is worth telling: .6 is from .20 to .31 of a page."""
    slack: float
    """Of the change, what a new section may make: it is longer or shorter than the rest, and its articles are many."""
    surprise: float
    """Standard errors of what is beyond it that are more than chance."""
    within: float
    """Standard deviation between articles that is never gone below."""
    told: Callable[[float, float], str]


@dataclass(frozen=True, slots=True)
class _Change:
    """A figure that is not what it was."""

    name: str
    usual: float
    now: float
    odds: float
    """Base-10 logarithm of the odds against it."""
    told: str


def _words(now: float, usual: float) -> str:
    how = "shorter" if now < usual else "longer"
    return f"the new articles are much {how}: of {math.expm1(now):,.0f} words, and of {math.expm1(usual):,.0f} before"


def _pages(now: float, usual: float) -> str:
    part, before = (math.exp(odds) / (1 + math.exp(odds)) for odds in (now, usual))
    return f"{part:.0%} of a new page is dropped as boilerplate, and {before:.0%} was before"


_LENGTH = _Mean(
    lambda day: day.log_words,
    lambda day: day.log_words_squared,
    least=math.log(1.75),
    slack=0.4,
    surprise=4.0,
    within=0.3,
    told=_words,
)
_BOILERPLATE = _Mean(
    lambda day: day.log_dropped,
    lambda day: day.log_dropped_squared,
    least=0.6,
    slack=0.0,
    surprise=5.0,
    within=0.3,
    told=_pages,
)
_MEANS = {"length": _LENGTH, "boilerplate": _BOILERPLATE}
_SHARES = (
    _Share("unread", lambda day: day.unread, lambda day: day.new + day.unread, "of the new pages hold no article"),
    _Share("signed", lambda day: day.signed, lambda day: day.new, "of the new articles have a byline"),
    _Share("dated", lambda day: day.dated, lambda day: day.new, "of the new articles have a date of their own"),
    _Share("by_rule", lambda day: day.by_rule, lambda day: day.new, "of the new articles are found by the rule for it"),
    _Share(
        "foreign_language",
        lambda day: day.foreign_language,
        lambda day: day.new,
        "of the new articles are in another language than the source's",
    ),
)


def find(days: Sequence[Day], now: datetime, mended: date = date.min) -> Finding | None:
    """Whether the last of these days are unlike the others. The latest first; those that do not count left out.

    ``mended``: the day on which the last drift was over; none up to it is told again.
    """
    early = days[:1] and days[0].day == now.date() and now.hour < MORNING
    for window in WINDOWS[bool(early) :]:
        recent, before = days[:window], days[window : window + DAYS]
        articles = sum(day.new + day.unread for day in recent)
        if (
            recent[-1].day <= mended
            or len(before) < FEWEST_DAYS
            or before[0].day - before[-1].day < SPAN
            or sum(day.new for day in before) < FEWEST
        ):
            return None
        if articles < FEW:
            continue
        changes = [change for change in _changes(recent, before) if change]
        if changes:
            return _finding(recent, before, sorted(changes, key=lambda change: -change.odds))
        if articles >= ENOUGH:
            return None
    return None


def ended(alarm: Alarm, days: Sequence[Day], now: datetime) -> Ending | None:
    """How a drift ended, if it did: when the last articles are nearly as they were."""
    if now - alarm.noticed > USUAL:
        return Ending.USUAL
    if now - alarm.noticed < SHORTEST:
        return None
    recent, articles = [], 0
    for day in days:
        if day.day < alarm.noticed.date() or articles >= ENOUGH_BACK:
            break
        recent.append(day)
        articles += day.new + day.unread
    if articles < ENOUGH_BACK:
        return None
    for figure in alarm.evidence["figures"]:
        value = _value(figure["figure"], recent)
        if value is None or abs(value - figure["usual"]) > BACK * abs(figure["now"] - figure["usual"]):
            return None
    return Ending.OVER


def _changes(recent: Sequence[Day], before: Sequence[Day]) -> list[_Change | None]:
    means = [_mean(name, recent, before) for name in _MEANS]
    return means + [_share(figure, recent, before) for figure in _SHARES]


def _mean(name: str, recent: Sequence[Day], before: Sequence[Day]) -> _Change | None:
    """A change of length or of boilerplate, both as logarithms."""
    figure = _MEANS[name]
    now, usual = _value(name, recent), _value(name, before)
    if now is None or usual is None or abs(now - usual) < figure.least:
        return None
    some = [day for day in before if day.new]
    counts = [day.new for day in some]
    within = sum(map(figure.squares, some)) / sum(counts) - usual**2
    known = chance.usual([figure.sum(day) / day.new for day in some], counts, max(figure.within**2, within))
    surprise = known.surprise(now, sum(day.new for day in recent), len(recent)) * (1 - figure.slack / abs(now - usual))
    if abs(surprise) < figure.surprise:
        return None
    return _Change(name, usual, now, surprise**2 / 2 / math.log(10), figure.told(now, usual))


def _share(figure: _Share, recent: Sequence[Day], before: Sequence[Day]) -> _Change | None:
    now, usual = _value(figure.name, recent), _usual(figure, recent, before)
    if now is None or usual is None or abs(now - usual) < GREATER:
        return None
    if (now < usual and now > LESS * usual) or (now > usual and 1 - now > LESS * (1 - usual)):
        return None
    hits, of = sum(map(figure.hits, recent)), sum(map(figure.of, recent))
    known = sum(map(figure.of, before))
    share = (usual * known + 0.5) / (known + 1)
    # A day's share tells as much as ``alike`` articles, several days' as much as several times as many, and nothing
    # more than all that is known.
    alike = 1 / (1 / (_alike(figure, before, share) * len(recent)) + 1 / known)
    if now < usual:
        hits, share = of - hits, 1 - share
    odds = chance.tail(hits, of, share, alike)
    if odds > CHANCE:
        return None
    told = f"{now:.0%} {figure.told}, and {usual:.0%} before"
    return _Change(figure.name, usual, now, -math.log10(max(odds, 1e-300)), told)


def _usual(figure: _Share, recent: Sequence[Day], before: Sequence[Day]) -> float | None:
    """A share as it was on days like these: agencies fill the weekends of many a paper."""
    of, shares = sum(map(figure.of, recent)), _shares(figure, before)
    return sum(figure.of(day) * shares[_is_weekend(day)] for day in recent) / of if of else None


def _shares(figure: _Share, days: Sequence[Day]) -> dict[bool, float]:
    """The share on workdays, False, and on weekends, True; on all days where too few of either are known."""
    found = {}
    for weekend in (False, True):
        alike = [day for day in days if _is_weekend(day) is weekend]
        some = alike if len(alike) >= FEW_ALIKE and sum(map(figure.of, alike)) >= FEWEST / 2 else days
        found[weekend] = sum(map(figure.hits, some)) / max(1, sum(map(figure.of, some)))
    return found


def _is_weekend(day: Day) -> bool:
    return day.day.weekday() > 4


def _alike(figure: _Share, days: Sequence[Day], share: float) -> float:
    """As how many articles a day's share tells: 1/ρ - 1, where ρ is what a day's articles have in common."""
    shares = _shares(figure, days)
    some = [(figure.hits(day), figure.of(day), shares[_is_weekend(day)]) for day in days if figure.of(day)]
    total = sum(of for _, of, _ in some)
    if len(some) < 2 or total == len(some):
        return MOST_ALIKE
    excess = sum((hits - of * usual) ** 2 / of for hits, of, usual in some) / (share * (1 - share)) / (len(some) - 1)
    common = (excess - 1) / max(0.5, total / len(some) - 1)
    least = ALIKE if NEARLY < share < 1 - NEARLY else SURELY_ALIKE
    return min(MOST_ALIKE, max(least, 1 / common - 1)) if common > 0 else MOST_ALIKE


def _value(name: str, days: Sequence[Day]) -> float | None:
    """A figure over these days; None where there is nothing to tell it by."""
    if name in _MEANS:
        articles = sum(day.new for day in days)
        return sum(map(_MEANS[name].sum, days)) / articles if articles else None
    figure = next(it for it in _SHARES if it.name == name)
    of = sum(map(figure.of, days))
    return sum(map(figure.hits, days)) / of if of else None


def _finding(recent: Sequence[Day], before: Sequence[Day], changes: Sequence[_Change]) -> Finding:
    first = recent[-1].day
    articles, usual_articles = sum(day.new for day in recent), sum(day.new for day in before)
    sentence = (
        f"Since {first.day} {first:%B} {'; '.join(change.told for change in changes)}"
        f" ({many(articles, 'article')}, compared with the {usual_articles:,} before)."
        " Its pages may be made anew: look at one beside what was kept of it."
    )
    figures: list[dict[str, Any]] = [
        {
            "figure": change.name,
            "usual": round(change.usual, 4),
            "now": round(change.now, 4),
            "odds_against": f"10^{change.odds:.0f}",
        }
        for change in changes
    ]
    evidence = {
        "figures": figures,
        "articles": articles,
        "days": len(recent),
        "usual_articles": usual_articles,
        "usual_days": len(before),
    }
    return Finding(Kind.DRIFT, datetime.combine(first, time(), UTC), sentence, evidence)
