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


def fingerprint(text: str) -> str:
    """16 hex digits, equal for texts alike up to case, digits and white space: "12 Comments" and "3 comments"."""
    folded = _DIGITS.sub("0", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))
    return xxhash.xxh3_64_hexdigest(folded.encode("utf-8", "replace"))
