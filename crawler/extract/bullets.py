"""Bullets: paragraphs in a row that begin with a sign each, as office programs export their lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from archive.models import ITEM, LIST, PARAGRAPH, Block

SIGNS: Final = frozenset("·•▪▫◦‣●○■□⁃∙➢➤✓✔")


def is_item(block: Block) -> bool:
    return block.kind is PARAGRAPH and block.inlines[0].text[0] in SIGNS and len(block.text) > 1


def listed(blocks: list[Block]) -> Block:
    """A list of paragraphs that are items."""
    return Block(LIST, children=tuple(map(_item, blocks)))


def _item(block: Block) -> Block:
    first, *rest = block.inlines
    text = first.text[1:].lstrip()
    if not text and rest:
        first, rest = rest[0], rest[1:]
        text = first.text.lstrip()
    return Block(ITEM, (replace(first, text=text), *rest) if text else tuple(rest))
