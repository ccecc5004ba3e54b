"""Sightings: what stood on a page, counted into the tables ``boilerplate`` and ``recent_pages``, and what follows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import boilerplate
from archive.boilerplate import Counts, Stood
from archive.rows import Value, clean, insert, update
from archive.times import iso, when
from archive.window import WINDOW, Past, Window

CRAWL = timedelta(hours=1)
"""A daemon's looks that are further apart are two crawls."""
FORGET = 2 * WINDOW
"""Pages without it after which what was not learned is forgotten."""


@dataclass(slots=True)
class Sightings:
    """Of one page: the ``number``-th of its source that was looked at."""

    db: sqlite3.Connection
    source: str
    number: int
    run: int | None
    now: datetime
    changed: bool = False
    """Whether there is more, or less, to be left out than before."""

    def rows(self, marks: Collection[int]) -> dict[int, sqlite3.Row]:
        """What is known of these already."""
        sql = f"SELECT * FROM boilerplate WHERE source = ? AND mark IN ({_marks(marks)})"  # noqa: S608  # question marks
        return {row["mark"]: row for row in self.db.execute(sql, [self.source, *marks])}

    def count(self, blocks: Collection[Stood], rows: Mapping[int, sqlite3.Row], before: Window) -> None:
        """Count blocks that stood on one of the last pages, too. ``rows``: what is known of them."""
        learned = []
        for block in blocks:
            row = rows.get(block.mark)
            if row is None:
                self._begin(block, before.first(block.mark))
            elif row["state"] == "learned":
                learned.append(row["id"])
            else:
                self._again(row, block, 1 + len(before.where[block.mark]), 1 + len(before.pages))
        if learned:  # what is known to be the site's is only counted
            sql = f"UPDATE boilerplate SET pages = pages + 1, last_seen = ?, latest = ? WHERE id IN ({_marks(learned)})"  # noqa: S608  # question marks
            self.db.execute(sql, [iso(self.now), self.number, *learned])

    def _begin(self, block: Stood, first: Past) -> None:
        """A block was seen for the second time."""
        insert(
            self.db,
            "boilerplate",
            source=self.source,
            kind="heading" if block.is_heading else "text",
            sample=block.text[:300],
            reason=block.reason,
            pages=2,
            left_out=2 * block.left_out,
            opening=2 * block.opening,
            closing=2 * block.closing,
            since=first.number,
            run=first.run,
            first_seen=first.at,
            mark=block.mark,
            place=block.place,
            **self._today(first.run, first.at, None),
        )

    def begin_place(self, mark: int, path: str, text: str) -> None:
        """A place held boilerplate, and nothing else, for the first time."""
        insert(
            self.db,
            "boilerplate",
            source=self.source,
            kind="place",
            sample=text[:300],
            place=path,
            pages=1,
            left_out=1,
            since=self.number,
            run=self.run,
            first_seen=iso(self.now),
            mark=mark,
            **self._today(self.run, iso(self.now), None),
        )

    def _again(self, row: sqlite3.Row, block: Stood, recent: int, window: int) -> None:
        """A block stood there once more; on ``recent`` of the last ``window`` pages."""
        news: dict[str, Value] = {
            "pages": row["pages"] + 1,
            **_left_out(row, left_out=block.left_out),
            "opening": row["opening"] + block.opening,
            "closing": row["closing"] + block.closing,
            **self._today(row["run"], row["first_seen"], row["returned"]),
        }
        counts = self._counts(row, news, recent, window)
        is_heading = row["kind"] == "heading"
        if boilerplate.is_heading(counts) if is_heading else boilerplate.is_text(counts, row["sample"]):
            news |= self._learned()
        update(self.db, "boilerplate", row["id"], **news)

    def count_place(self, row: sqlite3.Row, text: str, *, left_out: bool) -> None:
        """Something stood in a place that has held boilerplate."""
        news: dict[str, Value] = {
            "pages": row["pages"] + 1,
            **_left_out(row, left_out=left_out),
            **self._today(row["run"], row["first_seen"], row["returned"]),
        }
        if left_out:
            news["sample"] = clean(text[:300])
        if row["state"] != "learned":
            if boilerplate.is_place(self._counts(row, news, 0, 1)):
                news |= self._learned()
        elif not left_out and not row["ruling"]:  # most of a story stands there now: the template is another one
            news |= {"state": "seen", "learned": None, "pages": 1, "left_out": 0, "stayed": 0, "since": self.number}
            self.changed = True
        update(self.db, "boilerplate", row["id"], **news)

    def end(self) -> None:
        """Forget what was chance, and number what is known anew if it changed."""
        if self.number % WINDOW == 0:
            self.db.execute(
                "DELETE FROM boilerplate WHERE source = ? AND state = 'seen' AND ruling = '' AND latest <= ?",
                [self.source, self.number - FORGET],
            )
        if self.changed:
            self.db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [self.source])

    def _today(self, run: int | None, first_seen: str, returned: str | None) -> dict[str, Value]:
        """What this page says of when: ``run`` and ``first_seen`` are those of the first."""
        later = run != self.run or self.now - when(first_seen) >= CRAWL
        at = iso(self.now)
        return {"last_seen": at, "latest": self.number, "returned": returned or (at if later else None)}

    def _counts(self, row: sqlite3.Row, news: Mapping[str, Value], recent: int, window: int) -> Counts:
        numbers = {name: int(news.get(name, 0) or 0) for name in ("pages", "left_out", "stayed", "opening", "closing")}
        since = self.number - int(row["since"]) + 1
        return Counts(since=since, recent=recent, window=window, returned=bool(news["returned"]), **numbers)

    def _learned(self) -> dict[str, Value]:
        self.changed = True
        return {"state": "learned", "learned": iso(self.now)}


def _left_out(row: sqlite3.Row, *, left_out: bool) -> dict[str, Value]:
    stayed = bool(row["left_out"]) and not left_out
    return {"left_out": row["left_out"] + left_out, "stayed": row["stayed"] + stayed}


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
