"""The guard: what a page could do to the parser, bounded before it is parsed.

The parser's weak points, each measured on selectolax 1.0.2:

- nested blocks cost quadratic time (8,000 deep .07 s, 100,000 deep 26 s);
- formatting elements left open are made again in every block that follows (HTML Standard, 13.2.4.3), with all their
  attributes: 2,000 ``<b>`` and 2,000 ``<p>`` take 720 MB, one ``<a>`` of a megabyte and 450 ``<p>`` 430 MB;
- a tag's attributes are compared with each other (100,000 take 19 s), and with those of every ``<html>`` or ``<body>``
  before (40 such tags of 500 attributes .7 s);
- an ``<option>`` in a ``<select>`` looks at those before it (60,000 take 7 s), a new tag name at those that share its
  hash (300,000 take minutes);
- each element costs 350 bytes, each attribute 230, each ``<`` that begins nothing 18.

Two passes over the whole page show that nearly every one can do none of this: they count its ``<`` and find its
formatting tags; attributes are estimated (``attributes``). What they leave open is counted (``_is_harmless``), and a
page that fails there is written anew (``rewrite``), within limits that no article comes near.
"""

from __future__ import annotations

import re

from crawler.extract import attributes, counts, markup, rewrite

MAX_BYTES = 10_000_000
MAX_OPEN = 8_000
"""Elements that may nest: .07 s, and .3 s where 12,000 closing tags look in vain among them."""
MAX_TAGS = 20_000
"""The longest of 1,650 real pages has 19,629, one in a hundred 8,000; its elements that may nest are 5,600."""
LARGE = 3_000_000
"""Bytes; a page that is longer than any of 1,650 real ones is cut in the rewriting, with care for its tags."""
COPIES = 80_000_000
"""Bytes that copies of formatting elements may take, 200,000 at most; five of 1,650 real pages seem to take more."""

_LINE = (
    rb"(?:[^<]++|<(?!\1%(end)b)(?:a|b|br|circle|em|g|i|img|path|polygon|rect|small|span|strong|sub|sup|svg|u|use)%(end)b"
    rb"(?:%(one)b)*+%(close)b|</(?!\1>)\w++>){0,100}+"
)
"""What may stand in a formatting element without that it stays open: text, and elements of a line of text."""
_PARTS = {
    b"end": markup.NAME_END,
    b"close": markup.TAG_END,
    b"one": markup.ATTRIBUTE,
    b"few": markup.few_attributes(10, 700),
}
_PARTS[b"line"] = _LINE % _PARTS
_GROW = re.compile(
    rb"<(?=[aAbBcCeEfFhHiInNsStTuU][ \t\n\f\r/>iomtrIOMTR])"
    rb"(?:[aA]%(end)b(?!%(few)b)|(?i:(?=[^a])(?:html\b|body\b"
    rb"|(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)%(end)b(?!%(few)b%(line)b</\1%(end)b))))(?:%(one)b)*+"
    % _PARTS
)
"""Tags that may be copied: formatting elements that are not closed in their line, and the two whose attributes are
gathered. Of links those with a long tag or many attributes: no two are open at once, so others do little."""
_ROOTS = (b"<html", b"<body")


def utf8(text: str) -> bytes:
    """Of a text as much as is looked at; what cannot be written is left out."""
    return (text if len(text) <= MAX_BYTES else text[:MAX_BYTES]).encode("utf-8", "ignore")


def tame(html: str | bytes) -> bytes:
    """The page in UTF-8, harmless: as it is, or written anew."""
    page = utf8(html) if isinstance(html, str) else html
    if len(page) > MAX_BYTES:  # a slice would be a copy
        page = page[:MAX_BYTES]
    if b"\0" in page:
        page = page.replace(b"\0", b"")
    return page if _is_harmless(page) else rewrite.page(page)


def _is_harmless(page: bytes) -> bool:
    tags = len(page) - len(page.replace(b"<", b""))  # 60 µs in 270 KB; count() takes 97
    if tags > MAX_TAGS or len(page) > LARGE:
        return False
    if tags > MAX_OPEN and counts.may_be_open(page, tags) > MAX_OPEN:
        return False
    if _may_grow(page, tags):
        return False
    return attributes.are_few(page) or not counts.has_many_attributes(page)


def _may_grow(page: bytes, tags: int) -> bool:
    """Whether copies of formatting elements, one of each in front of every tag, take too much memory."""
    size = link = roots = 0
    for match in _GROW.finditer(page):
        tag = match[0]
        number = len(markup.ATTRIBUTES.findall(tag))
        copy = 400 + len(tag) + 250 * number
        if tag[:5].lower() in _ROOTS:
            roots += number
        elif tag[1] in b"aA":
            link = max(link, copy)
        else:
            size += copy
    if roots > attributes.GIANT:
        return True
    if tags * (size + link) <= COPIES:
        return False
    opened = tags - page.count(b"</")  # a copy is left behind where an element ends that was opened once
    return opened * (size + link) > COPIES
