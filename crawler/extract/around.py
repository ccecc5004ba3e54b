"""Around: the lines of text that stand next to a page's headline, where its date and its byline are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.tidy import squeeze

BELOW, ABOVE = 40, 12
"""Lines of text after and before a headline in which its date and byline stand."""
LONGEST = 100
"""Characters of a line that is read wherever it stands."""
MOST = 300_000
"""Characters of a page's text that are looked through."""
STEPS = 600
"""Nodes walked each way from the headline: three times what most pages need for as many lines."""
DEEPEST = 100
"""Levels that a step backwards descends."""
_NO_TEXT = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})


@dataclass(frozen=True, slots=True)
class Lines:
    below: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    """Nearest first."""

    @property
    def all(self) -> tuple[str, ...]:
        return self.below + self.above


Near = Callable[[], Lines]
"""The lines around a page's headline, looked for when first needed."""


def read(tree: LexborHTMLParser, headline: LexborNode | None, title: str) -> Lines:
    """The lines around the element that holds the title, or around its text where no element does."""
    if headline is not None:
        below, above = _texts(_following(headline)), _texts(_preceding(headline))
        return Lines(tuple(islice(below, BELOW)), tuple(islice(above, ABOVE)))
    if tree.body is None:
        return Lines()
    texts = _split(tree)
    start = title[:12]
    at = next(
        (i for i, line in enumerate(texts) if start and line.startswith(start) and title.startswith(line[:40])), -1
    )
    below, above = (filter(_is_text, some) for some in (islice(texts, at + 1, None), reversed(texts[: max(at, 0)])))
    return Lines(
        tuple(squeeze(line[:1_000]) for line in islice(below, BELOW)),
        tuple(squeeze(line[:1_000]) for line in islice(above, ABOVE)),
    )


def lines(tree: LexborHTMLParser) -> Iterator[str]:
    """The short lines of the page's text."""
    return (squeeze(line) for line in _split(tree) if len(line) < LONGEST and _is_text(line))


def _split(tree: LexborHTMLParser) -> list[str]:
    return tree.body.text(separator="\n", strip=True)[:MOST].split("\n") if tree.body else []


def holders(headline: LexborNode | None) -> frozenset[int]:
    """The ids of the elements that hold the headline."""
    ids: list[int] = []
    while headline is not None and len(ids) < DEEPEST:
        headline = headline.parent
        if headline is not None:
            ids.append(headline.mem_id)
    return frozenset(ids)


def _texts(nodes: Iterator[LexborNode]) -> Iterator[str]:
    for node in nodes:
        if node.is_text_node and (line := squeeze((node.text_content or "")[:1_000])):
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
