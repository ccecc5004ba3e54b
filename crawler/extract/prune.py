"""Pruning: the parts of a page that are not the article by what they are, are called or are headed."""

from __future__ import annotations

from collections.abc import Collection

from crawler.extract.boilerplate import fold, label
from crawler.extract.dom import El, Tree
from crawler.extract.patterns import names, why_pruned

PRUNED_TAGS = frozenset({"nav", "footer", "aside", "form", "noscript", "menu", "figcaption", "fieldset", "legend"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
UNNAMED = HEADINGS | {"body", "article", "main", "p", "img"}
"""Elements that are what they are, whatever they are called."""
TOO_LITTLE = 300
"""Mass under which what is left of a page cannot be the article."""
WHOLE = 0.3
"""Where the parts left out for one reason hold more than this share of the page's mass, the reason is no reason.

Words that leave little doubt, and tags such as ``nav``, need more: that nothing else is there."""
CARD = 400
"""Characters of the longest teaser in a list of them."""


def prune(tree: Tree, titles: Collection[str] = ()) -> set[El]:
    """Set ``pruned``, by the masses that stand in the tree.

    ``titles``: what the page may be called, folded. The headline and all that it stands in are never left out; they
    are returned.
    """
    headed = _headed(tree.order, titles)
    for el in tree.order:
        el.pruned = ""
    reasons = {el: why for el in tree.order if (why := _reason(el)) and el not in headed}
    while True:
        pruned = _leave_out(tree, reasons)
        held: dict[str, float] = {}
        for el in pruned:
            held[el.pruned] = held.get(el.pruned, 0.0) + el.mass
        rest = tree.root.mass - sum(held.values())
        big = next((el for el in pruned if _is_most(el, rest)), None)
        if big is not None:
            del reasons[big]
            continue
        hidden = max((el.mass for el in pruned if el.pruned == "hidden"), default=0.0)
        why = _excused(held, rest, hidden)
        if not why:
            break
        reasons = {el: reason for el, reason in reasons.items() if reason != why}
    _labelled(tree, headed, WHOLE * rest)
    return headed


def _leave_out(tree: Tree, reasons: dict[El, str]) -> list[El]:
    """Mark the outermost elements that have a reason to go."""
    pruned = []
    end = 0
    for number, el in enumerate(tree.order):
        if number < end:
            continue
        el.pruned = reasons.get(el, "")
        if el.pruned:
            pruned.append(el)
            end = el.end
    return pruned


def _headed(order: list[El], titles: Collection[str]) -> set[El]:
    """The headline and all that it stands in."""
    heads = [el for el in order if el.tag == "h1"]
    if len(heads) != 1:
        heads = [el for el in heads if fold(el.text()) in titles][:1]
    return {el for head in heads for el in (head, *head.ancestors())}


def _reason(el: El) -> str:
    """Why an element may be left out, or an empty string."""
    tag = el.tag
    if el.hidden:
        return "hidden"
    if tag in PRUNED_TAGS:
        return "caption" if tag == "figcaption" else f"<{tag}>"
    if el.inline:
        return why_pruned(el.names) if el.names and (tag == "a" or el.own <= 60) and tag not in UNNAMED else ""
    if tag == "a" and el.url:
        return "card"
    if el.names and tag not in UNNAMED and (why := why_pruned(el.names)):
        return why
    return "card" if _is_card_list(el) else ""


def _is_card_list(el: El) -> bool:
    """Three teasers or more, of one make: a headline that is a link, and little beside it."""
    if len(el.kids) < 3 or el.total > 12_000 or el.links < 45:
        return False
    boxes = [kid for kid in el.elements() if kid.total and not kid.inline]
    if len(boxes) < 3:
        return False
    first = boxes[0]
    alike = [box for box in boxes if box.tag == first.tag and box.total <= CARD and box.tag not in HEADINGS]
    return len(alike) >= 3 and len(alike) >= 0.8 * len(boxes) and all(map(_is_card, alike))


def _is_card(box: El) -> bool:
    if box.links < 15:
        return False
    for el in box.walk():
        if el.tag in HEADINGS and el.total and el.links >= 0.8 * el.total:
            return True
        if el.tag == "a" and not el.inline:
            return True
    return False


def _is_most(el: El, rest: float) -> bool:
    """Whether one part that may be left out outweighs all that is kept."""
    known = names()
    why = el.pruned
    if el.mass <= max(TOO_LITTLE, rest) or why == "hidden" or why[0] == "<":
        return False
    return why not in known.always and why not in known.strong


def _excused(held: dict[str, float], rest: float, hidden: float) -> str:
    """The reason, if there is one, that leaves out so much of the page that it must mean something else here.

    ``rest``: the mass of what is kept; ``hidden``: of the greatest part left out because it is hidden.
    """
    known = names()
    for why, mass in sorted(held.items(), key=lambda item: -item[1]):
        if why in known.always or why in known.strong or why[0] == "<":
            continue
        if why == "hidden":
            if hidden > 2 * rest:
                return why
        elif mass > WHOLE * (mass + rest):
            return why
    if rest < TOO_LITTLE:
        for why, mass in sorted(held.items(), key=lambda item: -item[1]):
            if why not in known.always and mass > TOO_LITTLE:
                return why
    return ""


def _labelled(tree: Tree, headed: Collection[El], most: float) -> None:
    """Parts that begin with a label such as "Most read"."""
    for el in list(tree.visible()):
        if el.pruned or el.inline or not 0 < el.own <= 60 or el.own != el.total:
            continue
        if label(el.text().lower()) != "section":
            continue
        top = el
        while top.parent is not None and top.parent not in headed and top.parent.mass < most:
            if any(_has_text(kid) for kid in top.parent.kids[: top.parent.kids.index(top)]):
                break
            top = top.parent
        if top is not el:
            top.pruned = "labelled"


def _has_text(kid: El | str) -> bool:
    return bool(kid.strip()) if isinstance(kid, str) else bool(kid.total and not kid.pruned)
