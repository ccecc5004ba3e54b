"""Language: the BCP 47 primary tag of a page, as declared or as detected from its text."""

from __future__ import annotations

import re

from resiliparse.parse.lang import detect_fast

SAMPLE = 4_000
"""Characters that detection looks at; more did not change its answer."""
ENOUGH = 200
"""Characters under which a declaration is believed rather than a detection."""
RANK = 1_000
"""Distance from the language's profile beyond which resiliparse's answer is noise (its own cut-off is 1,200)."""

_NEAR = ("pt gl", "es gl", "hi ne mr", "da no", "id ms", "hr sr bs", "cs sk", "nl af")
"""Languages that profiles of letters take for each other: two of three Portuguese articles pass for Galician."""

_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_][\w-]*)?$")
_ALIASES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cn": "zh", "jp": "ja", "kr": "ko", "ua": "uk"}
"""Retired codes, written forms of Norwegian, and countries' codes given for languages'."""
_WORDS = {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt"}


def normal(tag: str) -> str:
    """The primary tag in lower case, retired and mistaken ones mapped; empty for what is none."""
    match = _TAG.match(tag.strip())
    if not match:
        return ""
    name = match[1].lower()
    return _ALIASES.get(name) or _WORDS.get(name) or name


def detect(text: str, hint: str = "") -> str:
    """The language of ``text``; the page's declaration ``hint`` where the text is short, or the answer weak or near."""
    hint = normal(hint)
    if len(text) < ENOUGH:
        return hint
    name, rank = detect_fast(text[:SAMPLE])
    name = normal(name) if rank <= RANK and name != "unknown" else ""
    near = any({hint, name} <= set(group.split()) for group in _NEAR) if hint != name else False
    return hint if near or not name else name
