"""Garbled: a text whose letters beyond ASCII were lost on the way from one encoding to another. Pure."""

from __future__ import annotations

import re

LEAST = 100
"""ASCII letters of a text, at least, by which it is told to be the same."""
MOST = 0.25
"""Share of its letters that may be others: in languages of more, nothing is left to tell it by."""
DOUBLED, RARELY = 0.3, 0.05
"""Share of signs that are bytes of UTF-8, read as windows-1252, from which on a text in another script is garbled; and
below which it was none before. French has a twentieth of letters with accents.
"""
_BYTES = re.compile("[\u0080-\u00ff\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u2122]")
_TWICE = re.compile("[\u00c2-\u00c5\u00d0\u00d1\u00e2][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]")
"""``Ã¼``, ``â€™``: bytes of UTF-8 that were read as windows-1252."""


def is_garbled(text: str, before: str) -> bool:
    """Whether a text is what it was before but for letters beyond ASCII, which are replaced, doubled or gone."""
    known, others = _letters(before)
    if others > MOST * len(known):
        return _doubled(text) >= DOUBLED * len(text) and _doubled(before) < RARELY * len(before)
    if len(known) < LEAST:
        return False
    same, left = _letters(text)
    if same != known:
        return False
    return (left == 0 < others) or _marks(text) > _marks(before)


def _doubled(text: str) -> int:
    return len(_BYTES.findall(text))


def _letters(text: str) -> tuple[str, int]:
    """Those of ASCII, and the number of the others."""
    plain = "".join([sign for sign in text if sign.isascii() and sign.isalpha()])
    return plain, sum([sign.isalpha() and not sign.isascii() for sign in text])


def _marks(text: str) -> int:
    return text.count("\ufffd") + len(_TWICE.findall(text))
