"""Counts: what a few pages need that cheap looks do not clear, to the letter of the tokenizer and in milliseconds."""

from __future__ import annotations

import re

from crawler.extract import markup
from crawler.extract.attributes import GIANT

MAX_ATTRIBUTES = 50_000
"""Different ones take .65 s."""
_NAME = rb"[a-zA-Z][^ \t\n\f\r/>]*+"
_TAG = re.compile(rb"<%b((?:%b){1,%d}+)" % (_NAME, markup.ATTRIBUTE, GIANT))
_LEAF = re.compile(rb"<(?!option)([a-zA-Z][\w-]*+)(?:%b)*+%b[^<]*+</\1>" % (markup.ATTRIBUTE, markup.TAG_END))
"""An element without elements in it. One that is seen where there is none was counted among the tags, too."""
_EMPTY = re.compile(rb"<(?:br|hr|img|meta)[ />]|<[/!]")
"""What opens no element, wherever it stands: comments, closing tags, and those without content in pictures too."""


def may_be_open(page: bytes, tags: int) -> int:
    """How many elements may be open at once, or be options of one menu: those that are not closed where they begin."""
    closed = sum(1 for _ in _LEAF.finditer(page))
    return tags - closed - sum(1 for _ in _EMPTY.finditer(page))


def has_many_attributes(page: bytes) -> bool:
    """Whether the attributes of all tags are too many; those in scripts that look like tags are counted with them."""
    number = 0
    at = 0
    while found := _TAG.search(page, at):
        attributes = len(markup.ATTRIBUTES.findall(found[1]))
        number += attributes
        if attributes >= GIANT or number > MAX_ATTRIBUTES:
            return True
        at = found.start() + 1
    return False
