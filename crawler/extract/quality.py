"""Quality: what a page tells of how whole and clean the text is that was found on it.

What only the source's other articles tell is found where they are: see archive.quality.
"""

from __future__ import annotations

from archive import dates, doubts, pieces
from archive.models import Quality
from crawler.extract.body import LITTLE, WALLS, Body
from crawler.extract.metadata import Meta

SHORT = 500
"""Letters."""
MOST_LINKS = 0.4
"""Share of links in the text: 2 of 1,439 articles have more."""
NO_COUNT = 30
"""A page says that its text has so few words: 1 where there are no blanks between them, or those of a summary."""
FEWER, MORE = 0.6, 2.0
"""Times the words that the page counts; of 123 articles whose page does so, 116 lie between .8 and 1.25, 3 beyond."""
NEARLY = 0.93
"""Times the characters, where a page counts these; of 123 articles one does (.97)."""
TEASER = 100
"""Words of a text at most that is the beginning of a longer one, and not one whose page counts characters."""


def of(body: Body, meta: Meta) -> Quality:
    """1.0 for a whole, dated text; each doubt takes its share."""
    size = sum(map(len, body.texts)) * body.dense
    found = {
        "unlike-word-count": meta.word_count is not None and _is_unlike(body.texts, meta.word_count),
        "mostly-links": body.linked > MOST_LINKS,
        "short": size < SHORT,
        "no-title": not meta.title,
        "paywalled": _for_subscribers(body, meta, little=size < LITTLE),
        "no-date": meta.published is None,
        "dates-disagree": not dates.agree(meta.dates),
    }
    flags = doubts.ordered([*pieces.flags(body.blocks), *[flag for flag, holds in found.items() if holds]])
    return Quality(doubts.score(flags), flags)


def _for_subscribers(body: Body, meta: Meta, *, little: bool) -> bool:
    """What the page declares, else whether it tells its readers so under the text."""
    if meta.paywalled is not None:
        return meta.paywalled
    return any(part.reason == "notice:paywall" or (little and part.reason in WALLS) for part in body.dropped)


def _is_unlike(texts: tuple[str, ...], told: int) -> bool:
    """By words, and by characters, which some count for them."""
    words = sum([text.count(" ") + text.count("\n") + 1 for text in texts])
    characters = sum(map(len, texts))
    if told < NO_COUNT or FEWER * told <= words <= MORE * told:
        return False
    return words <= TEASER or not NEARLY * told <= characters <= told / NEARLY
