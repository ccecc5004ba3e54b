"""The state: an article that stands only in the data which a page's scripts draw it from.

Pages built by Next.js, Nuxt and their like may be served without a word of text, and hold the article as HTML in a
JSON string, sometimes as JSON in a string of JSON. Looked at only where the page itself shows no article.
"""

from __future__ import annotations

import json
import re

from selectolax.lexbor import LexborHTMLParser

STRING = re.compile(r'"((?:[^"\\]|\\.){200,2000000})"', re.DOTALL)
PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)
MARK = ("<p", "003cp", "003Cp", "&lt;p")
DEEPEST = 3
MANY = 200


def html(parsed: LexborHTMLParser) -> str:
    """The HTML string with the most paragraphs in the page's scripts; empty if there is none."""
    best = ""
    for script in parsed.css("script:not([src])"):
        code = script.text()
        if any(mark in code for mark in MARK):
            best = max(best, _best(code, DEEPEST), key=_paragraphs)
    return best if _paragraphs(best) >= 2 else ""


def _best(code: str, depth: int) -> str:
    best = ""
    for number, found in enumerate(STRING.finditer(code)):
        if number > MANY:
            break
        try:
            value = json.loads(f'"{found[1]}"', strict=False)
        except ValueError:
            continue
        if value.lstrip()[:1] == "<":
            best = max(best, value, key=_paragraphs)
        elif depth and any(mark in value for mark in MARK):
            best = max(best, _best(value, depth - 1), key=_paragraphs)
    return best


def _paragraphs(value: str) -> int:
    return len(PARAGRAPH.findall(value))
