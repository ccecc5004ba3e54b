"""Boilerplate: what is a site's and not its articles', by how often and where it stood; an article without it. Pure.

What stands, alike up to case, digits and white space, on several pages of different stories, over more than one crawl,
is the site's. It is the harder to believe the more it looks like a story's own text: see ``is_boilerplate``. Every
decision is a row of ``boilerplate`` with the counts that it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from archive.dedupe import mark
from archive.models import HEADING, LIST, PARAGRAPH, Article, Block, Dropped, Seen

PROSE: Final = 100
"""Characters from which a paragraph seen for the first time is the story's own text."""
SHORT_PROSE: Final = 40
"""The same, where there is none so long: in scripts without blanks, and in the shortest of briefs."""
PLACE_SHARE: Final = 0.5
"""Share of an article's text that is left out by its place at most: more, and the site has a new template."""

SHORTEST_TITLE: Final = 20
LONGEST_TITLE: Final = 250
"""Characters of a headline that can be told from a sentence of a story."""
TITLE_WORDS: Final = 3
SENTENCE: Final = ".:;,"
"""What no headline ends with."""
BESIDE: Final = 40
"""Characters beside a link in a line that points to another story: "Read also: …"."""
MOST_LINES: Final = 25
LISTED: Final = 0.6
"""Share of a list's entries that are headlines, from which all of it is one of other stories."""
DATELINE: Final = re.compile(r"[^\W\d_][^\d.!?]{1,40}(?:\([^()]{2,20}\))?\s*[-–—:]$|[^\W\d_a-z][^\d_a-z.!?]{2,40}$")
"""``Berlin (dpa) –`` or ``BERLIN`` in a line of its own."""


@dataclass(frozen=True, slots=True)
class Counts:
    """On how many pages of a source a block stood, and where on them."""

    pages: int
    """Of different stories."""
    since: int
    """Pages of the source since it was first seen, with that one."""
    recent: int
    """Of the last ``window`` pages, on how many it stood."""
    window: int
    opening: int = 0
    """Of ``pages``, on how many it stood before all of the story's own text."""
    closing: int = 0
    """On how many after all of that."""
    left_out: int = 0
    """On how many it was left out; of a heading: what follows it; of a place: all in it."""
    stayed: int = 0
    """On how many, after the first of those, it was not."""
    returned: bool = False
    """Whether it was seen in more than one crawl."""


def is_text(counts: Counts, text: str) -> bool:
    """Whether a block is the site's."""
    if not counts.returned or counts.pages < 3 or DATELINE.match(text):
        return False
    share = counts.recent / counts.window
    if 2 * counts.opening > counts.pages:  # where a series has its intro, too
        return counts.window >= 10 and share >= 0.9
    lasting = counts.pages >= 0.8 * counts.since
    if 2 * counts.closing > counts.pages:
        return share >= 0.1 or (lasting and counts.pages >= 4)
    if len(text) >= 150:  # the background of a running affair is told again and again
        return counts.pages >= 6 and (share >= 0.3 or lasting)
    return counts.pages >= 4 and (share >= 0.15 or lasting)


def is_heading(counts: Counts) -> bool:
    """Whether a heading is one of boilerplate: of what was left out nearly wherever it stood."""
    return counts.returned and counts.left_out >= 3 and counts.stayed <= 0.25 * counts.left_out


def is_place(counts: Counts) -> bool:
    """Whether all that stands in a place is boilerplate, though its words change."""
    return counts.returned and counts.left_out >= 5 and counts.stayed <= 0.1 * counts.left_out


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the blocks of one page, by their marks."""

    texts: frozenset[int] = frozenset()
    headings: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    keep: frozenset[int] = frozenset()
    """What a person said is to be kept, texts and places."""
    drop: frozenset[int] = frozenset()
    """What a person said is to go."""
    headlines: frozenset[int] = frozenset()
    """Those of other articles."""


@lru_cache(maxsize=10_000)
def place_mark(path: str) -> int:
    """What a place is known by; 0 for no place."""
    return mark(f"at {path}") if path else 0


def titles(article: Article) -> Mapping[int, tuple[tuple[int, ...], ...]]:
    """Block → for each of its lines the marks of what may be another article's headline in it."""
    found: dict[int, tuple[tuple[int, ...], ...]] = {}
    for number, block in enumerate(article.blocks):
        if block.kind is PARAGRAPH:
            marks = _pointed(block)
            if marks:
                found[number] = (marks,)
        elif block.kind is LIST and len(block.children) <= MOST_LINES:
            lines = [line.strip("- ") for line in block.text.split("\n")]
            found[number] = tuple([_titled(line) for line in lines])
    return found


def _pointed(block: Block) -> tuple[int, ...]:
    """The marks of a line, and of the link in it with hardly anything beside."""
    whole = block.text
    if len(whole) > LONGEST_TITLE + BESIDE:
        return ()
    linked = "".join([run.text for run in block.inlines if run.href]) if len(block.inlines) > 1 else ""
    texts = (whole, linked) if linked and len(whole) - len(linked) <= BESIDE else (whole,)
    return tuple([mark(text) for text in texts if _may_be_title(text)])


def _titled(line: str) -> tuple[int, ...]:
    return (mark(line),) if _may_be_title(line) else ()


def _may_be_title(text: str) -> bool:
    size = len(text)
    if size < SHORTEST_TITLE or size > LONGEST_TITLE or text[-1] in SENTENCE:
        return False
    return text.count(" ") >= TITLE_WORDS or not text.isascii()


def without(article: Article, known: Known) -> Article:
    """The article without what is boilerplate, which is in ``dropped`` then, each with its reason.

    Reasons: ``site:text``, ``site:headline``, ``site:place``, ``site:heading``. An article of which no paragraph would
    be left stays as it is: a text that other pages have as a whole is a copy.
    """
    gone = _gone(article, known)
    if not gone or not any(
        block.kind is PARAGRAPH for number, block in enumerate(article.blocks) if number not in gone
    ):
        return article
    numbers = {old: new for new, old in enumerate(one for one in range(len(article.blocks)) if one not in gone)}
    seen = tuple(
        one
        if one.block < 0
        else Seen(one.mark, one.place, numbers[one.block])
        if one.block not in gone
        else Seen(one.mark, one.place, -1, gone[one.block], article.blocks[one.block].text[:200])
        for one in article.seen
    )
    return replace(
        article,
        blocks=tuple(article.blocks[old] for old in numbers),
        dropped=(*article.dropped, *(Dropped(why, article.blocks[old].text[:200]) for old, why in gone.items())),
        seen=seen,
    )


def _gone(article: Article, known: Known) -> dict[int, str]:
    """Block → why it goes, in the article's order."""
    sizes = {one.block: len(article.blocks[one.block].text) for one in article.seen if one.block >= 0}
    gone: dict[int, str] = {}
    placed: dict[int, str] = {}
    headlines = _headlines(article, known) if known.headlines else frozenset()
    for one in article.seen:
        if one.block < 0 or one.mark in known.keep:
            continue
        place = place_mark(one.place)
        if one.mark in known.texts or one.mark in known.drop:
            gone[one.block] = "site:text"
        elif place in known.keep:
            continue
        elif one.block in headlines:
            gone[one.block] = "site:headline"
        elif place in known.places or place in known.drop:
            placed[one.block] = "site:place"
    if sum(sizes[block] for block in placed) <= PLACE_SHARE * sum(sizes.values()):
        gone |= placed
    _headings(article, known, gone)
    return dict(sorted(gone.items()))


def _headlines(article: Article, known: Known) -> frozenset[int]:
    found = set()
    for block, lines in titles(article).items():
        hits = sum(not known.headlines.isdisjoint(line) for line in lines)
        if hits >= LISTED * len(lines):
            found.add(block)
    return frozenset(found)


def _headings(article: Article, known: Known, gone: dict[int, str]) -> None:
    """Headings of what went: by what is known of them, or because all that they head went."""
    marks = {one.block: one.mark for one in article.seen}
    last = len(article.blocks)
    for number in range(last - 1, -1, -1):
        block = article.blocks[number]
        if block.kind is not HEADING or number in gone or marks.get(number) in known.keep:
            continue
        end = next((n for n in range(number + 1, last) if _closes(article.blocks[n], block)), last)
        under = [n for n in range(number + 1, end) if article.blocks[n].text]
        first = under[0] if under else None
        if first is not None and first in gone and (marks.get(number) in known.headings or gone.keys() >= set(under)):
            gone[number] = "site:heading"


def _closes(block: Block, heading: Block) -> bool:
    return block.kind is HEADING and block.level <= heading.level


@dataclass(frozen=True, slots=True)
class Stood:
    """A block as it stood on a page."""

    mark: int
    place: str
    text: str
    """Of one that was left out, its beginning."""
    reason: str
    """The rule by which it was left out; empty if it was not."""
    is_heading: bool
    left_out: bool
    """Whether it, or what follows a heading, was left out."""
    opening: bool
    closing: bool


def stood(article: Article, familiar: Container[int]) -> list[Stood]:
    """The blocks of a page that other pages of the source have, too, by where they stood: one for each mark.

    None where the page has no text of its own. ``familiar``: the marks of other pages.
    """
    seen, blocks = article.seen, article.blocks
    least = SHORT_PROSE
    own: list[int] = []
    for at, one in enumerate(seen):
        if one.block >= 0 and one.mark not in familiar:
            size = len(blocks[one.block].text)
            if size >= PROSE > least:
                own, least = [], PROSE
            if size >= least:
                own.append(at)
    if not own:
        return []
    found: dict[int, Stood] = {}
    for at, one in enumerate(seen):
        if one.mark not in familiar:
            continue
        if one.block < 0:
            text, heading, gone = one.text, False, True
        else:
            block = blocks[one.block]
            text, heading = block.text, block.kind is HEADING
            gone = heading and at + 1 < len(seen) and seen[at + 1].block < 0
        found[one.mark] = Stood(one.mark, one.place, text, one.reason, heading, gone, at < own[0], at > own[-1])
    return list(found.values())


def sizes(article: Article) -> dict[int, int]:
    """Mark of each block of the page → characters of text; 0 of what was left out."""
    return {one.mark: len(article.blocks[one.block].text) if one.block >= 0 else 0 for one in article.seen}


def places(article: Article) -> Mapping[str, tuple[bool, str]]:
    """Place → whether all that stood there on this page was left out, and what that was."""
    found: dict[str, tuple[bool, str]] = {}
    for one in article.seen:
        if one.place:
            gone, text = found.get(one.place, (True, ""))
            found[one.place] = gone and one.block < 0, one.text or text
    return found
