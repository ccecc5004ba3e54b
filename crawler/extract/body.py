"""The body: from a parsed page to the blocks of its article, step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from archive.models import Block, Dropped, Inline, Kind
from config.models import Rules
from crawler.extract import blocks, boilerplate, dom, guard, prune, score, state
from crawler.extract.dom import El, Tree
from crawler.extract.metadata import Meta

FAR_SHORTER = 0.4
"""Where the page shows less than this share of the text that its JSON-LD gives, the JSON-LD is the better source."""
LONG = 400


@dataclass(frozen=True, slots=True)
class Body:
    """What was found, and how the page looked where it stood."""

    blocks: tuple[Block, ...]
    texts: tuple[str, ...]
    """Of each block."""
    dropped: tuple[Dropped, ...]
    how: str
    linked: float
    """Share of link text in the part of the page that it came from."""
    dense: float
    """How many letters one character says as much as (see dom.Tree)."""


def find(parsed: LexborHTMLParser, base: str, meta: Meta, rules: Rules | None, *, explain: bool) -> Body:
    """The article's blocks, without boilerplate."""
    titles = tuple(dict.fromkeys(filter(None, (meta.title, *meta.title_candidates))))
    folded = {boilerplate.fold(title) for title in titles}
    remove = _select(parsed, rules.remove if rules else "")
    tree, headed = _pruned(dom.read(parsed, skip=() if explain else dom.ASIDES, remove=remove), folded)
    if tree.root.mass < prune.TOO_LITTLE and not explain:
        tree, headed = _pruned(dom.read(parsed, remove=remove), folded)
    roots, how = _by_rule(parsed, tree, rules), "rule"
    if not roots:
        core = score.choose(tree, headed)
        roots, how = [*score.standfirst(tree, core, meta.description), core], "mass"
    found = [block for root in roots for block in blocks.read(root, base)]
    shown = sum(root.total for root in roots)
    if how != "rule" and shown * tree.dense < prune.TOO_LITTLE and (hidden := state.html(parsed)):
        inner = dom.read(LexborHTMLParser(guard.tame(hidden)))
        if inner.root.own + sum(el.own for el in inner.order if not el.inline) > shown:
            found, how = blocks.read(inner.root, base), "script-data"
    if how == "mass" and shown < FAR_SHORTER * len(meta.article_body) and len(meta.article_body) > LONG:
        found, how = _paragraphs(meta.article_body), "json-ld:articleBody"
    kept = boilerplate.cut(found, title=titles, authors=meta.authors)
    dropped = (*_left_out(tree), *kept.dropped) if explain else kept.dropped
    main = roots[-1]
    texts = tuple(block.text for block in kept.blocks)
    return Body(kept.blocks, texts, dropped, how, main.links / main.total if main.total else 0.0, tree.dense)


def _pruned(tree: Tree, titles: Collection[str]) -> tuple[Tree, set[El]]:
    score.weigh(tree, all_parts=True)
    headed = prune.prune(tree, titles)
    score.weigh(tree, all_parts=False)
    return tree, headed


def _select(parsed: LexborHTMLParser, selector: str) -> frozenset[int]:
    """The ids of the elements that a rule names; none where it is no valid selector."""
    if not selector:
        return frozenset()
    try:
        return frozenset(node.mem_id for node in parsed.css(selector))
    except (SelectolaxError, ValueError):
        return frozenset()


def _by_rule(parsed: LexborHTMLParser, tree: Tree, rules: Rules | None) -> list[El]:
    """The outermost elements that the source's rule for the body names."""
    ids = _select(parsed, rules.body if rules else "")
    named = [el for el in tree.order if el.node_id in ids] if ids else []
    outer = [el for el in named if not any(above in named for above in el.ancestors())]
    for el in outer:
        el.pruned = ""
    return outer


def _paragraphs(text: str) -> list[Block]:
    return [Block(Kind.PARAGRAPH, (Inline(line),)) for part in text.split("\n") if (line := " ".join(part.split()))]


def _left_out(tree: Tree) -> Iterable[Dropped]:
    """The outermost pruned parts that have any text."""
    end = 0
    for number, el in enumerate(tree.order):
        if el.pruned and number >= end:
            end = el.end
            if text := el.text():
                yield Dropped(f"part:{el.pruned}", text[:200])
