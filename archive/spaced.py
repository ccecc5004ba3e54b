"""Spaced: texts of scripts without blanks between words, made searchable: each of their characters is a word.

The search index takes letters without a blank between them for one word, so that 東京 would not be found in 東京都知事.
So the archive gives it such texts with an invisible break after each character, and a query's characters become a
phrase. That finds any part of a word, as readers of these languages expect.
"""

from __future__ import annotations

import re

BREAK = "\u200b"
"""ZERO WIDTH SPACE: what a line may be broken at, and nothing to see (UAX #14, class ZW)."""

# Thai, Lao, Myanmar, Khmer; Hangul, whose particles follow a noun without a blank; kana; Han. (UAX #29, table 3, names
# the first and the last as what default word boundaries do not fit.)
_APART = (
    r"\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3\u1100-\u11ff\uac00-\ud7a3"
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_ONE = re.compile(rf"[{_APART}](?=\w)|\w(?=[{_APART}])")


def has_unspaced(text: str) -> bool:
    """Whether there is anything to put apart."""
    return not text.isascii() and _ONE.search(text) is not None


def spaced(text: str, between: str = BREAK) -> str:
    """The text with its characters of such scripts apart from each other and from what stands beside them."""
    return text if text.isascii() else _ONE.sub(lambda one: one[0] + between, text)
