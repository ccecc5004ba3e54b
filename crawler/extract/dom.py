"""The page as a light tree of our own: what can hold text, measured.

One walk over the parser's tree, which is only read: what cannot be the article by its tag or its names is not
entered, and sums of text, links and mass are carried upwards on the way back. The steps after this one touch Python
objects alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborNode

from crawler.extract import images
from crawler.extract.called import CAPTION, Called, called
from crawler.extract.hidden import TITLES, is_hidden, unfolds

# Never holds an article's text.
SKIPPED: Final = frozenset(
    """
    -comment -document script style template svg iframe object embed canvas map select option datalist input textarea
    button link meta title head audio video track param rt rp dialog progress meter
    """.split()  # noqa: SIM905  # a word list reads and diffs better than a list of quoted words
)
ASIDES: Final = frozenset({"nav", "footer", "aside", "form", "noscript", "menu", "fieldset", "legend"})
"""Hold an article's text only where nothing else does."""
WHY: Final = {**{tag: f"<{tag}>" for tag in ASIDES}, "figcaption": CAPTION}
INLINE: Final = frozenset(
    """
    a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr picture q ruby s samp
    small source span strike strong sub sup time tt u var wbr amp-img math mi mn mo mrow msup msub
    """.split()  # noqa: SIM905  # as above
)
BARE: Final = frozenset({"b", "br", "em", "i", "mark", "strong", "sub", "sup", "tbody", "tr", "u", "wbr"})
"""Elements whose attributes tell nothing."""
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
MAIL: Final = "input[type=email], input[placeholder*=mail i]"
"""A field for an e-mail address: what it stands in is a sign-up box, whatever it is called."""
UNNAMED: Final = HEADINGS | {"body", "article", "main", "p", "img", "amp-img"}
"""Elements that are what they are, whatever they are called."""
HOLDERS: Final = frozenset({"div", "article", "section", "main", "body", "td"})
"""Boxes in which text may stand beside others."""
IMAGES: Final = frozenset({"img", "amp-img"})
CELLS: Final = frozenset({"td", "th"})
MAX_DEPTH: Final = 150  # Real pages stay under 60; what lies deeper is read as flat text.
WEIGHT: Final = {
    **dict.fromkeys(HEADINGS | {"figure", "figcaption"}, 0.0),
    "p": 1.0,
    "li": 0.5,
    "td": 0.4,
    "th": 0.2,
    "dd": 0.6,
    "blockquote": 0.8,
    "pre": 0.5,
}
OTHER: Final = 0.7
"""Weight of text in other elements."""
LINE: Final = 30
"""Characters from which a line of its own counts."""
INLINE_NAMED: Final = 60
"""Characters of the longest inline element that its names leave out; links go whatever their length."""
CARD: Final = 400
"""Characters of the longest teaser in a list of them; of ``article`` elements twice that."""


NONE: Mapping[str, str | None] = {}


class El:
    """An element that was entered: its tag, its names and its measures."""

    __slots__ = (
        *("attrs", "called", "headed", "inline", "kids", "linked", "links", "mass", "own", "pruned", "recipe", "tag"),
        *("total", "url"),
    )

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.kids: list[El | str] = []
        self.called: Called | None = None
        """What its class, id, role … say; of an inline element only once it was asked for."""
        self.attrs: Mapping[str, str | None] = NONE
        """Of an inline element."""
        self.url = ""
        """Of a link or an image, as the page writes it."""
        self.headed = False
        """Whether it is the headline, or holds it."""
        self.recipe = False
        """Whether it is called a part of a recipe, or holds one."""
        self.pruned = ""
        """Why it is left out with all that is in it; empty if it is not."""

    inline: bool
    """Inline by its tag and by all that is in it: part of a line of text."""
    own: int
    """Characters of the text whose lines begin and end in it; for an inline element, all of its text."""
    linked: int
    """How many of ``own`` are link text."""
    total: int
    """All characters in it, pruned parts left out."""
    links: int
    """How many of ``total`` are link text."""
    mass: float
    """Evidence for article text in it."""

    def elements(self) -> list[El]:
        return [kid for kid in self.kids if not isinstance(kid, str)]

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


def _gap() -> El:
    el = El("div")
    el.pruned = "gap"
    el.inline = False
    el.own = el.linked = el.total = el.links = 0
    el.mass = 0.0
    return el


GAP: Final = _gap()
"""Stands where a box was left out: the text before it and that after it are two lines."""


class Cell(El):
    """A table's cell that reaches over more than one column or row."""

    __slots__ = ("across", "down")

    def __init__(self, tag: str, attrs: Mapping[str, str | None]) -> None:
        super().__init__(tag)
        self.across = _count(attrs.get("colspan"))
        self.down = _count(attrs.get("rowspan"))


@dataclass(slots=True)
class Walk:
    """One walk over a page, or a part of it."""

    dense: float = 1.0
    """How many letters of an alphabet one character says as much as: more than one in scripts of syllables or words."""
    headed: Collection[int] = ()
    """``mem_id`` of the headline and all that it stands in, which are never left out."""
    remove: Collection[int] = ()
    """``mem_id`` of elements to leave out whatever they are."""
    excused: Collection[str] = ()
    """Reasons that are none on this page."""
    entered: Collection[int] = ()
    """``mem_id`` of elements that are not left out."""
    marked: frozenset[int] = frozenset()
    """All of these."""
    asking: El | None = None
    """The largest short box, so far, around the last field for an e-mail address."""
    left: list[tuple[LexborNode, str]] = field(default_factory=list)
    """What was not entered because of its tag, names or style, and why."""
    pruned: list[El] = field(default_factory=list)
    """What was entered and left out afterwards."""

    def read(self, node: LexborNode) -> El:
        """Mirror an element."""
        self.marked = frozenset().union(self.headed, self.remove, self.entered)
        el = El(node.tag or "")
        self._fill(node, el, 0)
        return el

    def _fill(self, node: LexborNode, el: El, depth: int) -> None:  # noqa: PLR0912, PLR0915  # one hot loop: calls cost
        """Mirror what is in an element. The one hot loop: half of the time of finding the body is spent here."""
        kids = el.kids
        own = linked = total = links = 0
        mass = 0.0
        inline = el.tag in INLINE or ":" in el.tag
        child = node.first_child
        while child is not None:
            tag = child.tag
            if tag == "-text":
                text = child.text_content or ""
                kids.append(text)
                size = len(text.strip())
                own += size
                total += size
            elif tag is None or (tag in SKIPPED and (tag != "button" or el.tag not in TITLES)):
                if tag == "input" and _asks_for_mail(child):
                    self.asking = el
            elif depth >= MAX_DEPTH:
                text = child.text(separator=" ")
                kids.append(text)
                own += len(text)
                total += len(text)
            elif (kid := El(tag) if tag in BARE else self._enter(child, tag, el.tag)) is not None:
                self._fill(child, kid, depth + 1)
                kids.append(kid)
                if kid.inline:
                    if kid.own and kid.attrs and (kid.own <= INLINE_NAMED or tag == "a"):
                        self._judge_inline(kid)
                    if not kid.pruned:
                        own += kid.own
                        linked += kid.linked
                        total += kid.total
                        links += kid.links
                else:
                    inline = False
                    if kid.pruned:
                        _judge_caption(kid)
                    elif kid.links:
                        self._judge_box(kid)
                    if tag == "figure":
                        _unveil(child, kid)
                    if self.asking is not None:
                        self._judge_asking(kid)
                    if not kid.pruned:
                        total += kid.total
                        links += kid.links
                        mass += kid.mass
                        if kid.recipe:
                            el.recipe = True
            else:
                self._pass_over(child, tag, el)
            child = child.next
        el.inline = inline
        el.own = own
        el.total = total
        if el.url and el.tag == "a":
            linked, links = own, total
        el.linked = linked
        el.links = links
        if not inline and own > 2 * linked and own * self.dense >= LINE:
            mass += (own - 2 * linked) * WEIGHT.get(el.tag, OTHER) * self.dense
        el.mass = mass

    def _pass_over(self, node: LexborNode, tag: str, el: El) -> None:
        """Note what matters of an element that is not entered. ``el``: what it stands in."""
        if tag == "form" and node.css_first(MAIL) is not None:
            self.asking = el
        if el.kids and tag not in INLINE and tag != "noscript" and el.tag in HOLDERS:
            el.kids.append(GAP)

    def _enter(self, node: LexborNode, tag: str, above: str) -> El | None:  # noqa: PLR0912  # likewise
        """The element to be filled; None where there is a reason not to look into it. ``above``: in which tag."""
        el = El(tag)
        why = WHY.get(tag, "")
        attrs = node.attributes
        if attrs:
            if tag == "a":
                el.url = attrs.get("href") or ""
            elif tag in IMAGES:
                el.url = images.address(node, attrs)
            elif tag in CELLS and ("colspan" in attrs or "rowspan" in attrs):
                el = Cell(tag, attrs)
            if tag in INLINE:
                el.attrs = attrs
            else:
                names = el.called = called(tag, attrs)
                if names is not None:
                    if names.recipe:
                        el.recipe, why = True, ""
                    elif not why and names.why and (tag not in UNNAMED or names.why == "hidden"):
                        why = names.why
            if (("style" in attrs or "hidden" in attrs) and is_hidden(attrs)) or (
                above[:4] == "amp-" and ("placeholder" in attrs or "fallback" in attrs)
            ):
                why = "hidden"
            if why == "hidden" and unfolds(node, attrs):
                why = ""
        if why and above == "blockquote" and tag in {"footer", "figcaption"}:  # who said it
            why = ""
        if self.marked and (number := node.mem_id) in self.marked:
            if number in self.headed:
                el.headed = True
                return el
            return None if number in self.remove else el
        if not why or why in self.excused:
            return el
        if why == CAPTION:
            el.pruned = why
            return el
        self.left.append((node, why))
        return None

    def _judge_asking(self, el: El) -> None:
        """Leave out the largest short box around a field for an e-mail address."""
        if el.total <= CARD and not el.headed and not el.pruned and el.tag not in UNNAMED:
            self.asking = el
        else:
            if self.asking is not None and self.asking is not el and not el.pruned:
                self.asking.pruned = "sign-up"
                self.pruned.append(self.asking)
            self.asking = None

    def _judge_inline(self, el: El) -> None:
        """Leave out a few words in a line, or a link, that are called boilerplate."""
        names = el.called = called(el.tag, el.attrs)
        if names is not None and names.why and names.why not in self.excused:
            el.pruned = names.why
            self.pruned.append(el)

    def _judge_box(self, el: El) -> None:
        """Leave out a box that its content shows to be a teaser, or a list of them."""
        if el.headed or "card" in self.excused:
            return
        if (el.tag == "a" and el.url) or _is_card_list(el):
            el.pruned = "card"
            self.pruned.append(el)


def _asks_for_mail(field: LexborNode) -> bool:
    attrs = field.attributes
    if attrs.get("type") in {"hidden", "checkbox", "radio", "submit"}:
        return False
    return attrs.get("type") == "email" or "mail" in f"{attrs.get('name')} {attrs.get('placeholder')}".lower()


def _judge_caption(el: El) -> None:
    """Take back what was called a caption and is the whole figure."""
    if el.tag != "figcaption" and any(inner.tag in IMAGES for inner in el.walk()):
        el.pruned = ""


def _unveil(node: LexborNode, figure: El) -> None:
    """Give a figure the image that it holds only for readers without scripts."""
    if any(el.tag in IMAGES and el.url for el in figure.walk()):
        return
    img = node.css_first("noscript img[src]")
    if img is not None:
        el = El("img")
        el.url = img.attributes["src"] or ""
        el.inline = True
        el.own = el.linked = el.total = el.links = 0
        el.mass = 0.0
        figure.kids.insert(0, el)


def _count(written: str | None) -> int:
    """How many columns or rows a cell says that it takes."""
    return max(1, int(written[:4])) if written and written[:4].isdecimal() and written.isascii() else 1


def _is_card_list(el: El) -> bool:
    """Three teasers or more, of one make: a headline that is a link, and little beside it."""
    if len(el.kids) < 3 or el.total > 12_000 or el.links < 45:
        return False
    boxes = [kid for kid in el.kids if not isinstance(kid, str) and kid.total and not kid.inline and not kid.pruned]
    if boxes and boxes[0].tag in HEADINGS and boxes[0].links < 15:  # over the list
        del boxes[0]
    if len(boxes) < 3:
        return False
    first = boxes[0].tag
    if first in HEADINGS:
        return False
    most = CARD if first != "article" else 2 * CARD
    alike = [box for box in boxes if box.tag == first and box.total <= most and box.links >= 15]
    return len(alike) >= 3 and len(alike) >= 0.8 * len(boxes) and all(map(_is_card, alike))


def _is_card(box: El) -> bool:
    for el in box.walk():
        if el.tag in HEADINGS and el.total and el.links >= 0.8 * el.total:
            return True
        if el.tag == "a" and not el.inline:
            return True
    return False
