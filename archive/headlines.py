"""Headlines: which of an article's blocks may be other articles' headlines, and lead to them. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Final

from archive.cleaning import Known
from archive.dedupe import mark
from archive.models import HEADING, LIST, PARAGRAPH, Article, Block, Seen
from archive.standing import is_wide, spot

SHORTEST_TITLE: Final = 20
LONGEST_TITLE: Final = 250
"""Characters of a headline that can be told from a sentence of a story."""
WIDE_TITLE: Final = 7
"""The same, in scripts without blanks."""
TITLE_WORDS: Final = 3
SENTENCE: Final = ".:;,。"
"""What no headline ends with."""
BESIDE: Final = 40
"""Characters beside a link in a line that points to another story: "Read also: …"."""
LABEL: Final = re.compile(rf"[^:：]{{1,{BESIDE}}}(?:: |：\s*)")
BULLETS: Final = " -–—•·▪▸►»›*→|"
TITLED: Final = frozenset({PARAGRAPH, LIST, HEADING})
MOST_LINES: Final = 25
LISTED: Final = 0.6
"""Share of a list's entries that are headlines, from which all of it is one of other stories."""

Titles = Mapping[int, tuple[tuple[int, ...], ...]]
"""Block → for each of its lines the marks of what may be another article's headline in it."""


def titles(article: Article, known: Known) -> Titles:
    """What may be headlines; of blocks that are ``known`` nothing more is asked."""
    found: dict[int, tuple[tuple[int, ...], ...]] = {}
    texts, places = known.texts, known.places
    for one in article.seen:
        if one.block < 0 or one.mark in texts:
            continue
        block, text = article.blocks[one.block], one.text
        if block.kind not in TITLED or len(block.children) > MOST_LINES or len(text) >= MOST_LINES * LONGEST_TITLE:
            continue
        listed = block.kind is LIST or "\n" in text
        if not listed and (len(text) > LONGEST_TITLE + BESIDE or _is_sentence(block, text)):
            continue
        if places and spot(one.place)[0] in places:
            continue
        marks = _listed(text) if listed else (_pointed(one, block),)
        if any(marks):
            found[one.block] = marks
    return found


def headlines(said: Titles, others: Container[int]) -> frozenset[int]:
    """The blocks that are headlines, or lists of them. ``others``: the marks of other articles' headlines."""
    return frozenset(
        [
            block
            for block, lines in said.items()
            if sum([any(one in others for one in line) for line in lines]) >= LISTED * len(lines)
        ]
    )


def _is_sentence(block: Block, text: str) -> bool:
    """Whether nothing in a line can be a headline, as in most of a story's."""
    return text[-1:] in SENTENCE and len(block.inlines) == 1 and ":" not in text and "：" not in text


def _pointed(one: Seen, block: Block) -> tuple[int, ...]:
    """The marks of a line, and of what it points to: the link in it, or what follows a label."""
    found: list[int] = []
    text = one.text
    whole = text.strip(BULLETS)
    if _may_be_title(whole):
        found.append(one.mark if whole == text else mark(whole))
    if len(block.inlines) > 1:
        linked = "".join([run.text for run in block.inlines if run.href])
        if len(text) - len(linked) <= BESIDE and _may_be_title(linked):
            found.append(mark(linked))
    if ":" in text or "：" in text:
        label = LABEL.match(text)
        if label is not None and _may_be_title(text[label.end() :]):
            found.append(mark(text[label.end() :]))
    return tuple(found)


def _listed(text: str) -> tuple[tuple[int, ...], ...]:
    return tuple([_titled(line.strip(BULLETS)) for line in text.split("\n")])


def _titled(line: str) -> tuple[int, ...]:
    return (mark(line),) if _may_be_title(line) else ()


def _may_be_title(text: str) -> bool:
    size = len(text)
    if size < WIDE_TITLE or size > LONGEST_TITLE or text[-1] in SENTENCE:
        return False
    if size >= SHORTEST_TITLE and text.count(" ") >= TITLE_WORDS:
        return True
    return is_wide(text)
