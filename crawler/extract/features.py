"""Features: what can be told of each line of an article's part of the page, as numbers for the model.

Nothing here knows a site. What a line says in words enters as what the word lists found (label, promo, notice …);
the rest is size, punctuation, links, the place among its neighbours and in the page's structure, and whether
what the page says of itself elsewhere (title, authors, description, JSON-LD's text) says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2

from archive.models import Kind
from crawler.extract.lines import Line, fold, label
from crawler.extract.patterns import notices, standfirst

NAMES = (
    *("kind", "size", "links", "linked", "ended", "sentences", "commas", "digits", "capitals", "strong", "colon"),
    *("label", "promo", "tags", "notice", "tail_notice", "rule", "title", "like_title", "byline", "dateline"),
    *("from_start", "from_end", "before", "after", "since_prose", "to_prose", "under_label", "labelled"),
    *("previous_size", "previous_linked", "previous_rule", "next_size", "next_linked", "next_rule", "under_heading"),
    *("depth", "shape", "shape_kin", "box_linked", "box_share", "box_pieces", "paragraph", "lead", "said", "declared"),
    *("twice", "items", "time", "odd", "page_lines", "page_linked", "page_size"),
)
KINDS = {Kind.HEADING: 0, Kind.LIST: 1, Kind.PARAGRAPH: 2, Kind.QUOTE: 3, Kind.TABLE: 4, Kind.CODE: 5, Kind.FIGURE: 6}
LABELS = {"": 0, "control": 1, "section": 2}
STOPS = re.compile(r"[.!?…。！？।؟]+(?:\s|$|[\"'”’»)\]])|[。！？]")
DIGIT = re.compile(r"\d")
CAPITAL = re.compile(r"(?:^|\s)[A-ZÀ-ÞА-Я]")
ODD = re.compile(r"[|©•→»›▶►#@_]|https?:|www\.|\.{3}$|…$")
TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b|\b(?:19|20)\d\d\b")
PROSE = 100
"""Characters from which a line that ends as a sentence does is prose."""
SAME = 40
"""Characters by which a text is known again."""
FAR = 40
"""Lines beyond which it does not matter how far away something is."""


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
    shapes: dict[object, float] = {}
    kin: dict[object, int] = {}
    keys = [_shape(line) for line in lines]
    for line, key, size in zip(lines, keys, sizes, strict=True):
        if line.block.kind is Kind.PARAGRAPH:
            shapes[key] = shapes.get(key, 0.0) + size
        kin[key] = kin.get(key, 0) + 1
    prose = [line.ended and size >= PROSE and line.linked < 0.5 for line, size in zip(lines, sizes, strict=True)]
    to_prose = _distances(reversed(prose))[::-1]
    since_prose = _distances(prose)
    titles = [_units(title.lower()) for title in known.titles]
    forms = {fold(title) for title in known.titles}
    names = [name for author in known.authors if (name := fold(author))]
    said = fold(known.description)[:SAME]
    declared = " ".join(known.article_body.split()) if known.article_body else ""
    seen: set[str] = set()
    depth = _usual_depth(lines, sizes)
    root = next((line.box for line in reversed(lines) if line.box is not None), None)
    while root is not None and root.above is not None:
        root = root.above
    page_linked = root.el.links / root.el.total if root and root.el.total else 0.0
    page_mass = root.el.total if root and root.el.total else 1.0
    rows: list[list[float]] = []
    before = 0.0
    under = heading = 0.0
    count = len(lines)
    for i, line in enumerate(lines):
        size, text, low, box, el = sizes[i], line.text, line.low, line.box, line.el
        length = len(text) or 1
        short = length <= 300
        folded = fold(low) if short else ""
        key = folded or low[:SAME]
        strong = sum(len(run.text) for run in line.block.inlines if run.strong)
        previous, following = lines[i - 1] if i else None, lines[i + 1] if i + 1 < count else None
        rows.append(
            [
                KINDS[line.block.kind],
                log2(size + 1),
                line.links,
                line.linked,
                line.ended,
                len(STOPS.findall(text)),
                text.count(",") / length,
                len(DIGIT.findall(text)) / length if short else 0.0,
                len(CAPITAL.findall(text)) / (text.count(" ") + 1) if short else 0.0,
                strong / length,
                text[-1:] in {":", "："},
                LABELS[line.label],
                (line.promo > 0) + (low[line.promo : line.promo + 1] == ":" if line.promo else 0),
                line.tags,
                line.notice is not None,
                line.notice is not None and line.notice.tail,
                bool(line.why),
                bool(folded) and folded in forms,
                max((_alike(_units(low), title) for title in titles), default=0.0) if short else 0.0,
                short and length < 120 and any(name in folded for name in names),
                length < 120 and notices().head.search(low) is not None,
                min(i, FAR),
                min(count - i - 1, FAR),
                before / whole,
                (whole - before - size) / whole,
                since_prose[i],
                to_prose[i],
                under,
                _under_label(box, page_mass),
                log2(sizes[i - 1] + 1) if previous else -1.0,
                previous.linked if previous else -1.0,
                bool(previous.why or previous.label) if previous else -1.0,
                log2(sizes[i + 1] + 1) if following else -1.0,
                following.linked if following else -1.0,
                bool(following.why or following.label) if following else -1.0,
                min(heading, 2_000.0),
                (box.depth if box else 0) - depth,
                shapes.get(keys[i], 0.0) / whole,
                min(kin[keys[i]], FAR),
                box.el.links / box.el.total if box and box.el.total else 0.0,
                box.el.total / page_mass if box else 1.0,
                min(box.pieces, FAR) if box else FAR,
                el is not None and el.tag == "p",
                el is not None and el.called is not None and standfirst(el.called),
                bool(said) and len(said) > 20 and fold(low[: 2 * SAME]).startswith(said[:20]),
                (text[:SAME] in declared) if len(declared) > 500 else -1.0,
                key in seen,
                len(line.block.children),
                TIME.search(text) is not None if short else 0.0,
                ODD.search(text) is not None,
                min(count, 200),
                page_linked,
                log2(whole + 1),
            ]
        )
        if line.block.kind is Kind.HEADING:
            heading = 0.0
        else:
            heading += size
        if line.label == "section":
            under = 1.0
        elif prose[i]:
            under = 0.0
        seen.add(key)
        before += size
    return rows


def _shape(line: Line) -> object:
    el, box = line.el, line.box
    return (
        (line.block.kind, el.tag, el.called, box.depth, box.el.called) if el is not None and box is not None else None
    )


def _distances(prose: Iterable[bool]) -> list[int]:
    """Of each line to the last prose before it; FAR where there is none."""
    out = []
    far = FAR
    for is_prose in prose:
        far = 0 if is_prose else min(far + 1, FAR)
        out.append(far)
    return out


def _usual_depth(lines: Sequence[Line], sizes: Sequence[float]) -> int:
    depths: dict[int, float] = {}
    for line, size in zip(lines, sizes, strict=True):
        if line.box is not None:
            depths[line.box.depth] = depths.get(line.box.depth, 0.0) + size
    return max(depths, key=lambda one: depths[one], default=0)


def _under_label(box: object, whole: float) -> float:
    """Share of the page in the smallest part around it that begins with the label of a section; 1 for none."""
    while box is not None and box.above is not None:
        if box.label and box.pieces > 1 and label(box.label.lower()) == "section":
            return box.el.total / whole
        box = box.above
    return 1.0


def _units(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a and b else 0.0
