"""Sightings: what stood on a page, held against the last pages of its source, and what is learned by that.

What is not learned stands in ``recent_pages`` alone, so that what is remembered grows with what a site repeats and not
with its pages; ``boilerplate`` has what was learned, and, for a person to see, what is seen often.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import notes
from archive.boilerplate import FEWEST, SOLID, Counts, is_heading, is_link, is_place, is_solid, is_text, opening_share
from archive.cleaning import Known
from archive.columns import byline
from archive.models import HEADING, Article, Seen
from archive.noise import told
from archive.rows import clean
from archive.standing import (
    CLOSING,
    COPIED,
    DOUBT,
    ENDS,
    GONE,
    HEADS,
    LEFT_OUT,
    OPENING,
    OWN,
    PLACED,
    SLOT,
    Standing,
    box_of,
    spot,
    standing,
)
from archive.times import iso, when
from archive.window import BITS, WINDOW, Past, Window, keep, packed

_WORD_FOR_WORD = """
SELECT 1 FROM (
    SELECT url, text FROM articles WHERE source = ?1
    ORDER BY min(coalesce(published, first_seen), first_seen) DESC LIMIT ?2
) WHERE instr(text, ?3) AND url != ?4
"""  # of the articles of the last pages, .3 ms, once something may be learned
DIGIT = re.compile(r"\d")
CRAWL = timedelta(hours=1)
"""A daemon's looks that are further apart are two crawls."""
FORGET = 2 * WINDOW
"""Pages without it after which what was not learned is forgotten."""
FIRST = 10
"""Pages after which what is not learned is shown, too, for the first time, and then after every twice as many."""
LATELY = 12
"""Pages on which something stood in a place that tell of it, if all of the last ones don't: of so few half as much may
be a story's own.
"""
OFTEN = 4
"""Pages on which something stood that is not learned, from which on it is shown."""
SAMPLE = 300
"""Characters of a text that are kept to be shown."""
_OWN, _DISPROVED = 1, 2
"""Put to a place's mark: something of a story's own stood there; and did though it was learned that none does."""

_SAVE = """
INSERT INTO boilerplate (source, mark, kind, sample, place, state, learned, since, run, first_seen, latest, last_seen,
    returned, pages, left_out, stayed, opening, closing, heads, slot, steady, reason)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')
ON CONFLICT (source, mark) DO UPDATE SET kind = excluded.kind, state = excluded.state, sample = excluded.sample,
    place = excluded.place, pages = max(pages, excluded.pages), left_out = excluded.left_out, stayed = excluded.stayed,
    opening = excluded.opening, closing = excluded.closing, heads = excluded.heads, slot = excluded.slot,
    steady = excluded.steady, latest = excluded.latest, last_seen = excluded.last_seen,
    returned = coalesce(returned, excluded.returned), learned = coalesce(learned, excluded.learned)
"""


def observe(
    db: sqlite3.Connection,
    article: Article,
    source: str,
    known: Known,
    before: Window,
    *,
    now: datetime,
    run: int | None,
) -> Known:
    """Count what stands on a new article's page, of which ``known`` is left out; what is known then.

    ``before``: the last pages of the source, to which this one is added.
    """
    it = standing(article, before.where)
    copies = before.copies(it)
    how = it.how
    for place, level in it.places.items():
        how[place ^ _OWN if level >= DOUBT else place] = LEFT_OUT if level == GONE else 0
        if place in known.places and _is_disproved(before, place, level):
            how[place ^ _DISPROVED] = 0
    number, section, author = before.newest + 1, clean(article.section), clean(byline(article))
    today = Past(number, run, iso(now), section, author, it.size, b"", b"")
    seldom = number == FIRST or number % (2 * FIRST) == 0
    page = _Page(db, source, article, today, how, before, known, seldom=seldom)
    page.blocks(it, copies)
    for place, level in it.places.items():
        if place in known.places:
            if place ^ _DISPROVED in how:
                page.disprove(place)
        elif level < DOUBT and place in before.where and place not in known.keep:
            page.place(place, article.seen[it.at[place]])
    keep(db, source, today, how, before)
    if today.number % WINDOW == 0:
        page.tidy()
    return page.known


def _is_settled(known: Known, mark: int) -> bool:
    return mark in known.texts or mark in known.headings or mark in known.keep


def _is_disproved(before: Window, place: int, level: int) -> bool:
    """Whether a place is not what it was learned to be: a story's own text stands there, or mostly what never was."""
    doubts = before.where.get(place ^ _OWN, 0).bit_count()
    return level == OWN or (level == DOUBT and 1 + doubts > max(SOLID, before.where.get(place, 0).bit_count()))


def _is_note(counts: Counts, text: str) -> bool:
    """Whether it is a word on the article, "Correction: …", as some have: what nearly all have is the site's."""
    return counts.recent < 0.5 * counts.window and notes.note(told(text)) != ""


def _came_back(first: Past, last: Past) -> bool:
    """Whether two pages are of two crawls."""
    return first.run != last.run or when(last.at) - when(first.at) >= CRAWL


@dataclass(slots=True)
class _Page:
    db: sqlite3.Connection
    source: str
    article: Article
    today: Past
    how: dict[int, int]
    """What stands on it, by their marks, and how."""
    before: Window
    known: Known
    """More, or less, with what is learned by it."""
    seldom: bool
    """Whether it is one of those on which what is not learned is written down, too."""
    alike: tuple[int, int] | None = None
    """The sets of the last pages that have its byline, and its section, once that was asked."""

    def blocks(self, it: Standing, copies: int) -> None:
        """The blocks that other pages have, too. ``copies``: those of them that tell the same story."""
        for one in it.familiar:
            if one.pages & copies:
                self.how[one.mark] |= COPIED
            elif it.is_story and not _is_settled(self.known, one.mark):
                self.block(one.at, one.pages)

    def block(self, at: int, pages: int) -> None:
        """A block that stood on some of the last ``pages``, too."""
        one = self.article.seen[at]
        solid, own = max([self._beside(place) for place in spot(one.place)])
        if pages.bit_count() + 1 < FEWEST and solid < SOLID:
            return
        sights = self.before.on(pages)
        if not self.seldom and not self._is_asked(one.mark, sights):
            return
        block = self.article.blocks[one.block]
        is_head = block.kind is HEADING
        beneath = self._beneath(at) if is_head else 0
        counts = self._counts(one.mark, pages, sights, solid=solid, own=own, linked=is_link(block), beneath=beneath)
        kind = "heading" if is_head else "text"
        if is_head:
            is_known = is_heading(counts)
        else:
            is_known = is_text(counts, one.text) and not (_is_note(counts, one.text) or self._is_news(counts, one.text))
        if is_known:
            self._save(one.mark, counts, kind, one.text, one.place, learned=True)
        elif self.seldom and counts.pages >= OFTEN:
            self._save(one.mark, counts, kind, one.text, one.place, learned=False)

    def _is_news(self, counts: Counts, text: str) -> bool:
        """Whether it is a sentence whose figures are others each time: how the market closed, who won.

        What most pages have is the site's, whatever it counts.
        """
        if counts.recent >= 0.5 * counts.window or text[-1:] not in ENDS or not DIGIT.search(text):
            return False
        before = self.db.execute(_WORD_FOR_WORD, [self.source, BITS, clean(text), clean(self.article.url)])
        return before.fetchone() is None

    def _is_asked(self, mark: int, sights: list[Past]) -> bool:
        """Whether it may be known by today: it has come back; and what had by its last sight is not asked each time.

        But what the page's own look left out then was not asked at all.
        """
        if not _came_back(sights[0], self.today):
            return False
        if len(sights) <= 2 * FEWEST or len(sights) % FEWEST == 0 or not _came_back(sights[0], sights[-1]):
            return True
        return sights[-1].how(packed(mark)) & LEFT_OUT > 0

    def place(self, mark: int, one: Seen) -> None:
        """A place in which nothing of a story's own stood today; in it did ``one``."""
        where = self.before.where
        solid, own = where[mark], where.get(mark ^ _OWN, 0)
        if mark ^ _DISPROVED in where:
            return
        doubts = own.bit_count()
        if not is_solid(solid.bit_count() + 1, doubts):  # lately, then? What was new on the first pages is not any more
            lately = [bit for bit in self.before.pages if (solid | own) & bit][-LATELY:]
            doubts = sum([bit & own != 0 for bit in lately])
            if len(lately) < LATELY or not is_solid(LATELY - doubts, 2 * doubts):
                return
        opens = self.how.get(one.mark, 0) & OPENING
        if opens and solid.bit_count() < opening_share(one.text) * len(self.before.pages):  # of a series?
            return
        sights = self.before.on(solid)
        if not _came_back(sights[0], self.today):
            return
        counts = self._counts(mark, solid, sights, own=doubts)
        if is_place(counts):
            path = one.place if mark == spot(one.place)[0] else box_of(one.place)
            self._save(mark, counts, "place", one.text, path, learned=True)

    def disprove(self, mark: int) -> None:
        """Something of a story stands now in a place that was learned: the template is another one."""
        sql = "UPDATE boilerplate SET state = 'seen', learned = NULL WHERE source = ? AND mark = ? AND ruling = ''"
        if self.db.execute(sql, [self.source, mark]).rowcount > 0:
            self.known = self.known.forgetting(mark)

    def _save(self, mark: int, counts: Counts, kind: str, text: str, place: str, *, learned: bool) -> None:
        first, at = self.before.on(self.before.where[mark])[0], self.today.at
        what = (self.source, mark, kind, clean(text[:SAMPLE]), place, *(("learned", at) if learned else ("seen", None)))
        seen = (first.number, first.run, first.at, self.today.number, at, at if counts.returned else None)
        often = (counts.pages, counts.left_out, counts.stayed)
        where = (counts.opening, counts.closing, counts.heads, counts.slot, counts.steady)
        self.db.execute(_SAVE, (*what, *seen, *often, *where))
        if learned:
            self.known = self.known.learning(kind, mark)

    def _counts(
        self,
        mark: int,
        on: int,
        sights: list[Past],
        *,
        own: int,
        solid: int = 0,
        linked: bool = False,
        beneath: int = 0,
    ) -> Counts:
        """``on`` and ``sights``: of the last pages, those on which it stood; ``beneath``: what is below it today."""
        before, today = self.before, self.today
        sought, now = packed(mark), self.how[mark]
        slot = now & SLOT
        pages = placed = opening = closing = heads = steady = left_out = stayed = 0
        for how in [*[page.how(sought) for page in sights], now]:
            pages += not how & COPIED
            if how & PLACED:
                placed += 1
                opening += how & OPENING > 0
                closing += how & CLOSING > 0
                heads += how & HEADS > 0
                steady += how & SLOT == slot
            if how & LEFT_OUT:
                left_out += 1
            elif left_out:
                stayed += 1
        if self.alike is None:
            self.alike = before.alike(today)
        author, section = self.alike
        return Counts(
            pages=pages,
            since=today.number - sights[0].number + 1,
            recent=1 + len(sights),
            window=1 + len(before.pages),
            placed=placed,
            opening=opening,
            closing=closing,
            heads=heads,
            slot=slot,
            steady=steady,
            by_author=1 + author.bit_count(),
            with_author=1 + (author & on).bit_count(),
            in_section=1 + section.bit_count(),
            with_section=1 + (section & on).bit_count(),
            left_out=left_out,
            stayed=stayed,
            solid=solid,
            own=own,
            beneath=beneath.bit_count(),
            heading=(beneath & on).bit_count(),
            linked=linked,
            returned=_came_back(sights[0], today),
        )

    def _beneath(self, at: int) -> int:
        """The set of the last pages that have what stands right below a heading."""
        seen = self.article.seen
        return self.before.where.get(seen[at + 1].mark, 0) if at + 1 < len(seen) else 0

    def _beside(self, place: int) -> tuple[int, int]:
        """On how many of the last pages a place held nothing of a story's own, and on how many it did."""
        where = self.before.where
        return where.get(place, 0).bit_count(), where.get(place ^ _OWN, 0).bit_count()

    def tidy(self) -> None:
        """Count what was learned on the pages since it was last counted, and forget what was chance."""
        learned = "SELECT id, mark, latest FROM boilerplate WHERE source = ? AND state = 'learned'"
        self.db.executemany(
            "UPDATE boilerplate SET pages = pages + ?1, left_out = left_out + iif(ruling = 'keep', 0, ?1), latest = ?2,"
            " last_seen = ?3 WHERE id = ?4",
            self._since([tuple(row) for row in self.db.execute(learned, [self.source])]),
        )
        self.db.execute(
            "DELETE FROM boilerplate WHERE source = ? AND state = 'seen' AND ruling = '' AND latest <= ?",
            [self.source, self.today.number - FORGET],
        )

    def _since(self, rows: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, str, int]]:
        for row, mark, latest in rows:
            later = self.before.since(mark, latest)
            if later:
                yield len(later), later[-1].number, later[-1].at, row
