"""Delivery: a match on its way to one receiver: claimed by one process, sent once, tried again, or given up.

A lane is a watch's way to one receiver. What is in it goes out in the order it came, a message at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from archive import owners
from archive.lookout import Match
from archive.rows import Value, clean, update
from archive.telling import Telling
from archive.times import iso, when

UNSENT = "state IN ('waiting', 'sending')"
"""As its index has it: SQLite does not see that ``state = 'waiting'`` is a part of that."""
LEASE = timedelta(minutes=10)
"""How long a message is one process's, unless that is known to be dead. An attempt takes half a minute, and then the
archive may be locked for a while."""
TOGETHER = 50
"""Matches in one e-mail, at most."""
REFUSALS = 5
"""So often is a message offered to a receiver that will not have it."""


class Lane(NamedTuple):
    """A watch's way to one receiver."""

    watch: str
    receiver: str


_ARTICLE = (
    "a.id AS article, a.url, a.byline, a.source, a.published, a.first_seen,"
    " o.id AS o_id, o.source AS o_source, o.url AS o_url, o.title AS o_title"
)
_COPY = "LEFT JOIN articles AS o ON o.id = a.duplicate_of"
_TELLING = (
    f"SELECT d.id AS delivery, d.tries, m.id AS match, m.at, m.revision, m.passage, m.title, {_ARTICLE}"  # noqa: S608  # ours
    f" FROM deliveries AS d JOIN matches AS m ON m.id = d.match JOIN articles AS a ON a.id = m.article {_COPY}"
)


def due(db: sqlite3.Connection, now: datetime) -> tuple[Lane, ...]:
    """The lanes in which there is something to send."""
    sql = f"SELECT DISTINCT watch, receiver FROM deliveries WHERE {UNSENT} AND due_at <= ?"  # noqa: S608  # ours
    return tuple(Lane(*row) for row in db.execute(sql, [iso(now)]))


def claim(db: sqlite3.Connection, lane: Lane, now: datetime, owner: str) -> tuple[Telling, ...]:
    """The next message of a lane, which is ``owner``'s to send from now on; empty if there is none that nobody sends.

    It is one match, or all that go into one e-mail: the same ones each time that this is tried.
    """
    rows = db.execute(
        f"SELECT id, message, state, leased_by, leased_until FROM deliveries WHERE watch = ? AND receiver = ?"  # noqa: S608  # ours
        f" AND {UNSENT} AND due_at <= ? ORDER BY id LIMIT ?",
        [*lane, iso(now), TOGETHER],
    ).fetchall()
    if not rows or any(row["state"] == "sending" and _held(row, now) for row in rows):
        return ()
    first = rows[0]
    numbers = [first["id"]]
    if lane.receiver.startswith("email"):
        message = first["message"] or first["id"]
        numbers = [row["id"] for row in rows if row["message"] == first["message"]]
        db.executemany("UPDATE deliveries SET message = ? WHERE id = ?", [(message, number) for number in numbers])
    db.executemany(
        "UPDATE deliveries SET state = 'sending', tries = tries + 1, leased_by = ?, leased_until = ? WHERE id = ?",
        [(owner, iso(now + LEASE), number) for number in numbers],
    )
    return tuple(_telling(db, number) for number in numbers)


def _held(row: sqlite3.Row, now: datetime) -> bool:
    return when(row["leased_until"]) > now and not owners.dead(row["leased_by"])


def _telling(db: sqlite3.Connection, delivery: int) -> Telling:
    return _told(dict(db.execute(f"{_TELLING} WHERE d.id = ?", [delivery]).fetchone()))


def as_told(db: sqlite3.Connection, match: Match, now: datetime) -> Telling:
    """A match that is not noted, as it would be told if it were."""
    sql = f"SELECT {_ARTICLE} FROM articles AS a {_COPY} WHERE a.id = ?"  # noqa: S608  # ours
    values = dict(db.execute(sql, [match.article]).fetchone())
    own = {"title": match.title, "revision": match.revision, "passage": match.passage}
    return _told(values | own | {"delivery": 0, "tries": 1, "match": 0, "at": iso(now)})


def _told(values: dict[str, Any]) -> Telling:
    original = {key: values.pop(f"o_{key}") for key in ("id", "source", "url", "title")}
    return Telling(**values, copy_of=original if original["id"] else None)


def sent(db: sqlite3.Connection, numbers: Iterable[int], now: datetime) -> None:
    """A receiver has them."""
    db.executemany(
        "UPDATE deliveries SET state = 'sent', sent_at = ?, problem = '', leased_by = NULL, leased_until = NULL"
        " WHERE id = ?",
        [(iso(now), number) for number in numbers],
    )


def add(db: sqlite3.Connection, match: int, lane: Lane, now: datetime) -> None:
    """A match is to be told: now, or when what waits in the lane is, for its receiver cannot be reached."""
    db.execute(
        "INSERT INTO deliveries (match, watch, receiver, due_at) SELECT ?1, ?2, ?3, coalesce(max(due_at), ?4)"  # noqa: S608  # ours
        f" FROM deliveries WHERE watch = ?2 AND receiver = ?3 AND {UNSENT} AND due_at > ?4 AND refusals = 0",
        [match, *lane, iso(now)],
    )


def missed(db: sqlite3.Connection, numbers: Iterable[int], due_at: datetime, problem: str, *, refused: bool) -> bool:
    """They could not be sent, and are due again; whether they were given up.

    ``refused``: the receiver will not have them, and may well have the next.
    """
    given_up = False
    for number in numbers:
        row = db.execute("SELECT state, refusals FROM deliveries WHERE id = ?", [number]).fetchone()
        refusals, state = row["refusals"] + refused, row["state"]
        if state == "sending":  # else it was dropped meanwhile
            state = "refused" if refused and refusals >= REFUSALS else "waiting"
        given_up |= state == "refused"
        free: dict[str, Value] = {"leased_by": None, "leased_until": None}
        update(db, "deliveries", number, state=state, refusals=refusals, due_at=iso(due_at), problem=problem, **free)
    return given_up


def postpone(db: sqlite3.Connection, lane: Lane, due_at: datetime, problem: str) -> None:
    """The lane's receiver cannot be reached: nothing that waits is tried before then."""
    db.execute(
        "UPDATE deliveries SET due_at = ?, problem = ? WHERE watch = ? AND receiver = ? AND state = 'waiting'"
        " AND due_at < ?",
        [iso(due_at), clean(problem), *lane, iso(due_at)],
    )
