"""Features: what can be told of each line of an article's part of the page, as numbers for the model.

Nothing here knows a site. What a line says in words enters as what the rules found; the rest is size, punctuation,
links, the place among its neighbours and in the page's structure, and whether what the page says of itself elsewhere
(title, description, JSON-LD's text) says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Final

from archive.models import CODE, FIGURE, HEADING, LIST, PARAGRAPH, QUOTE, TABLE
from crawler.extract.blocks import Box
from crawler.extract.lines import Line, fold

NAMES: Final = (
    *("kind", "size", "linked", "ended", "paragraph", "shape", "kin", "depth", "doubts", "box_share", "box_linked"),
    *("box_pieces", "before", "after", "from_end", "previous_size", "next_size", "said", "declared"),
)
"""Left out, as without them not one more line in a thousand is judged wrong on sites not seen: capitals, odd signs,
lines to the next prose, doubtful names further up, a label over the part, the same beginning twice."""
KINDS: Final = {HEADING: 0, LIST: 1, PARAGRAPH: 2, QUOTE: 3, TABLE: 4, CODE: 5, FIGURE: 6}
PROSE: Final = 100
"""Characters from which a line that ends as a sentence does is prose."""
SAME: Final = 40
"""Characters by which a text is known again."""
MOST_KIN: Final = 80
"""Lines of one make beyond which it does not matter how many there are."""
EARLY: Final = 8
"""Lines among which the description may be said again."""
DECLARED: Final = 500
"""Characters of the shortest text in JSON-LD that tells by what it leaves out."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the page says of itself elsewhere."""

    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    description: str = ""
    article_body: str = ""
    dense: float = 1.0


class Survey:
    """What all lines together look like, and which of them need no judgement."""

    def __init__(self, lines: Sequence[Line], known: Known) -> None:
        self.lines = lines
        self.sizes = sizes = [len(line.text) * known.dense for line in lines]
        self.whole = sum(sizes) or 1.0
        self.keys = keys = [_shape(line) for line in lines]
        self.shapes: dict[object, float] = dict.fromkeys(keys, 0.0)
        depths: dict[int, float] = {}
        self.around: dict[Box, tuple[float, ...]] = {}
        prose = []
        for line, size, key in zip(lines, sizes, keys, strict=True):
            self.shapes[key] += size
            prose.append(line.ended and size >= PROSE and line.linked < 0.5)
            if (box := line.box) is not None:
                depths[box.depth] = depths.get(box.depth, 0.0) + size
                if box not in self.around:
                    self.around[box] = _around(box)
        self.kin = Counter(keys)
        self.depth = max(depths, key=lambda one: depths[one], default=0)
        """How deep the most text stands."""
        self.prose_left = list(accumulate(map(int, reversed(prose))))[::-1]
        """Lines of prose from each to the end."""
        self.before = list(accumulate(sizes, initial=0.0))
        self.said = fold(known.description)[: SAME // 2]
        body = known.article_body
        self.declared = " ".join(body.split()) if len(body) > DECLARED else ""
        self.sure = sure = [self._is_sure(i, line) for i, line in enumerate(lines)]
        for i in range(1, len(lines) - 1):  # of headings amid them the model takes one in a hundred
            if lines[i].block.kind is HEADING and sure[i - 1] and sure[i + 1]:
                sure[i] = True

    def _is_sure(self, i: int, line: Line) -> bool:
        """Figures, code, and prose of the make that most of the text is of, well within it.

        Two lines of five; on the labelled pages 97 of 100 of them are the article's, and of 12 that a rule would
        have taken 8 were.
        """
        if line.block.kind in (FIGURE, CODE):
            return True
        return (
            line.box is not None
            and line.ended
            and self.sizes[i] > PROSE
            and line.linked < 0.25
            and self.prose_left[i] >= 3
            and self.before[i] > 0.02 * self.whole
            and self.shapes[self.keys[i]] >= 0.3 * self.whole
        )

    def odds(self, judge: Callable[[list[float]], float]) -> list[float]:
        """Of each line that it is the article's; 0 for plain text, of which too little is known."""
        if not self.around:
            return [0.0] * len(self.lines)
        return [inf if sure else judge(self.row(i)) for i, sure in enumerate(self.sure)]

    def row(self, i: int) -> list[float]:
        """NAMES of one line that stands in a box."""
        line, sizes, whole, last = self.lines[i], self.sizes, self.whole, len(self.lines) - 1
        el, key, size = line.el, self.keys[i], sizes[i]
        assert line.box is not None
        depth, *box = self.around[line.box]
        return [
            KINDS[line.block.kind],
            size,
            line.linked,
            line.ended,
            el is not None and el.tag == "p",
            self.shapes[key] / whole,
            min(self.kin[key], MOST_KIN),
            depth - self.depth,
            el.called.doubts if el is not None and el.called is not None else 0,
            *box,
            self.before[i] / whole,
            (whole - self.before[i + 1]) / whole,
            last - i,
            sizes[i - 1] if i else -1.0,
            sizes[i + 1] if i < last else -1.0,
            i < EARLY and len(self.said) >= SAME // 2 and fold(line.text[: 2 * SAME]).startswith(self.said),
            (line.text[:SAME] in self.declared) if self.declared else -1.0,
        ]


def _shape(line: Line) -> object:
    """What lines of one make have in common; paragraphs of the article are mostly of one."""
    el, box = line.el, line.box
    if el is None or box is None:
        return None
    return line.block.kind, el.tag, el.called, box.depth, box.el.called


def _around(box: Box) -> tuple[float, ...]:
    """Of a box: depth, share of the article's part, share of links, pieces."""
    top = box
    while top.above is not None:
        top = top.above
    el = box.el
    total = el.total
    return box.depth, total / (top.el.total or 1), el.links / total if total else 0.0, box.pieces
