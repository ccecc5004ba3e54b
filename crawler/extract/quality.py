"""Quality: what a page tells of how whole and clean the text is that was found on it.

What only the source's other articles tell is found where they are: see archive.quality.
"""

from __future__ import annotations

from archive import dates, doubts
from archive.models import FIGURE, PARAGRAPH, Block, Inline, Quality
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
_ELLIPSES = ("…", "...")
NO_COUNT = 30
"""A page says that its text has so few words: 1 where there are no blanks between them, or those of a summary."""
FEWER, MORE = 0.6, 2.0
"""Times the words that the page counts; of 123 articles whose page does so, 116 lie between .8 and 1.25, 3 beyond."""
NEARLY = 0.85
"""Times the characters, where a page counts these."""


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
    pieces, entries = _entries(blocks)
    return entries >= FEWEST and entries > SHARE * pieces


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


def _is_unlike(texts: tuple[str, ...], told: int) -> bool:
    """By words, and by characters, which some count for them."""
    words = sum([text.count(" ") + text.count("\n") + 1 for text in texts])
    characters = sum(map(len, texts))
    if told < NO_COUNT or FEWER * told <= words <= MORE * told:
        return False
    return not NEARLY * told <= characters <= told / NEARLY
