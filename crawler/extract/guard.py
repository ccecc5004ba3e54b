"""The guard: what a page could do to the parser, bounded before it is parsed.

Nested elements cost the parser quadratic time (100,000 deep: half a minute), formatting elements that are never
closed are repeated in every paragraph after them (HTML Standard, 13.2.4.3), a tag's attributes are compared with each
other (100,000: 19 seconds), and every element costs memory. No real page comes near these limits; where they are
passed, tags and attributes are left out and the text stays.
"""

from __future__ import annotations

import re
from collections import Counter

TAGS = re.compile(r"</?[a-zA-Z][^\s/>]*")
WHOLE_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>?")
FORMATTING = frozenset({*("a b big code em font i nobr s small strike strong tt u".split())})  # noqa: SIM905  # a word list
SELF_CLOSING = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dd dt td th tr tbody option".split()  # noqa: SIM905
)
"""Elements that hold none, or that end where the next of their kind begins."""
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ATTRIBUTE = re.compile(r"[^\s/=]+")
MAX_CHARS = 10_000_000
LONG_TAG = 10_000
"""Characters of a tag that is looked at more closely: pictures in the text and data for scripts are longer still."""
MAX_ATTRIBUTES = 1_000
MAX_TAGS = 60_000
MAX_NESTING = 400
MAX_FORMATTING = 30
HARMLESS = 500
"""Tags of a page that needs no look: even the worst of them cost milliseconds."""
SUSPECT = 8_000
"""Opening tags of one page from which its nesting is measured: so many, all nested, parse in a tenth of a second."""


def tame(html: str) -> str:
    """The page, within the limits."""
    html = _thin(html[:MAX_CHARS].replace("\0", ""))
    if html.count("<") < HARMLESS:
        return html
    counts = Counter(TAGS.findall(html))
    if counts.total() > MAX_TAGS:
        html = html[: _position(html, MAX_TAGS)]
    opened = unclosed = 0
    for tag, number in counts.items():
        slash = tag[1] == "/"
        name = tag[1 + slash :].lower()
        if not slash and name not in SELF_CLOSING:
            opened += number
        if name in FORMATTING:
            unclosed += -number if slash else number
    return _flatten(html) if opened > SUSPECT or unclosed > MAX_FORMATTING else html


def _thin(html: str) -> str:
    """Leave out the attributes of a tag that has thousands of them."""
    parts = html.split(">")
    if max(map(len, parts)) <= LONG_TAG:
        return html
    return ">".join([part if len(part) <= LONG_TAG else _thinned(part) for part in parts])


def _thinned(part: str) -> str:
    start = part.find("<")
    if start < 0 or len(part) - start <= LONG_TAG:
        return part
    attributes = ATTRIBUTE.findall(QUOTED.sub(" ", part[start:]))
    return part[:start] + attributes[0] if len(attributes) > MAX_ATTRIBUTES else part


def _position(html: str, number: int) -> int:
    """Where the tag of this number begins."""
    for found in TAGS.finditer(html):
        number -= 1
        if number < 0:
            return found.start()
    return len(html)


def _flatten(html: str) -> str:
    """Leave out the tags that nest too deep."""
    depth = {"all": 0, "formatting": 0}
    left_out = {"all": 0, "formatting": 0}

    def keep(found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in SELF_CLOSING:
            return found[0]
        kind = "formatting" if name in FORMATTING else "all"
        limit = MAX_FORMATTING if kind == "formatting" else MAX_NESTING
        if not found[1]:
            if depth[kind] >= limit:
                left_out[kind] += 1
                return " "
            depth[kind] += 1
        elif left_out[kind]:
            left_out[kind] -= 1
            return " "
        else:
            depth[kind] = max(0, depth[kind] - 1)
        return found[0]

    return WHOLE_TAG.sub(keep, html)
