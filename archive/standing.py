"""Standing: where on a page each block stood, before, amid or after the story's own text, and each place. Pure.

The story's own text is what no other page of the source has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from archive.dedupe import mark
from archive.models import HEADING, PARAGRAPH, Article

PROSE: Final = 100
"""Characters from which a paragraph seen for the first time is the story's own text."""
SHORT_PROSE: Final = 40
"""The same in scripts without blanks; and in all, where there is none so long: in the shortest of briefs."""
WIDE: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{5}")
NAMED: Final = 2
"""Elements at a path's end of which one has to have a name: without any, it is the next list in a story as well."""
SUBHEAD: Final = 60
"""Characters of the longest subheading that is not marked as one."""
ENDS: Final = ".!?…。！？।؟»”\"'"

BY_PLACE: Final = "site:place"
"""Why a block was left out: for its place alone, whatever it said."""
PLACED: Final = 1 << 8
"""Flags of how a block stood, above the slot: it was known where, by text that is the story's own;"""
OPENING: Final = 2 << 8
CLOSING: Final = 4 << 8
HEADS: Final = 8 << 8
"""before all of that, after it, right before a part of it;"""
LEFT_OUT: Final = 16 << 8
"""it was left out, wherever it stood, or what it heads was; of a place: all in it;"""
COPIED: Final = 32 << 8
"""another page has it because it tells the same story."""
SLOT: Final = 0xFF
"""How many of the story's paragraphs stood before it."""

GONE, KNOWN, DOUBT, OWN = 0, 1, 2, 3
"""Of a place: all that stood there was left out, or was seen on other pages, too, or some of it never was; of which
DOUBT is what was left out for its place alone, and OWN is the story's.
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A page, by the marks of what stood on it."""

    size: int
    """Characters of text, without what was left out."""
    how: dict[int, int]
    """Block → flags and slot; 0 of what is kept and no other page has, or where the page has no text of its own."""
    familiar: list[Sight]
    """The blocks that are kept, and that other pages have, too."""
    places: dict[int, int]
    """Place → GONE, KNOWN, DOUBT or OWN."""
    at: dict[int, int]
    """Place → where in ``Article.seen`` the first block in it stands."""
    is_story: bool
    """Whether there is text of its own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A block that is kept, and that other pages have, too."""

    at: int
    """Where in ``Article.seen`` it stands."""
    mark: int
    pages: int
    """The set of them."""
    size: int
    """Characters."""


@lru_cache(maxsize=10_000)
def spot(path: str) -> tuple[int, int]:
    """What a place is known by, and the place that it is in; 0 for none that can be told from others."""
    box = box_of(path)
    return mark(f"at {path}") if is_named(path) else 0, mark(f"at {box}") if is_named(box) else 0


def is_named(path: str) -> bool:
    """Whether a place is told from others by more than its tags."""
    parts = path.split(" > ")[1:][-NAMED:]
    return sum(["." in part or "-" in part for part in parts]) > 0


def box_of(path: str) -> str:
    """The place that a place is in; empty for one that is in none but the article's part of the page."""
    box = path.rpartition(" > ")[0]
    return box if " > " in box else ""


def is_wide(text: str) -> bool:
    """Whether it is written without blanks, as its begin tells, so that fewer characters say as much."""
    if text.isascii():
        return False
    begin = text[:SHORT_PROSE]  # three bytes a character, and two in Cyrillic, Greek or Arabic
    return len(begin.encode("utf-8", "surrogatepass")) > 2 * len(begin) and WIDE.search(begin) is not None


def is_short(text: str) -> bool:
    """Whether it may be a subheading that is not marked as one."""
    return len(text) <= SUBHEAD and text[-1:] not in ENDS


def standing(article: Article, where: dict[int, int]) -> Standing:
    """``where``: mark → the set of other pages that have it.

    What was seen on those, too, is not the story's own, but for what may be a subheading. Of the box around a place
    headings tell nothing: what they head does.
    """
    seen, blocks = article.seen, article.blocks
    how: dict[int, int] = {}
    familiar: list[Sight] = []
    paragraphs: list[int] = []
    first = last = -1  # of the story's own text
    found, whole, at = False, 0, -1
    for one in seen:
        at += 1
        if one.block < 0:
            how[one.mark] = LEFT_OUT
            continue
        size = len(one.text)
        whole += size
        pages = where.get(one.mark)
        if pages is not None:
            familiar.append(Sight(at, one.mark, pages, size))
            continue
        how[one.mark] = 0
        if blocks[one.block].kind is PARAGRAPH:
            paragraphs.append(at)
        if size >= SHORT_PROSE:
            prose = size >= PROSE or is_wide(one.text)
            if prose and not found:
                found, first = True, at
            if prose or not found:
                first, last = at if first < 0 else first, at
    slot = 0
    for sight in familiar:
        while slot < len(paragraphs) and paragraphs[slot] < sight.at:
            slot += 1
        how[sight.mark] = _how(article, sight.at, first, last, where) + min(slot, SLOT) if last >= 0 else 0
    return Standing(whole, how, familiar, *_places(article, where), last >= 0)


def _how(article: Article, at: int, first: int, last: int, where: dict[int, int]) -> int:
    flags = PLACED
    if at < first:
        flags += OPENING
    elif at > last:
        flags += CLOSING
    seen = article.seen
    if at + 1 < len(seen):
        after = seen[at + 1]
        if after.block < 0:
            if article.blocks[seen[at].block].kind is HEADING:
                flags += LEFT_OUT
        elif after.mark not in where:
            flags += HEADS
    return flags


def _places(article: Article, where: dict[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    """``places`` and ``at``."""
    levels: dict[int, int] = {}
    first: dict[int, int] = {}
    path, at, done = "", -1, True
    place = box = 0
    for one in article.seen:
        at += 1
        if one.place is not path:  # most of a story stands in one
            path = one.place
            place, box = spot(path)
            done = not place and not box
        if done:
            continue
        level, heading = GONE, False
        if one.reason == BY_PLACE and one.mark not in where:
            level = DOUBT
        elif one.block >= 0:
            heading = article.blocks[one.block].kind is HEADING
            level = OWN if heading or one.mark not in where or is_short(one.text) else KNOWN
        if place and level > levels.get(place, -1):
            first.setdefault(place, at)
            levels[place] = level
        if box and not heading:
            if level > levels.get(box, -1):
                first.setdefault(box, at)
                levels[box] = level
            done = level == OWN
    return levels, first
