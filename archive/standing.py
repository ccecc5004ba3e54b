"""Standing: where on a page each block stood, before, amid or after the story's own text, and each place. Pure.

The story's own text is what no other page of the source has.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from archive.dedupe import mark
from archive.models import HEADING, PARAGRAPH, Article, Seen

PROSE: Final = 100
"""Characters from which a paragraph seen for the first time is the story's own text."""
SHORT_PROSE: Final = 40
"""The same, where there is none so long: in scripts without blanks, and in the shortest of briefs."""
SUBHEAD: Final = 60
"""Characters of the longest subheading that is not marked as one."""
ENDS: Final = ".!?…。！？।؟»”\"'"

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

GONE, KNOWN, OWN = 0, 1, 2
"""Of a place: all that stood there was left out, or was seen on other pages, too, or some of it is the story's own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A page, by the marks of what stood on it."""

    sizes: dict[int, int]
    """Block → characters of text; 0 of what was left out."""
    familiar: dict[int, int]
    """Block that other pages have, too → where in ``Article.seen`` it stood last."""
    how: dict[int, int]
    """The same → flags and slot; none where the page has no text of its own."""
    places: dict[int, int]
    """Place → GONE, KNOWN or OWN."""


@lru_cache(maxsize=10_000)
def spot(path: str) -> tuple[int, int]:
    """What a place is known by, and the place that it is in; 0 for none."""
    box = box_of(path)
    return mark(f"at {path}") if path else 0, mark(f"at {box}") if box else 0


def box_of(path: str) -> str:
    """The place that a place is in; empty for one that is in none but the article's part of the page."""
    box = path.rpartition(" > ")[0]
    return box if " > " in box else ""


def is_short(text: str) -> bool:
    """Whether it may be a subheading that is not marked as one."""
    return len(text) <= SUBHEAD and text[-1:] not in ENDS


def standing(article: Article, elsewhere: Container[int]) -> Standing:
    """``elsewhere``: the marks of other pages.

    What was seen on those, too, is not the story's own, but for what may be a subheading. Of the box around a place
    headings tell nothing: what they head does.
    """
    seen, blocks = article.seen, article.blocks
    sizes: dict[int, int] = {}
    own: list[int] = []
    paragraphs: list[int] = []
    least = SHORT_PROSE
    for at, one in enumerate(seen):
        if one.block < 0:
            sizes[one.mark] = 0
            continue
        size = sizes[one.mark] = len(one.text)
        if one.mark not in elsewhere:
            if blocks[one.block].kind is PARAGRAPH:
                paragraphs.append(at)
            if size >= PROSE > least:
                own, least = [], PROSE
            if size >= least:
                own.append(at)
    familiar: dict[int, int] = {}
    how: dict[int, int] = {}
    places: dict[int, int] = {}
    slot = 0
    for at, one in enumerate(seen):
        heading = one.block >= 0 and blocks[one.block].kind is HEADING
        known = one.mark in elsewhere
        if slot < len(paragraphs) and paragraphs[slot] == at:
            slot += 1
        if known:
            familiar[one.mark] = at
            if own:
                how[one.mark] = (
                    PLACED
                    | (OPENING if at < own[0] else 0)
                    | (CLOSING if at > own[-1] else 0)
                    | (HEADS if at + 1 < len(seen) and _is_own(seen[at + 1], elsewhere) else 0)
                    | (LEFT_OUT if one.block < 0 or (heading and is_gone(seen, at + 1)) else 0)
                    | min(slot, SLOT)
                )
        if one.place:
            is_own = one.block >= 0 and (not known or heading or is_short(one.text))
            level = OWN if is_own else GONE if one.block < 0 else KNOWN
            place, box = spot(one.place)
            places[place] = max(level, places.get(place, GONE))
            if box and not heading:
                places[box] = max(level, places.get(box, GONE))
    return Standing(sizes, familiar, how, places)


def is_gone(seen: Sequence[Seen], at: int) -> bool:
    """Whether what stands there was left out."""
    return at < len(seen) and seen[at].block < 0


def _is_own(one: Seen, elsewhere: Container[int]) -> bool:
    return one.block >= 0 and one.mark not in elsewhere
