"""Sightings: what stood on a page, held against the last pages of its source, and what is learned by that.

What is not learned stands in ``recent_pages`` alone, so that what is remembered grows with what a site repeats and not
with its pages; ``boilerplate`` has what was learned, and, for a person to see, what is seen often.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.boilerplate import FEWEST, SOLID, Counts, is_heading, is_link, is_named, is_place, is_solid, is_text
from archive.cleaning import Known
from archive.columns import byline
from archive.models import HEADING, Article, Seen
from archive.rows import clean
from archive.standing import (
    CLOSING,
    COPIED,
    GONE,
    HEADS,
    LEFT_OUT,
    OPENING,
    OWN,
    PLACED,
    SLOT,
    box_of,
    spot,
    standing,
)
from archive.times import iso, when
from archive.window import WINDOW, Past, Window, keep, window

CRAWL = timedelta(hours=1)
"""A daemon's looks that are further apart are two crawls."""
FORGET = 2 * WINDOW
"""Pages without it after which what was not learned is forgotten."""
EACH = 8
"""Pages after which what was learned is counted, from the window: at each page that would be half of the cost."""
OFTEN = 4
"""Pages on which something stood that is not learned, from which on it is shown."""
SAMPLE = 300
"""Characters of a text that are kept to be shown."""
_OWN, _DISPROVED = 1, 2
"""Put to a place's mark: something of a story's own stood there; and did though it was learned that none does."""

_SAVE = """
INSERT INTO boilerplate (source, mark, kind, state, sample, place, reason, pages, left_out, stayed, opening, closing,
    heads, slot, steady, since, latest, run, first_seen, last_seen, returned, learned)
VALUES (:source, :mark, :kind, :state, :sample, :place, :reason, :pages, :left_out, :stayed, :opening, :closing,
    :heads, :slot, :steady, :since, :latest, :run, :first_seen, :last_seen, :returned, :learned)
ON CONFLICT (source, mark) DO UPDATE SET state = excluded.state, sample = excluded.sample, place = excluded.place,
    pages = max(pages, excluded.pages), left_out = excluded.left_out, stayed = excluded.stayed,
    opening = excluded.opening, closing = excluded.closing, heads = excluded.heads, slot = excluded.slot,
    steady = excluded.steady, latest = excluded.latest, last_seen = excluded.last_seen,
    returned = coalesce(returned, excluded.returned), learned = coalesce(learned, excluded.learned)
"""


def observe(
    db: sqlite3.Connection, article: Article, source: str, known: Known, *, now: datetime, run: int | None
) -> bool:
    """Count what stands on a new article's page, of which ``known`` is left out; whether more or less is to be."""
    before = window(db, source)
    it = standing(article, before.where)
    copied = before.copied(it.sizes)
    how: dict[int, int] = {}
    for mark in it.sizes:  # of what no other page has it is not known where it stood
        how[mark] = it.how.get(mark, 0) | (COPIED if mark in copied else 0)
    for place, level in it.places.items():
        how[place ^ _OWN if level == OWN else place] = LEFT_OUT if level == GONE else 0
        if level == OWN and place in known.places:
            how[place ^ _DISPROVED] = 0
    size = sum(it.sizes.values())
    today = Past(before.newest + 1, run, iso(now), clean(article.section), clean(byline(article)), size, how)
    page = _Page(db, source, article, today, before, now, seldom=today.number % EACH == 0)
    if it.how:
        for mark, at in it.familiar.items():
            if mark not in copied and not _is_settled(known, mark) and article.seen[at].block >= 0:
                page.block(article.seen[at])
    for place, level in it.places.items():
        if place in known.places:
            if level == OWN:
                page.disprove(place)
        elif level != OWN and place in before.where and not _is_settled(known, place):
            page.place(place)
    keep(db, source, today, before)
    if page.seldom:
        page.tidy()
    if page.changed:
        db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [source])
    return page.changed


def _is_settled(known: Known, mark: int) -> bool:
    return mark in known.texts or mark in known.headings or mark in known.keep or mark in known.drop


@dataclass(slots=True)
class _Page:
    db: sqlite3.Connection
    source: str
    article: Article
    today: Past
    before: Window
    now: datetime
    seldom: bool
    """Whether it is one of those on which what is not learned is written down, too."""
    changed: bool = False
    """Whether there is more, or less, to be left out than before."""

    def block(self, one: Seen) -> None:
        """A block that stood on one of the last pages, too."""
        pages = self.before.where[one.mark]
        place, box = spot(one.place)
        solid, own = max(self._beside(one.place, place), self._beside(box_of(one.place), box))
        if pages.bit_count() + 1 < FEWEST and solid < SOLID:  # as most of those that are not learned
            return
        block = self.article.blocks[one.block]
        counts = self._counts(one.mark, self.before.on(pages), solid=solid, own=own, linked=is_link(block))
        kind = "heading" if block.kind is HEADING else "text"
        if is_heading(counts) if block.kind is HEADING else is_text(counts, one.text):
            self._save(one.mark, counts, kind, one.text, one.place, learned=True)
        elif self.seldom and counts.pages >= OFTEN:
            self._save(one.mark, counts, kind, one.text, one.place, learned=False)

    def place(self, mark: int) -> None:
        """A place in which nothing of a story's own stood today."""
        where = self.before.where
        if mark ^ _DISPROVED in where:
            return
        own = where.get(mark ^ _OWN, 0).bit_count()
        if not is_solid(where[mark].bit_count() + 1, own):
            return
        for one in self.article.seen:
            place, box = spot(one.place)
            if mark in (place, box):
                path = one.place if mark == place else box_of(one.place)
                counts = self._counts(mark, self.before.on(where[mark]), own=own)
                if is_place(counts, path):
                    self._save(mark, counts, "place", one.text, path, learned=True)
                return

    def disprove(self, mark: int) -> None:
        """Something of a story stands now in a place that was learned: the template is another one."""
        sql = "UPDATE boilerplate SET state = 'seen', learned = NULL WHERE source = ? AND mark = ? AND ruling = ''"
        self.changed |= self.db.execute(sql, [self.source, mark]).rowcount > 0

    def _save(self, mark: int, counts: Counts, kind: str, text: str, place: str, *, learned: bool) -> None:
        first = self.before.on(self.before.where[mark])[0]
        at = self.today.at
        row = {
            **{name: getattr(counts, name) for name in _COUNTED},
            "source": self.source,
            "mark": mark,
            "kind": kind,
            "sample": clean(text[:SAMPLE]),
            "place": place,
            "state": "learned" if learned else "seen",
            "learned": at if learned else None,
            "reason": "",
            "since": first.number,
            "run": first.run,
            "first_seen": first.at,
            "latest": self.today.number,
            "last_seen": at,
            "returned": at if counts.returned else None,
        }
        self.db.execute(_SAVE, row)
        self.changed |= learned

    def _counts(self, mark: int, sights: list[Past], *, own: int, solid: int = 0, linked: bool = False) -> Counts:
        """``sights``: of the last pages, those on which it stood."""
        before, today = self.before, self.today
        stood = [page.how[mark] for page in [*sights, today]]
        slot = stood[-1] & SLOT
        gone = [bool(how & LEFT_OUT) for how in stood]
        told = [how for how in stood if how & PLACED]
        author = sum([page.byline == today.byline for page in before.pages.values()]) if today.byline else 0
        section = sum([page.section == today.section for page in before.pages.values()]) if today.section else 0
        return Counts(
            pages=sum([not how & COPIED for how in stood]),
            since=today.number - sights[0].number + 1,
            recent=len(stood),
            window=1 + len(before.pages),
            placed=len(told),
            opening=sum([bool(how & OPENING) for how in told]),
            closing=sum([bool(how & CLOSING) for how in told]),
            heads=sum([bool(how & HEADS) for how in told]),
            slot=slot,
            steady=sum([how & SLOT == slot for how in told]),
            by_author=1 + author,
            with_author=1 + (sum([page.byline == today.byline for page in sights]) if author else 0),
            in_section=1 + section,
            with_section=1 + (sum([page.section == today.section for page in sights]) if section else 0),
            left_out=sum(gone),
            stayed=len(gone) - gone.index(True) - sum(gone) if True in gone else 0,
            solid=solid,
            own=own,
            linked=linked,
            returned=sights[0].run != today.run or self.now - when(sights[0].at) >= CRAWL,
        )

    def _beside(self, path: str, place: int) -> tuple[int, int]:
        """On how many of the last pages a place held nothing of a story's own, and on how many it did."""
        where = self.before.where
        solid, own = where.get(place, 0), where.get(place ^ _OWN, 0)
        if not (solid or own) or not is_named(path):
            return 0, 0
        return solid.bit_count(), own.bit_count()

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

    def _since(self, rows: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, str, int]]:
        for row, mark, latest in rows:
            later = [page for page in self.before.on(self.before.where.get(mark, 0)) if page.number > latest]
            if later:
                yield len(later), later[-1].number, later[-1].at, row


_COUNTED = ("pages", "left_out", "stayed", "opening", "closing", "heads", "slot", "steady")
