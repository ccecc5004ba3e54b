"""The page as a light tree of our own: what can hold text, measured.

The parser's tree is only read, never changed, so nothing here can pull a node from under a live iterator, and the
steps after this one touch Python objects alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Never holds an article's text: left out in the walk, with all that is in them.
SKIPPED = frozenset(
    "script style template svg iframe object embed canvas map select option datalist input textarea button "
    "link meta title head audio video track param rt rp dialog progress meter".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr picture q rp rt ruby "
    "s samp small source span strike strong sub sup time tt u var wbr amp-img math mi mn mo mrow msup msub".split()
)
NAMING = ("class", "id", "role", "itemprop", "data-testid", "data-component", "data-qa")
MAX_DEPTH = 150  # Real pages stay under 60; what lies deeper is read as flat text.
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
STREAMED = re.compile(r"S:[0-9a-f]+$")
"""The id under which React sends a part of the page hidden, to be moved into its place by script."""
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class El:
    """An element: its tag, its names (class, id, role …, split at camelCase, in lower case) and its measures."""

    tag: str
    parent: El | None = None
    depth: int = 0
    attrs: dict[str, str | None] = field(default_factory=dict)
    names: str = ""
    kids: list[El | str] = field(default_factory=list)
    inline: bool = False
    """Inline by its tag and by all that is in it: part of a line of text."""
    own: int = 0
    """Characters of the text whose lines begin and end in it; for an inline element, all of its text."""
    linked: int = 0
    """How many of ``own`` are link text."""
    total: int = 0
    """All characters in it, pruned parts left out."""
    links: int = 0
    """How many of ``total`` are link text."""
    mass: float = 0.0
    """Evidence for article text in it."""
    hidden: bool = False
    pruned: str = ""
    """Why it is left out with all that is in it; empty if it is not."""
    outside: bool = False
    """Within a pruned element."""
    node_id: int = 0

    def get(self, name: str) -> str:
        """An attribute's value, or an empty string."""
        return self.attrs.get(name) or ""

    def elements(self) -> Iterator[El]:
        return (kid for kid in self.kids if not isinstance(kid, str))

    def ancestors(self) -> Iterator[El]:
        """Parent, grandparent and so on."""
        el = self.parent
        while el is not None:
            yield el
            el = el.parent

    def walk(self) -> Iterator[El]:
        """This element and all in it that is not pruned, in document order."""
        stack = [self]
        while stack:
            el = stack.pop()
            yield el
            stack.extend(kid for kid in reversed(el.kids) if not isinstance(kid, str) and not kid.pruned)

    def text(self) -> str:
        """All text in it, in one line."""
        parts: list[str] = []
        stack: list[El | str] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                parts.append(item)
            else:
                if not item.inline or item.tag == "br":
                    parts.append(" ")
                stack.extend(reversed(item.kids))
        return " ".join("".join(parts).split())


@dataclass(slots=True, eq=False)
class Tree:
    """A page's body, and its elements in document order."""

    root: El
    order: list[El]
    dense: float = 1.0
    """How many letters of an alphabet one character says as much as: more than one in scripts of syllables or words."""


def read(parsed: LexborHTMLParser, *, remove: Collection[int] = ()) -> Tree:
    """Mirror the body. ``remove``: the ``mem_id`` of elements that a site's rules take out."""
    known: dict[str, str] = {}
    root = El("body")
    order: list[El] = []
    start = parsed.body or parsed.root
    stack: list[tuple[LexborNode, El]] = [(start, root)] if start is not None else []
    while stack:
        node, el = stack.pop()
        order.append(el)
        kids = el.kids
        below: list[tuple[LexborNode, El]] = []
        for child in node.iter(include_text=True):
            tag = child.tag
            if tag == "-text":
                kids.append(child.text_content or "")
                continue
            if tag is None or tag[0] == "-" or tag in SKIPPED:
                continue
            node_id = child.mem_id
            if remove and node_id in remove:
                continue
            if el.depth >= MAX_DEPTH:
                kids.append(child.text(separator=" "))
                continue
            attrs = child.attributes
            new = El(tag, el, el.depth + 1, attrs)
            new.node_id = node_id
            if "-" in tag:
                new.names = tag
            if attrs:
                _name(new, attrs, known)
            kids.append(new)
            below.append((child, new))
        stack.extend(reversed(below))
    _measure(order)
    return Tree(root, order, _density(order))


def _name(el: El, attrs: dict[str, str | None], known: dict[str, str]) -> None:
    raw = " ".join([value for key in NAMING if (value := attrs.get(key))])
    if raw:
        name = known.get(raw)
        if name is None:
            name = known[raw] = CAMEL.sub("-", raw).lower()
        el.names = f"{el.names} {name}" if el.names else name
    if "hidden" in attrs:
        el.hidden = attrs.get("hidden") != "until-found" and not STREAMED.match(attrs.get("id") or "")
    elif (style := attrs.get("style")) and HIDDEN.search(style):
        el.hidden = True


def _density(order: list[El]) -> float:
    """Found on the page's first thousand or so characters in longer pieces of text."""
    sample = ""
    for el in order:
        for kid in el.kids:
            if isinstance(kid, str) and len(kid) > 15:
                sample += kid.strip()
        if len(sample) > 3_000:
            break
    wide = sum("\u3040" <= char <= "\ud7ff" for char in sample)
    return 2.5 if wide > 0.3 * len(sample) else 1.0


def _measure(order: list[El]) -> None:
    """Tell lines from boxes, and count what stands in each element itself."""
    for el in reversed(order):
        own = linked = 0
        inline = el.tag in INLINE
        for kid in el.kids:
            if isinstance(kid, str):
                own += len(kid.strip())
            elif kid.inline:
                own += kid.own
                linked += kid.linked
            else:
                inline = False
        el.inline = inline
        el.own = own
        el.linked = own if el.tag == "a" else linked
