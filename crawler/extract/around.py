"""Around: the lines of text that stand next to a page's headline, where its date and its byline are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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
_COMMENTS = re.compile(r"(?<![a-z])(?:comments?|respond|replies|disqus)(?![a-z])|commentlist", re.IGNORECASE)
"""Names of what readers wrote, who date and sign it as authors do."""
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})


class Around:
    """The lines on both sides of a headline, nearest first; read as far as they are asked for."""

    def __init__(self, tree: LexborHTMLParser, headline: LexborNode | None, title: str) -> None:
        """The headline is the element that holds the title, or its text where no element does."""
        self._tree, self._headline, self._title = tree, headline, title
        self._known: tuple[list[str], list[str]] = ([], [])
        self._texts: list[str] | None = None
        self._sides: tuple[Iterator[str], Iterator[str]] | None = None

    def below(self, count: int = BELOW) -> Iterator[str]:
        return self._lines(0, count)

    def above(self, count: int = ABOVE) -> Iterator[str]:
        return self._lines(1, count)

    def dated(self) -> Iterator[tuple[str, str]]:
        """The short lines of the page's text that may name a year, each with the end of the line before."""
        before = ""
        for line in self._all():
            if len(line) < LONGEST and ("20" in line or "19" in line or "25" in line) and _is_text(line):
                yield squeeze(line), before[-LABEL:]
            before = line

    def _lines(self, side: int, count: int) -> Iterator[str]:
        known = self._known[side]
        for at in range(count):
            if at == len(known):
                line = next(self._sources()[side], None)
                if line is None:
                    return
                known.append(line)
            yield known[at]

    def _all(self) -> list[str]:
        if self._texts is None:
            body = self._tree.body
            self._texts = body.text(separator="\n", strip=True)[:MOST].split("\n") if body else []
        return self._texts

    def _sources(self) -> tuple[Iterator[str], Iterator[str]]:
        if self._sides is None:
            self._sides = self._opened()
        return self._sides

    def _opened(self) -> tuple[Iterator[str], Iterator[str]]:
        if self._headline is not None:
            return _lines(_following(self._headline)), _lines(_preceding(self._headline))
        texts, start = self._all(), self._title[:12]
        size = len(start) or LONGEST
        at = next((i for i, t in enumerate(texts) if t[:size] == start and self._title.startswith(t[:40])), -1)
        return _lines(filter(_is_text, texts[at + 1 :])), _lines(filter(_is_text, reversed(texts[: max(at, 0)])))


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if line := squeeze(text[:LONGEST_LINE]):
            yield line


def _following(node: LexborNode) -> Iterator[str]:
    """The texts after an element and its content, in the page's order, without those that nobody reads.

    The parser's own walk takes half the time of one by ``first_child`` and ``next``.
    """
    left = STEPS
    for beside in _after(node):
        hidden = 0
        for one in beside.traverse(include_text=True, skip_empty=True):
            if hidden:
                hidden -= 1
                continue
            left -= 1
            if left < 0:
                return
            text = one.text_content
            if text is not None:
                yield text
            elif one.tag in _NO_TEXT:
                hidden = sum(1 for _ in one.traverse(include_text=True, skip_empty=True)) - 1


def _after(node: LexborNode) -> Iterator[LexborNode]:
    """What begins after an element, but for what is in it."""
    current: LexborNode | None = node
    while current is not None and current.tag != "body":
        beside = current.next
        while beside is not None:
            if not _is_comments(beside):
                yield beside
            beside = beside.next
        current = current.parent


def _is_comments(node: LexborNode) -> bool:
    if node.tag not in {"div", "section", "ol", "ul", "aside"}:
        return False
    attributes = node.attributes
    return _COMMENTS.search(f"{attributes.get('id') or ''} {attributes.get('class') or ''}"[:500]) is not None


def _preceding(node: LexborNode) -> Iterator[str]:
    """The texts before an element, last first."""
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
            last = step.last_child
            if last is None or step.tag in _NO_TEXT:
                break
            step = last
        current = step
        text = step.text_content
        if text and not text.isspace():
            yield text


def _is_text(line: str) -> bool:
    """Whether a line is none of a script or a style sheet, which are text to the parser."""
    return (
        bool(line)
        and not line.endswith((";", ",", "{", "}", "*/", "[", "(", ">"))
        and "{" not in line
        and "=" not in line
    )
