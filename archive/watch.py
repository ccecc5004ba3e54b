"""Watch: looks over all sources' days and listings, and says which alarms begin and which end. It only reads."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from archive import days, pauses, register
from archive.alarms import blocked, drift, flood, silence, stale
from archive.alarms.day import Day
from archive.alarms.finding import Alarm, Ending, Kind
from archive.register import Begun, Over
from archive.times import iso, when

CLOSELY = 1_500
"""Sources whose history is read at one look, 0.4 ms each; with more than have news or fall silent in an hour the rest
waits for the next."""
OTHERS = 20
"""As many histories as it costs to ask whether others are silent, too: on a holiday thousands may be."""
AHEAD = 24
"""Hours for which a source that is not silent by now is known not to be."""
OURSELVES = 4
"""Sources that cannot be reached all at once, and more than half of all: it is this machine that is cut off."""
SOON = timedelta(days=4)
"""The length of a drift whose days are as good as others, for comparing with later ones."""
OURS = 0.2
"""Share of its days after days without a look, over which that is how the source is looked at."""
_BACK = timedelta(days=400)
_BEFORE = timedelta(hours=6)  # with pauses that grow, few are looked at in an hour

_LISTINGS = """
SELECT source, count(*) AS listings, max(fetched_at) AS looked_at,
    max(fetched_at) FILTER (WHERE failures = 0) AS read_at, min(failures) AS failures
FROM feeds WHERE due_at IS NOT NULL GROUP BY source
"""
_LOOKED = """
SELECT count(*) FILTER (WHERE outcome = 'failed'), count(*) FROM (SELECT outcome, max(id) FROM
    (SELECT id, source, outcome FROM fetches WHERE at BETWEEN ? AND ? AND kind = 'listing' ORDER BY at DESC LIMIT 2000)
GROUP BY source)
"""
_ENDED = """
SELECT source, kind, began, noticed, ended, outcome FROM alarms WHERE ended > ?
"""


@dataclass(frozen=True, slots=True)
class _Ended:
    """An alarm of the past, for it tells which days do not count."""

    kind: str
    began: datetime
    noticed: datetime
    ended: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class _Now:
    """What is known of all sources at one look."""

    at: datetime
    sources: dict[str, sqlite3.Row]
    listings: dict[str, sqlite3.Row]
    recent: dict[str, list[Day]]
    """Of today and yesterday."""
    alarms: dict[str, dict[Kind, Alarm]]
    ended: dict[str, list[_Ended]]
    busiest: dict[str, int]
    """New articles on each source's busiest day of four weeks, the last two left out: it spares reading most days."""
    _cut_off: dict[str, bool] = field(default_factory=dict)

    def cut_off(self, db: sqlite3.Connection, at: str) -> bool:
        """Whether in the hours up to a look so many sources' last ones failed that it was this machine's network."""
        minutes = at[:15]  # ten of them
        if minutes not in self._cut_off:
            failed, looked = db.execute(_LOOKED, [iso(when(at) - _BEFORE), f"{minutes}9:59Z"]).fetchone()
            self._cut_off[minutes] = failed >= OURSELVES and failed > looked / 2
        return self._cut_off[minutes]


@dataclass(slots=True)
class Watch:
    """What one process remembers from look to look, so that sources with no news are not read again."""

    _silent: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Source -> the last hour in which something came, and the hour before which that is no silence."""
    _counted: dict[str, tuple[date, int]] = field(default_factory=dict)
    """Source -> the day up to which it was looked at for drift, and how much had come on it."""
    _busiest: tuple[date, dict[str, int]] = (date.min, {})
    """Of which day, and its ``busiest``."""
    _after: str = ""
    """The source after which the next look goes on reading closely."""
    _left: int = CLOSELY

    def look(self, db: sqlite3.Connection, at: datetime) -> list[Begun | Over]:
        """What began and what ended by now; from a connection of archive.database.reading.

        With 10,000 sources it takes 1 s, and 3 s at the first look and in an hour in which all have news.
        """
        if self._busiest[0] != at.date():
            self._busiest = (at.date(), days.busiest(db, at.date() - timedelta(days=2), flood.LOOKED_BACK))
        now = _now(db, at, self._busiest[1])
        self._left = CLOSELY
        changes: list[Begun | Over] = []
        names = sorted(now.sources)
        start = next((place for place, name in enumerate(names) if name >= self._after), 0)
        self._after = ""
        for name in names[start:] + names[:start]:
            changes += self._source(db, now, name)
        for name, alarms in now.alarms.items():
            if name not in now.sources:
                changes += [Over(alarm.id, Ending.UNWATCHED) for alarm in alarms.values()]
        for memory in (self._silent, self._counted):
            for name in memory.keys() - now.sources.keys():
                del memory[name]
        return changes

    def _source(self, db: sqlite3.Connection, now: _Now, name: str) -> Iterator[Begun | Over]:
        alarms = now.alarms.get(name, {})
        shut = _blocked(db, now, name, alarms)
        if shut:
            yield shut
        walled = shut is not None or Kind.BLOCKED in alarms
        lost = _stale(db, now, name, alarms, walled=walled)
        if lost:
            yield lost
        out = walled or lost is not None or Kind.STALE in alarms  # what is over in this moment has had no time to tell
        for found in (self._silence(db, now, name, alarms, out=out), _flood(db, now, name, alarms)):
            if found:
                yield found
        if found := self._drift(db, now, name, alarms):
            yield found

    def _spend(self, name: str, histories: int = 1) -> bool:
        """Whether so many sources' histories more may be read at this look."""
        if self._left <= 0:
            self._after = self._after or name
            return False
        self._left -= histories
        return True

    def _silence(
        self, db: sqlite3.Connection, now: _Now, name: str, alarms: dict[Kind, Alarm], *, out: bool
    ) -> Begun | Over | None:
        alarm, listing = alarms.get(Kind.SILENCE), now.listings.get(name)
        came = max((_hour(day, hour) for day in now.recent.get(name, ()) for hour in days.by_hour(day)), default=None)
        if alarm:
            return Over(alarm.id, Ending.OVER) if came and came > silence.hour_of(alarm.began) else None
        if out or listing is None or not listing["read_at"]:
            return None
        read_at = when(listing["read_at"])
        before, until = self._silent.get(name, (0, 0))
        if read_at > now.at or ((came is None or came == before) and silence.hour_of(read_at) < until):
            return None
        if (came and silence.hour_of(read_at) - came < 2) or not self._spend(name):
            return None
        cut = [(it.began, it.noticed) for it in now.ended[name] if it.kind == Kind.SILENCE]
        away = [(it.began, it.ended) for it in now.ended[name] if it.kind in {Kind.STALE, Kind.BLOCKED}]
        past = pauses.past(db, name, read_at, cut, away)
        usual = silence.habit(past)
        last = past.came[-1] if past.came else 0
        if usual is None:
            self._silent[name] = last, silence.hour_of(read_at) + AHEAD
            return None
        found = silence.find(usual, past, read_at, listing["listings"])
        if found is None:
            self._silent[name] = last, silence.not_before(usual, past, read_at, AHEAD)
        elif _gives_links(db, name, read_at) or not self._spend(name, OTHERS):
            return None
        elif holidays := pauses.quiet(db, now.sources, name, last, read_at):
            found = silence.find(usual, past.without(holidays), read_at, listing["listings"])
            self._silent[name] = last, silence.hour_of(read_at) + pauses.HOURS // 2  # when to ask the others again
        return Begun(name, found) if found else None

    def _drift(self, db: sqlite3.Connection, now: _Now, name: str, alarms: dict[Kind, Alarm]) -> Begun | Over | None:
        recent = next((day for day in now.recent.get(name, ()) if day.new or day.unread), None)
        alarm = alarms.get(Kind.DRIFT)
        count = (recent.day, recent.new + recent.unread) if recent else None
        if alarm is None and (count is None or self._counted.get(name) == count):
            return None
        if not self._spend(name):
            return None
        compared = drift.DAYS + max(drift.WINDOWS)
        history = days.read(db, name, now.at.date(), compared + 2 * drift.DAYS)
        if count:
            self._counted[name] = count
        if alarm:
            how = drift.ended(alarm, history, now.at)
            return Over(alarm.id, how) if how else None
        past = [each for each in now.ended[name] if each.kind == Kind.DRIFT]
        begins = max((e.began.date() for e in past if e.outcome == Ending.USUAL), default=date.min)
        over = [each for each in past if each.outcome == Ending.OVER]
        mended = _mended(over)
        # The day on which it ended has articles of both kinds. What was over soon may come again, as weekends do.
        out = [(each.began.date(), each.ended.date()) for each in over if each.ended - each.noticed > SOON]
        kept = [
            day for day in history if day.day >= begins and not any(since <= day.day <= until for since, until in out)
        ]
        found = drift.find(kept[:compared], now.at, mended)
        mixed = days.after_gaps(db, name, kept[-1].day) if found else set()  # a weekend's articles came on a Monday
        if mixed and len(mixed) <= OURS * len(kept):
            found = drift.find([day for day in kept if day.day not in mixed][:compared], now.at, mended)
        return Begun(name, found) if found else None


def _now(db: sqlite3.Connection, at: datetime, busiest: dict[str, int]) -> _Now:
    sources = {row["name"]: row for row in db.execute("SELECT name, country, language FROM sources WHERE configured")}
    listings = {row["source"]: row for row in db.execute(_LISTINGS) if row["source"] in sources}
    alarms = register.open_alarms(db)
    ended: dict[str, list[_Ended]] = defaultdict(list)
    for row in db.execute(_ENDED, [iso(at - _BACK)]):
        began, noticed, over = map(when, (row["began"], row["noticed"], row["ended"]))
        ended[row["source"]].append(_Ended(row["kind"], began, noticed, over, row["outcome"]))
    return _Now(
        at,
        sources,
        listings,
        days.since(db, at.date() - timedelta(days=1), at.date()),
        alarms,
        ended,
        busiest,
    )


def _mended(ended: Sequence[_Ended]) -> date:
    """The day on which the last of these alarms was over."""
    return max((it.ended.date() for it in ended), default=date.min)


def _hour(day: Day, hour: int) -> int:
    return (day.day - date(1970, 1, 1)).days * 24 + hour


def _gives_links(db: sqlite3.Connection, name: str, now: datetime) -> bool:
    """Whether listings gave links in the last day that we did not get to: it is not the source that is silent."""
    waiting = "SELECT 1 FROM links WHERE source = ? AND state = 'waiting' AND first_seen > ? LIMIT 1"
    return db.execute(waiting, [name, iso(now - timedelta(days=1))]).fetchone() is not None


def _blocked(db: sqlite3.Connection, now: _Now, name: str, alarms: dict[Kind, Alarm]) -> Begun | Over | None:
    recent, listing = now.recent.get(name, []), now.listings.get(name)
    if alarm := alarms.get(Kind.BLOCKED):
        today = next((day for day in recent if day.day == now.at.date()), None)
        how = blocked.ended(alarm, today, listing["failures"] if listing else 0)
        return Over(alarm.id, how) if how else None
    found = None
    if any(day.looks_blocked for day in recent) and listing and listing["failures"] >= blocked.LOOKS:
        found = blocked.of_listings(_listings(db, name), recent, now.at)
    if not found and sum(day.blocked for day in recent) >= blocked.FEWEST:
        mended = _mended([it for it in now.ended[name] if it.kind == Kind.BLOCKED])
        found = blocked.of_pages(recent, days.before(db, name, recent[-1].day, drift.DAYS), mended)
    return Begun(name, found) if found else None


def _stale(
    db: sqlite3.Connection, now: _Now, name: str, alarms: dict[Kind, Alarm], *, walled: bool
) -> Begun | Over | None:
    alarm, listing = alarms.get(Kind.STALE), now.listings.get(name)
    if alarm:
        return Over(alarm.id, Ending.OVER) if listing is None or listing["failures"] == 0 else None
    if walled or listing is None or listing["failures"] < stale.FEWEST or now.cut_off(db, listing["looked_at"]):
        return None
    found = stale.find(_listings(db, name), now.at)
    return Begun(name, found) if found else None


def _listings(db: sqlite3.Connection, name: str) -> list[stale.Listing]:
    rows = db.execute(
        "SELECT url, fetched_at, failures, failing_since, problem FROM feeds WHERE source = ? AND due_at IS NOT NULL",
        [name],
    )
    return [stale.Listing(url, _when(at), failures, _when(since), said) for url, at, failures, since, said in rows]


def _flood(db: sqlite3.Connection, now: _Now, name: str, alarms: dict[Kind, Alarm]) -> Begun | Over | None:
    recent: Sequence[Day] = now.recent.get(name, ())
    today = next((day for day in recent if day.day == now.at.date()), None)
    yesterday = next((day for day in recent if day.day != now.at.date()), None)
    if alarm := alarms.get(Kind.FLOOD):
        how = flood.ended(alarm, today, yesterday, now.at)
        return Over(alarm.id, how) if how else None
    least = max(flood.FEWEST, flood.TIMES * now.busiest.get(name, 0))
    if sum(day.new for day in recent) < least:
        return None
    for day in recent:  # yesterday's last hour, too, was not looked at before midnight
        if day.new >= least:
            before = days.read(db, name, day.day - timedelta(days=1), flood.LOOKED_BACK)
            if found := flood.find(day, days.by_hour(day), before, *days.watched(db, name, day.day)):
                return Begun(name, found)
    if today and yesterday:
        hour = now.at.astimezone(UTC).hour
        hours = {late - 24: some for late, some in days.by_hour(yesterday).items() if late > hour}
        before = days.read(db, name, yesterday.day - timedelta(days=1), flood.LOOKED_BACK)
        first, gap = days.watched(db, name, yesterday.day)
        if found := flood.find(today, hours | days.by_hour(today), before, first, gap):
            return Begun(name, found)
    return None


def _when(text: str | None) -> datetime | None:
    return when(text) if text else None
