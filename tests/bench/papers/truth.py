"""Truth: what of a page's boilerplate is left in a text, and what of its article is lost from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.bench.papers.parts import Sheet

WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W\u3040-\u30ff\u4e00-\u9fff]+")
"""A word; a character where they are not parted by blanks."""
RUN, WIDE_RUN = 3, 6
"""Words, or such characters, in a row by which a text is known again: single ones are in all texts."""
HALF = 0.5
"""Share of its words in one paragraph from which a block is left."""
ITEM = re.compile(r"^(?:- |• ?)")


class Text:
    """A text as it is kept, to be asked for what it holds."""

    def __init__(self, text: str) -> None:
        paragraphs = [part for part in text.split("\n\n") if part.strip()]
        lines = [line for part in paragraphs for line in part.split("\n")]
        self._lines = Counter(_plain(line) for line in lines)
        self._paragraphs = Counter(map(_plain, paragraphs))
        self._runs = [set(_runs(_words(part))) for part in paragraphs]
        self._short = {tuple(_words(line)) for line in (*lines, *paragraphs)}

    def count(self, unit: str) -> int:
        """How often it holds a paragraph, item or row."""
        unit = _plain(unit)
        return max(self._lines[unit], self._paragraphs[unit])

    def has(self, block: str) -> bool:
        """Whether at least half of a block's words stand in one paragraph, in rows of three at least.

        A block of no more words has to be a line.
        """
        words = _words(block)
        runs = _runs(words)
        if len(runs) < 2:
            return tuple(words) in self._short
        return any(_covered(runs, found) >= HALF * len(words) for found in self._runs)


def _plain(text: str) -> str:
    return ITEM.sub("", " ".join(text.split()))


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    size = WIDE_RUN if words and len(words[0]) == 1 and words[0] >= "\u3040" else RUN
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]


def _covered(runs: list[tuple[str, ...]], found: set[tuple[str, ...]]) -> int:
    """How many words stand in those runs that were found."""
    count = end = 0
    for at, run in enumerate(runs):
        if run in found:
            count += at + len(run) - max(at, end)
            end = at + len(run)
    return count


@dataclass
class Tally:
    """Blocks and article's paragraphs, and how many of them were left and lost; by kind of each."""

    blocks: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    paragraphs: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    """(``left`` or ``lost``, URL, text) of each that is wrong."""

    def add(self, sheet: Sheet, kind: str, text: str) -> list[str]:
        """Compare the text that was had from a page; ``kind`` of story. The boilerplate that is left.

        A block whose words the article has too, as six common ones may be by chance, tells nothing.
        """
        had, whole = Text(text), Text("\n\n".join(sheet.article))
        own = Counter(map(_plain, sheet.article))
        left = []
        for what, block in sheet.boilerplate:
            if whole.has(block):
                continue
            self.blocks[what] += 1
            if had.has(block):
                self.left[what] += 1
                left.append(block)
                self.seen.append(("left", sheet.url, f"{what}: {block}"))
        self.paragraphs[kind] += own.total()
        for unit, times in own.items():
            if missing := max(0, times - had.count(unit)):
                self.lost[kind] += missing
                self.seen.append(("lost", sheet.url, f"{kind}: {unit}"))
        return left

    @property
    def share_left(self) -> float:
        return self.left.total() / max(1, self.blocks.total())

    @property
    def share_lost(self) -> float:
        return self.lost.total() / max(1, self.paragraphs.total())


def total(tallies: Iterable[Tally]) -> Tally:
    all_: Tally = Tally()
    for tally in tallies:
        for mine, other in zip(_counts(all_), _counts(tally), strict=True):
            mine.update(other)
        all_.seen += tally.seen
    return all_


def _counts(tally: Tally) -> Iterator[Counter[str]]:
    yield from (tally.blocks, tally.left, tally.paragraphs, tally.lost)
