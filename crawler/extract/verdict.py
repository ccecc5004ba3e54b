"""The verdict: whether what was found is an article, and how far it can be trusted."""

from __future__ import annotations

import re

from archive.models import Failure, Kind, Quality, Stage
from crawler.extract.body import Body
from crawler.extract.metadata import Meta
from crawler.extract.patterns import notices

SHORTEST = 80
"""Letters under which nothing is an article: a headline's worth."""
SHORT = 500


def refuse(body: Body, meta: Meta, url: str) -> Failure | None:
    """Why this is no article; None if it is one."""
    text = "\n".join(block.text for block in body.blocks)
    size = len(text) * body.dense
    if size < 1_500 and notices().blocked.search(f"{meta.title}\n{text}".lower()):
        return _failure(url, "blocked", "The site showed a check for robots or an error in place of the article.")
    if size < SHORTEST:
        if not text and not meta.title:
            return _failure(url, "empty", "The page shows no text without its scripts.")
        return _failure(url, "too-short", "The page has less text than an article's first paragraph.")
    return None


def _failure(url: str, reason: str, detail: str) -> Failure:
    return Failure(url, Stage.EXTRACT, reason, detail)


def quality(body: Body, meta: Meta) -> Quality:
    """1.0 for a whole, dated and signed article; each doubt takes a share."""
    size = sum(len(block.text) for block in body.blocks) * body.dense
    doubts = {
        "short": (size < SHORT, 0.3),
        "link-heavy": (body.linked > 0.4, 0.3),
        "truncated": (_cut_off(body, meta), 0.2),
        "paywalled": (meta.paywalled is True, 0.1),
        "no-title": (not meta.title, 0.2),
        "no-date": (meta.published is None, 0.1),
        "no-author": (not meta.authors, 0.05),
    }
    flags = tuple(flag for flag, (holds, _) in doubts.items() if holds)
    return Quality(max(0.0, round(1.0 - sum(doubts[flag][1] for flag in flags), 2)), flags)


def _cut_off(body: Body, meta: Meta) -> bool:
    """Whether the text ends in the middle, or holds far fewer words than the page says."""
    last = next((block for block in reversed(body.blocks) if block.kind is Kind.PARAGRAPH), None)
    if last is not None and re.search(r"(?:\.\.\.|…)\s*$", last.text):
        return True
    words = sum(len(block.text.split()) for block in body.blocks)
    return meta.word_count is not None and words * 2 < meta.word_count
