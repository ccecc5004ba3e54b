"""Blocks: an element of the page as the small tree of paragraphs, lists, figures … that an article is kept as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.models import Block, Inline, Kind
from crawler.extract.dom import IMAGES, El
from crawler.extract.inlines import BREAK, PLAIN, Run, Style, split, squeeze, tidy
from crawler.urls import canonical

HEADING = {f"h{n}": n for n in range(1, 7)}
LISTS = {"ul": 0, "ol": 1, "menu": 0, "dl": 0}
STRONG = frozenset({"b", "strong"})
EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
MONOSPACE = frozenset({"code", "kbd", "samp", "tt"})
LEGEND = 200
"""Characters of the longest legend in a box without names."""
PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9/_-]{0,500}(?:\.html?)?")
LABEL = 60
"""Characters of the longest label over a part of a page."""


OPAQUE = frozenset({*HEADING, *LISTS, "blockquote", "table", "pre", "figure"})
"""Elements that make blocks of their own kind; others only hold blocks."""


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


def pieces(el: El, base: str) -> list[Piece]:
    """The blocks in an element, pruned parts left out. ``base``: the URL against which links are resolved."""
    out: list[Piece] = []
    _Reader(base).spread(Box(el), out)
    return out


@dataclass(slots=True)
class _Reader:
    base: str

    def spread(self, box: Box, out: list[Piece]) -> None:
        """Open the elements that only hold blocks, keeping in mind where each block stood."""
        run: list[El | str] = []
        first = len(out)
        for kid in box.el.kids:
            if isinstance(kid, str) or (kid.inline and not kid.pruned):
                run.append(kid)
                continue
            if not kid.inline and run:
                out += [Piece(block, box.el, box) for block in self.paragraphs(run)]
                run = []
            if kid.pruned:
                if kid.pruned == "caption" and len(out) > first:
                    out[-1].block = self.captioned(out[-1].block, kid)
            elif kid.tag in OPAQUE or (kid.total <= LEGEND and is_picture(kid)) or not _holds_boxes(kid):
                out += [Piece(block, kid, box) for block in self.box(kid)]
            elif kid.total or kid.kids:
                self.spread(Box(kid, box, box.depth + 1), out)
        if run:
            out += [Piece(block, box.el, box) for block in self.paragraphs(run)]
        box.pieces = len(out) - first
        if box.pieces:
            text = out[first].block.text
            box.label = text if len(text) <= LABEL else ""

    def captioned(self, block: Block, caption: El) -> Block:
        """A figure with the legend that follows it."""
        if block.kind is not Kind.FIGURE or block.inlines:
            return block
        return replace(block, inlines=tidy(self.inlines(self.flat(caption))))

    def flow(self, kids: Sequence[El | str]) -> list[Block]:
        """Boxes as blocks, and each run of text between them as a paragraph."""
        out: list[Block] = []
        run: list[El | str] = []
        for kid in kids:
            if isinstance(kid, str):
                run.append(kid)
            elif kid.pruned:
                if not kid.inline:
                    out += self.paragraphs(run)
                    run = []
                if kid.pruned == "caption" and out:
                    out[-1] = self.captioned(out[-1], kid)
            elif kid.inline:
                run.append(kid)
            else:
                out += self.paragraphs(run)
                run = []
                out += self.box(kid)
        return out + self.paragraphs(run)

    def paragraphs(self, run: Sequence[El | str]) -> list[Block]:
        """A run of text, parted where two line breaks follow each other, and the images that stand in it."""
        found = [Block(Kind.PARAGRAPH, part) for part in split(self.inlines(run))]
        return found + self.images(run)

    def inlines(self, run: Sequence[El | str]) -> list[Run]:
        parts: list[Run] = []
        for item in run:
            self._inline(item, PLAIN, parts)
        return parts

    def _inline(self, item: El | str, style: Style, parts: list[Run]) -> None:
        if isinstance(item, str):
            if item:
                parts.append((squeeze(item), style))
            return
        if item.pruned:
            return
        tag = item.tag
        if tag == "br":
            parts.append((BREAK, style))
            return
        href, strong, emphasis, code = style
        if tag in STRONG:
            style = (href, True, emphasis, code)
        elif tag in EMPHASIS:
            style = (href, strong, True, code)
        elif tag in MONOSPACE:
            style = (href, strong, emphasis, True)
        elif tag == "a" and item.url:
            style = (link(item.url, self.base), strong, emphasis, code)
        for kid in item.kids:
            self._inline(kid, style, parts)

    def images(self, run: Sequence[El | str]) -> list[Block]:
        found = []
        for item in run:
            if not isinstance(item, str):
                found += [
                    Block(Kind.FIGURE, url=url)
                    for el in item.walk()
                    if el.tag in IMAGES and (url := source(el, self.base))
                ]
        return found

    def box(self, el: El) -> list[Block]:
        """The blocks that one element which is not inline gives."""
        tag = el.tag
        if tag in HEADING:
            text = tidy([(" " if text == BREAK else text, style) for text, style in self.inlines(self.flat(el))])
            return [Block(Kind.HEADING, text, level=HEADING[tag])] if text else []
        if tag in LISTS:
            return self.listing(el)
        if tag == "blockquote":
            inner = self.flow(el.kids)
            return [Block(Kind.QUOTE, children=tuple(inner))] if any(block.text for block in inner) else inner
        if tag == "table":
            return self.table(el)
        if tag == "pre":
            return self.code(el)
        if tag == "figure":
            return self.figure(el)
        if el.total <= LEGEND and is_picture(el):
            return self.figure(el)
        return self.flow(el.kids)

    def flat(self, el: El) -> list[El | str]:
        """What is in an element with its boxes opened, for where only one line can stand."""
        out: list[El | str] = []
        for kid in el.kids:
            if isinstance(kid, str) or kid.inline:
                out.append(kid)
            elif not kid.pruned:
                out += [" ", *self.flat(kid), " "]
        return out

    def listing(self, el: El) -> list[Block]:
        items: list[Block] = []
        loose: list[Block] = []
        for kid in el.elements():
            if kid.pruned:
                continue
            inner = self.flow(kid.kids) if kid.tag not in LISTS else self.listing(kid)
            if not inner:
                continue
            if kid.tag in LISTS and items:
                items[-1] = replace(items[-1], children=(*items[-1].children, *inner))
                continue
            first, rest = inner[0], inner[1:]
            if first.kind is Kind.PARAGRAPH:
                items.append(Block(Kind.ITEM, first.inlines, tuple(rest)))
            elif any(block.text for block in inner):
                items.append(Block(Kind.ITEM, (), tuple(inner)))
            else:
                loose += inner
        return ([Block(Kind.LIST, children=tuple(items), level=LISTS[el.tag])] if items else []) + loose

    def table(self, el: El) -> list[Block]:
        parts = [part for part in el.elements() if not part.pruned]
        parts += [row for part in parts if part.tag in {"thead", "tbody", "tfoot"} for row in part.elements()]
        rows = [row for row in parts if row.tag == "tr" and not row.pruned]
        cells = [[cell for cell in row.elements() if cell.tag in {"td", "th"} and not cell.pruned] for row in rows]
        nested = any(inner.tag == "table" for inner in el.walk() if inner is not el)
        if nested or max(map(len, cells), default=0) < 2 or len(rows) < 2:
            return [block for row in cells for cell in row for block in self.flow(cell.kids)]
        body = tuple(
            Block(
                Kind.ROW,
                children=tuple(
                    Block(Kind.CELL, tidy(self.inlines(self.flat(cell))), level=int(cell.tag == "th")) for cell in row
                ),
            )
            for row in cells
        )
        return [Block(Kind.TABLE, children=tuple(row for row in body if any(cell.text for cell in row.children)))]

    def code(self, el: El) -> list[Block]:
        text = "".join(verbatim(el)).strip("\n")
        return [Block(Kind.CODE, (Inline(text),))] if text.strip() else []

    def figure(self, el: El) -> list[Block]:
        """A picture with its legend: that which is named so, else what else is in a short box."""
        inside = list(el.walk())
        url = next((found for part in inside if part.tag in IMAGES and (found := source(part, self.base))), "")
        if not url:
            return self.flow(el.kids)
        legend = next((kid for part in inside for kid in part.elements() if kid.pruned == "caption"), None)
        short = el.total <= LEGEND
        if legend is None and not short:
            return self.flow(el.kids)
        caption = tidy(self.inlines(self.flat(legend if legend is not None else el)))
        picture = Block(Kind.FIGURE, caption, url=url)
        rest = [] if short else [block for block in self.flow(el.kids) if block.kind is not Kind.FIGURE]
        return [picture, *rest]


def _holds_boxes(el: El) -> bool:
    return any(not isinstance(kid, str) and not kid.inline for kid in el.kids)


def is_picture(el: El) -> bool:
    """Whether a short box is an image and its legend."""
    images = 0
    for part in el.walk():
        if part.tag in IMAGES:
            images += 1
        elif part.tag in HEADING or part.tag in LISTS or part.tag in {"table", "blockquote", "pre"}:
            return False
    return images == 1


def verbatim(el: El) -> list[str]:
    parts: list[str] = []
    for kid in el.kids:
        if isinstance(kid, str):
            parts.append(kid)
        elif kid.tag == "br":
            parts.append("\n")
        else:
            parts += verbatim(kid)
    return parts


def link(href: str, base: str) -> str:
    """An absolute http(s) URL, or an empty string. A plain one is what it is: canonical costs 12 µs a link."""
    return href if PLAIN_URL.fullmatch(href) else canonical(href, base) or ""


def source(img: El, base: str) -> str:
    """The absolute URL of an image, the first one of a ``srcset``."""
    first = img.url.strip().split(" ", 1)[0].rstrip(",")
    return link(first, base) if first else ""
