"""Quality: what a page tells of how whole and clean the text is that was found on it.

What only the source's other articles tell is found where they are: see archive.quality.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive import dates, doubts
from archive.models import CELL, FIGURE, HEADING, ITEM, PARAGRAPH, Block, Quality
from crawler.extract import ending
from crawler.extract.body import Body
from crawler.extract.metadata import Meta

SHORT = 500
"""Letters."""
MOST_LINKS = 0.4
"""Share of links in the text: 2 of 1,439 articles have more."""
ENTRY = 15
"""Characters of a piece that may be the entry of a list of texts; a shorter one is a tag or a number."""
LINKED = 0.6
"""Share of it that is a link."""
FEWEST, SHARE = 5, 0.3
"""Entries, and their share of all pieces, from which it is such a list."""
NO_COUNT = 30
"""A page says that its text has so few words: 1 where there are no blanks between them, or those of a summary."""
FEWER, MORE = 0.6, 2.0
"""Times the words that the page counts; of 123 articles whose page does so, 116 lie between .8 and 1.25, 3 beyond."""


def of(body: Body, meta: Meta) -> Quality:
    """1.0 for a whole, dated text; each doubt takes its share."""
    size = sum(map(len, body.texts)) * body.dense
    found = {
        "listing-like": _is_listing(body.blocks),
        "truncated": ending.is_open([block.text for block in _end(body.blocks)]),
        "unlike-word-count": meta.word_count is not None and _is_unlike(body.texts, meta.word_count),
        "mostly-links": body.linked > MOST_LINKS,
        "short": size < SHORT,
        "no-title": not meta.title,
        "paywalled": _for_subscribers(body, meta),
        "no-date": meta.published is None,
        "dates-disagree": not dates.agree(meta.dates),
    }
    flags = doubts.ordered([flag for flag, holds in found.items() if holds])
    return Quality(doubts.score(flags), flags)


def _for_subscribers(body: Body, meta: Meta) -> bool:
    """What the page declares, else whether it tells its readers so under the text."""
    if meta.paywalled is not None:
        return meta.paywalled
    return any(part.reason == "notice:paywall" for part in body.dropped)


def _end(blocks: tuple[Block, ...]) -> list[Block]:
    """The paragraphs, if one is the text's last piece: after a list, a table or a heading it may end anyhow."""
    last = next((block for block in reversed(blocks) if block.kind is not FIGURE), None)
    if last is None or last.kind is not PARAGRAPH:
        return []
    return [block for block in blocks if block.kind is PARAGRAPH]


def _is_listing(blocks: tuple[Block, ...]) -> bool:
    pieces = entries = 0
    for block in _pieces(blocks):
        pieces += 1
        size = linked = 0
        for run in block.inlines:
            size += len(run.text)
            if run.href:
                linked += len(run.text)
        if size >= ENTRY and (linked >= LINKED * size or block.inlines[-1].text.rstrip().endswith(("…", "..."))):
            entries += 1
    return entries >= FEWEST and entries > SHARE * pieces


def _pieces(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.kind in {PARAGRAPH, HEADING, ITEM, CELL}:
            yield block
        if block.children:
            yield from _pieces(block.children)


def _is_unlike(texts: tuple[str, ...], told: int) -> bool:
    """By words, and by characters, which some count for them."""
    words = sum([text.count(" ") + text.count("\n") + 1 for text in texts])
    characters = sum(map(len, texts))
    if told < NO_COUNT or FEWER * told <= words <= MORE * told:
        return False
    return not FEWER * told <= characters <= told / FEWER
