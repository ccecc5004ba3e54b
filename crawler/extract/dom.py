"""The page as a light tree of our own: what can hold text, measured.

The parser's tree is only read, never changed, so nothing here can pull a node from under a live iterator, and the
steps after this one touch Python objects alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Never holds an article's text: left out in the walk, with all that is in them.
SKIPPED = frozenset(
    """
    script style template svg iframe object embed canvas map select option datalist input textarea button link meta
    title head audio video track param rt rp dialog progress meter
    """.split()  # noqa: SIM905  # a word list reads and diffs better than a list of quoted words
)
ASIDES = frozenset({"nav", "footer", "aside"})
"""Hold an article's text only where nothing else does: walked on the second try."""
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr picture q ruby s samp
    small source span strike strong sub sup time tt u var wbr amp-img math mi mn mo mrow msup msub
    """.split()  # noqa: SIM905  # as above
)
IMAGES = frozenset({"img", "amp-img"})
SOURCES = ("data-src", "data-original", "data-lazy-src", "data-url", "src", "srcset", "data-srcset")
"""Where an image's address stands, lazy loaders' places first: their ``src`` is a placeholder."""
NAMING = ("class", "id", "role", "itemprop", "data-testid", "data-component")
MAX_DEPTH = 150  # Real pages stay under 60; what lies deeper is read as flat text.
WIDE = re.compile("[\u3040-\ud7ff]")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
STREAMED = re.compile(r"S:[0-9a-f]+$")
"""The id under which React sends a part of the page hidden, to be moved into its place by script."""
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class El:
    """An element: its tag, its names and its measures."""

    __slots__ = (
        *("end", "hidden", "inline", "kids", "linked", "links", "mass", "names", "node_id", "own", "parent"),
        *("pruned", "tag", "total", "url"),
    )

    def __init__(self, tag: str, parent: El | None) -> None:
        self.tag = tag
        self.parent = parent
        self.kids: list[El | str] = []
        self.names = ""
        """Its class, id, role …, split at camelCase humps, in lower case."""
        self.url = ""
        """Of a link or an image, as the page writes it."""
        self.hidden = False
        self.inline = False
        """Inline by its tag and by all that is in it: part of a line of text."""
        self.own = 0
        """Characters of the text whose lines begin and end in it; for an inline element, all of its text."""
        self.linked = 0
        """How many of ``own`` are link text."""
        self.total = 0
        """All characters in it, pruned parts left out."""
        self.links = 0
        """How many of ``total`` are link text."""
        self.mass = 0.0
        """Evidence for article text in it."""
        self.pruned = ""
        """Why it is left out with all that is in it; empty if it is not."""
        self.end = 0
        """Where in ``Tree.order`` that which is in it ends."""
        self.node_id = 0

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

    def visible(self) -> Iterator[El]:
        """The elements that are not pruned and not within what is, in document order."""
        number = 0
        while number < len(self.order):
            el = self.order[number]
            if el.pruned:
                number = el.end
            else:
                yield el
                number += 1


def read(parsed: LexborHTMLParser, *, skip: Collection[str] = (), remove: Collection[int] = ()) -> Tree:
    """Mirror the body. ``skip``: tags to leave out; ``remove``: the ``mem_id`` of elements to leave out."""
    skipped = SKIPPED.union(skip)
    known: dict[str, str] = {}
    root = El("body", None)
    order: list[El] = []
    start = parsed.body or parsed.root
    stack: list[tuple[LexborNode, El, int]] = [(start, root, 0)] if start is not None else []
    while stack:
        node, el, depth = stack.pop()
        order.append(el)
        kids = el.kids
        below: list[tuple[LexborNode, El, int]] = []
        for child in node.iter(include_text=True):
            tag = child.tag
            if tag == "-text":
                kids.append(child.text_content or "")
                continue
            if tag is None or tag in skipped or tag[0] == "-" or (remove and child.mem_id in remove):
                continue
            if depth >= MAX_DEPTH:
                kids.append(child.text(separator=" "))
                continue
            new = El(tag, el)
            new.node_id = child.mem_id
            if "-" in tag:
                new.names = tag
            if attrs := child.attributes:
                _describe(new, attrs, known)
            kids.append(new)
            below.append((child, new, depth + 1))
        below.reverse()
        stack += below
    _measure(order)
    return Tree(root, order, _density(order))


def _describe(el: El, attrs: dict[str, str | None], known: dict[str, str]) -> None:
    """Keep of the attributes what a later step asks for."""
    tag = el.tag
    if tag == "a":
        el.url = attrs.get("href") or ""
    elif tag in IMAGES:
        el.url = next((value for key in SOURCES if (value := attrs.get(key)) and not value.startswith("data:")), "")
    raw = attrs.get("class") or ""
    if len(attrs) > 1 or not raw:
        raw = " ".join([value for key in NAMING if (value := attrs.get(key))])
        if "hidden" in attrs:
            el.hidden = attrs["hidden"] != "until-found" and not STREAMED.match(attrs.get("id") or "")
        elif style := attrs.get("style"):
            el.hidden = HIDDEN.search(style) is not None
    if raw:
        name = known.get(raw)
        if name is None:
            name = known[raw] = CAMEL.sub("-", raw).lower()
        el.names = f"{el.names} {name}" if el.names else name


def _density(order: list[El]) -> float:
    """Found on the first three thousand characters or so in longer pieces of text."""
    sample = ""
    for el in order:
        for kid in el.kids:
            if isinstance(kid, str) and len(kid) > 15:
                sample += kid.strip()[:500]
        if len(sample) > 3_000:
            break
    if sample.isascii():
        return 1.0
    return 2.5 if len(WIDE.findall(sample)) > 0.3 * len(sample) else 1.0


def _measure(order: list[El]) -> None:
    """Tell lines from boxes, and count what stands in each element itself."""
    end = len(order)
    for number in range(end - 1, -1, -1):
        el = order[number]
        own = linked = 0
        inline = el.tag in INLINE
        last: El | None = None
        for kid in el.kids:
            if isinstance(kid, str):
                own += len(kid.strip())
                continue
            last = kid
            if kid.inline:
                own += kid.own
                linked += kid.linked
            else:
                inline = False
        el.end = last.end if last is not None else number + 1
        el.inline = inline
        el.own = own
        el.linked = own if el.tag == "a" and el.url else linked
