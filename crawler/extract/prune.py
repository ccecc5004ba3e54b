"""Pruning: the parts of a page that are not the article by what they are or are called, and when that is no reason.

A part that is left out is not looked into, unless what is left out for one reason holds so much of the page's text
that the reason must mean something else here; then the page is walked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.called import names
from crawler.extract.dom import LINE, OTHER, El, Walk
from crawler.extract.lines import fold

TOO_LITTLE: Final = 300
"""Mass under which what is left of a page cannot be the article."""
WHOLE: Final = 0.3
"""Where the parts left out for one reason hold more than this share of the page's mass, the reason is no reason.

Words that leave little doubt, and tags such as ``nav``, need more: that nothing else is there."""
SURE: Final = 2_000
"""Mass from which what is left of a page is the article, whatever else there is."""
PLENTY: Final = 2_500
"""Mass from which nothing is taken back: up to 6,000 it made no difference on the labelled pages, but in cost."""
MOST: Final = 3.0
"""How many times what is left a part must hold to be taken back though its reason leaves little doubt."""
LOOKS: Final = {"hidden": 2.0, "card": 1.0}
"""How many times what is left they must hold: they are left out for their looks, not for a name that may mislead."""
MANY: Final = 5
"""Parts left out for one reason from which it is not one of them that is the article, but the reason that means
nothing: page builders call every part a widget."""
MUCH: Final = 6_000
"""Mass of what is left from which no part is looked at for whether it reads like an article and has still more.

Where one does, its name misleads: a body called sidebar-content beside the terms of reprinting, a newsletter's issue
above what its readers say of it. Of 1,450 labelled pages three have that."""
LONG: Final = 150
MORE: Final = 1.2
"""Letters of a paragraph of an article, half of all at least; times the mass of what is left that it must hold."""
SOME: Final = 2
"""Paragraphs from which a part's mass is told by them."""
WALKS: Final = 12
"""Walks over one page: each takes back a reason, and pages have one or two that mislead."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What is left of a page, and what was left out."""

    root: El
    walk: Walk


def read(
    parsed: LexborHTMLParser,
    start: LexborNode | None,
    *,
    dense: float,
    titles: Collection[str] = (),
    remove: Collection[int] = (),
) -> Tree:
    """An element of the page without what is not the article.

    ``titles``: what the page may be called, folded; ``remove``: the ``mem_id`` of elements that go in any case.
    """
    if start is None:
        return Tree(El("body"), Walk(dense))
    headed = _headed(parsed, titles)
    excused: set[str] = set()
    entered: set[int] = set()
    for _ in range(WALKS):
        walk = Walk(dense, headed, remove, excused, entered)
        tree = Tree(walk.read(start), walk)
        if not _excuse(tree, excused, entered):
            break
    return tree


def _headed(parsed: LexborHTMLParser, titles: Collection[str]) -> set[int]:
    """The headline and all that it stands in."""
    heads = parsed.tags("h1")
    if len(heads) != 1:
        heads = [node for node in heads[:20] if fold(node.text()) in titles][:1]
    ids: set[int] = set()
    for head in heads:
        node: LexborNode | None = head
        while node is not None and len(ids) < 500:
            if node.attributes.get("role") == "dialog":  # it says again what it is about
                return set()
            ids.add(node.mem_id)
            node = node.parent
    return ids


def _excuse(tree: Tree, excused: set[str], entered: set[int]) -> bool:
    """Add a reason, or a part, that was left out and must not be; False if there is none."""
    walk, rest, before = tree.walk, tree.root.mass, len(entered)
    if rest <= PLENTY and _is_none(tree, excused, entered):
        return True
    if rest < MUCH:
        entered.update(node.mem_id for node, why in walk.left if _outdoes(node, why, walk.dense, rest))
    return len(entered) > before


def _is_none(tree: Tree, excused: set[str], entered: set[int]) -> bool:
    """``_excuse`` by how much of the page a reason, or a part with a weak one, takes away."""
    walk, rest, before = tree.walk, tree.root.mass, len(entered)
    by_reason: dict[str, list[LexborNode]] = {}
    for node, why in walk.left:
        if _is_weak(why) or (rest < SURE and why not in names().always):
            by_reason.setdefault(why, []).append(node)
    held = {"card": sum(el.mass for el in walk.pruned)}
    for why, nodes in by_reason.items():
        weak = _is_weak(why)
        sizes = [len(node.text()) * walk.dense for node in nodes]
        enough = rest * (WHOLE if weak else MOST)
        if sum(sizes) > enough:  # scripts are text to the parser, and menus are links
            sizes = [size - walk.dense * _no_prose(node) for node, size in zip(nodes, sizes, strict=True)]
        if sum(sizes) <= enough:
            continue
        masses = [_mass(node, walk.dense) if size > LINE else 0.0 for node, size in zip(nodes, sizes, strict=True)]
        held[why] = max(masses) if why == "hidden" else sum(masses)
        if weak and why != "hidden" and (len(nodes) < MANY or sum(masses) <= WHOLE * (sum(masses) + rest)):
            big = max(TOO_LITTLE, rest)
            entered.update(node.mem_id for node, mass in zip(nodes, masses, strict=True) if mass > big)
    if len(entered) > before:
        return True
    for why, mass in sorted(held.items(), key=lambda item: -item[1]):
        if _is_weak(why) and mass > (LOOKS[why] * rest if why in LOOKS else WHOLE * (mass + rest)):
            excused.add(why)
            return True
    for why, mass in sorted(held.items(), key=lambda item: -item[1]):
        if why not in names().always and mass > (TOO_LITTLE if rest < TOO_LITTLE else MOST * rest):
            excused.add(why)
            return True
    return False


def _outdoes(node: LexborNode, why: str, dense: float, rest: float) -> bool:
    """Whether a part reads like an article, and holds more of it than all that is left of the page."""
    if why[0] == "<" or why == "hidden" or why in names().always or len(node.text()) * dense < rest:
        return False
    paragraphs = node.css("p")
    long = [one for one in paragraphs if len(one.text()) * dense >= LONG and one.parent and one.parent.tag != "li"]
    return len(long) >= max(MANY, len(paragraphs) / 2) and _mass(node, dense) > MORE * rest


def _mass(node: LexborNode, dense: float) -> float:
    """About what a walk would find in a part: most of it stands in paragraphs, and else in long runs of text."""
    paragraphs = node.css("p")
    if len(paragraphs) < SOME:
        runs = node.text(separator="\n", strip=True).split("\n")
        long = sum(size for size in map(len, runs) if size * dense >= LINE)
        return max(0.0, OTHER * (long - _no_prose(node)) * dense)
    linked = sum(len(link.text()) for link in node.css("p a"))
    return max(0, sum(len(paragraph.text()) for paragraph in paragraphs) - 2 * linked) * dense


def _no_prose(node: LexborNode) -> int:
    """Characters of scripts, and of links twice, as they count against a line."""
    return sum(len(one.text()) * (1 + (one.tag == "a")) for one in node.css("script, style, a"))


def _is_weak(why: str) -> bool:
    known = names()
    return why[0] != "<" and why not in known.always and why not in known.strong
