"""The body: from a parsed page to the blocks of its article, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.models import PARAGRAPH, Block, Dropped, Inline, Seen
from config.models import Rules
from crawler.extract import blocks, boilerplate, guard, lines, links, prune, score, state
from crawler.extract.features import Known
from crawler.extract.inlines import outward
from crawler.extract.lines import Line, fold
from crawler.extract.metadata import Meta
from crawler.extract.prune import Tree
from crawler.extract.select import brief, select

FAR_SHORTER = 0.4
"""Where the page shows less than this share of the text that its JSON-LD gives, the JSON-LD is the better source."""
LONG = 400
SAMPLE = 60
"""Characters by which a script is known."""
WIDE = re.compile("[\u3040-\ud7ff]")


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
    seen: tuple[Seen, ...]
    removed: bool
    """Whether the source's rule found something to take out first."""


LITTLE: Final = 1_500
"""Mass of a text under which a wall that the page shows is told: above, it is one for those who read more than that.
Of 1,650 labelled pages six have one with words, five of them beside 2,400 characters and more that are all there is.
"""
WHOLE: Final = frozenset({"html", "body"})
WALLS: Final = frozenset({"part:paywall", "part:regwall", "part:reg-wall"})


def find(parsed: LexborHTMLParser, base: str, meta: Meta, rules: Rules | None, *, explain: bool) -> Body:
    """The article's blocks, without boilerplate."""
    found = read(parsed, links.base(parsed, base), meta, rules)
    kept = boilerplate.cut(found.lines, found.known)
    little = sum(map(len, kept.texts)) * found.known.dense < LITTLE
    parts = _left_out(found.trees) if explain or little else ()
    dropped = (*[part for part in parts if explain or part.reason in WALLS], *kept.dropped)
    text = tuple(map(outward, kept.blocks))
    return Body(text, kept.texts, dropped, found.how, found.linked, found.known.dense, kept.seen, found.removed)


@dataclass(frozen=True, slots=True)
class Found:
    """The part of a page that the article stands in, before its lines are judged."""

    lines: list[Line]
    known: Known
    how: str
    linked: float
    trees: list[Tree]
    removed: bool
    """Whether the source's rule found something to take out first."""


def read(parsed: LexborHTMLParser, base: str, meta: Meta, rules: Rules | None) -> Found:
    """The lines of the part of the page that the article stands in."""
    titles = tuple(dict.fromkeys(filter(None, (meta.title, *meta.title_candidates))))
    dense = _density(parsed, meta)
    known = Known(titles, meta.authors, meta.description, meta.article_body, dense)
    forms = {fold(title) for title in titles}
    # The page as a whole can't be taken out of itself.
    named = [node for node in select(parsed, rules.remove) if node.tag not in WHOLE] if rules and rules.remove else []
    remove, removed = frozenset(node.mem_id for node in named), len(named) > 0
    trees = [prune.read(parsed, node, dense=dense, titles=forms, remove=remove) for node in _named(parsed, rules)]
    roots, how = [tree.root for tree in trees], "rule"
    if roots:
        main = roots[-1]
    else:
        trees = [prune.read(parsed, parsed.body or parsed.root, dense=dense, titles=forms, remove=remove)]
        core = score.choose(trees[0].root)
        main, lead = core.el, score.standfirst(core, meta.description, dense)
        before, after = score.remarks(core)
        roots, how = [*lead, *[el for el in before if el not in lead], main, *after], "mass"
    pieces = [piece for root in roots for piece in blocks.pieces(root, base)]
    shown = sum(root.total for root in roots)
    if how != "rule" and shown * dense < prune.TOO_LITTLE and (hidden := state.html(parsed)):
        inner_page = LexborHTMLParser(guard.tame(hidden))
        inner = prune.read(inner_page, inner_page.body, dense=dense)
        if inner.root.total > shown:
            pieces, how = blocks.pieces(inner.root, base), "script-data"
    linked = main.links / main.total if main.total else 0.0
    if how == "mass" and shown < FAR_SHORTER * len(meta.article_body) and len(meta.article_body) > LONG:
        return Found(lines.plain(_paragraphs(meta.article_body)), known, "json-ld:articleBody", linked, trees, removed)
    return Found(lines.read(pieces), known, how, linked, trees, removed)


def _density(parsed: LexborHTMLParser, meta: Meta) -> float:
    """By the page's title and description, or its first paragraphs where it has none."""
    sample = f"{meta.title} {meta.description}"
    if len(sample) < SAMPLE:
        sample += " ".join(node.text() for node in parsed.css("p")[:5])
    sample = sample[: 20 * SAMPLE]
    return 2.5 if not sample.isascii() and len(WIDE.findall(sample)) > 0.3 * len(sample) else 1.0


def _named(parsed: LexborHTMLParser, rules: Rules | None) -> list[LexborNode]:
    """The outermost elements that the source's rule for the body names."""
    named = select(parsed, rules.body) if rules and rules.body else []
    ids = {node.mem_id for node in named}
    return [node for node in named if not any(above.mem_id in ids for above in _above(node))]


def _above(node: LexborNode) -> Iterator[LexborNode]:
    while (up := node.parent) is not None:
        yield up
        node = up


def _paragraphs(text: str) -> list[Block]:
    return [Block(PARAGRAPH, (Inline(line),)) for part in text.split("\n") if (line := " ".join(part.split()))]


def _left_out(trees: Iterable[Tree]) -> Iterator[Dropped]:
    """The pruned parts that have any text."""
    for tree in trees:
        for node, why in tree.walk.left:
            if text := brief(node):
                yield Dropped(f"part:{why}", text[:200])
        for el in tree.walk.pruned:
            if text := el.text():
                yield Dropped(f"part:{el.pruned}", text[:200])
