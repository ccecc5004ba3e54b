"""Around: the lines of text that stand next to a page's headline, where its date and its byline are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.tidy import squeeze

BELOW, ABOVE = 30, 8
"""Lines of text after and before a headline in which its date and byline stand."""
LONGEST_LINE = 1_000
LONGEST = 100
"""Characters of a line that is read wherever it stands."""
LABEL = 20
"""Characters before a line that may say what it is."""
MOST = 300_000
"""Characters of a page's text that are looked through."""
STEPS = 600
"""Nodes walked each way from the headline: three times what most pages need for as many lines."""
DEEPEST = 100
"""Levels that a step backwards descends."""
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})


class Around:
    """The lines on both sides of a headline, nearest first; read as far as they are asked for."""

    def __init__(self, tree: LexborHTMLParser, headline: LexborNode | None, title: str) -> None:
        """The headline is the element that holds the title, or its text where no element does."""
        self._tree, self._headline, self._title = tree, headline, title
        self._known: tuple[list[str], list[str]] = ([], [])
        self._sources: tuple[Iterator[str], Iterator[str]] | None = None

    def below(self, count: int = BELOW) -> list[str]:
        return self._lines(0, count)

    def above(self, count: int = ABOVE) -> list[str]:
        return self._lines(1, count)

    def _lines(self, side: int, count: int) -> list[str]:
        known = self._known[side]
        if len(known) < count:
            if self._sources is None:
                self._sources = self._both()
            known.extend(islice(self._sources[side], count - len(known)))
        return known[:count]

    def _both(self) -> tuple[Iterator[str], Iterator[str]]:
        if self._headline is not None:
            return _texts(_following(self._headline)), _texts(_preceding(self._headline))
        texts, start = _split(self._tree), self._title[:12]
        at = next(
            (i for i, t in enumerate(texts) if start and t.startswith(start) and self._title.startswith(t[:40])), -1
        )
        return _squeezed(islice(texts, at + 1, None)), _squeezed(reversed(texts[: max(at, 0)]))


def _squeezed(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if _is_text(text):
            yield squeeze(text[:LONGEST_LINE])


def dated(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """The short lines of the page's text that may name a year, each with the end of the line before."""
    before = ""
    for line in _split(tree):
        if len(line) < LONGEST and ("20" in line or "19" in line or "25" in line) and _is_text(line):
            yield squeeze(line), before[-LABEL:]
        before = line


def _split(tree: LexborHTMLParser) -> list[str]:
    return tree.body.text(separator="\n", strip=True)[:MOST].split("\n") if tree.body else []


def _texts(nodes: Iterator[LexborNode]) -> Iterator[str]:
    for node in nodes:
        text = node.text_content if node.is_text_node else None
        if text and not text.isspace() and (line := squeeze(text[:LONGEST_LINE])):
            yield line


def _following(node: LexborNode) -> Iterator[LexborNode]:
    """The nodes after an element and its content, in the page's order, without those that hold no text to read."""
    current: LexborNode | None = node
    inside = False
    for _ in range(STEPS):
        if current is None:
            return
        step = current.first_child if inside and current.tag not in _NO_TEXT else None
        while step is None:
            step = current.next
            if step is None:
                current = current.parent
                if current is None or current.tag == "body":
                    return
        current, inside = step, True
        yield current


def _preceding(node: LexborNode) -> Iterator[LexborNode]:
    """The nodes before an element, last first."""
    current: LexborNode | None = node
    for _ in range(STEPS):
        if current is None:
            return
        step = current.prev
        if step is None:
            current = current.parent
            if current is None or current.tag == "body":
                return
            continue
        for _ in range(DEEPEST):
            last = step.last_child if step.tag not in _NO_TEXT else None
            if last is None:
                break
            step = last
        current = step
        yield current


def _is_text(line: str) -> bool:
    """Whether a line is none of a script or a style sheet, which are text to the parser."""
    return (
        bool(line)
        and not line.endswith((";", ",", "{", "}", "*/", "[", "(", ">"))
        and "{" not in line
        and "=" not in line
    )
