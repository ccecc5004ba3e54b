"""Inlines: the runs of text in a line, in their styles, with white space as a reader would see it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import is_
from typing import Final

from archive.models import Block, Inline
from crawler.extract.called import called, credit
from crawler.extract.dom import IMAGES, El
from crawler.extract.links import WITHIN, Base

LINK, STRONG, EMPHASIS, MONOSPACE, LINE_BREAK, IMAGE, QUOTED = range(7)
"""What an element means for the text in it."""
MEANS: Final = {
    "a": LINK,
    "br": LINE_BREAK,
    "q": QUOTED,
    **dict.fromkeys(IMAGES, IMAGE),
    **dict.fromkeys(("b", "strong"), STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), EMPHASIS),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), MONOSPACE),
}
INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]+")
WIDE: Final = "[\u2e80-\u312f\u31a0-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\U00020000-\U0003ffff]"
"""Chinese and Japanese, and their punctuation, but not Korean, which has blanks."""
WRAPPED: Final = re.compile(rf"(?<={WIDE})(?<!\s)[ \t\r]*+\n\s*+(?={WIDE})")
"""A line of the page's source that ends amid such text is no blank in it: CSS Text 3, 4.1.3."""
SHY, SPACE, JOINER, MARK = "\u00ad", "\u200b", "\u2060", "\ufeff"
BACK: Final = frozenset("↩↑^⤴↵⏎⬆▲")
"""What a link from a note back to its place in the text is made of."""
MARKS: Final = frozenset("“„”\"'‘‚«»‹›「『《〈")
VARIANTS: Final = "\ufe0e\ufe0f"
"""Say whether a sign is drawn as text or as a picture."""
GONE: Final = "\1"
"""Stands for a character that will be left out, so that the places of the others stay."""
Style = tuple[str, bool, bool, bool]
"""As in Inline: href, strong, emphasis, code."""
Run = tuple[str, Style]
PLAIN: Style = ("", False, False, False)
BREAK: Final = "\0"
"""Stands for a ``<br>`` until a line is finished: no parser lets one through."""


def clean(text: str) -> str:
    """A line of one style: white space single, none at the ends; invisible characters left out."""
    text = text.strip()
    if text.isprintable() and "  " not in text:  # no blank but U+0020 is printable, nor is what is invisible
        return text  # 19 of 20; to look takes half to two thirds of the time of parting it into words
    if not text.isascii():
        if "\n" in text:
            text = WRAPPED.sub("", text)
        return seen(" ".join(text.split()))
    return " ".join(text.split())


def seen(text: str) -> str:
    if SHY in text or SPACE in text or JOINER in text or MARK in text:  # four looks cost less than one pattern
        return INVISIBLE.sub("", text)
    return text


@dataclass(slots=True)
class Gatherer:
    """What is found in a run of text and inline elements; boxes in it are opened."""

    base: Base
    parts: list[Run] = field(default_factory=list)
    images: list[El] = field(default_factory=list)
    credits: list[El] | None = None
    """The parts that are named as a picture's credit; None if they are like any other."""

    def add(self, items: Iterable[El | str], style: Style = PLAIN) -> None:
        for item in items:
            if isinstance(item, str):
                self.parts.append((item, style))
            elif self.credits is not None and _is_credit(item):
                self.credits.append(item)
            elif not item.pruned:
                means = MEANS.get(item.tag)
                if means is None and item.inline:
                    self.add(item.kids, style)
                else:
                    self._element(item, means, style)

    def _element(self, item: El, means: int | None, style: Style) -> None:
        if means is None:
            self.parts.append((" ", style))
            self.add(item.kids, style)
            self.parts.append((" ", style))
        elif means == LINK:
            if not item.url or not item.total:  # of a link around a picture nobody asks the address
                self.add(item.kids, style)
            elif not _is_way_back(item):
                self.add(item.kids, (self.base.link(item.url), style[1], style[2], style[3]))
        elif means == IMAGE:
            self.images.append(item)
        elif means == LINE_BREAK:
            self.parts.append((BREAK, style))
        elif means == QUOTED:
            self._quoted(item, style)
        else:
            href, strong, emphasis, code = style
            self.add(
                item.kids, (href, strong or means == STRONG, emphasis or means == EMPHASIS, code or means == MONOSPACE)
            )

    def _quoted(self, item: El, style: Style) -> None:
        """Words in the marks that a browser sets around them, unless the page sets its own."""
        first, last = ("", "") if item.text()[:1] in MARKS else ("“", "”")
        self.parts.append((first, style))
        self.add(item.kids, style)
        self.parts.append((last, style))


def _is_credit(el: El) -> bool:
    names = el.called or called(el.tag, el.attrs)  # of an inline element names are read where they are needed
    return names is not None and credit(names)


def _is_way_back(link: El) -> bool:
    """Whether a link leads from a note to its place in the text."""
    return link.url.startswith("#") and link.total <= 2 and BACK.issuperset(link.text().rstrip(VARIANTS))


def line(parts: Sequence[Run]) -> tuple[Inline, ...]:
    """The runs of what can only be one line: breaks are blanks."""
    found = lines([(" ", style) if text is BREAK else (text, style) for text, style in parts])
    return found[0] if found else ()


def lines(parts: Sequence[Run]) -> list[tuple[Inline, ...]]:
    """Runs parted by two or more line breaks, equal neighbours joined, white space single and none at the ends."""
    solid = [part for part in parts if not part[0].isspace()]
    if len(solid) < 2:
        text = clean(solid[0][0]) if solid and solid[0][0] != BREAK else ""
        return [(Inline(text, *solid[0][1]),)] if text else []
    for _, style in solid:
        if style != PLAIN:
            return _styled(_unwrapped(parts))
    return _plain("".join([text for text, _ in parts]))


def _unwrapped(parts: Sequence[Run]) -> Sequence[Run]:
    """Runs without the ends of lines amid text that has no blanks, also between one style and another."""
    text = "".join([part for part, _ in parts])
    if text.isascii() or "\n" not in text:
        return parts
    text = WRAPPED.sub(_marked, text)
    out: list[Run] = []
    at = 0
    for raw, style in parts:
        end = at + len(raw)
        out.append((text[at:end].replace(GONE, ""), style))
        at = end
    return out


def _marked(blank: re.Match[str]) -> str:
    return GONE * len(blank[0])


def _styled(parts: Sequence[Run]) -> list[tuple[Inline, ...]]:
    out: list[tuple[Inline, ...]] = []
    texts: list[str] = []
    styles: list[Style] = []
    blank = True  # nothing, a break or white space stands before
    broken = False
    breaks = 0
    for raw, style in parts:
        if raw == BREAK:
            breaks += 1
            continue
        words = clean(raw)
        if not words:
            if blank or not raw:
                continue
            words, blank = " ", True
        else:
            if breaks > 1:
                out.append(_finish(texts, styles))
                texts, styles, blank, broken = [], [], True, False
            elif breaks and texts:
                blank = broken = True
                texts[-1] = texts[-1].rstrip(" ")
            breaks = 0
            if broken:
                words, broken = "\n" + words, False
            elif not blank and raw[0].isspace():
                words = " " + words
            blank = raw[-1].isspace()
            if blank:
                words += " "
        if styles and styles[-1] == style:
            texts[-1] += words
        else:
            texts.append(words)
            styles.append(style)
    out.append(_finish(texts, styles))
    return [runs for runs in out if runs]


def _finish(texts: list[str], styles: list[Style]) -> tuple[Inline, ...]:
    """The runs of one line, white space left out at its end."""
    while texts:
        texts[-1] = texts[-1].rstrip()
        if texts[-1]:
            break
        del texts[-1], styles[-1]
    return tuple([Inline(text, *style) for text, style in zip(texts, styles, strict=True) if text])


def _plain(text: str) -> list[tuple[Inline, ...]]:
    if BREAK not in text:
        text = clean(text)
        return [(Inline(text),)] if text else []
    out: list[tuple[Inline, ...]] = []
    current: list[str] = []
    for part in [*map(clean, text.split(BREAK)), ""]:
        if part:
            current.append(part)
        elif current:
            out.append((Inline("\n".join(current)),))
            current = []
    return out


def outward(block: Block) -> Block:
    """A block without the links to places on the page itself, which only tell what is boilerplate."""
    if block.children:
        children = tuple(map(outward, block.children))
        if not all(map(is_, children, block.children)):
            block = replace(block, children=children)
    for run in block.inlines:
        if run.href == WITHIN:
            return replace(block, inlines=_outward(block.inlines))
    return block


def _outward(runs: Sequence[Inline]) -> tuple[Inline, ...]:
    texts: list[str] = []
    styles: list[Style] = []
    for run in runs:
        style = ("" if run.href == WITHIN else run.href, run.strong, run.emphasis, run.code)
        if styles and styles[-1] == style:
            texts[-1] += run.text
        else:
            texts.append(run.text)
            styles.append(style)
    return tuple([Inline(text, *style) for text, style in zip(texts, styles, strict=True)])
