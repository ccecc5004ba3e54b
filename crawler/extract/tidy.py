"""Tidy: one line of text as a reader would see it, whatever markup, escapes and blanks it was stored with."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff\ufffd]")
"""Controls, soft hyphens, zero-width spaces (not joiners, which scripts need), lone surrogates, decoding errors."""


def tidy(text: str, limit: int = 1_000) -> str:
    """``text`` without tags, character references, invisible characters and needless blanks; ``limit`` characters."""
    text = text[: limit * 20]
    if "&" in text:
        text = html.unescape(html.unescape(text))  # templates escape what was escaped already
    if "<" in text:
        text = _TAG.sub(" ", text)
    text = squeeze(text)
    return text if len(text) <= limit else text[:limit].rstrip()


def squeeze(text: str) -> str:
    """Text that was parsed already: without invisible characters and needless blanks."""
    text = text.strip()
    if text.isprintable() and "\ufffd" not in text:  # so no blank but " ", and of the invisible none but that one
        return " ".join(text.split()) if "  " in text else text
    return " ".join(_INVISIBLE.sub("", text).split())
