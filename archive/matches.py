"""Match: watches and what they found as rows: taken from the configuration, noted once, listed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive import deliveries
from archive.deliveries import UNSENT, Lane
from archive.lookout import Step, newest
from archive.rows import Value, clean, insert
from archive.times import iso
from config.models import Config
from config.watches import Watch


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a receiver has not got so far."""

    receiver: str
    state: str
    """``waiting``, ``sending``, or ``refused``: given up."""
    messages: int
    due_at: str
    """When the first of them is tried next."""
    problem: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a watch stands."""

    since: str
    matches: int = 0
    latest: str | None = None
    """When the last was found."""
    latest_title: str = ""
    unsent: tuple[Unsent, ...] = ()


def receivers(watch: Watch) -> dict[str, str]:
    """What stands for each receiver in the archive, which is to know no address → the address, if it is one of mail."""
    found = {kind: "" for kind in ("webhook", "command") if getattr(watch, kind)}
    return found | {f"email:{hashlib.sha256(it.lower().encode()).hexdigest()[:8]}": it for it in watch.email}


def search(watch: Watch) -> str:
    """What a watch looks for, as JSON: without who is told of it."""
    kept = {key: getattr(watch, key) for key in ("query", "sources", "author", "tag", "language")}
    return json.dumps({key: value for key, value in kept.items() if value}, ensure_ascii=False)


def sync(db: sqlite3.Connection, config: Config, now: datetime) -> None:
    """Make watches what the configuration says: a new one begins now, an edited one goes on where it is.

    One that was taken out stops, and what was to be sent for it is dropped, as for a receiver that was taken out. Those
    of another configuration, as of a crawl that is given one of its own, are left alone.
    """
    there = {row["name"]: row for row in db.execute("SELECT * FROM watches")}
    if not there and not config.watches:
        return
    place = hashlib.sha256(str(Path(config.origin).resolve()).encode("utf-8", "replace")).hexdigest()[:12]
    fresh = newest(db)
    begin: dict[str, Value] = {"since": iso(now), "looked_article": fresh.article, "looked_revision": fresh.revision}
    for watch in config.watches:
        row = there.get(watch.name)
        said: dict[str, Value] = {"search": clean(search(watch)), "configured": 1, "configuration": place}
        if row is None:
            insert(db, "watches", name=watch.name, **said, **begin)
            continue
        values = said if row["configured"] else said | begin
        if any(row[key] != value for key, value in values.items()):
            columns = ", ".join(f"{key} = ?" for key in values)
            db.execute(f"UPDATE watches SET {columns} WHERE name = ?", [*values.values(), watch.name])  # noqa: S608  # ours
    mine = {name for name, row in there.items() if row["configuration"] == place} - {it.name for it in config.watches}
    db.executemany("UPDATE watches SET configured = 0 WHERE name = ?", [(name,) for name in mine])
    wanted = {(watch.name, receiver) for watch in config.watches for receiver in receivers(watch)}
    known = {watch.name for watch in config.watches} | mine
    lanes = db.execute(f"SELECT DISTINCT watch, receiver FROM deliveries WHERE {UNSENT}").fetchall()  # noqa: S608  # ours
    db.executemany(
        f"UPDATE deliveries SET state = 'dropped' WHERE watch = ? AND receiver = ? AND {UNSENT}",  # noqa: S608  # ours
        [tuple(lane) for lane in lanes if lane["watch"] in known and tuple(lane) not in wanted],
    )


def note(db: sqlite3.Connection, step: Step, told: Mapping[str, tuple[str, ...]], now: datetime) -> int:
    """Write down what a step found, that it is to be told, and how far its watches have looked; how many are new.

    ``told``: watch → its receivers. Of two processes that looked at the same, one notes it.
    """
    move = (
        "UPDATE watches SET looked_article = ?, looked_revision = ? WHERE name = ? AND configured"
        " AND looked_article = ? AND looked_revision = ?"
    )
    places = (step.end.article, step.end.revision), (step.start.article, step.start.revision)
    moved = {name for name in step.watches if db.execute(move, [*places[0], name, *places[1]]).rowcount}
    count = 0
    for match in step.matches:
        if match.watch not in moved:
            continue
        row = db.execute(
            "INSERT INTO matches (watch, article, revision, at, title, passage) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (watch, article) DO NOTHING RETURNING id",
            [match.watch, match.article, match.revision, iso(now), clean(match.title), clean(match.passage)],
        ).fetchone()
        if row is None:
            continue
        count += 1
        for receiver in told.get(match.watch, ()):
            deliveries.add(db, row["id"], Lane(match.watch, receiver), now)
    return count


def standing(db: sqlite3.Connection) -> dict[str, Standing]:
    """How each watch stands that the archive knows, by name."""
    unsent: dict[str, list[Unsent]] = defaultdict(list)
    for row in db.execute(
        "SELECT watch, receiver, state, count(*) AS messages, min(due_at) AS due_at, max(problem) AS problem"
        " FROM deliveries WHERE state IN ('waiting', 'sending', 'refused') GROUP BY watch, receiver, state"
    ):
        name, *values = row
        unsent[name].append(Unsent(*values))
    found = {}
    for row in db.execute(
        "SELECT name, since, (SELECT count(*) FROM matches WHERE watch = name) AS matches,"
        " (SELECT max(id) FROM matches WHERE watch = name) AS last FROM watches"
    ):
        last = db.execute("SELECT at, title FROM matches WHERE id = ?", [row["last"]]).fetchone()
        at, title = last or (None, "")
        found[row["name"]] = Standing(row["since"], row["matches"], at, title, tuple(unsent[row["name"]]))
    return found
