"""Register: alarms as rows: begun, ended, sent to whoever is to be told, and listed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from archive.alarms.finding import Alarm, Ending, Finding, Kind
from archive.rows import clean, update
from archive.times import iso, when

LATE = timedelta(days=7)
"""An alarm that was over before it could be sent is sent still, so long after its end."""


@dataclass(frozen=True, slots=True)
class Begun:
    """To be noted: something is wrong with a source."""

    source: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Over:
    """To be noted: an alarm ended."""

    alarm: int
    how: Ending


@dataclass(frozen=True, slots=True)
class Row:
    """An alarm as it is kept, for JSON."""

    id: int
    source: str
    kind: str
    began: str
    noticed: str
    ended: str | None
    outcome: str
    sentence: str
    evidence: dict[str, Any]


_ROW = "id, source, kind, began, noticed, ended, outcome, sentence, evidence"


def note(db: sqlite3.Connection, changes: Iterable[Begun | Over], now: datetime) -> None:
    """Write them down. One that is open already, as another process noticed it, stays as it is."""
    for change in changes:
        if isinstance(change, Over):
            sql = "UPDATE alarms SET ended = ?, outcome = ? WHERE id = ? AND ended IS NULL"
            db.execute(sql, [iso(now), change.how.value, change.alarm])
            continue
        found = change.finding
        db.execute(
            "INSERT INTO alarms (source, kind, began, noticed, sentence, evidence) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            [
                change.source,
                found.kind.value,
                iso(found.began),
                iso(now),
                clean(found.sentence),
                clean(json.dumps(dict(found.evidence), ensure_ascii=False)),
            ],
        )


def open_alarms(db: sqlite3.Connection) -> dict[str, dict[Kind, Alarm]]:
    """Those that have not ended, by source and kind."""
    found: dict[str, dict[Kind, Alarm]] = {}
    for row in db.execute("SELECT id, source, kind, began, noticed, evidence FROM alarms WHERE ended IS NULL"):
        number, source, kind, began, noticed, evidence = row
        alarm = Alarm(number, source, Kind(kind), when(began), when(noticed), json.loads(evidence))
        found.setdefault(source, {})[alarm.kind] = alarm
    return found


def rows(db: sqlite3.Connection, *, source: str = "", everything: bool = False) -> tuple[Row, ...]:
    """The open ones, or all, of all sources or one; the latest first."""
    which = "" if everything else "ended IS NULL AND "
    found = db.execute(
        f"SELECT {_ROW} FROM alarms WHERE {which}(:source = '' OR source = :source) ORDER BY noticed DESC, id DESC",  # noqa: S608  # ours
        {"source": source},
    )
    return tuple(_row(row) for row in found)


def untold(
    db: sqlite3.Connection, now: datetime, most: int, *, after: int = 0
) -> tuple[tuple[Row, frozenset[str]], ...]:
    """Whose beginning or end is to be sent, the oldest first: what ended before it was sent is sent once, as ended.

    Beside each, which receivers have it already. ``after``: the number of the last that was sent, or tried.
    """
    found = db.execute(
        f"SELECT {_ROW}, heard FROM alarms WHERE id > :after AND (ended IS NULL AND told IS NULL"  # noqa: S608  # ours
        " OR ended > :late AND told_end IS NULL) ORDER BY id LIMIT :most",
        {"late": iso(now - LATE), "most": most, "after": after},
    )
    rows = [dict(row) for row in found]
    heard = [frozenset(row.pop("heard").split()) for row in rows]
    return tuple((_row(row), who) for row, who in zip(rows, heard, strict=True))


def hear(db: sqlite3.Connection, row: Row, who: str) -> None:
    """Note that one receiver has an alarm, while another could not be reached."""
    db.execute("UPDATE alarms SET heard = heard || ' ' || ? WHERE id = ?", [who, row.id])


def tell(db: sqlite3.Connection, row: Row, now: datetime) -> None:
    """Note that an alarm was sent as it stands in ``row``."""
    update(db, "alarms", row.id, **{"told_end" if row.ended else "told": iso(now)})


def _row(row: sqlite3.Row | dict[str, Any]) -> Row:
    values = dict(row)
    return Row(**values | {"evidence": json.loads(values["evidence"])})
