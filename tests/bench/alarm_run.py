"""Run: a world of tests/bench/alarm_world.py hour by hour through the archive's tables and its watch.

What is looked at when is the crawler's own schedule, each outcome is counted as archive.outcomes counts it, and each
hour the watch reads the tables and notes its alarms there. Pages are not fetched, and their texts are not kept.
"""

from __future__ import annotations

import heapq
import math
import random
import sqlite3
import tempfile
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archive import days, register
from archive.database import connect
from archive.models import Article, Change, Failure, Stage, Verdict
from archive.tasks import Outcome, Site, Task, TaskKind
from archive.times import iso
from archive.watch import Watch
from config.models import Schedule
from crawler.rhythm import Rhythm
from crawler.schedule import next_look
from tests.bench.alarm_world import BEFORE, DAYS, START, Fault, Source, Span, World
from tests.bench.rhythms import DAY, WEEK

SCHEDULE = Schedule(fastest=timedelta(hours=1))
SITE = Site("site")
RULED, FOUND = Article("", "", evidence=(("body", "rule"),)), Article("", "", evidence=(("body", "score"),))
PAD = "x" * 60_000


@dataclass(frozen=True, slots=True)
class Noticed:
    """An alarm as it began."""

    source: str
    kind: str
    at: float
    """Hours since START."""
    sentence: str


@dataclass(slots=True)
class State:
    """One source as its listing is."""

    source: Source
    number: int
    due: float
    seen: int = 0
    rhythm: Rhythm = field(default_factory=Rhythm)
    failures: int = 0
    failing_since: datetime | None = None
    retries: list[tuple[float, int]] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """The archive, the world, and what was noticed."""

    world: World
    db: sqlite3.Connection
    chance: random.Random
    states: list[State] = field(default_factory=list)
    noticed: list[Noticed] = field(default_factory=list)

    def begin(self) -> None:
        for number, source in enumerate(self.world.sources, 1):
            self.db.execute(
                "INSERT INTO sources (name, country, language, configured, added) VALUES (?, ?, ?, 0, '')",
                [source.name, source.country, source.language],
            )
            self.db.execute(
                "INSERT INTO feeds (id, source, url, host) VALUES (?, ?, ?, '')", [number, source.name, source.name]
            )
            self.db.execute(
                "INSERT INTO articles (id, source, url, title, text, blocks, word_count, content_hash, first_seen,"
                " last_seen, extractor) VALUES (?, ?, ?, '', '', '', 0, '', '', '', '')",
                [number, source.name, source.name],
            )
            self.states.append(State(source, number, source.added + 0.618 * number % 1))

    def hour(self, watch: Watch, hour: float) -> None:
        """What happens up to the end of an hour, and what the watch says then."""
        for state in self.states:
            self._configure(state, hour)
            if not state.source.added <= hour < state.source.removed or within(hour, self.world.down):
                continue
            while state.due < hour + 1:
                self._look(state, max(state.due, hour))
            while state.retries and state.retries[0][0] < hour + 1:
                _, tries = heapq.heappop(state.retries)
                self._page(state, hour, tries)
        if within(hour, self.world.down):
            return
        now = at(hour + 1)
        changes = watch.look(self.db, now)
        register.note(self.db, changes, now)
        self.noticed += [
            Noticed(it.source, it.finding.kind.value, hour + 1, it.finding.sentence)
            for it in changes
            if isinstance(it, register.Begun)
        ]

    def _configure(self, state: State, hour: float) -> None:
        for moment, configured in ((state.source.added, 1), (state.source.removed, 0)):
            if hour <= moment < hour + 1:
                name = state.source.name
                self.db.execute("UPDATE sources SET configured = ? WHERE name = ?", [configured, name])
                self.db.execute("UPDATE feeds SET due_at = iif(?, '', NULL) WHERE source = ?", [configured, name])

    def _look(self, state: State, hour: float) -> None:
        source, now = state.source, at(hour)
        failure, first, upto = self._listing_failure(source, hour), state.seen, state.seen
        if failure:
            state.failures, state.failing_since = state.failures + 1, state.failing_since or now
        else:
            state.failures, state.failing_since = 0, None
            if not active(source, "silence", hour):
                upto = bisect_right(source.times, hour)
                first = max(state.seen, upto - (10_000 if _is_flooded(source, hour) else source.window))
            dates = [at(time) for time in source.times[first:upto]]
            state.rhythm = state.rhythm.observed(dates, now)
            state.seen = upto
        self._count(state, hour, TaskKind.LISTING, failure or (), Change.FAILED if failure else Change.UNCHANGED)
        self.db.execute(
            "INSERT INTO fetches (at, source, host, url, kind, outcome) VALUES (?, ?, '', '', 'listing', ?)",
            [iso(now), source.name, "failed" if failure else "listed"],
        )
        due = next_look(SCHEDULE, now, rhythm=state.rhythm, failures=state.failures, failing_since=state.failing_since)
        state.due = hour + (due - now).total_seconds() / 3600
        self.db.execute(
            "UPDATE feeds SET fetched_at = ?, failures = ?, failing_since = ?, problem = ? WHERE id = ?",
            [
                iso(now),
                state.failures,
                iso(state.failing_since) if state.failing_since else None,
                failure.detail if failure else "",
                state.number,
            ],
        )
        for index in range(first, upto):
            self._page(state, hour, 0, source.times[index])
        if not failure and self.chance.random() < 0.5:
            self._revisit(state, hour)

    def _listing_failure(self, source: Source, hour: float) -> Failure | None:
        reason = ""
        if within(hour, self.world.cut_off):
            reason = "unreachable"
        elif within(hour, source.outages):
            reason = "server-error"
        elif active(source, "stale", hour):
            reason = source.fault.what
        elif active(source, "blocked", hour, "all") or (
            within(hour, source.challenges) and self.chance.random() < 0.33
        ):
            reason = "blocked"
        if not reason:
            return None
        _touch(source, hour)
        return Failure("", Stage.FETCH, reason, f"It is {reason}.")

    def _revisit(self, state: State, hour: float) -> None:
        if self._refused(state.source, hour):
            self._count(state, hour, TaskKind.ARTICLE, Failure("", Stage.FETCH, "blocked"), Change.FAILED, known=True)
        else:
            self._count(state, hour, TaskKind.ARTICLE, None, Change.UNCHANGED, known=True)

    def _refused(self, source: Source, hour: float) -> bool:
        if active(source, "blocked", hour):
            _touch(source, hour)
            return True
        share = 0.33 if within(hour, source.challenges) else source.style.refused
        return self.chance.random() < share

    def _page(self, state: State, hour: float, tries: int, published: float | None = None) -> None:
        """One article page, asked for the first time or again."""
        source = state.source
        if self._refused(source, hour):
            self._count(state, hour, TaskKind.ARTICLE, Failure("", Stage.FETCH, "blocked"), Change.FAILED, tries=tries)
            if tries < 6:
                heapq.heappush(state.retries, (hour + min(24, 4**tries / 6), tries + 1))
            return
        style, chance = source.style, source.chance
        unread = 0.97 if active(source, "drift", hour, "no-article") else style.unread
        if chance.random() < unread:
            self._count(
                state,
                hour,
                TaskKind.ARTICLE,
                Failure("", Stage.EXTRACT, "not-an-article"),
                Change.FAILED,
                tries=tries,
            )
            return
        self._article(state, hour, hour if published is None else published)

    def _article(self, state: State, hour: float, published: float) -> None:
        source, style, chance = state.source, state.source.style, state.source.chance
        weekend = published % WEEK > 5 * DAY
        length = style.length + _mood(source, published) + chance.gauss(0, style.spread) + 0.2 * weekend
        if chance.random() < style.briefs:
            length = math.log(80) + chance.gauss(0, 0.3)
        if chance.random() < 0.03:
            length += 1.6  # a long read
        begins, share, longer = source.section
        if published > begins and chance.random() < share:
            length += longer
        signed = style.signed * (style.weekend_signed if weekend else 1)
        if active(source, "drift", hour, "bylines"):
            signed *= 0.03
        if active(source, "drift", hour, "teaser"):
            length = chance.gauss(math.log(55), 0.3)
        words = max(5, int(math.exp(length)))
        part = style.boilerplate * (2 if active(source, "drift", hour, "boilerplate") else 1)
        odds = math.log(part / (1 - part)) + chance.gauss(0, 0.45)
        kept = 6 * words
        dropped = int(min(50_000, kept * math.exp(odds)))
        ruled = chance.random() < style.by_rule and not active(source, "drift", hour, "rule")
        self.db.execute(
            "UPDATE articles SET word_count = ?, byline = ?, published = '2026', published_how = ?, language = ?,"
            " text = ?, dropped = ? WHERE id = ?",
            [
                words,
                "Ada Quill" if chance.random() < signed else "",
                "json-ld" if chance.random() < style.dated else "feed",
                "de" if chance.random() < style.foreign else "en",
                PAD[:kept],
                PAD[: dropped + 2],
                state.number,
            ],
        )
        self._count(state, hour, TaskKind.ARTICLE, RULED if ruled else FOUND, Change.NEW)

    def _count(
        self,
        state: State,
        hour: float,
        kind: TaskKind,
        result: object,
        change: Change,
        *,
        tries: int = 0,
        known: bool = False,
    ) -> None:
        task = Task(state.number, kind, "", state.source.name, tries=tries, article_id=state.number if known else None)
        outcome = Outcome(task, SITE, result)
        days.count(self.db, outcome, Verdict(change, "", state.number, 1), at(hour))


def run(world: World, seed: int, end: float = DAYS * DAY) -> list[Noticed]:
    """What was noticed, and when."""
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder, "archive.db"))
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA foreign_keys = OFF")
        # One row stands for all articles of a source, a million times over: neither searched nor sorted by.
        for kind, name in db.execute("SELECT type, name FROM sqlite_master WHERE tbl_name = 'articles'").fetchall():
            if kind == "trigger" or (kind == "index" and not name.startswith("sqlite_")):
                db.execute(f"DROP {kind} {name}")
        play = Run(world, db, random.Random(f"run {seed}"))
        db.execute("BEGIN")
        play.begin()
        watch = Watch()
        for hour in range(int(-BEFORE), int(end)):
            play.hour(watch, hour)
        db.execute("COMMIT")
        db.close()
    return play.noticed


def active(source: Source, kind: str, hour: float, what: str = "") -> bool:
    fault = source.fault
    return (
        fault is not None
        and fault.kind == kind
        and fault.begin <= hour < fault.end
        and (not what or fault.what == what)
    )


def _is_flooded(source: Source, hour: float) -> bool:
    """Whether its listing shows all of an archive, for two days after it grew."""
    fault = source.fault
    return fault is not None and fault.kind == "flood" and fault.begin <= hour < fault.end + 2 * DAY


def within(hour: float, spans: list[Span]) -> bool:
    return any(begin <= hour < end for begin, end in spans)


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def _touch(source: Source, hour: float) -> None:
    fault: Fault | None = source.fault
    if fault and fault.kind in {"stale", "blocked"} and fault.begin <= hour < fault.end:
        fault.effect = min(fault.effect, hour)


def _mood(source: Source, published: float) -> float:
    """What a day's articles have in common in their length."""
    day = int(published // DAY)
    if day not in source.moods:
        source.moods[day] = source.chance.gauss(0, 0.12)
    return source.moods[day]
