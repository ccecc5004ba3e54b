"""Pieces: what the pieces of a text tell of whether it is whole, and a text at all. Pure."""

from __future__ import annotations

from typing import Final

from archive import ending
from archive.models import FIGURE, HEADING, PARAGRAPH, Block, Inline

FLAGS: Final = frozenset({"listing-like", "truncated"})
"""Of ``archive.doubts``, what a text's blocks alone tell."""
ENTRY: Final = 15
"""Characters of a piece that may be the entry of a list of texts; a shorter one is a tag or a number."""
LINKED: Final = 0.6
"""Share of it that is a link."""
FEWEST: Final = 5
SHARE: Final = 0.3
"""Entries, and their share of all pieces, from which it is such a list."""
HEADINGS: Final = 8
HEADED: Final = 0.4
TEASER: Final = 160
"""Headings, their share of all pieces, and characters of text to each, from which and up to which it is one, too. Two
of 69 labelled pages that are no articles and pass for some have them, and one of 1,439 articles.
"""
_ELLIPSES: Final = ("…", "...")


def flags(blocks: tuple[Block, ...]) -> set[str]:
    """Those of FLAGS that hold."""
    found = {"listing-like": are_a_listing(blocks), "truncated": are_cut_off(blocks)}
    return {flag for flag, holds in found.items() if holds}


def are_cut_off(blocks: tuple[Block, ...]) -> bool:
    """Whether the last is a paragraph that ends amid a sentence; after a list, a table or a heading it may anyhow."""
    last = next((block for block in reversed(blocks) if block.kind is not FIGURE), None)
    if last is None or last.kind is not PARAGRAPH:
        return False
    return ending.is_open([block.text for block in blocks if block.kind is PARAGRAPH])


def are_a_listing(blocks: tuple[Block, ...]) -> bool:
    """Whether many of them look like the entries of a list of other texts, or are headings with hardly a text."""
    pieces, entries = _entries(blocks)
    if entries >= FEWEST and entries > SHARE * pieces:
        return True
    heads = sum([block.kind is HEADING for block in blocks])
    if heads < HEADINGS or heads < HEADED * pieces:
        return False
    return sum([len(block.text) for block in blocks if block.kind not in (HEADING, FIGURE)]) < TEASER * heads


def _entries(blocks: tuple[Block, ...]) -> tuple[int, int]:
    """How many pieces of text there are, and how many of them look like the entries of a list of other texts."""
    pieces = entries = 0
    for block in blocks:
        runs = block.inlines
        if runs and block.kind is not FIGURE:
            pieces += 1
            if len(runs) == 1:
                text = runs[0].text
                entries += len(text) >= ENTRY and (runs[0].href != "" or text.endswith(_ELLIPSES))
            else:
                entries += _is_entry(runs)
        if block.children:
            inner = _entries(block.children)
            pieces, entries = pieces + inner[0], entries + inner[1]
    return pieces, entries


def _is_entry(runs: tuple[Inline, ...]) -> bool:
    size = sum([len(run.text) for run in runs])
    linked = sum([len(run.text) for run in runs if run.href])
    return size >= ENTRY and (linked >= LINKED * size or runs[-1].text.endswith(_ELLIPSES))
