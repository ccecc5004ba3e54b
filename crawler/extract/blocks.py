"""Blocks: an element of the page as the small tree of paragraphs, lists, figures … that an article is kept as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from archive.models import CODE, FIGURE, HEADING, ITEM, LIST, PARAGRAPH, QUOTE, TABLE, Block, Inline
from crawler.extract import bullets, code, figures, tables
from crawler.extract.dom import El
from crawler.extract.figures import LEGEND, captioned, is_legend, is_picture, pictures
from crawler.extract.inlines import Gatherer, clean, line, lines
from crawler.extract.links import Base

LEVELS: Final = {f"h{n}": n for n in range(1, 7)}
LISTS: Final = {"ul": 0, "ol": 1, "menu": 0, "dl": 0}
LABEL: Final = 60
"""Characters of the longest label over a part of a page."""
CAPTIONED: Final = frozenset({FIGURE, QUOTE})
"""Blocks that a legend may follow."""


@dataclass(slots=True, eq=False)
class Box:
    """An element that holds blocks, within that which holds the article."""

    el: El
    above: Box | None = None
    depth: int = 0
    pieces: int = 0
    """How many it holds."""
    label: str = ""
    """Text of the first block in it, if it is short."""


@dataclass(slots=True, eq=False)
class Piece:
    """A block and where it was found."""

    block: Block
    el: El
    """The element whose block it is."""
    box: Box
    label: str = ""
    """Of the first in a box: what it says, if it is short."""


def pieces(el: El, base: str) -> list[Piece]:
    """The blocks in an element, pruned parts left out. ``base``: the URL against which links are resolved."""
    out: list[Piece] = []
    _Reader(Base(base)).spread(Box(el), out)
    return _listed(out) if any(bullets.is_item(piece.block) for piece in out) else out


def _listed(found: list[Piece]) -> list[Piece]:
    """Two paragraphs or more of one box that begin with bullets are a list."""
    out: list[Piece] = []
    for (is_item, _), group in groupby(found, lambda piece: (bullets.is_item(piece.block), piece.box)):
        row = list(group)
        if is_item and len(row) > 1:
            first = row[0]
            first.box.pieces -= len(row) - 1
            row = [Piece(bullets.listed([piece.block for piece in row]), first.el, first.box)]
        out += row
    return out


@dataclass(slots=True)
class _Reader:
    base: Base

    def spread(self, box: Box, out: list[Piece]) -> None:
        """Open the elements that only hold blocks, keeping in mind where each block stood."""
        run: list[El | str] = []
        first = len(out)
        for kid in box.el.kids:
            if isinstance(kid, str) or kid.inline:
                if run or not (kid.isspace() if isinstance(kid, str) else kid.pruned):
                    run.append(kid)
                continue
            if run:
                out += [Piece(block, box.el, box) for block in self.paragraphs(run)]
                run = []
            if kid.pruned:
                if len(out) > first and kid.pruned == "caption":
                    out[-1].block = self.under(out[-1].block, kid)
            elif (found := self.made(kid)) is not None:
                if len(out) > first and out[-1].block.kind is FIGURE:
                    out[-1].block, found = self.joined(out[-1].block, found, kid)
                for block in found:  # mostly one, for which a comprehension takes twice as long
                    out.append(Piece(block, kid, box))
            else:
                self.spread(Box(kid, box, box.depth + 1), out)
        if run:
            out += [Piece(block, box.el, box) for block in self.paragraphs(run)]
        box.pieces = len(out) - first
        if box.pieces and box.above is not None:
            _name(box, out[first])

    def flow(self, kids: Sequence[El | str]) -> list[Block]:
        """Boxes as blocks, and each run of text between them as a paragraph."""
        if len(kids) == 1 and isinstance(kids[0], str):
            return self.paragraphs(kids)
        out: list[Block] = []
        run: list[El | str] = []
        for kid in kids:
            if isinstance(kid, str) or kid.inline:
                if run or not (kid.isspace() if isinstance(kid, str) else kid.pruned):
                    run.append(kid)
                continue
            if run:
                out += self.paragraphs(run)
                run = []
            if kid.pruned:
                if out and kid.pruned == "caption":
                    out[-1] = self.under(out[-1], kid)
                continue
            found = self.box(kid)
            if out and out[-1].kind is FIGURE:
                out[-1], found = self.joined(out[-1], found, kid)
            out += found
        return out + self.paragraphs(run) if run else out

    def under(self, above: Block, legend: El) -> Block:
        """A block with the legend that follows it, if it can have one."""
        return captioned(above, [legend], self.base) if above.kind in CAPTIONED else above

    def joined(self, above: Block, found: list[Block], el: El) -> tuple[Block, list[Block]]:
        """A picture with the paragraph under it where that shows to be its legend, and the blocks that are left."""
        if above.inlines or not found or found[0].kind is not PARAGRAPH:
            return above, found
        if is_legend(el):
            return captioned(above, [el], self.base), found[1:]
        if figures.legend_of(found[0]):
            return figures.with_paragraph(above, found[0]), found[1:]
        return above, found

    def paragraphs(self, run: Sequence[El | str], whole: El | None = None) -> list[Block]:
        """A run of text, parted where two line breaks follow each other, and the images that stand in it.

        ``whole``: the element that the run is all of, which may be a picture and its legend.
        """
        if len(run) == 1 and isinstance(run[0], str):  # the commonest case by far
            text = clean(run[0])
            return [Block(PARAGRAPH, (Inline(text),))] if text else []
        found = Gatherer(self.base)
        found.add(run)
        images = found.images
        if whole is not None and len(images) == 1 and whole.total <= LEGEND:
            return self.figure(whole)
        out = [Block(PARAGRAPH, inlines) for inlines in lines(found.parts)]
        for img in images:
            out += figures.figure(img, (), self.base)
        return out

    def one_line(self, el: El) -> tuple[Inline, ...]:
        if len(el.kids) == 1 and isinstance(el.kids[0], str):
            text = clean(el.kids[0])
            return (Inline(text),) if text else ()
        found = Gatherer(self.base)
        found.add(el.kids)
        return line(found.parts)

    def made(self, el: El) -> list[Block] | None:
        """The blocks of an element that makes blocks of its own kind; None of one that only holds blocks."""
        if not el.kids:
            return []
        make = MAKERS.get(el.tag)
        if make is not None:
            return make(self, el)
        if _is_line(el):
            return self.paragraphs(el.kids, el)
        if is_picture(el):
            return self.figure(el)
        return self.table(el) if el.tag == "table" else None

    def box(self, el: El) -> list[Block]:
        """The blocks that one element which is not inline gives."""
        found = self.made(el)
        return self.flow(el.kids) if found is None else found

    def heading(self, el: El) -> list[Block]:
        text = self.one_line(el)
        return [Block(HEADING, text, level=LEVELS[el.tag])] if text else []

    def quote(self, el: El) -> list[Block]:
        kids, signed = _signed(el)
        inner = self.flow(kids)
        if not _says(inner):
            return self.flow(el.kids) if signed else inner
        quote = Block(QUOTE, children=tuple(inner))
        return [captioned(quote, signed, self.base) if signed else quote]

    def listing(self, el: El) -> list[Block]:
        if el.tag == "dl" and is_picture(el):  # a term that is a picture, and its legend
            return self.figure(el)
        items: list[Block] = []
        loose: list[Block] = []
        self._items(el, items, loose, terms=el.tag == "dl")
        return ([Block(LIST, children=tuple(items), level=LISTS[el.tag])] if items else []) + loose

    def _items(self, el: El, items: list[Block], loose: list[Block], *, terms: bool) -> None:
        defines = terms and any(kid.tag == "dt" for kid in el.elements())
        for kid in el.kids:
            if isinstance(kid, str) or kid.pruned:
                continue
            if terms and kid.tag == "div":  # a term and what it means
                self._items(kid, items, loose, terms=True)
                continue
            inner = self.flow(kid.kids) if kid.tag not in LISTS else self.listing(kid)
            if not inner:
                continue
            if items and (kid.tag in LISTS or (kid.tag == "dd" and defines)):
                items[-1] = replace(items[-1], children=(*items[-1].children, *inner))
                continue
            first, rest = inner[0], inner[1:]
            if first.kind is PARAGRAPH:
                items.append(Block(ITEM, first.inlines, tuple(rest)))
            elif _says(inner):
                items.append(Block(ITEM, (), tuple(inner)))
            else:
                loose += inner

    def table(self, el: El) -> list[Block]:
        title = [block for part in el.elements() if part.tag == "caption" for block in self.flow(part.kids)]
        cells = tables.rows(el)
        if cells and (found := code.in_table(cells)) is not None:
            return found
        if not tables.is_data(el, cells):
            return title + [block for row in cells for cell in row if cell.kids for block in self.flow(cell.kids)]
        return [*title, tables.block(cells, self.one_line)]

    def figure(self, el: El) -> list[Block]:
        """A picture with its legend: that which is named so, else what else is in a short box."""
        images = pictures(el)
        if not images:
            return self.titled(el)
        if len(images) > 1 and sum(part.tag in {"figure", "figcaption"} for part in el.walk()) > 2:
            return self.flow(el.kids)
        legends = figures.legends(el)
        short = el.total <= LEGEND
        if not legends and not short and not is_legend(el):
            return self.flow(el.kids)
        picture = figures.figure(images[0], legends or [el], self.base)
        if not picture:
            return self.flow(el.kids)
        rest = [] if short else [block for block in self.flow(el.kids) if block.kind is not FIGURE]
        return [*picture, *rest]

    def titled(self, el: El) -> list[Block]:
        """What a figure without a picture holds; the legend of a table or of code is text, as a table's own is."""
        inner = self.flow(el.kids)
        if any(block.kind is TABLE or block.kind is CODE for block in inner):
            for legend in figures.legends(el):
                inner += self.paragraphs(legend.kids)
        return inner


MAKERS: dict[str, Callable[[_Reader, El], list[Block]]] = {
    **dict.fromkeys(LEVELS, _Reader.heading),
    **dict.fromkeys(LISTS, _Reader.listing),
    "blockquote": _Reader.quote,
    "pre": lambda _, el: code.block(el),
    "figure": _Reader.figure,
}
"""How elements that make blocks of their own kind do it."""


def _signed(quote: El) -> tuple[list[El | str], list[El]]:
    """What a quote holds but for the ``cite`` after its last box, if any, which says who is quoted, and that.

    After loose text it is a part of the line, as the name of a book may be.
    """
    solid = [n for n, kid in enumerate(quote.kids) if not (isinstance(kid, str) and kid.isspace())]
    if len(solid) < 2:
        return quote.kids, []
    above, last = quote.kids[solid[-2]], quote.kids[solid[-1]]
    if isinstance(last, str) or last.tag != "cite" or last.pruned or isinstance(above, str) or above.inline:
        return quote.kids, []
    return quote.kids[: solid[-1]], [last]


def _says(blocks: list[Block]) -> bool:
    """Whether any of these blocks has text."""
    return any(block.text for block in blocks)


def _is_line(el: El) -> bool:
    """Whether an element holds no boxes."""
    for kid in el.kids:  # noqa: SIM110  # all() takes three times as long
        if not isinstance(kid, str) and not kid.inline:
            return False
    return True


def _name(box: Box, head: Piece) -> None:
    """Label a box by the first block in it, which may have labelled one within."""
    if head.box is box:
        head.label = _label(head.block)
    box.label = head.label


def _label(block: Block) -> str:
    """What a block says, if it is short."""
    if block.inlines:
        text = block.inlines[0].text if len(block.inlines) == 1 else "".join([run.text for run in block.inlines])
        return text if len(text) <= LABEL and block.kind is not FIGURE else ""
    text = block.text
    return text if len(text) <= LABEL else ""
