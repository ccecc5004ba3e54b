"""Offers: what a page asks of those who want to read on. Pure."""

from __future__ import annotations

import re

from archive import notes
from archive.noise import told

# Characters of a line that is no more than an offer.
_SHORTEST, _LONGEST = 8, 400
_UNSEEN = re.compile(r"<(script|style|template|svg)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(r"</?(?:a|b|i|em|strong|span|u)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def are_new(page: bytes, before: bytes) -> bool:
    """Whether a page asks to subscribe, to sign in or to pay in words in which it did not before."""
    return not _of(page) <= _of(before)


def _of(page: bytes) -> set[str]:
    text = _INLINE.sub("", _UNSEEN.sub(" ", page.decode("utf-8", "replace")))
    lines = (told(line) for line in _TAG.split(text))
    return {line for line in lines if _SHORTEST <= len(line) <= _LONGEST and notes.offers(line)}
