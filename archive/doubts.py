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

| doubt | pages | F1 | it says that |
|---|---|---|---|
| listing-like | 18 | .888 | many of its pieces are links or end in an ellipsis: a list of other texts |
| truncated | 25 | .957 | it ends amid a sentence, or says that it goes on elsewhere |
| unlike-word-count | 2 | .943 | the page counts far more words, or fewer |
| mostly-links | 5 | .871 | more than two fifths of the text are links |
| short | 21 | .902 | 500 letters or less, and nothing is known of the source's other articles |
| no-title | 2 | 1.000 | |
| paywalled | 23 | .975 | what stands there is right, and not all |
| no-date | 162 | .959 | the text is none the worse |
| dates-disagree | 80 | .953 | neither is it; the date is wrong on 25 % of them, and on 6 % of others |

Of 1,439 labelled pages, whose F1 is .960 (``python -m tests.bench.quality --pages``): a list costs most, text that is
unclean or not whole less, and what says nothing of the text little. The others need a source's past: a text that is
short for it, or in another language, is the page of something else or a part of one.
"""
MEANING: Final = {
    "listing-like": "many of its pieces are links or break off: a list of other texts",
    "truncated": "it ends amid a sentence, or says that it goes on elsewhere",
    "unlike-word-count": "the page counts far more words, or fewer",
    "short-for-template": "it is far shorter than its source's others",
    "mostly-links": "more than two fifths of the text are links",
    "short": "it has 500 letters or less",
    "not-the-source-language": "it is in another language than its source",
    "no-title": "no headline was found",
    "paywalled": "the page is for subscribers: what stands here may not be all",
    "no-date": "no date of publication was found",
    "no-byline": "its source always names an author, and here none was found",
    "dates-disagree": "the page gives dates that lie more than a day apart",
}
"""In a reader's words."""


def score(flags: Iterable[str]) -> float:
    """1 for no doubt, less each one's weight, and never below 0; a flag of another version weighs nothing."""
    return max(0.0, round(1.0 - sum(WEIGHTS.get(flag, 0.0) for flag in flags), 2))


def ordered(flags: Iterable[str]) -> tuple[str, ...]:
    """The known ones among them, in the order of ``WEIGHTS``."""
    named = set(flags)
    return tuple(flag for flag in WEIGHTS if flag in named)
