"""Dedupe: what makes two texts the same. Pure."""

from __future__ import annotations

import re
import unicodedata

import xxhash

_DIGITS = re.compile(r"\d+")


def content_hash(text: str) -> str:
    """32 hex digits (xxh3-128) that are equal for texts that differ in white space or Unicode form alone."""
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return xxhash.xxh3_128_hexdigest(folded.encode("utf-8", "replace"))


def mark(text: str) -> int:
    """64 bits (xxh3), signed, equal for texts alike up to case, digits and white space: "12 Comments", "3 comments"."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    folded = _DIGITS.sub("0", " ".join(text.casefold().split()))
    number = xxhash.xxh3_64_intdigest(folded.encode("utf-8", "replace"))
    return number - (1 << 64) if number >> 63 else number
