"""Flood: many times as many articles in a day as a source ever had, as when a site offers its old archive as new.

A day is one of the calendar, or the last 24 hours: a flood over midnight would be half as great on either day, and make
the second look usual beside the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from archive.alarms.day import Day
from archive.alarms.finding import Alarm, Ending, Finding, Kind, many

FEWEST_DAYS = timedelta(days=14)
"""Watched, before which nothing is too much."""
LOOKED_BACK, FEWEST_NEW = 28, 4
"""Days with something new, at most and at least: a weekly's first four issues."""
FEWEST = 40
"""Articles under which a day is no flood, whatever came before: a special issue has as many."""
TIMES, MORE, MOST = 3.5, 2.0, 6.0
"""How many times the busiest day: for a source whose days are alike, for each coefficient of variation between its
days, and at most."""
FEW = 3.0
"""And by this over the number of the days more, as of few the busiest is not yet known."""
ROLLING = 1.4
"""As many times that for the last 24 hours: of all that there were, the busiest had more than the busiest day."""
PAST = 0.5
"""Of what was too much: under it the flood is over."""
USUAL = timedelta(days=7)
"""After which it is what is usual."""


def find(today: Day, hours: Mapping[int, float], before: Sequence[Day], first: date, gap: int) -> Finding | None:
    """Whether what came ``today`` is too much.

    ``hours``: hour of the day, UTC → how many came in it, in their order; with those of the day before that are less
    than 24 hours ago, as negative ones, that day is none of those before. ``before``: the latest first, days on which
    something came; ``first``: when the source was first watched; ``gap``: days just before without any look, whose
    articles may have come today.
    """
    earlier = round(sum(some for hour, some in hours.items() if hour < 0))
    new = today.new + earlier
    if new < FEWEST or today.day - first < FEWEST_DAYS:
        return None
    usual = [day.new for day in before[:LOOKED_BACK] if day.new]
    if len(usual) < FEWEST_NEW:
        return None
    mean = sum(usual) / len(usual)
    spread = math.sqrt(sum((each - mean) ** 2 for each in usual) / (len(usual) - 1)) / mean
    times = min(MOST, TIMES + MORE * spread) * (1 + FEW / len(usual)) * (ROLLING if earlier else 1)
    too_many = max(FEWEST, (1 + gap) * max(usual) * times)
    if new <= too_many:
        return None
    began = _began(today.day, hours, max(usual))
    when = "in 24 hours" if earlier else f"on {today.day.day} {today.day:%B}"
    since = f"{began:%H:%M} UTC on {began.day} {began:%B}"
    sentence = (
        f"{many(new, 'new article')} came {when}; on its busiest of the {len(usual)} days before {max(usual):,} did,"
        f" and more than that from {since} on: it may offer old articles as new, or pages that are no articles."
    )
    evidence = {
        "new": new,
        "usual_a_day": round(mean, 1),
        "busiest_day": max(usual),
        "too_many": round(too_many),
        "days": len(usual),
    }
    return Finding(Kind.FLOOD, began, sentence, evidence)


def _began(day: date, hours: Mapping[int, float], usual: int) -> datetime:
    """The hour in which more had come than on the busiest day."""
    midnight, so_far = datetime.combine(day, time(), UTC), 0.0
    for hour, some in hours.items():
        so_far += some
        if so_far > usual:
            return midnight + timedelta(hours=hour)
    return midnight


def ended(alarm: Alarm, today: Day | None, yesterday: Day | None, now: datetime) -> Ending | None:
    """How a flood ended, if it did: when a whole day and the next so far brought less than half of too much."""
    if now - alarm.noticed > USUAL:
        return Ending.USUAL
    if alarm.began.date() >= now.date() - timedelta(days=1):
        return None
    most = PAST * float(alarm.evidence["too_many"])
    return Ending.OVER if all((day.new if day else 0) < most for day in (today, yesterday)) else None
