"""Sightings: what stood on a page, counted into the tables ``boilerplate`` and ``recent_pages``, and what follows."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter

from archive import boilerplate
from archive.boilerplate import Counts, Known, Stood, place_mark
from archive.columns import byline
from archive.models import Article
from archive.rows import clean
from archive.times import iso, when
from archive.window import WINDOW, Past, Window, keep, packed, window

CRAWL = timedelta(hours=1)
"""A daemon's looks that are further apart are two crawls."""
FORGET = 2 * WINDOW
"""Pages without it after which what was not learned is forgotten."""
EARLY = 4
"""Pages after which places are looked at until a source has filled its window."""
EACH = 8
"""Pages after which what was learned, or is left out of a page without that, is counted from the window: at each page
that would be half of the cost. So are places once a source has filled its window."""
SAMPLE = 300
"""Characters of a text that are kept to be shown."""


@dataclass(slots=True)
class Row:
    """One of ``boilerplate``, but for its id and a person's ruling: see archive.tables.learning."""

    source: str
    mark: int
    kind: str
    sample: str
    place: str
    reason: str
    run: int | None
    first_seen: str
    since: int
    last_seen: str
    latest: int
    slot: int = 0
    state: str = "seen"
    pages: int = 0
    left_out: int = 0
    stayed: int = 0
    opening: int = 0
    closing: int = 0
    steady: int = 0
    heads: int = 0
    returned: str | None = None
    learned: str | None = None


_COLUMNS = ", ".join(field.name for field in fields(Row))
_values = attrgetter(*(field.name for field in fields(Row)))
_SAVE = (
    f"INSERT INTO boilerplate ({_COLUMNS}) VALUES ({', '.join('?' * len(fields(Row)))})"  # noqa: S608  # Row's fields
    " ON CONFLICT (source, mark) DO UPDATE SET "
    + ", ".join(f"{field.name} = excluded.{field.name}" for field in fields(Row))
)


def observe(
    db: sqlite3.Connection, article: Article, source: str, known: Known, *, now: datetime, run: int | None
) -> bool:
    """Count what stands on a new article's page, of which ``known`` is left out; whether more or less is to be."""
    before = window(db, source)
    number = 1 + next(reversed(before.pages), 0)
    sizes = boilerplate.sizes(article)
    section, names = clean(article.section), clean(byline(article))
    places = boilerplate.places(article, before.where)
    marks = [*sizes, *(place_mark(path) ^ fresh for path, (_, fresh, _) in places.items())]
    today = Past(number, run, iso(now), section, names, sum(sizes.values()), packed(marks))
    page = _Page(db, source, today, before, now)
    copied = before.copied(sizes)
    eighth = number % EACH == 0
    each = eighth or (number <= WINDOW and number % EARLY == 0)
    page.count(
        [
            one
            for one in boilerplate.stood(article, before.where)
            if one.mark not in copied and one.mark not in known.texts and (eighth or not one.reason)
        ],
        {path: found for path, found in places.items() if (not found[0] if place_mark(path) in known.places else each)},
    )
    keep(db, source, today, before)
    if eighth:
        page.tidy()
    if page.changed:
        db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [source])
    return page.changed


@dataclass(slots=True)
class _Page:
    db: sqlite3.Connection
    source: str
    today: Past
    before: Window
    now: datetime
    changed: bool = False
    """Whether there is more, or less, to be left out than before."""

    def count(self, blocks: Collection[Stood], places: dict[str, tuple[bool, bool, str]]) -> None:
        """Count what is not learned yet, or not to be left out any more. ``places``: as boilerplate.places gives."""
        paths = {place_mark(path): path for path in places}
        rows = self._rows([*(block.mark for block in blocks), *paths])
        made = [self._text(block, rows.get(block.mark)) for block in blocks]
        for mark, path in paths.items():
            if row := self._place(mark, path, rows.get(mark), places[path]):
                made.append(row)
        if made:
            self.db.executemany(_SAVE, map(_values, made))

    def _rows(self, marks: Collection[int]) -> dict[int, Row]:
        if not marks:
            return {}
        sql = f"SELECT {_COLUMNS} FROM boilerplate WHERE source = ? AND mark IN ({', '.join('?' * len(marks))})"  # noqa: S608  # Row's fields
        return {row["mark"]: Row(*row) for row in self.db.execute(sql, [self.source, *marks])}

    def _text(self, block: Stood, row: Row | None) -> Row:
        """A block that stood on one of the last pages, too."""
        if row is None:
            first = self.before.first(block.mark)
            kind = "heading" if block.is_heading else "text"
            sample, reason = clean(block.text[:SAMPLE]), block.reason
            begun = first.run, first.at, first.number
            row = Row(self.source, block.mark, kind, sample, block.place, reason, *begun, "", 0, block.slot)
            row.pages = 1
        row.pages += 1
        row.opening += block.opening
        row.closing += block.closing
        row.heads += block.heads
        row.steady += row.slot == block.slot
        _stay(row, left_out=block.left_out)
        self._seen(row)
        if row.state != "learned" and row.returned:
            counts = self._counts(row)
            if boilerplate.is_heading(counts) if row.kind == "heading" else boilerplate.is_text(counts, row.sample):
                self._learn(row)
        return row

    def _place(self, mark: int, path: str, row: Row | None, found: tuple[bool, bool, str]) -> Row | None:
        """What stood in a place; None where nothing there was ever left out."""
        today, (left_out, fresh, text) = self.today, found
        if row is None:
            if fresh:
                return None
            row = Row(self.source, mark, "place", "", path, "", today.run, today.at, today.number, "", 0)
        row.pages += 1
        _stay(row, left_out=not fresh)
        self._seen(row)
        if left_out:
            row.sample = clean(text[:SAMPLE])
        if row.state != "learned":
            if row.returned and boilerplate.is_place(self._counts(row), path):
                self._learn(row)
        elif fresh and not left_out:  # most of a story stands there now: the template is another one
            row.state, row.learned, row.since = "seen", None, today.number
            row.pages = row.left_out = row.stayed = 0
            self.changed = True
        return row

    def _seen(self, row: Row) -> None:
        today = self.today
        row.last_seen, row.latest = today.at, today.number
        if row.returned is None and (row.run != today.run or self.now - when(row.first_seen) >= CRAWL):
            row.returned = today.at

    def _learn(self, row: Row) -> None:
        row.state, row.learned = "learned", self.today.at
        self.changed = True

    def _counts(self, row: Row) -> Counts:
        before, today = self.before, self.today
        solid, fresh = max(map(self._beside, (row.place, boilerplate.box_of(row.place))))
        stood = set(before.where.get(row.mark, ()))
        author = {no for no, page in before.pages.items() if today.byline and page.byline == today.byline}
        section = {no for no, page in before.pages.items() if today.section and page.section == today.section}
        return Counts(
            pages=row.pages,
            since=today.number - row.since + 1,
            recent=1 + len(stood),
            window=1 + len(before.pages),
            opening=row.opening,
            closing=row.closing,
            steady=row.steady,
            heads=row.heads,
            solid=solid,
            fresh=len(before.where.get(row.mark ^ 1, ())) if row.kind == "place" else fresh,
            by_author=1 + len(author),
            with_author=1 + len(author & stood),
            in_section=1 + len(section),
            with_section=1 + len(section & stood),
            left_out=row.left_out,
            stayed=row.stayed,
            returned=row.returned is not None,
        )

    def _beside(self, place: str) -> tuple[int, int]:
        """On how many of the last pages a place held nothing of a story's own, and on how many it did."""
        mark, where = place_mark(place), self.before.where
        return (len(where.get(mark, ())), len(where.get(mark ^ 1, ()))) if boilerplate.is_named(place) else (0, 0)

    def tidy(self) -> None:
        """Count what was learned on the pages since it was last counted, and forget what was chance."""
        learned = "SELECT id, mark, latest FROM boilerplate WHERE source = ? AND state = 'learned'"
        self.db.executemany(
            "UPDATE boilerplate SET pages = pages + ?, latest = ?, last_seen = ? WHERE id = ?",
            self._since([tuple(row) for row in self.db.execute(learned, [self.source])]),
        )
        self.db.execute(
            "DELETE FROM boilerplate WHERE source = ? AND state = 'seen' AND ruling = '' AND latest <= ?",
            [self.source, self.today.number - FORGET],
        )

    def _since(self, rows: Iterable[tuple[int, int, int]]) -> Iterable[tuple[int, int, str, int]]:
        for number, mark, latest in rows:
            later = [no for no in self.before.where.get(mark, ()) if no > latest]
            if later:
                yield len(later), later[-1], self.before.pages[later[-1]].at, number


def _stay(row: Row, *, left_out: bool) -> None:
    """Count whether something was left out, and how often it was not since it first was."""
    if left_out:
        row.left_out += 1
    elif row.left_out:
        row.stayed += 1
