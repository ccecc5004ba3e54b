"""Standing: where on a page each block stood, before, amid or after the story's own text, and each place. Pure.

The story's own text is what no other page of the source has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
"""it, or what it heads, was left out; of a place: all in it;"""
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
    """Block → flags and slot; 0 of what no other page has, and of all where the page has no text of its own."""
    familiar: list[Sight]
    """The blocks that other pages have, too."""
    places: dict[int, int]
    """Place → GONE, KNOWN, DOUBT or OWN."""
    at: dict[int, int]
    """Place → where in ``Article.seen`` the first block in it stands."""
    is_story: bool
    """Whether there is text of its own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A block that other pages have, too."""

    at: int
    """Where in ``Article.seen`` it stands."""
    mark: int
    pages: int
    """The set of them."""
    size: int
    """Characters; 0 of what was left out."""


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
    """Whether it is written without blanks, so that fewer characters say as much."""
    return not text.isascii() and WIDE.search(text) is not None


def is_short(text: str) -> bool:
    """Whether it may be a subheading that is not marked as one."""
    return len(text) <= SUBHEAD and text[-1:] not in ENDS


def standing(article: Article, where: Mapping[int, int]) -> Standing:
    """``where``: mark → the set of other pages that have it.

    What was seen on those, too, is not the story's own, but for what may be a subheading. Of the box around a place
    headings tell nothing: what they head does.
    """
    seen, blocks = article.seen, article.blocks
    how: dict[int, int] = {}
    familiar: list[Sight] = []
    own: list[int] = []
    paragraphs: list[int] = []
    found, whole = False, 0
    for at, one in enumerate(seen):
        size = len(one.text) if one.block >= 0 else 0
        whole += size
        pages = where.get(one.mark, 0)
        if pages:
            familiar.append(Sight(at, one.mark, pages, size))
        else:
            how[one.mark] = 0
            if size and blocks[one.block].kind is PARAGRAPH:
                paragraphs.append(at)
            prose = size >= PROSE or (size >= SHORT_PROSE and is_wide(one.text))
            if prose and not found:
                own, found = [], True
            if prose or (size >= SHORT_PROSE and not found):
                own.append(at)
    slot = 0
    for sight in familiar:
        while slot < len(paragraphs) and paragraphs[slot] < sight.at:
            slot += 1
        how[sight.mark] = _how(article, sight, own, slot, where) if own else 0
    return Standing(whole, how, familiar, *_places(article, where), bool(own))


def _how(article: Article, sight: Sight, own: list[int], slot: int, where: Mapping[int, int]) -> int:
    flags = PLACED + min(slot, SLOT)
    at, seen = sight.at, article.seen
    one, after = seen[at], seen[at + 1] if at + 1 < len(seen) else None
    if at < own[0]:
        flags += OPENING
    elif at > own[-1]:
        flags += CLOSING
    if after is not None and after.block >= 0 and after.mark not in where:
        flags += HEADS
    if one.block < 0 or (after is not None and after.block < 0 and article.blocks[one.block].kind is HEADING):
        flags += LEFT_OUT
    return flags


def _places(article: Article, where: Mapping[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    """``places`` and ``at``."""
    levels: dict[int, int] = {}
    first: dict[int, int] = {}
    path = ""
    place = box = 0
    for at, one in enumerate(article.seen):
        if one.place is not path:  # most of a story stands in one
            path = one.place
            place, box = spot(path)
        if not place and not box:
            continue
        level, heading = GONE, False
        if one.reason == BY_PLACE and one.mark not in where:
            level = DOUBT
        elif one.block >= 0:
            heading = article.blocks[one.block].kind is HEADING
            level = OWN if heading or one.mark not in where or is_short(one.text) else KNOWN
        for it in (place,) if heading else (place, box):
            if it and it not in levels:
                first[it], levels[it] = at, level
            elif it and level > levels[it]:
                levels[it] = level
    return levels, first
