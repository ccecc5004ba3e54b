"""Promises: what tests.bench.hour looks for when its time is over, each a function that gives what was broken."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.hour_gauges import Sample
from tests.bench.hour_papers import CORRECTION, Tempo

FLAPPING = "flapping"
TOLERANCE = 0.01
"""Seconds; the two processes' clocks are one, but a request takes a moment to be noted."""
EXPECTED_ERRORS = re.compile("the configuration was not reloaded|nothing could be started, the next tick tries again")
ROOM = 1.25, 15.0
"""Times, and plus how many megabytes, that the memory of the last quarter may be that of the first: caches fill."""
SETTLED = 1800
"""Seconds from which on a run's first quarter has seen everything once."""
MEGABYTES = 400
"""Of the last quarter: both readers had feeds of 50 MB, and keep some of the room."""


@dataclass
class Events:
    """What was done to the daemon, and what came of it. Seconds since 1970."""

    began: float = 0.0
    windows: list[tuple[str, float, float]] = field(default_factory=list)
    """In which nobody can be asked how he is."""
    done: list[tuple[str, int, str]] = field(default_factory=list)
    """Command, exit status, what it said."""
    metrics: str = ""
    status: dict = field(default_factory=dict)
    cpu: float = 0.0
    """Seconds, of the daemon that was stopped and its workers that were waited for."""
    stopping: float = 0.0

    def excused(self, what: str, begin: float, end: float) -> None:
        self.windows.append((what, begin, end))

    def did(self, what: str, status: int, said: str) -> None:
        self.done.append((what, status, said))


@dataclass
class Evidence:
    tempo: Tempo
    db: Path
    ledger: dict
    events: Events
    health: list[tuple[float, int, str]]
    samples: list[Sample]
    seen: set[int]
    """Every process that belonged to a daemon."""
    log: Path
    articles: dict[str, list[sqlite3.Row]] = field(default_factory=dict)
    """By title."""
    figures: dict[str, object] = field(default_factory=dict)
    """What is printed."""

    @property
    def end(self) -> float:
        """When the daemon was told to stop."""
        return next(begin for what, begin, _ in self.events.windows if what == "stopping")

    def rows(self, sql: str, *args: object) -> list[sqlite3.Row]:
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            db.row_factory = sqlite3.Row
            return db.execute(sql, args).fetchall()

    def fetched(self, url: str) -> str:
        """What the log of fetches has of a URL, for whoever looks for the fault."""
        found = self.rows("SELECT at, outcome, reason FROM fetches WHERE url = ? ORDER BY id DESC LIMIT 3", url)
        return "; ".join(" ".join(filter(None, row)) for row in found) or "never fetched"


def judge(evidence: Evidence) -> dict:
    for row in evidence.rows("SELECT * FROM articles"):
        evidence.articles.setdefault(row["title"], []).append(row)
    broken: list[str] = []
    for promise in PROMISES:
        try:
            broken += promise(evidence)
        except Exception as error:  # noqa: BLE001  # what an hour brought is not lost for one of them
            broken.append(f"{promise.__name__} could not be judged: {error!r}")
    return {"figures": evidence.figures, "ills": _ills(evidence), "broken": broken}


def every_story_is_there_once_and_whole(it: Evidence) -> Iterator[str]:
    delays: dict[str, list[float]] = {"fixed": [], "adaptive": [], FLAPPING: []}
    looked_for = 0
    for story in it.ledger["stories"]:
        rows = it.articles.get(story["title"], [])
        which = FLAPPING if story["source"] == FLAPPING else "adaptive" if story["adaptive"] else "fixed"
        patient = {FLAPPING: it.tempo.late + 4 * it.tempo.down, "adaptive": it.tempo.late_adaptive}
        late = patient.get(which, it.tempo.late)
        known = _configured(it, story)
        if rows and story["at"] > it.events.began + 1 and known == story["at"]:
            delays[which].append(max(0.0, _seconds(rows[0]["first_seen"]) - story["at"]))
        due = known < it.end - late
        looked_for += due
        if len(rows) != 1 and (due or rows):
            yield f"{story['url']} of {story['source']} is there {len(rows)} times ({it.fetched(story['url'])})"
        elif rows and rows[0]["text"] not in _texts(story):
            yield f"{story['url']} of {story['source']} is not whole"
    it.figures["stories"] = f"{len(it.ledger['stories'])}, of which {looked_for} had to be there by the end"
    for which, seconds in delays.items():
        it.figures[f"to the archive, {which}"] = _spread(seconds)


def _configured(it: Evidence, story: dict) -> float:
    """When a story could be known of: the source of some is configured later."""
    added = it.rows("SELECT added FROM sources WHERE name = ?", story["source"])
    return max(story["at"], _seconds(added[0]["added"])) if added else story["at"]


def _texts(story: dict) -> set[str]:
    return {story["text"], story["text"].removesuffix(f" {CORRECTION}")}


def corrections_are_revisions(it: Evidence) -> Iterator[str]:
    found = missed = 0
    for story in it.ledger["stories"]:
        rows = it.articles.get(story["title"], [])
        if not rows:
            continue
        row, soon = rows[0], story["announced"] and not story["adaptive"] and story["source"] != FLAPPING
        due = it.end - (it.tempo.late if soon else it.tempo.late_revisit)
        if story["corrected_at"]:
            known = row["text"] == story["text"]
            found, missed = found + known, missed + (not known)
            if not known and story["corrected_at"] < due:
                yield f"the correction of {story['url']} was missed ({it.fetched(story['url'])})"
            kept = {one["text"] for one in it.rows("SELECT text FROM revisions WHERE article = ?", row["id"])}
            if known and _seconds(row["first_seen"]) + 1 < story["corrected_at"] and kept != _texts(story):
                yield f"the text of {story['url']} before its correction is gone"
        if bool(row["removed"]) and not story["removed_at"]:
            yield f"{story['url']} was called removed, and is there"
        if story["removed_at"] and story["removed_at"] < due and not row["removed"]:
            yield f"{story['url']} was removed, which was missed ({it.fetched(story['url'])})"
    removed = it.rows("SELECT count(*) AS n FROM articles WHERE removed IS NOT NULL")[0]["n"]
    it.figures["corrections"] = f"{found} kept as revisions, {missed} not seen yet; {removed} story known to be removed"


def nothing_is_written_over(it: Evidence) -> Iterator[str]:
    kept = 0
    for name, ill in it.ledger["ills"].items():
        rows = [row for rows in it.articles.values() for row in rows if row["source"] == name]
        if ill["keeps"] is None:
            continue
        kept += len(rows)
        if sorted(row["text"] for row in rows) != sorted(ill["keeps"]):
            yield f"of {name} {len(rows)} articles are stored, and {len(ill['keeps'])} as they were were expected"
        if any(row["removed"] for row in rows):
            yield f"an article of {name} was called removed on a guess"
    it.figures["stories of ill sites"] = f"{kept}, all as they were when they were good"


def what_is_wrong_is_said(it: Evidence) -> Iterator[str]:
    for name, ill in it.ledger["ills"].items():
        reasons = {row["reason"] for row in it.rows("SELECT DISTINCT reason FROM fetches WHERE source = ?", name)}
        if ill["reasons"] and not reasons & set(ill["reasons"]):
            yield f"{name}: the log of fetches says {sorted(reasons)}, not {ill['reasons']}"
        if ill["says"] not in _said(it, name):
            yield f"{name}: status says {_said(it, name)!r}, not {ill['says']!r}"


def _said(it: Evidence, name: str) -> str:
    problems = [p for p in it.events.status["problems"] if p["source"] == name]
    hosts = {urlsplit(p["url"]).netloc for p in problems}
    sites = [s["parked"] for s in it.events.status["sites"] if s["site"] in hosts and s["parked"]]
    return " / ".join(f"[{p['failures']}] {p['problem']}" for p in problems) + " ".join(sites)


def _ills(it: Evidence) -> dict[str, str]:
    found = {}
    for name in it.ledger["ills"]:
        rows = it.rows("SELECT reason, count(*) AS n FROM fetches WHERE source = ? AND reason != '' GROUP BY 1", name)
        counts = ", ".join(f"{row['reason']} {row['n']}" for row in rows)
        found[name] = f"{counts or 'nothing failed'}: {_said(it, name) or 'status has nothing to say'}"
    return found


def nobody_is_asked_too_soon(it: Evidence) -> Iterator[str]:
    total, least = 0, float("inf")
    for name, site in it.ledger["sites"].items():
        requests = sorted(site["requests"])
        total += len(requests)
        not_before = 0.0
        for before, after in itertools.pairwise(requests):
            (at, end, target, wait), (next_at, _, asked, _) = before, after
            end = end if end <= next_at else at  # who asked went away before the answer was whole
            not_before = max(not_before, end + wait)
            pause = next_at - end
            least = min(least, pause - site["delay"])
            if pause < site["delay"] - TOLERANCE or next_at < not_before - TOLERANCE:
                early = max(site["delay"] - pause, not_before - next_at)
                yield f"{name} was asked for {asked} {early:.2f} s too soon after {target}"
    it.figures["requests"] = f"{total}; the shortest pause was {least * 1000:+.0f} ms from what was promised"


def what_is_forbidden_is_left_alone(it: Evidence) -> Iterator[str]:
    for name, site in it.ledger["sites"].items():
        for at, _, target, *_ in site["requests"]:
            if target.startswith(tuple(it.ledger["forbidden"])):
                yield f"{name} was asked for {target}, which its robots.txt forbids"
            if at < site["barred"] and target != "/robots.txt":
                yield f"{name} was asked for {target} while its robots.txt could not be read, or parked it"


def it_is_well_whenever_asked(it: Evidence) -> Iterator[str]:
    excused = 0
    for at, status, said in it.health:
        if at < it.events.began or any(begin <= at <= end for _, begin, end in it.events.windows):
            excused += 1
        elif status != 200:
            yield f"/healthz was {status} at {datetime.fromtimestamp(at).astimezone():%H:%M:%S}: {said[:200]}"
    asked = len(it.health)
    it.figures["/healthz"] = f"asked {asked} times, {excused} of them in a lock, a start or a stop"


def it_does_not_grow(it: Evidence) -> Iterator[str]:
    lives: dict[int, list[Sample]] = {}
    for one in it.samples:
        lives.setdefault(one.pid, []).append(one)
    samples = max(lives.values(), key=len)
    quarter = max(1, len(samples) // 4)
    first, last = samples[:quarter], samples[-quarter:]
    it.figures["the longest life (min)"] = f"{(samples[-1].at - samples[0].at) / 60:.1f}, of {len(lives)}"
    for what in ("megabytes", "own", "files", "threads", "processes"):
        a, b, most = _median(first, what), _median(last, what), max(getattr(one, what) for one in it.samples)
        name = {"megabytes": "memory, with workers (MB)", "own": "memory, the daemon's own (MB)"}.get(what, what)
        it.figures[name] = f"first quarter {a:g}, last quarter {b:g}, most {most:g}"
        if it.tempo.total >= SETTLED and b > ROOM[0] * a + ROOM[1]:
            yield f"{name} grew from {a:g} to {b:g}"
        if what == "megabytes" and b > MEGABYTES:
            yield f"{name} is {b:g}"
    left = [pid for pid in it.seen if _is_ours(pid)]
    if left:
        yield f"processes {left} outlived the daemon"


def _median(samples: list[Sample], what: str) -> float:
    return statistics.median(getattr(one, what) for one in samples)


def _is_ours(pid: int) -> bool:
    try:
        return b"crawler" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def the_log_is_clean(it: Evidence) -> Iterator[str]:
    levels: Counter[str] = Counter()
    for number, line in enumerate(it.log.read_text("utf-8", "replace").splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError:
            yield f"line {number} of the log is no JSON: {line[:200]}"
            continue
        levels[row["level"]] += 1
        if "trace" in row or "Traceback" in line:
            yield f"line {number} of the log is of a bug: {line[:1000]}"
        elif row["level"] == "error" and not EXPECTED_ERRORS.search(row["message"]):
            yield f"line {number} of the log is an error: {row['message']}"
        elif row.get("reason") == "bug":
            yield f"line {number} of the log is of a bug: {line[:1000]}"
    it.figures["log lines"] = ", ".join(f"{count} {level}" for level, count in levels.items())


def every_command_succeeds(it: Evidence) -> Iterator[str]:
    for what, status, said in it.events.done:
        if status:
            yield f"{what} ended with {status}: {said}"
    it.figures["done meanwhile"] = ", ".join(what for what, *_ in it.events.done)
    it.figures["the archive"] = f"{len(it.articles)} titles, {it.db.stat().st_size / 1e6:.1f} MB"
    lag = re.search(r"^cuttings_loop_lag_max_seconds (\S+)$", it.events.metrics, re.MULTILINE)
    kills = re.search(r"^cuttings_workers_killed_total (\S+)$", it.events.metrics, re.MULTILINE)
    it.figures["longest pause of the loop (s)"] = lag[1] if lag else "?"
    it.figures["readers that were killed"] = kills[1] if kills else "?"
    started = max(end for what, _, end in it.events.windows if what == "start")
    it.figures["of a core"] = f"{it.events.cpu / (it.end - started):.1%}"
    it.figures["stopping took (s)"] = f"{it.events.stopping:.1f}"


def _seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "none came in this time"
    ordered = sorted(seconds)
    at95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered):.0f} s, 95th {at95:.0f} s, most {ordered[-1]:.0f} s, of {len(ordered)}"


PROMISES = (
    every_story_is_there_once_and_whole,
    corrections_are_revisions,
    nothing_is_written_over,
    what_is_wrong_is_said,
    nobody_is_asked_too_soon,
    what_is_forbidden_is_left_alone,
    it_is_well_whenever_asked,
    it_does_not_grow,
    the_log_is_clean,
    every_command_succeeds,
)
