"""Silence: a pause that is longer than a source's own pauses, hour by hour of its week, let one expect.

A pause is measured twice. By what its hours usually bring, which suits who publishes by day and not by night: the
longer half of a source's pauses tells how long one may be by chance, by an exponential tail, as if what comes came at
random (Davison and Smith, Models for exceedances over high thresholds, 1990). And by the clock, which suits who
publishes at set times: it has to be longer than the longest of eight weeks by a quarter or more. So regular sources are
missed after hours, erratic ones after weeks. (The form of the tail, fitted as well, was tried: so few pauses tell too
little of it. How much they vary tells whether it is heavier, and how few they are how little is known.)
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

from archive.alarms.finding import Finding, Kind, many

HISTORY = timedelta(days=56)
"""Eight of each hour of the week."""
FEWEST_DAYS, FEWEST_HOURS = 21, 6
"""Days that were watched, and hours in which something came, under which no pause is too long."""
ALIVE = 14
"""Of these days, those since something came at all: who begins to publish has no pauses before."""
APART = 6
"""Hours between two looks, of which the later brought something, from which on those between are not known."""
SHORTEST = 10
"""Hours that are no silence, however busy a source is: by then others tell whether it is a holiday."""
SELDOM, AT_RANDOM = 0.01, 0.03
"""False alarms that a source may give in a month, by its own pauses' tail; and by what its hours usually bring, if each
hour were by chance. With this and the next three, in 40 worlds of tests/bench/alarms.py, 1.4 of 6 silences are missed a
world, and 2.2 are none; to miss fewer by changing one of them costs two of the latter for each of the former or more.
"""
HEAVY, EXPONENTIAL = 0.75, 0.9
"""How much longer a pause has to be for the variation of what is beyond the median of the pauses, over that of an
exponential tail, which is 1, and less in a few dozens."""
FEW, LONG, OVERNIGHT = 8.0, 4, 24
"""And by so many times over the number of the longer half of pauses of LONG hours or more; not for those who always
bring something within a day and night, as of them much is known soon."""
OF_LONGEST, AT_MOST = 1.5, 24
"""And by the clock at least so many times the longest, or so many hours."""
TOO_FEW, AT_LEAST = 4, 2.0
"""Pauses from which on they have a tail; with fewer a pause is too long if it is so many times the longest."""
CLOCKED, SET_TIMES = 3, 6
"""Pauses of so many hours or more, under which the clock tells nothing: those between a weekly's first four issues."""
MARGIN, YOUNG = 1.25, 20.0
"""How many times the longest pause one has to be at least: a paper may be a few hours late; and more where few are
known, by so many times their coefficient of variation over their number."""
SELDOM_COMES, LEFT_OUT = 72.0, 2.1
"""Hours of a longest pause from which on it is so many times: a weekly may leave out an issue."""
NO_TIMES = 0.6
"""Variation of the pauses of who publishes at no set times, of whom the clock tells nothing."""
SET = 1.6
"""-ln of the chance that nothing comes within three hours (.2) at a set time. Without one the clock tells nothing: who
publishes some five stories a workday has nights that are all alike, and now and then a weekend with none.
"""
ERRATIC = 1.5
"""How much more each variation beyond none asks for. Pauses by chance have one of 1."""
DOUBT = 2.0
"""Hours with something new, as good as seen and as expected, before a week tells that less comes lately."""
HABIT = 4.0
"""Weeks as good as those seen that an hour of the week is like that hour on all days, and that day at all hours."""
SURE = 0.97
"""The greatest chance that an hour brings something: what never failed in eight weeks may."""
_WEEK, _DAY = 168, 24


@dataclass(frozen=True, slots=True)
class Past:
    """When something came, hour by hour; hours are counted since 1970."""

    came: Sequence[int]
    """The hours in which something did, in order; those of the last HISTORY."""
    watched: Collection[int]
    """The days, since 1970, on which listings could be read, without those that do not count: holidays, alarms."""
    looked: Sequence[int] = ()
    """The hours with a look that did not fail, in order; none: all."""
    cut: Sequence[tuple[int, int]] = ()
    """Pauses that were alarms: (the hour they began in, the hour at which they were noticed)."""
    away: Sequence[tuple[int, int]] = ()
    """From which hour to which it could not be reached."""

    def silent(self, until: int) -> list[int]:
        """The hours that count, since the last in which something came."""
        hours = range(self.came[-1] + 1, until)
        return [
            hour
            for hour in hours
            if hour // _DAY in self.watched and not any(begin <= hour <= end for begin, end in self.away)
        ]

    def without(self, hours: Collection[int]) -> Past:
        """Without hours that do not count."""
        return replace(self, away=[*self.away, *((hour, hour) for hour in hours)])


@dataclass(frozen=True, slots=True)
class Habit:
    """What a source's pauses are like."""

    chances: tuple[float, ...]
    """By hour of the week, Monday 0:00 first: -ln of the chance that nothing comes."""
    most: float
    """The longest pause that is still to be expected, in the measure of ``chances``."""
    most_hours: float
    """The same by the clock, in hours; infinite if that tells nothing."""
    times: tuple[bool, ...]
    """By hour of the week: whether something nearly always comes at about that time."""
    longest_hours: int
    """The longest there was, of hours that were watched."""
    active: float
    """Share of the watched hours in which something came."""


def hour_of(at: datetime) -> int:
    """Hours since 1970."""
    return int(at.timestamp() // 3600)


def habit(past: Past) -> Habit | None:
    """None where too little was seen to have any."""
    if len(past.came) < FEWEST_HOURS:
        return None
    end = past.came[-1]
    known = [day for day in past.watched if day <= end // _DAY]
    watched = {day for day in known if day >= past.came[0] // _DAY}
    came = [hour for hour in past.came if hour // _DAY in watched]
    if len(known) < FEWEST_DAYS or len(watched) < ALIVE or not came:
        return None
    seen, active = [0] * _WEEK, [0] * _WEEK
    for day in watched:
        begin = _cell(day * _DAY)
        for cell in range(begin, begin + min(_DAY, end - day * _DAY + 1)):
            seen[cell] += 1
    for hour in came:
        active[_cell(hour)] += 1
    for hour in _unknown(past):
        if hour // _DAY in watched:
            seen[_cell(hour)] -= 1
    chances, share = _chances(seen, active)
    pauses, hours = _pauses(past, watched, chances)
    months = len(watched) / 30
    least = math.log(max(1.0, len(came) / months) / AT_RANDOM)
    long = [float(each) for each in hours if each >= SET_TIMES]
    most = max(least, _tail(pauses, hours, months))
    return Habit(tuple(chances), most, _by_clock(long), _times(chances, long), max(hours, default=0), share)


def _unknown(past: Past) -> list[int]:
    """The hours of which nobody knows whether something came in them: long ones between two looks."""
    came = set(past.came)
    return [
        hour
        for before, after in pairwise(past.looked)
        if after - before > APART and after in came
        for hour in range(before + 1, after)
    ]


def _pauses(past: Past, watched: Collection[int], chances: list[float]) -> tuple[list[float], list[int]]:
    """How long each pause was, in the measure of ``chances`` and in hours, those that were not watched left out."""
    first = min(watched)
    by_week: list[float] = []
    by_clock: list[int] = []
    for day in range(first, past.came[-1] // _DAY + 1):
        begin = _cell(day * _DAY)
        by_week += chances[begin : begin + _DAY] if day in watched else [0.0] * _DAY
        by_clock += [int(day in watched)] * _DAY
    marks, hours = [0.0, *accumulate(by_week)], [0, *accumulate(by_clock)]
    noticed = dict(past.cut)
    spans = []
    for before, after in pairwise(past.came):
        if after - before > 1 and before >= first * _DAY:
            # What came may have been there since the last look that found nothing, as while nobody looked.
            last = past.looked[bisect_left(past.looked, after) - 1] if past.looked else after - 1
            until = min(last + 1, noticed.get(before, after))
            if until > before + 1:
                spans.append((before + 1 - first * _DAY, until - first * _DAY))
    return [marks[end] - marks[begin] for begin, end in spans], [hours[end] - hours[begin] for begin, end in spans]


def find(usual: Habit, past: Past, looked_at: datetime, listings: int) -> Finding | None:
    """Whether the pause since the last that came is too long by the time of the last look that could be read."""
    silent = past.silent(hour_of(looked_at))
    missed = _lately(usual, past) * sum(usual.chances[_cell(hour)] for hour in silent)
    if not _is_too_long(usual, missed, len(silent), any(usual.times[_cell(hour)] for hour in silent)):
        return None
    began = datetime.fromtimestamp(past.came[-1] * 3600, UTC)
    usually = sum(1 - math.exp(-usual.chances[_cell(hour)]) for hour in silent)
    what = "its listing" if listings == 1 else f"its {listings} listings"
    sentence = (
        f"Nothing new has come since {began:%H}:00 UTC on {began.day} {began:%B}, though {what} could be read, last at"
        f" {looked_at:%H:%M} UTC on {looked_at.day} {looked_at:%B}: {many(len(silent), 'hour')}, and in {usually:.0f}"
        " of these hours of the week it usually has something new. Its longest pause in eight weeks was of"
        f" {many(usual.longest_hours, 'hour')}. Holidays are not counted."
    )
    evidence = {
        "last_new": f"{began:%Y-%m-%dT%H}:00:00Z",
        "silent_hours": len(silent),
        "of_which_usually_with_something_new": round(usually, 1),
        "longest_pause_hours": usual.longest_hours,
        "too_long_hours": None if math.isinf(usual.most_hours) else round(usual.most_hours, 1),
        "surprise": round(missed, 2),
        "too_surprising": round(usual.most, 2),
        "share_of_hours_with_something_new": round(usual.active, 3),
        "days_watched": len(past.watched),
    }
    return Finding(Kind.SILENCE, began, sentence, evidence)


def not_before(usual: Habit, past: Past, looked_at: datetime, ahead: int) -> int:
    """The hour up to which a look finds no silence if nothing comes, at most so many ``ahead``."""
    now = hour_of(looked_at)
    silent = past.silent(now)
    lately = _lately(usual, past)
    missed, length = lately * sum(usual.chances[_cell(hour)] for hour in silent), len(silent)
    timed = any(usual.times[_cell(hour)] for hour in silent)
    for hour in range(now, now + ahead):
        missed, length = missed + lately * usual.chances[_cell(hour)], length + 1
        timed = timed or usual.times[_cell(hour)]
        if _is_too_long(usual, missed, length, timed):
            return hour + 1
    return now + ahead


def _is_too_long(usual: Habit, missed: float, hours: int, timed: bool) -> bool:
    """``timed``: whether one of the hours is one of its set times."""
    surprising = missed > usual.most and hours >= min(AT_MOST, OF_LONGEST * usual.longest_hours)
    return hours >= SHORTEST and (surprising or (timed and hours > usual.most_hours))


def _times(chances: list[float], pauses: list[float]) -> tuple[bool, ...]:
    """All hours of who comes seldom: of a weekly's time eight weeks tell too little."""
    if max(pauses, default=0.0) >= SELDOM_COMES:
        return (True,) * _WEEK
    return tuple([sum([chances[(cell + by) % _WEEK] for by in (-1, 0, 1)]) >= SET for cell in range(_WEEK)])


def _lately(usual: Habit, past: Past) -> float:
    """How much of the usual came in the week before the pause, at most 1: there are slumps, and seasons."""
    end = past.came[-1]
    hours = [hour for hour in range(end - _WEEK + 1, end + 1) if hour // _DAY in past.watched]
    expected = sum(1 - math.exp(-usual.chances[_cell(hour)]) for hour in hours)
    came = len(set(past.came[-_WEEK:]).intersection(hours))
    return min(1.0, (came + DOUBT) / (expected + DOUBT))


def _chances(seen: list[int], active: list[int]) -> tuple[list[float], float]:
    """-ln of the chance of nothing for each hour of the week, and the share of all hours that brought something."""
    share = (sum(active) + 0.5) / (sum(seen) + 1)
    by_hour = [_like(sum(active[hour::_DAY]), sum(seen[hour::_DAY]), share) for hour in range(_DAY)]
    by_day = [_like(sum(active[day : day + _DAY]), sum(seen[day : day + _DAY]), share) for day in range(0, _WEEK, _DAY)]
    found = []
    for cell in range(_WEEK):
        prior = min(SURE, share * by_hour[cell % _DAY] * by_day[cell // _DAY])
        chance = (active[cell] + HABIT * prior) / (seen[cell] + HABIT)
        found.append(-math.log(1 - min(chance, SURE)))
    return found, share


def _like(active: int, seen: int, share: float) -> float:
    """How many times as often as ``share``."""
    return (active + HABIT * share) / ((seen + HABIT) * share)


def _tail(pauses: list[float], hours: list[int], months: float) -> float:
    """How long a pause is, in the measure of the chances, that comes by chance SELDOM times a month."""
    if len(pauses) < TOO_FEW:
        return AT_LEAST * max(pauses, default=0.0)
    ordered = sorted(pauses)
    longer = len(pauses) // 2
    median = ordered[-longer - 1]
    beyond = [pause - median for pause in ordered[-longer:]]
    tail = median + sum(beyond) / longer * max(0.0, math.log(longer / months / SELDOM))
    overnight = max(1, sum([each >= LONG for each in hours]) // 2)
    little_known = FEW / overnight if max(hours) > OVERNIGHT else 0.0
    return tail * (1 + HEAVY * max(0.0, _variation(beyond) - EXPONENTIAL) + little_known)


def _by_clock(pauses: list[float]) -> float:
    """The same in hours for who publishes at set times; infinite for others, and where too little is known."""
    if len(pauses) < CLOCKED or (vary := _variation(pauses)) > NO_TIMES:
        return math.inf
    least = LEFT_OUT * max(pauses) if max(pauses) >= SELDOM_COMES else 0.0
    return max(least, max(pauses) * (MARGIN + ERRATIC * vary + YOUNG * vary / len(pauses)))


def _variation(pauses: list[float]) -> float:
    """Their coefficient of variation: 0 if all are alike, 1 by chance alone."""
    middle = sum(pauses) / len(pauses)
    spread = sum((pause - middle) ** 2 for pause in pauses) / max(1, len(pauses) - 1)
    return math.sqrt(spread) / middle if middle else 0.0


def _cell(hour: int) -> int:
    """The hour of the week of an hour since 1970, which began on a Thursday."""
    return (hour + 3 * _DAY) % _WEEK
