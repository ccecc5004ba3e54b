"""Markup: what a tag is, to the letter of the tokenizer (HTML Standard, 13.2.5), as regular expressions over bytes.

The guard's bounds hold only if it sees the same tags as the parser: a ``>`` within a quoted value ends no tag, a quote
that does not follow ``=`` opens no value, an ``=`` in front of a name belongs to it. All loops are possessive, so a
match costs time in proportion to the tag's length whatever is in it.
"""

from __future__ import annotations

import re

SPACE = rb"[ \t\n\f\r]"
GAP = rb"[ \t\n\f\r/]"


def _attribute(times: bytes) -> bytes:
    """``times``: how often a sign of a name or a value may come, after the first."""
    one = (
        rb"G*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]N"  # 13.2.5.32–34: a name may begin with "=", and may hold quotes and "<"
        rb"(?:S*+=S*+(?:\"[^\"]N\"|'[^']N'|[^ \t\n\f\r>\"'][^ \t\n\f\r>]N|(?=>))|(?!S*+=))"
    )
    return one.replace(b"N", times).replace(b"S", SPACE).replace(b"G", GAP)


ATTRIBUTE = _attribute(b"*+")
"""One attribute with what parts it from the one before; no match where its value's closing quote is missing."""
NAME_END = rb"(?=[ \t\n\f\r/>])"
TAG_END = GAP + rb"*+>"

ATTRIBUTES = re.compile(ATTRIBUTE)


def few_attributes(number: int, chars: int) -> bytes:
    """A pattern: up to so many attributes, each of their names and values up to so long, then the tag's end."""
    return rb"(?:%b){0,%d}+%b" % (_attribute(b"{0,%d}+" % chars), number, TAG_END)
