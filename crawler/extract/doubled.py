"""Doubled and left over: lines that say again what the text says, or stand alone where all around them went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archive.models import FIGURE, PARAGRAPH, QUOTE
from crawler.extract.blocks import Box
from crawler.extract.features import PROSE
from crawler.extract.lines import EDGES, Line, label
from crawler.extract.patterns import notices

MARKS: Final = " \t\n“”\"'„«»‘’‚›‹—–-.!?…"
PULLED: Final = range(20, 400)
"""Characters of a pull quote."""
LINKS: Final = 0.9
"""Share of link text in a line that only leads elsewhere."""
PART: Final = 0.3
"""Share of the article's part of the page that a section headed by a label holds at most."""


def pull_quotes(lines: Sequence[Line]) -> None:
    """Quotes, and paragraphs in a box of their own, whose words stand in another paragraph.

    Not before the first paragraph: there a standfirst may say what the text says.
    """
    first = next((i for i, line in enumerate(lines) if line.ended and len(line.text) >= PROSE), len(lines))
    pulled = [line for line in lines[first + 1 :] if not line.why and len(line.text) in PULLED and _is_apart(line)]
    if not pulled:
        return
    apart = set(map(id, pulled))
    said = "\n".join(line.text for line in lines if line.text and id(line) not in apart).lower()
    for line in pulled:
        words = line.text.lower().strip(MARKS)
        if len(words) in PULLED and words in said:
            line.why = "pull-quote"


def _is_apart(line: Line) -> bool:
    if line.block.kind is QUOTE:
        return True
    box = line.box
    return line.block.kind is PARAGRAPH and box is not None and box.pieces == 1 and box.above is not None


def labelled(lines: Sequence[Line]) -> None:
    """Sections within the body that are headed by a label such as "Most read", and labels whose cards were pruned."""
    known: dict[Box, bool] = {}
    for line in lines:
        if not line.why and line.box is not None and _is_labelled(line.box, known):
            line.why = "labelled"


def _is_labelled(box: Box, known: dict[Box, bool]) -> bool:
    if box.above is None:
        return False
    if (found := known.get(box)) is None:
        found = known[box] = _heads_section(box) or _is_labelled(box.above, known)
    return found


def _heads_section(box: Box) -> bool:
    if not box.label or label(box.label.lower()) != "section":
        return False
    if box.pieces == 1:
        return any(kid.pruned for kid in box.el.elements())
    top = box
    while top.above is not None:
        top = top.above
    return box.el.total < PART * top.el.total


def headless(lines: Sequence[Line]) -> None:
    """Labels amid the text whose section went, or is a line of links; those that are a control if none follows."""
    after: Line | None = None
    for line in reversed(lines):
        if line.label == "section" and not line.why:
            if after is None or after.why:
                line.why = "label:section"
            elif after.linked > LINKS and not after.kept:
                line.why = after.why = "label:section"
            elif EDGES.sub("", line.low) in notices().controls:
                line.why = "label:control"
        if line.text or line.block.kind is FIGURE:
            after = line


def alone(lines: Sequence[Line]) -> None:
    """Pictures in a box all of whose text went: an author's portrait, a card's image."""
    pictures = [line for line in lines if line.block.kind is FIGURE and not line.why and line.box is not None]
    if not pictures or not any(line.why for line in lines):
        return
    gone: dict[Box, bool] = {}  # for boxes with text: whether all of it went
    for line in lines:
        box = line.box if line.text else None
        while box is not None and box.above is not None:
            gone[box] = gone.get(box, True) and bool(line.why)
            box = box.above
    for line in pictures:
        box = line.box
        while box is not None and box not in gone:
            box = box.above
        if box is not None and gone[box]:
            line.why = "alone"
