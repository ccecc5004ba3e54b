"""The body: which part of the page the article stands in.

Every line of text gives its element a mass; the parts that bear the names of boilerplate and hold little of it are
pruned; then the way goes down from the page to the smallest element that still holds nearly all of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extract.dom import El, Tree
from crawler.extract.patterns import names, names_body, why_pruned

PRUNED_TAGS = frozenset({"nav", "footer", "aside", "form", "noscript", "menu", "figcaption", "fieldset", "legend"})
UNNAMED = frozenset({"body", "article", "main", "p", "img", "h1", "h2", "h3", "h4", "h5", "h6"})
"""Elements that are what they are, whatever they are called."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
WEIGHT = {
    "p": 1.0,
    "li": 0.5,
    "td": 0.4,
    "th": 0.2,
    "dd": 0.6,
    "blockquote": 0.8,
    "pre": 0.5,
    "figure": 0.0,
} | dict.fromkeys(HEADINGS, 0.0)
WHOLE = 0.3
"""Where the parts left out for one reason hold more than this share of the page's mass, the reason is no reason."""
SURELY_WHOLE = 0.75
"""The same for words that leave little doubt: there are pages with more comments than article."""
NEARLY_ALL = 0.75


@dataclass(frozen=True, slots=True)
class Choice:
    """The element chosen and the rule that chose it."""

    root: El
    how: str


def weigh(tree: Tree) -> None:
    """Set ``mass`` and ``pruned``; after it every measure counts what is not pruned alone."""
    _sum(tree.order, skip_pruned=False)
    reasons = _reasons(tree.order)
    excused: set[str] = set()
    while True:
        held: dict[str, float] = {}
        for el, why in reasons:
            el.pruned = ""
            if el.parent is not None and (el.parent.pruned or el.parent.outside):
                el.outside = True
                continue
            el.outside = False
            if why and why not in excused:
                el.pruned = why
                held[why] = held.get(why, 0.0) + el.mass
        more = {why for why, mass in held.items() if mass > _share(why) * tree.root.mass}
        if not more:
            break
        excused |= more
    _sum(tree.order, skip_pruned=True)


def _share(why: str) -> float:
    known = names()
    return 1.0 if why in known.always else SURELY_WHOLE if why in known.strong else WHOLE


def _reasons(order: list[El]) -> list[tuple[El, str]]:
    """Every element with the reason, if there is one, why it may be left out."""
    known: dict[str, str] = {}
    found = []
    for el in order:
        why = ""
        if el.hidden:
            why = "hidden"
        elif el.tag in PRUNED_TAGS:
            why = el.tag
        elif (called := el.names) and el.tag not in UNNAMED and not (el.inline and el.tag != "a" and el.own > 60):
            cached = known.get(called)
            if cached is None:
                words = called.split()
                cached = ""
                if not any(map(names_body, words)):
                    cached = next(filter(None, map(why_pruned, words)), "")
                known[called] = cached
            why = cached
        found.append((el, why))
    return found


def _sum(order: list[El], *, skip_pruned: bool) -> None:
    for el in reversed(order):
        mass = 0.0
        total, links = (0, 0)
        for kid in el.kids:
            if isinstance(kid, str):
                total += len(kid.strip())
            elif not (skip_pruned and kid.pruned):
                total += kid.total
                links += kid.links
                mass += kid.mass
        el.total = total
        el.links = total if el.tag == "a" else links
        if not el.inline and el.own >= 30:
            text = el.own - el.linked
            mass += max(0.0, text - el.linked) * WEIGHT.get(el.tag, 0.7) if text > 25 else 0.0
        el.mass = mass


def choose(tree: Tree) -> Choice:
    """The smallest element that holds nearly all of the article."""
    el, how = tree.root, "body"
    while True:
        best = max((kid for kid in el.elements() if not kid.pruned), key=lambda kid: kid.mass, default=None)
        if (
            best is None
            or best.mass < NEARLY_ALL * el.mass
            or best.mass <= 0
            or best.tag in {"p", "li", "ul", "ol", "table", "tbody", "tr"}
        ):
            return Choice(el, how)
        el = best
        how = "mass"
