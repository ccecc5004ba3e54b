"""Figures: an image with its legend, and who took it apart from that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from archive.models import FIGURE, PARAGRAPH, QUOTE, Block, Inline
from crawler.extract.called import CAPTION, credit
from crawler.extract.dom import HEADINGS, IMAGES, El
from crawler.extract.inlines import Gatherer, clean, line
from crawler.extract.links import Base
from crawler.extract.patterns import notices

LEGEND: Final = 200
"""Characters of the longest legend in a box without names."""
NO_PICTURE: Final = HEADINGS | {"ul", "ol", "menu", "dl", "table", "blockquote", "pre"}
"""Elements that a box which is only a picture and its legend does not hold."""
COUNTER: Final = re.compile(r"^\s*\(?\d{1,3}\s*/\s*\d{1,3}\)?\s+|\s*\(?\b\d{1,3}\s*/\s*\d{1,3}\)?\s*$")
"""The number of a picture in its gallery."""
EDGES: Final = " \t\n|·•–—-/,;:"


def pictures(el: El) -> list[El]:
    """The images in an element, pruned parts left out."""
    found: list[El] = []
    _pictures(el, found)
    return found


def _pictures(el: El, found: list[El]) -> None:
    for kid in el.kids:
        if not isinstance(kid, str) and not kid.pruned:
            if kid.tag in IMAGES:
                if kid.url:
                    found.append(kid)
            elif kid.kids:
                _pictures(kid, found)


def is_picture(el: El) -> bool:
    """Whether a box is one image and its legend: short, or called a caption for all that it holds."""
    if el.total > LEGEND and not is_legend(el):
        return False
    return _images(el) == 1


def _images(el: El) -> int:
    """How many images; a number far from 1 where there is something that no legend holds."""
    found = 0
    for kid in el.kids:
        if not isinstance(kid, str) and not kid.pruned:
            tag = kid.tag
            if tag in IMAGES:
                found += 1
            elif tag in NO_PICTURE:
                return 100
            elif kid.kids:
                found += _images(kid)
    return found


def is_legend(el: El) -> bool:
    """Whether an element is named as a legend; a ``p`` is never pruned for its name."""
    return el.pruned == CAPTION or (el.called is not None and el.called.why == CAPTION)


def figure(img: El, legends: Sequence[El], base: Base) -> list[Block]:
    """A block for an image, with what is said under it."""
    url = base.image(img)
    return [captioned(Block(FIGURE, url=url), legends, base)] if url else []


def captioned(block: Block, legends: Sequence[El], base: Base) -> Block:
    """A block with the legends that follow it: a figure's, or under a quote who said it."""
    named: list[El] = []
    found = Gatherer(base, credits=named)
    for el in legends:
        if el.called is not None and credit(el.called):
            named.append(el)
        else:
            found.add(el.kids)
            found.add([" "])
    who = "; ".join([words for el in named if (words := clean(el.text()))])
    return _with_legend(block, line(found.parts), who)


def legend_of(paragraph: Block) -> bool:
    """Whether a paragraph under a picture is its legend by the credit at its end."""
    text = paragraph.text
    return paragraph.kind is PARAGRAPH and len(text) <= LEGEND and notices().credit.search(text) is not None


def with_paragraph(block: Block, paragraph: Block) -> Block:
    """A figure with a paragraph for its legend."""
    return _with_legend(block, paragraph.inlines, "")


def _with_legend(block: Block, legend: tuple[Inline, ...], who: str) -> Block:
    if block.kind is QUOTE:
        said_by = "".join([run.text for run in legend]).lstrip(EDGES)
        return replace(block, credit=block.credit or said_by or who)
    text = "".join([run.text for run in legend])
    if "/" in text and (found := COUNTER.search(text)) is not None:
        legend = cut(legend, 0, found.start()) if found.start() else cut(legend, found.end(), len(text))
        text = "".join([run.text for run in legend])
    if text and not who and (found := notices().credit.search(text)) is not None:
        legend, who = cut(legend, 0, found.start()), next(filter(None, found.groups()))
    if not legend and not who:
        return block
    return Block(FIGURE, block.inlines or legend, url=block.url, credit=block.credit or who.strip(EDGES))


def cut(runs: Sequence[Inline], start: int, end: int) -> tuple[Inline, ...]:
    """The runs between two places in their text, without white space or marks of division at the end."""
    out: list[Inline] = []
    at = 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        at += len(run.text)
        if text:
            out.append(replace(run, text=text))
    while out:
        text = out[-1].text.rstrip(EDGES)
        if text:
            out[-1] = replace(out[-1], text=text)
            break
        out.pop()
    return tuple(out)


def legends(el: El) -> list[El]:
    """The parts of a figure that are named as its legend, outermost first."""
    found: list[El] = []
    _legends(el, found)
    return found


def _legends(el: El, found: list[El]) -> None:
    for kid in el.kids:
        if not isinstance(kid, str):
            if is_legend(kid):
                found.append(kid)
            elif kid.kids and not kid.pruned:
                _legends(kid, found)
