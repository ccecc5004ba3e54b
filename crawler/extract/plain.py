"""Plain text: an article that comes without tags, as people save or paste it."""

from __future__ import annotations

import re

from archive.models import PARAGRAPH, Article, Block, Failure, Inline, Quality, Stage
from crawler.extract import boilerplate, language
from crawler.extract.features import Known
from crawler.extract.lines import plain

PARTED = re.compile(r"\n[^\S\n]*\n\s*")
MAX_TITLE = 300
MAX_PARAGRAPHS = 15_000
"""Of a text, which ends there; a long novel has 12,000. The 250,000 of 2 MB of short lines took 3 s."""
SHORT_LINE = 85
"""Lines up to this length that follow each other without a blank are one paragraph that was wrapped."""


def read(text: str, url: str) -> Article | Failure:
    """The first line as title, the rest as paragraphs, without what a copied page leaves around them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    pieces = [piece for piece in PARTED.split(text) if piece.strip()]
    if len(pieces) == 1 and "\n" in pieces[0]:
        pieces = pieces[0].split("\n")
    lines = [line for line in map(_unwrap, pieces[:MAX_PARAGRAPHS]) if line]
    if not lines:
        return Failure(url, Stage.EXTRACT, "empty", "The text has no words.")
    title = ""
    if len(lines) > 1 and len(lines[0]) <= MAX_TITLE and not lines[0].endswith((".", "。")):
        title, lines = lines[0], lines[1:]
    kept = boilerplate.cut(plain([Block(PARAGRAPH, (Inline(line),)) for line in lines]), Known((title,)))
    flags = ("no-date",) if title else ("no-title", "no-date")
    return Article(
        url=url,
        title=title,
        language=language.detect("\n".join(lines)),
        blocks=kept.blocks,
        dropped=kept.dropped,
        evidence=(("title", "first-line"), ("body", "plain-text")) if title else (("body", "plain-text"),),
        quality=Quality(1.0, flags),
    )


def _unwrap(piece: str) -> str:
    lines = [" ".join(line.split()) for line in piece.split("\n")]
    wrapped = all(len(line) <= SHORT_LINE for line in lines) and all(len(line) > 45 for line in lines[:-1])
    return (" " if wrapped else "\n").join(filter(None, lines))
