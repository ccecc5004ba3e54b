"""Blocks: an element of the page as the small tree of paragraphs, lists, figures … that an article is kept as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.models import Block, Inline, Kind
from crawler.extract.dom import IMAGES, El
from crawler.urls import canonical

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00]+")
BLANK = re.compile(r"\s+")
HEADING = {f"h{n}": n for n in range(1, 7)}
LISTS = {"ul": 0, "ol": 1, "menu": 0, "dl": 0}
STRONG = frozenset({"b", "strong"})
EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
MONOSPACE = frozenset({"code", "kbd", "samp", "tt"})
Style = tuple[str, bool, bool, bool]
"""As in Inline: href, strong, emphasis, code."""
Run = tuple[str, Style]
LEGEND = 200
"""Characters of the longest legend in a box without names."""
PLAIN: Style = ("", False, False, False)
BREAK = "\n"
"""Stands for a ``<br>`` until a line is finished; white space of the page never reaches that point as it is."""


def read(el: El, base: str) -> list[Block]:
    """The blocks in an element, pruned parts left out. ``base``: the URL against which links are resolved."""
    return _Reader(base).flow(el.kids)


@dataclass(slots=True)
class _Reader:
    base: str

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
                if kid.pruned == "caption" and out and out[-1].kind is Kind.FIGURE and not out[-1].inlines:
                    out[-1] = replace(out[-1], inlines=tidy(self.inlines(self.flat(kid))))
            elif kid.inline:
                run.append(kid)
            else:
                out += self.paragraphs(run)
                run = []
                out += self.box(kid)
        return out + self.paragraphs(run)

    def paragraphs(self, run: Sequence[El | str]) -> list[Block]:
        """A run of text, parted where two line breaks follow each other, and the images that stand in it."""
        if not run:
            return []
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
                text = BLANK.sub(" ", item)
                parts.append((text if text.isascii() else INVISIBLE.sub("", text), style))
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
    """An absolute http(s) URL, or an empty string."""
    return canonical(href, base) or ""


def source(img: El, base: str) -> str:
    """The absolute URL of an image, the first one of a ``srcset``."""
    first = img.url.strip().split(" ", 1)[0].rstrip(",")
    return link(first, base) if first else ""


def split(parts: Sequence[Run]) -> list[tuple[Inline, ...]]:
    """Runs parted by two or more line breaks, each tidied; empty ones left out."""
    out: list[tuple[Inline, ...]] = []
    current: list[Run] = []
    breaks = 0
    for part in parts:
        if part[0] == BREAK:
            breaks += 1
            if breaks == 2:
                out.append(tidy(current))
                current = []
            continue
        if part[0].strip():
            if breaks == 1:
                current.append((BREAK, part[1]))
            breaks = 0
        current.append(part)
    out.append(tidy(current))
    return [run for run in out if run]


def tidy(parts: Sequence[Run]) -> tuple[Inline, ...]:
    """One line's runs: white space single and none at the ends, equal neighbours joined."""
    texts: list[str] = []
    styles: list[Style] = []
    last = BREAK
    for text, style in parts:
        kept = text.lstrip(" ") if last in " \n" else text
        if not kept:
            continue
        if kept == BREAK and texts:
            texts[-1] = texts[-1].rstrip(" ")
        last = kept[-1]
        if styles and styles[-1] == style:
            texts[-1] += kept
        else:
            texts.append(kept)
            styles.append(style)
    while texts:
        texts[-1] = texts[-1].rstrip()
        if texts[-1]:
            break
        del texts[-1], styles[-1]
    return tuple(Inline(text, *style) for text, style in zip(texts, styles, strict=True) if text)
