"""Attributes: about how many a page has, by what stands at places that nobody can foresee.

One place is drawn at random in each stretch of the page. To lie in a tag, it must have the tag's beginning between it
and the last ``>`` before it, or that ``>`` is in a quoted value that has been closed since; that is the tokenizer's
grammar, so nothing can hide. A tag counts with its attributes by its length. A tag of two stretches cannot be missed;
75,000 attributes in shorter ones (1.4 s) are taken for less than ``MANY`` about once in a hundred thousand times.
"""

from __future__ import annotations

import random
import re

from crawler.extract import markup

STRETCH = 16_384
"""Bytes. 50,000 different attributes take 205,000 at least, so 12 places lie among them."""
FEW = 50_000
"""Bytes of a page whose attributes, 12,000 different ones at most, take .3 s even in one tag."""
GIANT = 1_000
"""Attributes of one tag: half a million comparisons, 1.6 ms."""
MANY = 14_000
"""A quarter of what is too many; of 1,650 real pages few seem to have more, and are counted."""

_TAG = re.compile(rb"<[a-zA-Z]")
_SOME = re.compile(rb"(?:" + markup.ATTRIBUTE + rb"){0,%d}+" % (GIANT + 2))


def are_few(page: bytes) -> bool:
    """Whether there are far fewer than the parser can bear; False may be a false alarm."""
    if len(page) <= FEW:
        return True
    estimate = 0.0
    seen: dict[int, float] = {}
    for stretch in range(0, len(page), STRETCH):
        at = stretch + int(random.random() * STRETCH)  # noqa: S311  # no key
        end = page.rfind(b">", 0, at) + 1
        starts = []
        begin = page.find(b"<", end, at)
        if begin >= 0 and (tag := _TAG.search(page, begin, at)):
            starts.append(tag.start())
        for quote in (b'"', b"'"):
            closing = page.find(quote, end, at)
            if closing >= 0 and _opens(page, page.rfind(quote, 0, end)):
                starts.append(closing)
        for start in starts:
            if start not in seen:
                size, number = _measure(page, start + 1)
                seen[start] = STRETCH * number / size
                if number >= GIANT:
                    return False
            estimate += seen[start]
    return estimate <= MANY


def _opens(page: bytes, quote: int) -> bool:
    """Whether a quote may begin a value: after an ``=``, and any number of spaces."""
    return quote > 0 and page[max(0, quote - 8) : quote].rstrip()[-1:] in (b"=", b"")


def _measure(page: bytes, start: int) -> tuple[int, int]:
    """Length and number of attributes, of a tag whose name or attributes begin here."""
    found = _SOME.match(page, start)
    if found is None or found.end() == start:
        return 1, 0
    return found.end() - start, len(
        markup.ATTRIBUTES.findall(page, start, found.end())
    ) - 1  # the first is the tag's name
