"""Features: what can be told of each line of an article's part of the page, as numbers for the model.

Nothing here knows a site. What a line says in words enters as what the rules found; the rest is size, punctuation,
links, the place among its neighbours and in the page's structure, and whether what the page says of itself elsewhere
(title, description, JSON-LD's text) says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import Kind
from crawler.extract.blocks import Box
from crawler.extract.lines import Line, fold, label

NAMES = (
    *("kind", "size", "linked", "rule", "ended", "paragraph", "shape", "kin", "depth", "doubts", "doubts_around"),
    *("box_share", "box_linked", "box_pieces", "under_label", "before", "after", "from_end", "since_prose", "to_prose"),
    *("previous_size", "next_size", "next_linked", "capitals", "commas", "odd", "time", "title", "said", "declared"),
    *("twice", "strong"),
)
KINDS = {Kind.HEADING: 0, Kind.LIST: 1, Kind.PARAGRAPH: 2, Kind.QUOTE: 3, Kind.TABLE: 4, Kind.CODE: 5, Kind.FIGURE: 6}
CAPITAL = re.compile(r"(?:^|\s)[A-ZÀ-ÞА-Я]")
ODD = re.compile(r"[|©•→»›▶►#@_]|https?:|www\.|\.{3}$|…$")
TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b")
PROSE = 100
"""Characters from which a line that ends as a sentence does is prose."""
SHORT = 300
"""Characters up to which a line's words are looked at."""
SAME = 40
"""Characters by which a text is known again."""
FAR = 40
"""Lines beyond which it does not matter how far away something is."""
DECLARED = 500
"""Characters of the shortest text in JSON-LD that tells by what it leaves out."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the page says of itself elsewhere."""

    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    description: str = ""
    article_body: str = ""
    dense: float = 1.0


def table(lines: Sequence[Line], known: Known) -> list[list[float]]:
    """A row of NAMES for each line."""
    sizes = [len(line.text) * known.dense for line in lines]
    whole = sum(sizes) or 1.0
    keys = [_shape(line) for line in lines]
    shapes: dict[object, float] = {}
    kin: dict[object, int] = {}
    for key, size in zip(keys, sizes, strict=True):
        shapes[key] = shapes.get(key, 0.0) + size
        kin[key] = kin.get(key, 0) + 1
    prose = [line.ended and size >= PROSE and line.linked < 0.5 for line, size in zip(lines, sizes, strict=True)]
    since, to = _distances(prose), _distances(reversed(prose))[::-1]
    titles = [frozenset(title.lower().split()) for title in known.titles]
    said = fold(known.description)[: SAME // 2]
    declared = " ".join(known.article_body.split()) if len(known.article_body) > DECLARED else ""
    depth = _usual_depth(lines, sizes)
    around: dict[Box | None, tuple[float, ...]] = {None: (0.0, 0.0, 1.0, 0.0, FAR, 1.0)}
    seen: set[str] = set()
    rows = []
    before = 0.0
    last = len(lines) - 1
    for i, line in enumerate(lines):
        size, text, low, box, el = sizes[i], line.text, line.low, line.box, line.el
        length = len(text) or 1
        short = length <= SHORT
        if box not in around:
            around[box] = _around(box)
        start = low[:SAME]
        key = keys[i]
        rows.append(
            [
                KINDS[line.block.kind],
                size,
                line.linked,
                bool(line.why),
                line.ended,
                el is not None and el.tag == "p",
                shapes[key] / whole,
                kin[key],
                around[box][0] - depth,
                el.called.doubts if el is not None and el.called is not None else 0,
                *around[box][1:],
                before / whole,
                (whole - before - size) / whole,
                last - i,
                since[i],
                to[i],
                sizes[i - 1] if i else -1.0,
                sizes[i + 1] if i < last else -1.0,
                lines[i + 1].linked if i < last else -1.0,
                len(CAPITAL.findall(text)) / (text.count(" ") + 1) if short else 0.0,
                text.count(",") / length,
                ODD.search(text) is not None,
                short and TIME.search(text) is not None,
                _alike(low, titles) if short and titles else 0.0,
                len(said) >= SAME // 2 and fold(low[: 2 * SAME]).startswith(said),
                (text[:SAME] in declared) if declared else -1.0,
                start in seen,
                sum(len(run.text) for run in line.block.inlines if run.strong) / length,
            ]
        )
        seen.add(start)
        before += size
    return rows


def _shape(line: Line) -> object:
    """What lines of one make have in common; paragraphs of the article are mostly of one."""
    el, box = line.el, line.box
    if el is None or box is None:
        return None
    return line.block.kind, el.tag, el.called, box.depth, box.el.called


def _distances(prose: Iterable[bool]) -> list[int]:
    """Of each line to the last prose before it; FAR where there is none."""
    out = []
    far = FAR
    for is_prose in prose:
        far = 0 if is_prose else min(far + 1, FAR)
        out.append(far)
    return out


def _usual_depth(lines: Sequence[Line], sizes: Sequence[float]) -> int:
    """How deep the most text stands."""
    depths: dict[int, float] = {}
    for line, size in zip(lines, sizes, strict=True):
        if line.box is not None:
            depths[line.box.depth] = depths.get(line.box.depth, 0.0) + size
    return max(depths, key=lambda one: depths[one], default=0)


def _around(box: Box) -> tuple[float, ...]:
    """Of a box: depth, doubtful names, share of the article's part, share of links, pieces, part under a label."""
    doubts, labelled = 0, 0
    up = box
    while up.above is not None:
        doubts += up.el.called.doubts if up.el.called is not None else 0
        if not labelled and up.label and up.pieces > 1 and label(up.label.lower()) == "section":
            labelled = up.el.total
        up = up.above
    whole = up.el.total or 1
    linked = box.el.links / box.el.total if box.el.total else 0.0
    return (box.depth, doubts, box.el.total / whole, linked, box.pieces, labelled / whole if labelled else 1.0)


def _alike(low: str, titles: Sequence[frozenset[str]]) -> float:
    words = frozenset(low.split())
    return max(len(words & title) / len(words | title) for title in titles)
