"""Rhythm: when a listing gave new links, in counts that fade, and when it is likely enough to have more. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler import numbers

# Tried on seeds and families of publishers that the figures of tests/bench/schedule.py do not come from. Half or
# twice of the next five, or of DOUBT, moved neither the median nor the 95th percentile by a tenth.
MEMORY = 21 * 24.0
"""Hours in which what was seen fades to a third, for the publisher's usual rate and hours."""
DAYS, SHARE_OF_DAYS = 48.0, 0.30
"""The same for what went on in the last days, and how much of the expectation comes from it."""
HOURS, SHARE_OF_HOURS = 3.0, 0.15
"""And for the last hours: one article often brings others."""
DOUBT = 12.0
"""Links that are as good as spread evenly over hours and weekdays, before those that were seen count."""
GUESS = (2.0, 6.0)
"""Links, and hours in which they came, that are taken for seen before anything was."""
HASTE = 0.73
"""The pause shrinks with the rate to this power. At 2/3 the median was above Miniflux's for one seed in three; from 3/4
on the 95th percentile comes near a fixed interval's. (At 1/2 the mean would be least.)"""
SILENCE, GIVING_UP = 8 * 24.0, 4 * 24.0
"""Hours without a new link, longer than any week's gap, after which what is usual counts for less; and hours in which
it then falls to a third. It is not forgotten: when there is something new, it counts again."""

BACK = 28 * 24.0
"""Hours that a first look, or one after a long absence, reaches back by the dates of what it finds."""
SLACK = 36.0
"""Hours by which a date may lie before the last look: a day without a time, in a zone behind UTC."""
MOST = 200
"""New links of one look that count, so that a site that invents addresses is not looked at all the time for weeks."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERSION = "1"
_NUMBERS = 6 + 24 + 7
_QUARTER = 0.25
_FADING = math.exp(-_QUARTER / HOURS)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was seen of one listing. The counts fade as time goes by."""

    at: float = 0.0
    """The last look, in seconds since 1970; 0 where there was none."""
    new_at: float = 0.0
    """When the newest link came, likewise; where none did, when the watch began."""
    watched: float = GUESS[1]
    """Hours."""
    count: float = GUESS[0]
    """New links in them."""
    lately: float = 0.0
    """New links, faded within days."""
    just_now: float = 0.0
    """New links, faded within hours."""
    hours: tuple[float, ...] = (0.0,) * 24
    """New links by the hour of the day in UTC."""
    days: tuple[float, ...] = (0.0,) * 7
    """New links by weekday, Monday first."""

    @classmethod
    def parse(cls, text: str) -> Rhythm:
        """What ``text`` wrote. Anything else is a rhythm of which nothing was seen."""
        read = numbers.parse(text, _VERSION, _NUMBERS)
        if not read or not all(0 <= number < 1e12 for number in read):
            return cls()
        at, new_at, watched, count, lately, just_now, *rest = read
        return (
            cls(at, new_at, watched, count, lately, just_now, tuple(rest[:24]), tuple(rest[24:])) if watched else cls()
        )

    def text(self) -> str:
        """Some 300 characters for the archive: a version and the numbers."""
        rest = (self.watched, self.count, self.lately, self.just_now, *self.hours, *self.days)
        return f"{_VERSION} {self.at:.0f} {self.new_at:.0f} " + " ".join([f"{number:.6g}" for number in rest])

    def observed(self, new: Sequence[datetime | None], looked_at: datetime) -> Rhythm:
        """With one more look, which found links never seen before, by when they were published (None: undated).

        The first look is told of everything in the listing, and learns from what is dated in the last four weeks.
        Later, a date in the future or shortly before the last look says no more than that the link came since;
        links dated long before are an archive that was opened, and do not count.
        """
        now = max(0.0, (looked_at - _EPOCH).total_seconds() / 3600)
        dates = [(at - _EPOCH).total_seconds() / 3600 if at else math.inf for at in new]
        if self.at:
            last = max(min(self.at / 3600, now), now - BACK)
            middle = (last + now) / 2
            came = sorted(at if last <= at <= now else middle for at in dates if at >= last - SLACK)
            newest = came[-1] if came else min(self.new_at / 3600, now)
        else:
            came = sorted(at for at in dates if now - BACK <= at <= now)
            last = came[0] if came else now - BACK if any(at < now for at in dates) else now
            newest = came[-1] if came else last
        return self._after(came[-MOST:], last, newest, now)

    def _after(self, came: list[float], last: float, newest: float, now: float) -> Rhythm:
        fade = math.exp((last - now) / MEMORY)
        lately = self.lately * math.exp((last - now) / DAYS)
        just_now = self.just_now * math.exp((last - now) / HOURS)
        count = self.count * fade
        hours = [number * fade for number in self.hours]
        days = [number * fade for number in self.days]
        for at in came:
            weight = math.exp((at - now) / MEMORY)
            count += weight
            hours[int(at) % 24] += weight
            days[_weekday(at)] += weight
            lately += math.exp((at - now) / DAYS)
            just_now += math.exp((at - now) / HOURS)
        watched = self.watched * fade + MEMORY * (1 - fade)
        return Rhythm(now * 3600, newest * 3600, watched, count, lately, just_now, tuple(hours), tuple(days))

    def pause(self, now: datetime, fastest: timedelta, slowest: timedelta) -> timedelta:
        """From ``now`` to the next look, from ``fastest`` to ``slowest``.

        At an even rate it is fastest^0.27 · gap^0.73, where gap is the time in which one new link is expected: with
        five minutes, 11 for one of 15, 31 for one of an hour, 5 h 12 for one of a day. As the rate goes up and down
        with the hours, each moment adds its share, so that a quiet night is slept through.
        """
        begin = max(0.0, (now - _EPOCH).total_seconds() / 3600)
        least, most = fastest.total_seconds() / 3600, slowest.total_seconds() / 3600
        shares = [(number + DOUBT / 24) * 24 for number in self.hours]
        total = sum(self.hours) + DOUBT
        weekdays = [(number + DOUBT / 7) * 7 / total**2 for number in self.days]
        usual = (1 - SHARE_OF_DAYS - SHARE_OF_HOURS) * self.count / self.watched + SHARE_OF_DAYS * self.lately / DAYS
        usual *= math.exp(min(0.0, SILENCE - (begin - self.new_at / 3600)) / GIVING_UP) if self.at else 1.0
        just_now = SHARE_OF_HOURS * self.just_now / HOURS * math.exp(min(0.0, self.at / 3600 - begin) / HOURS)
        reached = 0.0
        for quarter in range(int(begin / _QUARTER), int((begin + most) / _QUARTER) + 1):
            start = max(begin, quarter * _QUARTER)
            rate = usual * shares[quarter // 4 % 24] * weekdays[_weekday(start)] + just_now
            pull = (rate * least) ** HASTE / least
            step = (quarter + 1) * _QUARTER - start
            if reached + pull * step >= 1:
                hours = start + (1 - reached) / pull - begin
                return timedelta(hours=min(max(hours, least), most))
            reached += pull * step
            just_now *= _FADING
        return slowest


def _weekday(hour: float) -> int:
    """Of an hour since 1970, which began on a Thursday: 0 for a Monday."""
    return (int(hour) // 24 + 3) % 7
