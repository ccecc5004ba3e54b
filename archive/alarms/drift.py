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
from datetime import UTC, datetime, time, timedelta
from typing import Any

from archive.alarms import chance
from archive.alarms.finding import Alarm, Ending, Finding, Kind, many
from archive.baseline import DAYS, FEWEST
from archive.days import Day

WINDOWS = (1, 2, 3, 5, 8)
"""Days with something new that are compared with those before them."""
ENOUGH = 100
"""Articles in a window, from which on no longer one is looked at."""
FEW, FEWEST_DAYS = 3, 5
"""Articles that are compared at least, and days that they are compared with."""
SURPRISE = 5.5
"""Standard errors. The seven figures are looked at in five windows each hour: by chance alone a source would go beyond
it once in hundreds of years, and real articles are not spread so evenly."""
CHANCE = 1e-6
"""The same for shares."""
LONGER, CLEANER = math.log(1.6), 0.6
"""The least change of words, and of the odds of boilerplate, that is worth telling: of .20 to .31 of the page."""
LESS, GREATER = 0.5, 0.25
"""The least change of a share: to half of itself, or of its complement, and by so much."""
WITHIN, WITHIN_PAGES = 0.25, 0.35
"""Standard deviations of an article's length and boilerplate, as logarithms, that are never gone below."""
LEAST = 0.03
"""Share of a page that is as good as none of it: of a few lines dropped now and then the odds would go up and down."""
ALIKE, MOST_ALIKE = 2.0, 20.0
"""As how many articles a day's share tells at least and at most, however much or little days differed."""
BACK, ENOUGH_BACK = 1 / 3, 5
"""Share of the change that may be left when it is over, and articles by which that is told."""
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
class _Change:
    """A figure that is not what it was."""

    name: str
    usual: float
    now: float
    odds: float
    """Base-10 logarithm of the odds against it."""
    told: str


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


def find(days: Sequence[Day]) -> Finding | None:
    """Whether the last of these days are unlike the others. The latest first; those that do not count left out."""
    for window in WINDOWS:
        recent, before = days[:window], days[window : window + DAYS]
        articles = sum(day.new + day.unread for day in recent)
        if len(before) < FEWEST_DAYS or sum(day.new for day in before) < FEWEST:
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
    return [_length(recent, before), _boilerplate(recent, before), *(_share(it, recent, before) for it in _SHARES)]


def _length(recent: Sequence[Day], before: Sequence[Day]) -> _Change | None:
    now, usual = _value("length", recent), _value("length", before)
    if now is None or usual is None or abs(now - usual) < LONGER:
        return None
    articles = sum(day.new for day in before)
    squares = sum(day.log_words_squared for day in before) / articles
    some = [day for day in before if day.new]
    known = chance.usual(
        [day.log_words / day.new for day in some],
        [day.new for day in some],
        max(WITHIN**2, squares - usual**2),
    )
    surprise = known.surprise(now, sum(day.new for day in recent), len(recent))
    if abs(surprise) < SURPRISE:
        return None
    how = "shorter" if now < usual else "longer"
    told = f"the new articles are much {how}: of {math.expm1(now):,.0f} words, and of {math.expm1(usual):,.0f} before"
    return _Change("length", usual, now, _odds(surprise), told)


def _boilerplate(recent: Sequence[Day], before: Sequence[Day]) -> _Change | None:
    now, usual = _value("boilerplate", recent), _value("boilerplate", before)
    if now is None or usual is None or abs(now - usual) < CLEANER:
        return None
    some = [day for day in before if day.new and day.kept + day.dropped]
    means = [_logit(day.dropped, day.kept + day.dropped) for day in some]
    counts = [day.new for day in some]
    middle = sum(each * count for each, count in zip(means, counts, strict=True)) / sum(counts)
    # Only days are known: what they differ by is taken for their articles' doing, and for the days' beyond that.
    spread = sum(count * (each - middle) ** 2 for each, count in zip(means, counts, strict=True)) / (len(some) - 1)
    known = chance.usual(means, counts, max(WITHIN_PAGES**2, spread))
    surprise = known.surprise(known.mean + now - usual, sum(day.new for day in recent), len(recent))
    if abs(surprise) < SURPRISE:
        return None
    told = f"{_part(now):.0%} of the page is dropped as boilerplate, and {_part(usual):.0%} was before"
    return _Change("boilerplate", usual, now, _odds(surprise), told)


def _share(figure: _Share, recent: Sequence[Day], before: Sequence[Day]) -> _Change | None:
    now, usual = _value(figure.name, recent), _value(figure.name, before)
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


def _alike(figure: _Share, days: Sequence[Day], share: float) -> float:
    """As how many articles a day's share tells: 1/ρ - 1, where ρ is what a day's articles have in common."""
    some = [(figure.hits(day), figure.of(day)) for day in days if figure.of(day)]
    total = sum(of for _, of in some)
    if len(some) < 2 or total == len(some):
        return MOST_ALIKE
    excess = sum((hits - of * share) ** 2 / of for hits, of in some) / (share * (1 - share)) / (len(some) - 1)
    common = (excess - 1) / max(0.5, total / len(some) - 1)
    return min(MOST_ALIKE, max(ALIKE, 1 / common - 1)) if common > 0 else MOST_ALIKE


def _value(name: str, days: Sequence[Day]) -> float | None:
    """A figure over these days; None where there is nothing to tell it by."""
    if name == "length":
        articles = sum(day.new for day in days)
        return sum(day.log_words for day in days) / articles if articles else None
    if name == "boilerplate":
        dropped, all_of_it = sum(day.dropped for day in days), sum(day.kept + day.dropped for day in days)
        return _logit(dropped, all_of_it) if all_of_it else None
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


def _logit(part: float, whole: float) -> float:
    share = min(1 - LEAST, max(LEAST, part / whole))
    return math.log(share / (1 - share))


def _part(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _odds(surprise: float) -> float:
    """Base-10 logarithm of the odds against so many standard errors."""
    return surprise * surprise / 2 / math.log(10)
