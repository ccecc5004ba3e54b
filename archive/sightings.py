"""Sightings: what stood on a page, held against the last pages of its source, and what is learned by that.

What is not learned stands in ``recent_pages`` alone, so that what is remembered grows with what a site repeats and not
with its pages; ``boilerplate`` has what was learned, and, for a person to see, what is seen often.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import boilerplate
from archive.boilerplate import Counts, Known, Stood, place_mark
from archive.columns import byline
from archive.models import Article
from archive.rows import clean
from archive.times import iso, when
from archive.window import (
    CLOSING,
    COPIED,
    HEADS,
    LEFT_OUT,
    OPENING,
    PLACED,
    WINDOW,
    Past,
    Window,
    flags,
    keep,
    number,
    packed,
    slot,
    window,
)

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
FRESH, DISPROVED = 1, 2
"""Added to a place's mark: something of a story's own stood there; and did though it was learned that none does."""

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
    sizes = boilerplate.sizes(article)
    copied = before.copied(sizes)
    blocks = {one.mark: one for one in boilerplate.stood(article, before.where)}
    places = {place_mark(path): (path, *found) for path, found in boilerplate.places(article, before.where).items()}
    stood = {mark: _stood(blocks.get(mark), copied=mark in copied) for mark in sizes}
    for mark, (_, left_out, fresh, _) in places.items():
        stood[mark ^ FRESH if fresh else mark] = LEFT_OUT * left_out, 0
        if fresh and not left_out and mark in known.places:
            stood[mark ^ DISPROVED] = 0, 0
    this = 1 + next(reversed(before.pages), 0)
    section, names = clean(article.section), clean(byline(article))
    page = _Page(
        db,
        source,
        Past(this, run, iso(now), section, names, sum(sizes.values()), *packed(stood)),
        before,
        now,
        seldom=this % EACH == 0,
    )
    settled = known.texts | known.headings | known.keep | known.drop
    for one in blocks.values():
        if one.mark not in settled and one.mark not in copied and (one.is_heading or not one.left_out):
            page.text(one)
    for mark, (path, left_out, fresh, text) in places.items():
        if mark in known.places:
            if fresh and not left_out:
                page.disprove(mark)
        elif not fresh and mark not in settled:
            page.place(mark, path, text)
    keep(db, source, page.today, before)
    if page.seldom:
        page.tidy()
    if page.changed:
        db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [source])
    return page.changed


def _stood(block: Stood | None, *, copied: bool) -> tuple[int, int]:
    """As archive.window packs it; of a block that no other page has it is not known where it stood."""
    if block is None:
        return 0, 0
    said = (PLACED, OPENING * block.opening, CLOSING * block.closing, HEADS * block.heads, LEFT_OUT * block.left_out)
    return sum(said) + COPIED * copied, min(block.slot, 255)


@dataclass(slots=True)
class _Page:
    db: sqlite3.Connection
    source: str
    today: Past
    before: Window
    now: datetime
    seldom: bool
    """Whether it is one of those on which what is not learned is written down, too."""
    changed: bool = False
    """Whether there is more, or less, to be left out than before."""

    def text(self, block: Stood) -> None:
        """A block that stood on one of the last pages, too."""
        sights = self.before.where[block.mark]
        mine = self.today.number << 16 | _stood(block, copied=False)[0] << 8 | min(block.slot, 255)
        counts = self._counts(block.mark, block.place, [*sights, mine])
        kind = "heading" if block.is_heading else "text"
        if boilerplate.is_heading(counts) if block.is_heading else boilerplate.is_text(counts, block.text):
            self._save(block.mark, counts, kind, block.text, block.place, learned=True)
        elif self.seldom and counts.pages >= OFTEN:
            self._save(block.mark, counts, kind, block.text, block.place, learned=False)

    def place(self, mark: int, path: str, text: str) -> None:
        """A place in which nothing of a story's own stood today."""
        sights = self.before.where.get(mark, [])
        if mark ^ DISPROVED in self.before.where or not sights:
            return
        counts = self._counts(mark, path, [*sights, self.today.number << 16])
        if boilerplate.is_place(counts, path):
            self._save(mark, counts, "place", text, path, learned=True)

    def disprove(self, mark: int) -> None:
        """Most of a story stands now in a place that was learned: the template is another one."""
        sql = "UPDATE boilerplate SET state = 'seen', learned = NULL WHERE source = ? AND mark = ? AND ruling = ''"
        self.changed |= self.db.execute(sql, [self.source, mark]).rowcount > 0

    def _save(self, mark: int, counts: Counts, kind: str, text: str, place: str, *, learned: bool) -> None:
        first = self.before.pages[number(self.before.where[mark][0])]
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

    def _counts(self, mark: int, place: str, sights: list[int]) -> Counts:
        """``sights``: all of the window, today's the last."""
        before, today = self.before, self.today
        first = before.pages[number(sights[0])]
        all_ = [flags(sight) for sight in sights]
        told = [flag for flag in all_ if flag & PLACED]
        gone = [bool(flag & LEFT_OUT) for flag in all_]
        solid, fresh = max(map(self._beside, (place, boilerplate.box_of(place))))
        numbers = {number(sight) for sight in sights}
        author = {no for no, page in before.pages.items() if today.byline and page.byline == today.byline}
        section = {no for no, page in before.pages.items() if today.section and page.section == today.section}
        return Counts(
            pages=sum([not flag & COPIED for flag in all_]),
            since=today.number - first.number + 1,
            recent=len(sights),
            window=1 + len(before.pages),
            placed=len(told),
            opening=sum([bool(flag & OPENING) for flag in told]),
            closing=sum([bool(flag & CLOSING) for flag in told]),
            heads=sum([bool(flag & HEADS) for flag in told]),
            slot=slot(sights[-1]),
            steady=sum([slot(sight) == slot(sights[-1]) for sight in sights if flags(sight) & PLACED]),
            by_author=1 + len(author),
            with_author=1 + len(author & numbers),
            in_section=1 + len(section),
            with_section=1 + len(section & numbers),
            left_out=sum(gone),
            stayed=len(gone) - gone.index(True) - sum(gone) if True in gone else 0,
            solid=solid,
            fresh=len(before.where.get(mark ^ FRESH, ())) if not told else fresh,
            returned=first.run != today.run or self.now - when(first.at) >= CRAWL,
        )

    def _beside(self, place: str) -> tuple[int, int]:
        """On how many of the last pages a place held nothing of a story's own, and on how many it did."""
        mark, where = place_mark(place), self.before.where
        if not boilerplate.is_named(place):
            return 0, 0
        return len(where.get(mark, ())), len(where.get(mark ^ FRESH, ()))

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
            later = [number(sight) for sight in self.before.where.get(mark, ()) if number(sight) > latest]
            if later:
                yield len(later), later[-1], self.before.pages[later[-1]].at, row


_COUNTED = ("pages", "left_out", "stayed", "opening", "closing", "heads", "slot", "steady")
