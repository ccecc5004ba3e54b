"""Quality: what the source's other articles say of a new one, beside what its own page does. Pure."""

from __future__ import annotations

import math
from typing import Final

from archive import dates, doubts, pieces
from archive.baseline import Baseline
from archive.models import Article, Quality

DEVIATIONS: Final = 3.0
"""A text so far below the usual length is short: of lengths that lie around it as measures do, one in 740."""
A_THIRD: Final = math.log(3)
"""But never one that is longer than a third of the usual, however alike a source's articles are."""
NEARLY_ALL: Final = 0.95
"""Share of a source's articles with a byline from which one without is odd."""
HARDLY_ANY: Final = 0.03
"""Share in other languages up to which a source has one."""


def judged(article: Article, words: int, usual: Baseline) -> Quality:
    """An article's quality by its page's own flags and its source's ``usual``; ``words`` as archive.words counts."""
    flags = doubted(article, words, usual)
    return Quality(doubts.score(flags), flags)


def doubted(article: Article, words: int, usual: Baseline) -> tuple[str, ...]:
    """The flags of ``archive.doubts`` that hold. Of a source with few articles, only what the page tells."""
    flags = set(article.quality.flags) - {"dates-disagree"}
    if any(piece.reason.startswith("site:") for piece in article.dropped):  # by its page alone, with what that was
        flags = flags - pieces.FLAGS | pieces.flags(article.blocks)
    if not dates.agree(article.dates):
        flags.add("dates-disagree")
    if usual.tells:
        flags.discard("short")  # of a wire of short notices all would be
        if usual.mean - math.log1p(words) > max(DEVIATIONS * usual.deviation, A_THIRD):
            flags.add("short-for-template")
        if not article.authors and usual.signed >= NEARLY_ALL:
            flags.add("no-byline")
        elsewhere = article.language and usual.language and article.language != usual.language
        if elsewhere and usual.foreign <= HARDLY_ANY:
            flags.add("not-the-source-language")
    return doubts.ordered(flags)
