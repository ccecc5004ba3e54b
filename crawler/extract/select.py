"""Select: elements by a CSS selector that may come from a configuration, and their attributes as text."""

from __future__ import annotations

import re
from collections.abc import Collection

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from crawler.extract.tidy import squeeze

MOST_NODES = 200
"""Nodes of an element that is looked at for a title, a date or a byline."""

_OTHERS = re.compile(
    r"related|recommend|sidebar|comment|popular|latest|teaser|(?<![a-z])card|carousel|recent|read-?more|footer|promo(?!ted)"
    r"|trending|most-?read|upcoming|listing",
    re.IGNORECASE,
)
"""Names of parts of a page that date and sign other texts, as do these elements."""
DEEPEST = 12
"""Elements around one that are looked at for such names."""
_OWN = frozenset({"body", "html", "main"})
_ELSEWHERE = frozenset({"footer", "nav", "form", "li"})


def select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements in the page's order; none for a selector that is no CSS."""
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):
        return []


def attribute(node: LexborNode, *names: str) -> str:
    """The first of these attributes that is there and not empty, or an empty string."""
    attributes = node.attributes
    return next((value for name in names if (value := attributes.get(name))), "")


def brief(node: LexborNode, separator: str = "", limit: int = 1_000) -> str:
    """The text of a small element on one line, without scripts and styles; nothing if it is longer than ``limit``.

    An element that was never closed may hold the whole page, and many such elements the page many times over.
    """
    parts: list[str] = []
    for count, one in enumerate(node.traverse(include_text=True)):
        if one.is_text_node and (one.parent is None or one.parent.tag not in {"script", "style"}):
            parts.append(one.text_content or "")
            limit -= len(parts[-1])
        if limit < 0 or count > MOST_NODES:
            return ""
    return squeeze(separator.join(parts))


class Others:
    """Tells whether an element belongs to another text than the page's article; asked of many in the same places."""

    def __init__(self, holders: Collection[int] = ()) -> None:
        """``holders`` are the elements that hold the headline: whatever they are called, they are its article's."""
        self._holders = holders
        self._known: dict[tuple[int, bool], bool] = {}

    def hold(self, node: LexborNode, *, lists: bool = True) -> bool:
        """Whether it does; ``lists``: whether what stands in lists does."""
        asked: list[tuple[int, bool]] = []
        up: LexborNode | None = node
        verdict = False
        for level in range(DEEPEST):
            if up is None or (tag := up.tag) in _OWN:
                break
            key = up.mem_id, lists
            if key[0] in self._holders or (level and key in self._known):
                verdict = self._known.get(key, False)
                break
            if (level and tag in _ELSEWHERE and (lists or tag != "li")) or _is_others(up):
                verdict = True
                break
            if level:
                asked.append(key)
            up = up.parent
        self._known.update(dict.fromkeys(asked, verdict))
        return verdict


def _is_others(node: LexborNode) -> bool:
    attributes = node.attributes
    return bool(attributes) and bool(_OTHERS.search(f"{attributes.get('class') or ''} {attributes.get('id') or ''}"))
