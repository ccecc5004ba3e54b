"""Blocks: an element of the page as the small tree of paragraphs, lists, figures … that an article is kept as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.models import Block, Inline, Kind
from crawler.extract.dom import El
from crawler.urls import canonical

INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff\x00"))
BLANK = re.compile(r"\s+")
HEADING = {f"h{n}": n for n in range(1, 7)}
LISTS = {"ul": 0, "ol": 1, "menu": 0, "dl": 0}
STRONG = frozenset({"b", "strong"})
EMPHASIS = frozenset({"i", "em", "cite", "dfn", "var"})
MONOSPACE = frozenset({"code", "kbd", "samp", "tt"})
IMAGES = frozenset({"img", "amp-img"})
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

    def inlines(self, run: Sequence[El | str]) -> list[Inline]:
        parts: list[Inline] = []
        for item in run:
            self._inline(item, Inline(""), parts)
        return parts

    def _inline(self, item: El | str, style: Inline, parts: list[Inline]) -> None:
        if isinstance(item, str):
            if item:
                parts.append(replace(style, text=BLANK.sub(" ", item.translate(INVISIBLE))))
            return
        if item.pruned:
            return
        tag = item.tag
        if tag == "br":
            parts.append(replace(style, text=BREAK))
            return
        if tag in STRONG:
            style = replace(style, strong=True)
        elif tag in EMPHASIS:
            style = replace(style, emphasis=True)
        elif tag in MONOSPACE:
            style = replace(style, code=True)
        elif tag == "a" and (href := item.get("href")):
            style = replace(style, href=link(href, self.base))
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
            text = [part for piece in split(self.inlines(self.flat(el))) for part in piece]
            return [Block(Kind.HEADING, tidy(text), level=HEADING[tag])] if text else []
        if tag in LISTS:
            return self.list(el)
        if tag == "blockquote":
            inner = self.flow(el.kids)
            return [Block(Kind.QUOTE, children=tuple(inner))] if any(block.text for block in inner) else inner
        if tag == "table":
            return self.table(el)
        if tag == "pre":
            return self.code(el)
        if tag == "figure":
            return self.figure(el)
        if tag in {"li", "dd", "dt"}:
            return self.flow(el.kids)
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

    def list(self, el: El) -> list[Block]:
        items: list[Block] = []
        loose: list[Block] = []
        for kid in el.elements():
            if kid.pruned:
                continue
            inner = self.flow(kid.kids) if kid.tag not in LISTS else self.list(kid)
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
        rows = [row for row in el.walk() if row.tag == "tr"]
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
        inner = [part for part in el.walk() if part.tag in IMAGES]
        url = next((found for part in inner if (found := source(part, self.base))), "")
        if not url:
            return self.flow(el.kids)
        caption = next((kid for kid in el.elements() if kid.tag == "figcaption"), None)
        text = tidy(self.inlines(self.flat(caption))) if caption is not None else ()
        return [Block(Kind.FIGURE, text, url=url)]


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
    """The URL of an image, from the attributes that lazy loaders use where ``src`` is a placeholder."""
    for name in ("data-src", "data-original", "data-lazy-src", "src"):
        value = img.get(name).strip()
        if value and not value.startswith("data:"):
            return link(value, base)
    return ""


def split(parts: Sequence[Inline]) -> list[tuple[Inline, ...]]:
    """Runs parted by two or more line breaks, each tidied; empty ones left out."""
    out: list[tuple[Inline, ...]] = []
    current: list[Inline] = []
    breaks = 0
    for part in parts:
        if part.text == BREAK:
            breaks += 1
            if breaks == 2:
                out.append(tidy(current))
                current = []
            continue
        if breaks == 1 and part.text.strip():
            current.append(Inline(BREAK))
        if part.text.strip():
            breaks = 0
        current.append(part)
    out.append(tidy(current))
    return [run for run in out if run]


def tidy(parts: Sequence[Inline]) -> tuple[Inline, ...]:
    """One line's runs: white space single and none at the ends, equal neighbours joined."""
    out: list[Inline] = []
    last = BREAK
    for part in parts:
        text = part.text
        if last in " \n":
            text = text.lstrip(" ")
        if not text:
            continue
        if text == BREAK and out:
            out[-1] = replace(out[-1], text=out[-1].text.rstrip(" "))
        last = text[-1]
        style = replace(part, text="")
        if out and replace(out[-1], text="") == style:
            out[-1] = replace(out[-1], text=out[-1].text + text)
        else:
            out.append(replace(part, text=text))
    while out and not (text := out[-1].text.rstrip()):
        out.pop()
    if out:
        out[-1] = replace(out[-1], text=out[-1].text.rstrip())
    return tuple(out)
