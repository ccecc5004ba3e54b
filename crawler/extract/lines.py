"""Lines: each block of a page as one line of text, with what it says of itself by the words that it is made of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from archive.models import CODE, FIGURE, LIST, PARAGRAPH, TABLE, Block
from crawler.extract import asides
from crawler.extract.blocks import Box, Piece
from crawler.extract.dom import El
from crawler.extract.patterns import Notice, notices

DIGIT: Final = re.compile(r"\d")
EDGES: Final = re.compile(r"^[\W\d_]+|(?<=\w)\[[^\W\d]{2,20}\]$|[\W\d_]+$")
"""Arrows, bullets, colons and counts around a label, and what a wiki puts behind it: ``[edit]``."""
SENTENCE: Final = re.compile(r"[.!?…。！？।؟]")
VERBISH: Final = re.compile(
    r"(?:are|is|was|were|be|that|which|who|on|in|at|can|could|will|would|have|has|had|do|does|may|should|must|for|from|"
    r"sind|ist|war|waren|sont|est|son|es|sono|são|werden|wurden|können|zijn|är|er|są|было|были|это|або)\b"
)
"""After such a word, "Tags" or "Topics" begins a sentence and no list."""
ENDS: Final = frozenset(".!?…。！？।؟。」』”\"'’)]")
NO_LETTERS: Final = re.compile(r"[\W_]+")
WORDLESS: Final = frozenset({FIGURE, CODE, TABLE})
"""Blocks whose words say nothing of the site."""
LONGEST_NOTICE: Final = 700
LONGEST_AMID: Final = 320
LAST: Final = 15
"""Blocks at the end in which a tail may begin."""
LONGEST_LINE: Final = 220
LONGEST_LABEL: Final = 60
LONGEST_COUNTER: Final = 40


@dataclass(slots=True, eq=False)
class Line:
    """A block as one line of lower-case text, with what was found out about it."""

    block: Block
    raw: str
    """The block's text as it is kept."""
    text: str
    links: int
    """Runs of text that are links."""
    linked: float
    """Share of its characters that are link text."""
    el: El | None = None
    box: Box | None = None
    """Where it was found; None for plain text."""
    low: str = ""
    """Lower-case text, once it was described."""
    label: str = ""
    """``section`` or ``control`` if it is a label and nothing else."""
    promo: int = 0
    """Length of the phrase with which it begins that points to something else."""
    tags: bool = False
    """Whether it lists tags."""
    notice: Notice | None = None
    ended: bool = False
    """Whether it ends as a sentence does."""
    why: str = ""
    """The rule by which it goes."""
    kept: bool = False
    """Whether a rule says that it stays: corrections, sources, the hours of a liveblog's entries."""


def read(pieces: Sequence[Piece]) -> list[Line]:
    """The lines of an article's blocks as found on a page."""
    return [_line(piece.block, piece.el, piece.box) for piece in pieces]


def plain(blocks: Sequence[Block]) -> list[Line]:
    """The lines of blocks of which nothing else is known."""
    return [_line(block) for block in blocks]


def fold(text: str) -> str:
    """Letters and digits alone, in one case: what two spellings of a title have in common."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return NO_LETTERS.sub("", text.casefold())


@lru_cache(maxsize=1_000)
def label(low: str) -> str:
    """``section`` or ``control`` where a lower-case line is a label and nothing else."""
    if len(low) > LONGEST_LABEL:
        return ""
    known = notices()
    if low[:1].isalpha() and low[:2] not in known.heads:
        return ""
    bare = EDGES.sub("", low)
    return "section" if bare in known.sections else "control" if bare in known.controls else ""


@lru_cache(maxsize=1_000)
def is_counter(low: str) -> bool:
    """Whether a lower-case line says how many read it, or how long ago it was, and nothing else."""
    short = len(low) <= LONGEST_COUNTER and DIGIT.search(low) is not None
    return short and notices().counter.fullmatch(low) is not None


def _line(block: Block, el: El | None = None, box: Box | None = None) -> Line:
    if block.kind is PARAGRAPH and len(block.inlines) > 1:
        block = asides.without(block)
    raw = block.text
    runs = block.inlines
    parted = block.children or block.kind is CODE or "\n" in raw or "  " in raw
    text = " ".join(raw.split()) if parted else raw.strip()  # blanks are single already; a look costs a third
    if not block.children and len(runs) == 1:
        links, linked = (1, 1.0) if runs[0].href else (0, 0.0)
    else:
        links, characters, total = _linked(block)
        linked = characters / total if total else 0.0
    line = Line(block, raw, text, links, linked, el, box)
    line.ended = text[-1:] in ENDS
    return line


def describe(line: Line, *, late: bool) -> None:
    """Look at its words. ``late``: near enough to the end for a notice that only stands there."""
    low = line.text.lower()
    if not low.isascii():
        low = low.replace("\u2019", "'").replace("\u0307", "")  # as lower case leaves it over a Turkish capital I
    line.low = low
    kind = line.block.kind
    if not low or len(low) > LONGEST_NOTICE or kind in WORDLESS:
        return
    known = notices()
    line.kept = known.notes.length(low) > 0
    if line.kept:
        return
    if len(low) <= LONGEST_LINE:
        line.label = label(low)
        line.promo = known.promo.length(low)
        line.tags = _is_tags(low, line.linked, ended=line.ended)
    if kind is not LIST and (late or len(low) <= LONGEST_AMID):
        about = known.about(low)
        line.notice = next((notice for notice in about if (late or not notice.tail) and notice.says(low)), None)


def _linked(block: Block) -> tuple[int, int, int]:
    """Links, characters of link text, characters."""
    links = linked = total = 0
    for run in block.inlines:
        size = len(run.text)
        total += size
        if run.href:
            links += 1
            linked += size
    for child in block.children:
        inner = _linked(child)
        links, linked, total = links + inner[0], linked + inner[1], total + inner[2]
    return links, linked, total


def _is_tags(low: str, linked: float, *, ended: bool) -> bool:
    length = notices().tags.length(low)
    if not length:
        return False
    rest = low[length:].lstrip()
    if rest[:1] in {":", "：", "|", "#"} or linked > 0.5:
        return len(low) < 400
    return bool(rest) and not ended and not SENTENCE.search(rest[:-1] + " ") and not VERBISH.match(rest)
