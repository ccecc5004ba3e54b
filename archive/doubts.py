"""Doubts: the names of what may be wrong with a text, and what each takes from its score. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

WEIGHTS: Final = {
    "listing-like": 0.4,
    "truncated": 0.3,
    "unlike-word-count": 0.3,
    "short-for-template": 0.3,
    "mostly-links": 0.3,
    "short": 0.2,
    "not-the-source-language": 0.2,
    "no-title": 0.2,
    "paywalled": 0.2,
    "no-date": 0.05,
    "no-byline": 0.05,
    "dates-disagree": 0.05,
}
"""In the order in which they are told.

| doubt | pages of 1,439 | F1, of all .955 | it says that |
|---|---|---|---|
| listing-like | 13 | .865 | many of its pieces are links or end in an ellipsis: a list of other texts |
| mostly-links | 5 | .871 | more than two fifths of the text are links |
| short | 21 | .884 | 500 letters or less, and nothing is known of the source's other articles |
| truncated | 24 | .937 | it ends amid a sentence, or says that it goes on elsewhere |
| paywalled | 23 | .970 | what stands there is right, and not all |
| unlike-word-count | 3 | .953 | likewise: the page counts the words of the whole |
| no-date | 162 | .958 | the text is none the worse |
| dates-disagree | 80 | .931 | that of news is no worse; the date is wrong on 25 % of them, on 6 % of others |

(``python -m tests.bench.quality --pages``.) So a list costs most; what is right and not whole costs as much as what is
whole and unclean; what says nothing of the text costs little. The other four need a source's past: a text that is
short for it is cut off as often as one that says so (``python -m tests.bench.quality``).
"""


def score(flags: Iterable[str]) -> float:
    """1 for no doubt, less each one's weight, and never below 0; a flag of another version weighs nothing."""
    return max(0.0, round(1.0 - sum(WEIGHTS.get(flag, 0.0) for flag in flags), 2))


def ordered(flags: Iterable[str]) -> tuple[str, ...]:
    """The known ones among them, in the order of ``WEIGHTS``."""
    named = set(flags)
    return tuple(flag for flag in WEIGHTS if flag in named)
