"""The body: which part of the page the article stands in.

Every line of text gives its element a mass. After pruning, the way goes down from the page to the smallest element
that still holds most of it, and up again as long as the parts beside it read like the article too.
"""

from __future__ import annotations

from collections.abc import Collection

from crawler.extract.boilerplate import fold
from crawler.extract.dom import El, Tree
from crawler.extract.patterns import names, names_body, parts
from crawler.extract.prune import HEADINGS

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
LINE = 30
"""Characters from which a line of its own counts."""
ENOUGH = 400
SOME = 0.1
MOST = 0.6
LEAVES = HEADINGS | {"p", "li", "ul", "ol", "dl", "table", "tbody", "tr", "td", "blockquote", "pre"}


def weigh(tree: Tree, *, all_parts: bool) -> None:
    """Set the masses and the sums; those of pruned parts count with ``all_parts`` alone."""
    line = LINE / tree.dense
    for el in reversed(tree.order):
        mass = 0.0
        total = links = 0
        for kid in el.kids:
            if isinstance(kid, str):
                total += len(kid.strip())
            elif all_parts or not kid.pruned:
                total += kid.total
                links += kid.links
                mass += kid.mass
        el.total = total
        el.links = total if el.tag == "a" and el.url else links
        if not el.inline and el.own >= line:
            mass += max(0.0, el.own - 2 * el.linked) * WEIGHT.get(el.tag, 0.7) * tree.dense
        el.mass = mass


def choose(tree: Tree, headed: Collection[El] = ()) -> El:
    """The element that holds the article; what is beside its parts is pruned as ``beside``."""
    core = _down(tree.root, headed)
    return _up(core)


def _down(el: El, headed: Collection[El]) -> El:
    """The way to the most text; where a part with the headline holds enough of it, through that part."""
    while True:
        kids = [kid for kid in el.elements() if not kid.pruned and kid.mass > 0]
        if not kids:
            return el
        best = max(kids, key=lambda kid: kid.mass)
        if best not in headed:
            sure = [kid for kid in kids if kid in headed or kid.tag == "main"]
            if sure and sure[0].mass >= max(ENOUGH, SOME * el.mass):
                el = sure[0]
                continue
        if best.mass < MOST * el.mass or best.tag in LEAVES:
            return el
        el = best


def _up(core: El) -> El:
    root = el = core
    enough = 0.02 * core.mass
    while el.parent is not None and el.tag not in {"article", "main", "body"}:
        parent = el.parent
        zone = parent.tag in {"article", "main"} or any(map(names_body, parent.names.split()))
        fits = {
            kid
            for kid in parent.elements()
            if kid is not el and not kid.pruned and kid.mass > enough and _fits(kid, el, zone=zone)
        }
        if fits:
            for kid in parent.elements():
                if (
                    kid is not el
                    and kid not in fits
                    and kid.tag not in HEADINGS
                    and not kid.inline
                    and kid.tag != "figure"
                ):
                    kid.pruned = kid.pruned or "beside"
            root = parent
        el = parent
    return root


def _fits(kid: El, core: El, *, zone: bool) -> bool:
    """Whether a part beside the core reads like more of the same."""
    if kid.links > 0.3 * kid.total or kid.mass < 80:
        return False
    alike = kid.tag == core.tag and kid.names == core.names
    return alike or zone or kid.tag in {"p", "blockquote"}


def standfirst(tree: Tree, core: El, description: str) -> list[El]:
    """The summary between headline and body, where the body was found without it.

    Known by its name, or by what the page's own description says.
    """
    said = fold(description)[:60]
    above = {core, *core.ancestors()}
    for el in tree.visible():
        if el is core:
            return []
        if el in above or el.inline or el.tag in {"h1", "li"}:
            continue
        if el.own < 40 / tree.dense or el.own != el.total or el.links > 0.3 * el.total or el.total > 700:
            continue
        named = any(word in names().standfirst for word in parts(el.names))
        if named or (len(said) >= 30 and fold(el.text()).startswith(said)):
            return [el]
    return []
