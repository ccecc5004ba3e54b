"""Boilerplate: the blocks that are no part of the article by what they say and where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archive.models import FIGURE, HEADING, PARAGRAPH, QUOTE, Block, Dropped, Seen
from crawler.extract import doubled, places
from crawler.extract.features import Known, Survey
from crawler.extract.lines import EDGES, LAST, LONGEST_AMID, Line, describe, fold, is_counter
from crawler.extract.model import model
from crawler.extract.patterns import notices

HOUR: Final = re.compile(r"\W*\d{1,2}[:.h]\d\d\b\W*(?:[ap]\.?m\.?|uhr|h|[A-Z]{2,4})?\W*$", re.IGNORECASE)
AFTER: Final = frozenset(":\uff1a]】")
"""What ends a phrase that points elsewhere."""
LONGEST_HOUR: Final = 16
ENTRIES: Final = 3
"""Hours alone in a line from which a text is a liveblog."""
SIGN: Final = re.compile(r"[(\[]\w{2,5}(?:[/,-] ?\w{2,5})*[)\]]$|\w{2,5}(?:/\w{2,5})+$")
"""The initials of those who worked on a text, under it."""
LONGEST_SIGN: Final = 20
PRICE: Final = re.compile(r"(?:[$€£¥]|usd|eur)\s?\d[\d.,]*(?!\w)")
"""With links beside it: where to buy what the article is about."""
LONGEST_PRICE: Final = 120
LONGEST_TITLE: Final = 300
CERTAIN: Final = 3.0
"""Log-odds from which words are not looked at: half of all lines, of which a rule would have taken one in a hundred."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of the blocks, and what went."""

    blocks: tuple[Block, ...]
    texts: tuple[str, ...]
    """Of each block."""
    dropped: tuple[Dropped, ...]
    seen: tuple[Seen, ...]


def cut(lines: list[Line], known: Known) -> Kept:
    """Take the boilerplate out of an article's lines."""
    survey = Survey(lines, known)
    judge = model()
    odds = survey.odds(judge.odds)
    plain = [
        one >= CERTAIN and (sure or not _may_be_notice(line))
        for one, sure, line in zip(odds, survey.sure, lines, strict=True)
    ]
    mark(lines, known, plain)
    for line, one in zip(lines, odds, strict=True):
        if one < judge.limit and not line.why and not line.kept and not _is_of_recipe(line):
            line.why = "unlike-the-article"
    doubled.headless(lines)
    _hollow(lines)
    doubled.alone(lines)
    return Kept(
        tuple(line.block for line in lines if not line.why),
        tuple(line.raw for line in lines if not line.why),
        tuple(Dropped(line.why, (line.text or _legend(line.block))[:200]) for line in lines if line.why),
        places.seen(lines),
    )


def _may_be_notice(line: Line) -> bool:
    """Whether it might say "Sign up for our newsletter" between the article's paragraphs, looking just like them."""
    return line.block.kind is PARAGRAPH and len(line.text) <= LONGEST_AMID


def _is_of_recipe(line: Line) -> bool:
    """Whether what it is, or stands in, is called a part of a recipe: ingredients look like no article's lines."""
    box = line.box
    if line.el is not None and line.el.called is not None and line.el.called.recipe:
        return True
    while box is not None:
        if box.el.called is not None and box.el.called.recipe:
            return True
        box = box.above
    return False


def mark(lines: list[Line], known: Known, plain: Sequence[bool]) -> None:
    """Set ``why`` by the rules; they stand whatever the model says.

    On the labelled pages the model was right in two of five cases in which it would have kept what a rule takes.
    ``plain``: lines that are the article's, so that their words need not be looked at.
    """
    end = len(lines) - LAST
    for i, line in enumerate(lines):
        if not plain[i]:
            describe(line, late=i >= end)
        line.why = _anywhere(line)
        line.kept = line.kept or (
            line.block.kind is QUOTE and line.linked < 0.5
        )  # posts are quoted too, and are a part of the story
    doubled.labelled(lines)
    doubled.pull_quotes(lines)
    _hours(lines)
    _head(lines, {*filter(None, map(fold, known.titles))}, [*filter(None, map(fold, known.authors))])
    _tail(lines)
    for line in lines:
        if line.block.kind is PARAGRAPH and not line.why and not line.kept and is_counter(line.low):
            line.why = "counter"


def _legend(block: Block) -> str:
    return "".join(run.text for run in block.inlines)


def _anywhere(line: Line) -> str:
    """The rule by which a line goes wherever it stands."""
    if line.block.kind is FIGURE:  # A picture whose legend is a link is a card that leads to something else.
        return "card" if line.linked > 0.5 else ""
    if line.label == "control":
        return "label:control"
    if line.block.kind is HEADING:
        return ""
    if line.promo and (line.linked > 0.5 or line.low[line.promo :].lstrip()[:1] in AFTER):
        return "promo"
    if line.tags and line.linked > 0.5:
        return "tags"
    if line.linked > 0.4 and len(line.low) <= LONGEST_PRICE and PRICE.match(line.low):
        return "price"
    if line.notice and not line.notice.tail and len(line.low) <= LONGEST_AMID and line.block.kind is PARAGRAPH:
        return f"notice:{line.notice.name}"
    return ""


def _hours(lines: list[Line]) -> None:
    """Keep the times over the entries of a liveblog."""
    hours = [line for line in lines if len(line.text) <= LONGEST_HOUR and HOUR.match(line.text)]
    if len(hours) >= ENTRIES:
        for line in hours:
            line.kept = True


def _head(lines: list[Line], titles: set[str], authors: list[str]) -> None:
    """The title said again, bylines and datelines before the first paragraph."""
    seen = 0
    for line in lines[:12]:
        if line.block.kind is FIGURE and not seen and not line.why:
            legend = fold(_legend(line.block))
            line.why = "byline" if any(legend.startswith(name) for name in authors) else ""  # a portrait
        if line.why or line.kept or not line.text:
            continue
        folded = fold(line.text) if len(line.text) < LONGEST_TITLE else ""
        first = line.block.kind is HEADING and line.block.level == 1 and not seen
        short = len(line.text) < 90 and not line.ended and line.text[-1] not in ":："  # a speaker's name is no byline
        if first or folded in titles:
            line.why = "title"
        elif short and any(name in folded for name in authors):
            line.why = "byline"
        elif short and not seen and notices().head.search(line.low):
            line.why = "dateline"
        elif len(line.text) > 120:
            seen += 1
            if seen > 1:
                return


def _tail(lines: list[Line]) -> None:
    """What follows the article's last paragraph: notices, tags, and sections with all that is in them."""
    open_section = sources = False
    for line in lines[_last_prose(lines) + 1 :]:
        if line.why or not line.text:
            continue
        if line.label:
            open_section = open_section or line.label == "section"
            line.why = f"label:{line.label}"
        elif line.tags:
            line.why = "tags"
        elif _is_sign(line):
            line.why = "sign"
        elif line.promo and not line.ended:
            line.why = "promo"
        elif line.notice:
            line.why = f"notice:{line.notice.name}"
        elif open_section:
            line.why = "after-section"
        elif line.linked > 0.7 and not sources:
            line.why = "link-density"
        line.kept = line.kept or (sources and not line.why)
        sources = sources or (not line.why and EDGES.sub("", line.text.lower()) in notices().sources)


def _last_prose(lines: list[Line]) -> int:
    """Index of the last line that reads as a part of an article."""
    last = -1
    section = False
    for number, line in enumerate(lines):
        if line.why or not line.text:
            continue
        if line.label == "section" and (line.block.kind is HEADING or line.linked < 0.5):
            section = True
        elif line.label or line.linked > 0.7 or line.notice or line.tags or _is_sign(line):
            continue
        elif line.block.kind in (PARAGRAPH, QUOTE) and len(line.text) >= 100 and line.ended:
            last, section = number, False
        elif not section and line.block.kind is not HEADING and not (line.promo and not line.ended):
            last = number
    return last


def _is_sign(line: Line) -> bool:
    return len(line.text) <= LONGEST_SIGN and SIGN.match(line.text) is not None


def _hollow(lines: list[Line]) -> None:
    """Headings with nothing under them at the end, and before what went."""
    for line in reversed(lines):
        if line.why or (not line.text and line.block.kind is not FIGURE):
            continue
        if line.block.kind is not HEADING:
            return
        line.why = "hollow-heading"
