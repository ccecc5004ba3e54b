"""Passage: where a text says what was looked for, as it is kept, as plain text and as HTML. Pure.

Kept is plain text with the words that were found between OPEN and CLOSE, which no text has of its own.
"""

from __future__ import annotations

import re
from html import escape

OPEN, CLOSE = "\x02", "\x03"
LONGEST = 300
"""Characters of one that shows how a text begins."""
_MARKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")


def unmarked(text: str) -> str:
    """Text that can be kept: what would be taken for marks is left out of it."""
    return _MARKS.sub("", text)


def beginning(text: str) -> str:
    """How a text begins, of which no word was looked for."""
    line = " ".join(unmarked(text[: 2 * LONGEST]).split())
    return line if len(line) <= LONGEST else line[:LONGEST].rpartition(" ")[0] + "…"


def plain(passage: str, marks: tuple[str, str] = ("", "")) -> str:
    """On one line, with other marks."""
    marked = _MARKED.sub(lambda found: f"{marks[0]}{found[1]}{marks[1]}", passage)
    return " ".join(unmarked(marked).split())


def html(passage: str) -> str:
    """On one line, escaped, what was found in ``<mark>``; it may stand in any element."""
    line = " ".join(passage.split())
    parts = _MARKED.split(line)  # text, what was found, text, …
    return "".join(
        f"<mark>{escape(part)}</mark>" if number % 2 else escape(unmarked(part)) for number, part in enumerate(parts)
    )
