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

Sums that cost next to nothing show that a page can do none of this. Where they fail, on 14 of 839 real pages, the page
is written anew (``rewrite``), within limits that no article comes near.
"""

from __future__ import annotations

import re

from crawler.extract import markup, rewrite

MAX_BYTES = 10_000_000
HARMLESS = 500
SHORT = 50_000
"""Tags (opening and closing) and bytes of a page that formatting elements cannot blow up: 62,500 copies, 22 MB."""
MAX_TAGS = 8_000
"""The longest of 839 real pages has 9,770, one in a hundred 6,900. So many elements, nested, parse in .07 s."""
LARGE = 3_000_000
"""Bytes; a page that is longer than any of 839 real ones is cut in the rewriting, with care for its tags."""
COPIES = 40_000_000
"""Bytes that copies of formatting elements may take, 100,000 at most; five of 839 real pages seem to take more."""
SMALL = 200_000
"""Bytes up to which all attributes of a page cannot hurt, but those of one tag: 50,000 different ones, .65 s."""
MAX_ATTRIBUTES = 50_000
WINDOW = 16_384
"""So many bytes of attributes, 4,000 of them, are compared in .03 s; a small page has room for six such tags."""
AHEAD = 400
"""Bytes in which a tag ends, nearly always. Looking only so far is a matter of cost, not of safety."""
GIANT = 1_000
"""Attributes of one tag: half a million comparisons, 1.6 ms."""
SURE = 500
"""Bytes of a tag from which its attributes are counted: they might be 250."""
USUAL = 8
"""Attributes of a tag that is not looked at: where all tags have so many, they are 56,000, and take .8 s."""

_NAME = rb"[a-zA-Z][^ \t\n\f\r/>]*+"
_LINE = (
    rb"(?:[^<]++|<(?!\1%(end)b)(?:a|b|br|em|i|img|span|strong|u)%(end)b(?:%(one)b)*+%(close)b|</(?!\1>)\w++>){0,20}+"
)
"""What may stand in a formatting element without that it stays open: text, and elements of a line of text."""
_PATTERN = (
    rb"<(?=[abceinfsthu][ \t\n\f\r/>iomt])(?:a%(end)b(?!%(few)b)|(?=[^a])(?:html\b|body\b"
    rb"|(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)%(end)b(?!%(few)b%(line)b</\1%(end)b)))(?:%(one)b)*+"
)
_PARTS = {b"end": markup.NAME_END, b"close": markup.TAG_END, b"one": markup.ATTRIBUTE}
_GROW = re.compile(
    _PATTERN % {**_PARTS, b"line": _LINE % _PARTS, b"few": markup.few_attributes(10, 700)}, re.IGNORECASE
)
"""Tags that may be copied: formatting elements that are not closed in their line, links with a long tag (no two are
open at once, so short ones do little), and the two whose attributes are gathered."""
_GIANT = re.compile(rb"<%b(?!(?:%b){0,%d}+%b)" % (_NAME, markup.ATTRIBUTE, GIANT, markup.TAG_END))
_UNUSUAL = re.compile(rb"<(?=%b((?:%b){%d,%d}+))" % (_NAME, markup.ATTRIBUTE, USUAL, GIANT))
_ROOTS = (b"<html", b"<body")


def utf8(text: str) -> bytes:
    """Of a text as much as is looked at; what cannot be written is left out."""
    return text[:MAX_BYTES].encode("utf-8", "ignore")


def tame(html: str | bytes) -> bytes:
    """The page in UTF-8, harmless: as it is, or written anew."""
    page = (utf8(html) if isinstance(html, str) else html)[:MAX_BYTES]
    if b"\0" in page:
        page = page.replace(b"\0", b"")
    return page if _is_harmless(page) else rewrite.page(page)


def _is_harmless(page: bytes) -> bool:
    tags = page.count(b"<")
    if tags > MAX_TAGS or len(page) > LARGE:
        return False
    if (tags > HARMLESS or len(page) > SHORT) and _may_grow(page, tags):
        return False
    return not (_may_have_giants(page) if len(page) <= SMALL else _may_have_many(page, tags))


def _may_grow(page: bytes, tags: int) -> bool:
    """Whether copies of formatting elements, one of each in front of every tag, take too much memory."""
    found = [match[0] for match in _GROW.finditer(page)]
    if tags * 133 * sum(map(len, found)) < COPIES:  # "<b>" is the shortest, "<b a>" takes 650
        return False
    size = link = roots = 0
    for tag in found:
        attributes = len(markup.ATTRIBUTES.findall(tag))
        copy = 400 + len(tag) + 250 * attributes
        if tag[:5].lower() in _ROOTS:
            roots += attributes
        elif tag[1] in b"aA":
            link = max(link, copy)
        else:
            size += copy
    return tags * (size + link) > COPIES or roots > GIANT


def _may_have_many(page: bytes, tags: int) -> bool:
    """Whether the attributes of all tags are too many; those in scripts that look like tags are counted with them."""
    number = tags * USUAL // 2  # every other tag is a closing one
    for found in _UNUSUAL.finditer(page):
        size = found.end(1) - found.start(1)
        attributes = size // 2 if size < SURE else len(markup.ATTRIBUTES.findall(found[1]))
        number += attributes
        if attributes >= GIANT or number > MAX_ATTRIBUTES:
            return True
    return False


def _may_have_giants(page: bytes) -> bool:
    """Whether a tag may have thousands of attributes.

    Such a tag covers whole windows of the page. In most windows any tag that was open before is shown to end, which
    takes a glance; where it is not, each tag is looked at that begins there or shortly before.
    """
    start = -1
    for begin in range(0, len(page), WINDOW):
        if _ends_tags(page, begin, begin + WINDOW):
            if start >= 0 and _has_giant(page, start - WINDOW, begin):
                return True
            start = -1
        elif start < 0:
            start = begin
    return start >= 0 and _has_giant(page, start - WINDOW, len(page))


def _ends_tags(page: bytes, begin: int, end: int) -> bool:
    """Whether a tag that is open at ``begin`` ends before ``end``, or has no more than one attribute until there.

    At a ``>`` a tag ends, unless it is within a value in double or in single quotes. Then it goes on behind the next
    such quote.
    """
    for start in range(begin, end, (end - begin) // 4):
        at = page.find(b">", start, end)
        if at < 0:
            return False
        for quote in (b'"', b"'"):
            closing = page.find(quote, at, end) + 1
            if closing and not markup.REST_OF_TAG.match(page, closing, min(closing + AHEAD, end)):
                break
        else:
            return True
    return False


def _has_giant(page: bytes, begin: int, end: int) -> bool:
    begin = max(0, begin)
    while found := _GIANT.search(page, begin, end):
        begin = found.end()
        if _GIANT.match(page, found.start()):
            return True
    return False
