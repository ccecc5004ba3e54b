"""Dedupe: what makes two texts the same. Pure."""

from __future__ import annotations

import string
import unicodedata

import xxhash

_BLANKS = (string.punctuation + string.whitespace).encode()
_IGNORED = string.digits.encode() + _BLANKS
_COUNTER = 160
"""Characters of the longest text in which a figure may be a counter, a date or a time."""


def content_hash(text: str) -> str:
    """32 hex digits (xxh3-128) that are equal for texts that differ in white space or Unicode form alone."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return xxhash.xxh3_128_hexdigest(folded.encode("utf-8", "replace"))


def mark(text: str) -> int:
    """64 bits (xxh3), signed, equal for texts alike up to case, digits, punctuation and white space.

    "1,234 Comments", "9 comments". Of a text without letters all counts, and the figures of a long one, which are news:
    what it cost, how the vote went. It takes 0.9 µs for a paragraph, where folding
    by Unicode's rules and by a pattern took 5 to 13.
    """
    data = text.lower().encode("utf-8", "surrogatepass")
    ignored = _IGNORED if len(text) <= _COUNTER else _BLANKS
    number = xxhash.xxh3_64_intdigest(data.translate(None, ignored) or data)
    return number - (1 << 64) if number >> 63 else number
