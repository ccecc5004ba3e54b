"""Noise: how two spellings of one text differ though they say the same. Pure.

It comes of content systems, fonts and templates: blanks and line breaks, Unicode's several forms of one sign, quotes
that are curly or straight, long and short dashes, hyphens that show at a line's end alone, marks that show nowhere.
"""

from __future__ import annotations

import html
import re
import unicodedata

from archive.words import CJK

# Signs that are not seen: soft hyphen, joiners and non-joiners, marks of direction, variation selectors, the Arabic
# stroke that fills a line; and controls. The tags that tell the flags of England and Scotland apart are none.
_UNSEEN = (
    *(0xAD, 0x34F, 0x61C, 0x640, 0x180E, 0xFEFF, *range(9), *range(0xE, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0)),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)),
    *range(0xE0100, 0xE01F0),
)
_GONE = dict.fromkeys(_UNSEEN)
_QUOTES = dict.fromkeys(map(ord, "“”„‟″〝〞〟「」『』״❝❞«»"), '"') | dict.fromkeys(map(ord, "’‘‚‛′`´ʼʻ׳❛❜‹›"), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣"), "-") | dict.fromkeys(map(ord, "～〜"), "~")
_LETTERS = {ord("ك"): "ک", ord("ي"): "ی"}  # one letter on an Arabic and on a Persian keyboard
# Wide, narrow and joined forms of a sign. Raised and lowered ones say something else: 10² is not 102.
_FORMS = {
    sign: unicodedata.normalize("NFKC", chr(sign))
    for part in (
        (0x132, 0x134),
        (0x2024, 0x2027),
        (0xFB00, 0xFB07),
        (0xFB1D, 0xFE00),
        (0xFE70, 0xFEFD),
        (0xFF01, 0xFFE7),
    )
    for sign in range(*part)
}
_SHAPES = {
    sign: form.translate(_QUOTES | _DASHES | _LETTERS) for sign, form in _FORMS.items()
} | _QUOTES | _DASHES | _LETTERS | _GONE  # fmt: skip

_INNER = re.compile(r"(?<!\w)«\s++|(?<!\s)\s++»(?!\w)")  # French sets its quotes apart, German turns them around
# French sets high signs apart, too; and markup leaves blanks before a stop.
_APART = re.compile(rf"(?<!\s)\s++(?=[!?;:%](?!\w)|[,.](?:\s|$))|(?<=[{CJK}。、])\s++(?=[{CJK}])")
_RUNS = re.compile(r"-{2,}|\.{2,}")


def told(text: str) -> str:
    """What a text says: equal for texts that differ in noise alone."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _INNER.sub(lambda match: match[0].strip(), text)
        text = unicodedata.normalize("NFC", text.translate(_SHAPES))
    elif "`" in text:
        text = text.replace("`", "'")
    if "--" in text or ".." in text:
        text = _RUNS.sub(lambda match: "-" if match[0][0] == "-" else "...", text)
    return " ".join(_APART.sub("", text).split())


def seen(text: str) -> str:
    """A text without the signs that are not seen."""
    return text if text.isascii() else text.translate(_GONE)


def names(byline: str) -> frozenset[str]:
    """Who signs: equal for bylines that differ in noise, case or the order of names alone."""
    return frozenset(filter(None, (told(name).casefold() for name in byline.split(","))))
