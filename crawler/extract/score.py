"""The body: which part of the page the article stands in.

The way goes down from the page to the smallest element that still holds most of its text, and up again as long as
the parts beside it read like the article too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crawler.extract import called
from crawler.extract.dom import HEADINGS, El
from crawler.extract.lines import fold
from crawler.extract.patterns import notices

ENOUGH: Final = 400
SOME: Final = 0.1
MOST: Final = 0.6
LEAVES: Final = HEADINGS | {"p", "li", "ul", "ol", "dl", "table", "tbody", "tr", "td", "blockquote", "pre"}
ALIKE: Final = 0.5
"""Share of common names from which two boxes are of one make."""
LABEL: Final = 60
"""Characters of a line by which it is known to be a note."""
LEVELS: Final = 2
"""Of elements around the body that are looked through for words on it."""
STANDFIRST: Final = 700
"""Characters of the longest one."""


@dataclass(frozen=True, slots=True)
class Core:
    el: El
    above: tuple[El, ...]
    """What it stands in, outermost first."""


def choose(root: El) -> Core:
    """The element that holds the article; what is beside its parts is pruned as ``beside``."""
    core = _up(_down(root))
    return _with_recipe(core) if root.recipe else core


def _down(el: El) -> list[El]:
    """The way to the most text; where a part with the headline holds enough of it, through that part."""
    path = [el]
    while True:
        kids = [kid for kid in el.elements() if not kid.pruned and kid.mass > 0]
        if not kids:
            return path
        mass = el.mass
        head = next((kid for kid in kids if kid.headed), None)
        if head is not None and head.mass >= ENOUGH:
            for kid in [kid for kid in kids if kid is not head and _is_twin(kid, head)]:
                kid.pruned = "beside"
                kids.remove(kid)
                mass -= kid.mass
        best = max(kids, key=lambda kid: kid.mass)
        if not best.headed:
            sure = next((kid for kid in kids if kid.headed or kid.tag == "main"), None)
            if sure is not None and sure.mass >= max(ENOUGH, SOME * mass):
                el = sure
                path.append(el)
                continue
        if best.mass < MOST * mass or best.tag in LEAVES:
            return path
        el = best
        path.append(el)


def _up(path: list[El]) -> Core:
    at = len(path) - 1
    enough = 0.02 * path[at].mass
    top = at
    while at > 0 and path[at].tag not in {"article", "main", "body"}:
        el, parent = path[at], path[at - 1]
        zone = parent.tag in {"article", "main"} or (parent.called is not None and parent.called.body)
        others = _beside(path, at - 1)
        fits = [kid for kid in others if kid.mass > enough and _fits(kid, el, zone=zone)]
        if fits:
            for kid in others:
                if kid not in fits:
                    _leave_out(kid)
            top = at - 1
        at -= 1
    return Core(path[top], tuple(path[:top]))


def _with_recipe(core: Core) -> Core:
    """What also holds the parts of the recipe beside it, as ingredients and steps."""
    path = [*core.above, core.el]
    for at in range(len(core.above) - 1, -1, -1):
        others = [kid for kid in _beside(path, at) if kid.total]
        parts = [kid for kid in others if kid.recipe and kid.links <= 0.5 * kid.total]
        if parts:
            for kid in others:
                if kid not in parts and not _fits(kid, core.el, zone=True):
                    _leave_out(kid)
            core = Core(path[at], tuple(path[:at]))
    return core


def _beside(path: list[El], at: int) -> list[El]:
    """What stands beside the way down."""
    return [kid for kid in path[at].elements() if kid is not path[at + 1] and not kid.pruned]


def _leave_out(kid: El) -> None:
    if not kid.recipe and not kid.inline and kid.tag not in HEADINGS and kid.tag != "figure":
        kid.pruned = "beside"


def _fits(kid: El, core: El, *, zone: bool) -> bool:
    """Whether a part beside the core reads like more of the same."""
    if kid.links > 0.3 * kid.total or kid.mass < 80:
        return False
    if _is_another(kid):
        return False
    return zone or kid.tag in {"p", "blockquote"} or (kid.tag == core.tag and _alike(kid, core))


def _is_twin(el: El, head: El) -> bool:
    """Whether an element is the next article, as pages have it that go on without end."""
    return el.tag == head.tag and _alike(el, head) and _is_another(el)


def _is_another(el: El) -> bool:
    """Whether an element is an article of its own: what stands over it is a link to it."""
    if el.headed:
        return False
    heads = [inner for inner in el.walk() if inner.tag in HEADINGS and inner.total]
    return bool(heads) and heads[0].links >= 0.8 * heads[0].total


def _alike(kid: El, core: El) -> bool:
    """Whether two elements bear the same names, numbered ones aside."""
    if kid.called is core.called:
        return True
    if kid.called is None or core.called is None:
        return False
    one, other = (
        {name for name in el.called.names.split() if not any(map(str.isdigit, name))} for el in (kid, core) if el.called
    )
    return len(one & other) >= ALIKE * len(one | other) > 0


def standfirst(core: Core, description: str, dense: float) -> list[El]:
    """The summary between headline and body, where the body was found without it.

    Known by its name, or by what the page's own description says.
    """
    said = fold(description)[:60]
    above = {*core.above, core.el}
    stack = list(core.above[:1])
    around: dict[El, El] = {}
    while stack:
        el = stack.pop()
        if el is core.el:
            return []
        fits = el not in above and not el.inline and el.tag not in {"h1", "li"} and _is_line(el, dense)
        if fits and (_is_named(el, around.get(el)) or (len(said) >= 30 and fold(el.text()).startswith(said))):
            return [el]
        if not el.inline:
            kids = [kid for kid in el.kids if not isinstance(kid, str) and not kid.pruned and kid.total]
            if len(kids) == 1 and kids[0].total == el.total:
                around[kids[0]] = el
            stack.extend(reversed(kids))
    return []


def remarks(core: Core) -> tuple[list[El], list[El]]:
    """The publisher's words on the article, as corrections, that stand right before and right after its body."""
    before: list[El] = []
    after: list[El] = []
    inner = core.el
    for outer in core.above[: -LEVELS - 1 : -1]:
        first: list[El] = []
        some = first
        for el in outer.elements():
            if el is inner:
                some = after
            elif not el.inline and not el.pruned and _is_remark(el):
                some.append(el)
        before, inner = first + before, outer
    return before, after


def _is_remark(el: El) -> bool:
    """By its name, or by how it begins."""
    if not 0 < el.total <= STANDFIRST or el.links > 0.5 * el.total:
        return False
    if el.called is not None and called.remark(el.called):
        return True
    if el.own < el.total:
        return False
    low = el.text()[:LABEL].lower()
    return notices().notes.length(low) > 0 and not low.startswith("updat")  # which is its date, mostly


def _is_named(el: El, around: El | None) -> bool:
    """Whether a line, or an element that holds nothing else, is named as a standfirst."""
    return any(one is not None and one.called is not None and called.standfirst(one.called) for one in (el, around))


def _is_line(el: El, dense: float) -> bool:
    return el.own * dense >= 40 and el.own == el.total <= STANDFIRST and el.links <= 0.3 * el.total
