"""Flood: many times as many articles in a day as a source ever had, as when a site offers its old archive as new.

A day is one of the calendar, or the last 24 hours: a flood over midnight would be half as great on either day, and make
the second look usual beside the first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def find(today: Day, before: Sequence[Day], first: date, gap: int, *, earlier: int = 0) -> Finding | None:
    """Whether what came ``today`` is too much.

    ``before``: the latest first, days on which something came; ``first``: when the source was first watched; ``gap``:
    days just before without any look, whose articles may have come today. ``earlier``: what came on the day before and
    less than 24 hours ago; that day is then none of those before.
    """
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
    began = today.day - timedelta(days=1) if earlier else today.day
    when = f"in 24 hours from {began.day} {began:%B} on" if earlier else f"on {began.day} {began:%B}"
    sentence = (
        f"{many(new, 'new article')} came {when}, on its busiest of the"
        f" {len(usual)} days before {max(usual):,}: it may offer old articles as new, or pages that are no articles."
    )
    evidence = {
        "new": new,
        "usual_a_day": round(mean, 1),
        "busiest_day": max(usual),
        "too_many": round(too_many),
        "days": len(usual),
    }
    return Finding(Kind.FLOOD, datetime.combine(began, time(), UTC), sentence, evidence)


def ended(alarm: Alarm, today: Day | None, yesterday: Day | None, now: datetime) -> Ending | None:
    """How a flood ended, if it did: when a whole day and the next so far brought less than half of too much."""
    if now - alarm.noticed > USUAL:
        return Ending.USUAL
    if alarm.began.date() >= now.date() - timedelta(days=1):
        return None
    most = PAST * float(alarm.evidence["too_many"])
    return Ending.OVER if all((day.new if day else 0) < most for day in (today, yesterday)) else None
