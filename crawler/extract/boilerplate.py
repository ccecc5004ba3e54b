"""Boilerplate: the blocks that are no part of the article by what they say and where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import Block, Dropped, Kind
from crawler.extract.patterns import Notice, notices

EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""Arrows, bullets, colons and counts around a label."""
ENDED = re.compile(r"[.!?…。！？।؟。」』”\"'’)\]]\s*$")
SENTENCE = re.compile(r"[.!?…。！？।؟]")
VERBISH = re.compile(
    r"(?:are|is|was|were|be|that|which|who|on|in|at|can|could|will|would|have|has|had|do|does|may|should|must|for|from|"
    r"sind|ist|war|waren|sont|est|son|es|sono|são|werden|wurden|können|zijn|är|er|są|было|были|это|або)\b"
)
"""After such a word, "Tags" or "Topics" begins a sentence and no list."""
ALIKE = str.maketrans({"\u2019": "'", "\u0307": ""})
"""Apostrophes are one; the dot that lower case leaves over a Turkish capital I goes."""
LONGEST_NOTICE = 700
LONGEST_AMID = 320
LAST = 15
"""Blocks at the end in which a tail may begin."""
LONGEST_LINE = 220


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of the blocks, and what went."""

    blocks: tuple[Block, ...]
    dropped: tuple[Dropped, ...]


@dataclass(slots=True)
class Line:
    """A block as one line of lower-case text, with what was found out about it."""

    block: Block
    text: str
    low: str
    linked: float
    """Share of its characters that are link text."""
    label: str = ""
    """``section`` or ``control`` if it is a label and nothing else."""
    promo: int = 0
    """Length of the phrase with which it begins that points to something else."""
    tags: bool = False
    """Whether it lists tags."""
    notice: Notice | None = None
    why: str = ""
    """The rule by which it goes."""


def cut(blocks: Sequence[Block], *, title: Iterable[str] = (), authors: Iterable[str] = ()) -> Kept:
    """Take the boilerplate out of an article's blocks. ``title``, ``authors``: not repeated in the body."""
    end = len(blocks) - LAST
    lines = [_line(block, late=number >= end) for number, block in enumerate(blocks)]
    for line in lines:
        line.why = _anywhere(line)
    _head(lines, {fold(text) for text in title if text}, [fold(name) for name in authors if name])
    _tail(lines)
    _hollow(lines)
    return Kept(
        tuple(line.block for line in lines if not line.why),
        tuple(Dropped(line.why, (line.text or _legend(line.block))[:200]) for line in lines if line.why),
    )


def _legend(block: Block) -> str:
    return "".join(run.text for run in block.inlines)


def fold(text: str) -> str:
    """Letters and digits alone, in one case: what two spellings of a title have in common."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _line(block: Block, *, late: bool) -> Line:
    """``late``: near enough to the end for a notice that only stands there."""
    text = " ".join(block.text.split())
    linked, total = _linked(block)
    low = text.lower()
    if not low.isascii():
        low = low.translate(ALIKE)
    line = Line(block, text, low, linked / total if total else 0.0)
    if not low or len(low) > LONGEST_NOTICE or block.kind in {Kind.FIGURE, Kind.CODE, Kind.TABLE}:
        return line
    known = notices()
    if len(low) <= LONGEST_LINE:
        line.label = label(low)
        found = known.promo.match(low)
        line.promo = found.end() if found else 0
        line.tags = _is_tags(low, line.linked)
    if block.kind is not Kind.LIST and (late or len(low) <= LONGEST_AMID):
        about = known.about(low)
        line.notice = next((notice for notice in about if (late or not notice.tail) and notice.says(low)), None)
    return line


def _linked(block: Block) -> tuple[int, int]:
    linked = sum(len(run.text) for run in block.inlines if run.href)
    total = sum(len(run.text) for run in block.inlines)
    for child in block.children:
        inner = _linked(child)
        linked, total = linked + inner[0], total + inner[1]
    return linked, total


def label(low: str) -> str:
    """``section`` or ``control`` where a lower-case line is a label and nothing else."""
    if len(low) > 60:
        return ""
    bare = EDGES.sub("", low)
    known = notices()
    return "section" if bare in known.sections else "control" if bare in known.controls else ""


def _anywhere(line: Line) -> str:
    """The rule by which a line goes wherever it stands."""
    if line.block.kind is Kind.FIGURE:  # A picture whose legend is a link is a card that leads to something else.
        return "card" if line.linked > 0.5 else ""
    if line.label == "control":
        return "label:control"
    if line.block.kind is Kind.HEADING:
        return ""
    if line.promo and (line.linked > 0.5 or line.low[line.promo :].lstrip()[:1] in {":", "\uff1a"}):
        return "promo"
    if line.tags and line.linked > 0.5:
        return "tags"
    if line.notice and not line.notice.tail and len(line.low) <= LONGEST_AMID and line.block.kind is Kind.PARAGRAPH:
        return f"notice:{line.notice.name}"
    return ""


def _is_tags(low: str, linked: float) -> bool:
    found = notices().tags.match(low)
    if found is None:
        return False
    rest = low[found.end() :].lstrip()
    if rest[:1] in {":", "：", "|", "#"} or linked > 0.5:
        return len(low) < 400
    return bool(rest) and not ENDED.search(low) and not SENTENCE.search(rest[:-1] + " ") and not VERBISH.match(rest)


def _head(lines: list[Line], titles: set[str], authors: list[str]) -> None:
    """The title said again, bylines and datelines before the first paragraph."""
    seen = 0
    for line in lines[:12]:
        if line.why or not line.text:
            continue
        folded = fold(line.text)
        first = line.block.kind is Kind.HEADING and line.block.level == 1 and not seen
        short = len(line.text) < 90 and not ENDED.search(line.text)
        if first or (folded in titles and len(line.text) < 300):
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
        elif line.promo and not ENDED.search(line.text):
            line.why = "promo"
        elif line.notice:
            line.why = f"notice:{line.notice.name}"
        elif open_section:
            line.why = "after-section"
        elif line.linked > 0.7 and not sources:
            line.why = "link-density"
        sources = sources or (not line.why and EDGES.sub("", line.low) in notices().sources)


def _last_prose(lines: list[Line]) -> int:
    """Index of the last line that reads as a part of an article."""
    last = -1
    section = False
    for number, line in enumerate(lines):
        if line.why or not line.text:
            continue
        if line.label == "section" and (line.block.kind is Kind.HEADING or line.linked < 0.5):
            section = True
        elif line.label or line.linked > 0.7 or line.notice or line.tags:
            continue
        elif line.block.kind in {Kind.PARAGRAPH, Kind.QUOTE} and len(line.text) >= 100 and ENDED.search(line.text):
            last, section = number, False
        elif not section and line.block.kind is not Kind.HEADING and not (line.promo and not ENDED.search(line.text)):
            last = number
    return last


def _hollow(lines: list[Line]) -> None:
    """Headings with nothing under them at the end, and before what went."""
    for line in reversed(lines):
        if line.why or (not line.text and line.block.kind is not Kind.FIGURE):
            continue
        if line.block.kind is not Kind.HEADING:
            return
        line.why = "hollow-heading"
