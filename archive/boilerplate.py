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
NAMED: Final = 2
"""Elements at a path's end of which one has to have a name: without any, it is the next list in a story as well."""
PLACE_SHARE: Final = 0.5
"""Share of an article's text that is left out by its place at most: more, and the site has a new template."""

SHORTEST_TITLE: Final = 20
LONGEST_TITLE: Final = 250
"""Characters of a headline that can be told from a sentence of a story."""
WIDE_TITLE: Final = 7
"""The same, in scripts without blanks."""
TITLE_WORDS: Final = 3
WIDE: Final = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{5}")
ENDS: Final = ".!?…。！？।؟»”\"'"
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
DATELINE: Final = re.compile(r"[^\W\d_][^\d.!?]{1,40}(?:\([^()]{2,20}\))?\s*[-–—:]$")
"""``Berlin (dpa) –`` in a line of its own."""
SUBHEAD: Final = 60
"""Characters of the longest subheading that is not marked as one."""
CITY: Final = 40
"""Characters of the longest dateline in capitals: ``BERLIN``."""


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
    placed: int = 0
    """On how many of them it is known where it stood."""
    opening: int = 0
    """Of ``pages``, on how many it stood before all of the story's own text."""
    closing: int = 0
    """On how many after all of that."""
    heads: int = 0
    """On how many a part of the story's own text followed at once."""
    slot: int = 0
    """How many of the story's paragraphs stood before it."""
    steady: int = 0
    """On how many as many did."""
    by_author: int = 0
    """Of the last pages, how many have the same byline as this one."""
    with_author: int = 0
    """And on how many of them it stood."""
    in_section: int = 0
    """The same of its section."""
    with_section: int = 0
    left_out: int = 0
    """On how many it was left out; of a heading: what follows it; of a place: all in it."""
    solid: int = 0
    """On how many of the last pages all that stood in its place was left out, or was seen on others, too."""
    fresh: int = 0
    """And on how many something did that never was; likewise of a place itself."""
    stayed: int = 0
    """On how many, after the first of those, it was not."""
    returned: bool = False
    """Whether it was seen in more than one crawl."""


def is_text(counts: Counts, text: str) -> bool:
    """Whether a block is the site's."""
    if not counts.returned or _is_dateline(text):
        return False
    if counts.solid >= 5 and counts.solid >= counts.fresh:  # it stands where little of a story ever does
        return True
    if counts.pages < 3:
        return False
    share = counts.recent / counts.window
    placed = counts.placed
    lasting = counts.pages >= (4 if len(text) < 150 else 6) and counts.pages >= 0.8 * counts.since
    section = counts.in_section >= 6 and counts.with_section >= 0.9 * counts.in_section
    if len(text) <= SUBHEAD and text[-1:] not in ENDS and counts.heads > 0.6 * placed:  # or a subheading
        return counts.pages >= 6 and (share >= 0.5 or lasting)
    if counts.opening >= 0.9 * placed:  # where a series has its intro, too
        return section or (counts.window >= 10 and share >= (0.8 if text[-1:] in ENDS else 0.3))
    author = counts.by_author >= 3 and counts.with_author >= 0.9 * counts.by_author
    if 2 * counts.closing > placed:
        return share >= 0.1 or lasting or author or section
    if counts.steady >= 0.8 * placed:  # put in by a program
        return counts.pages >= 4 and (share >= 0.1 or lasting or author or section)
    return counts.pages >= 6 and (share >= 0.5 or lasting)


def is_named(path: str) -> bool:
    """Whether a place is told from others by more than its tags."""
    parts = path.split(" > ")[1:][-NAMED:]
    return sum(["." in part or "-" in part for part in parts]) > 0


def _is_dateline(text: str) -> bool:
    return DATELINE.match(text) is not None or (len(text) <= CITY and text.isupper() and text.count(" ") < 3)


def is_heading(counts: Counts) -> bool:
    """Whether a heading is one of boilerplate: of what was left out nearly wherever it stood."""
    most = counts.left_out >= 0.4 * counts.pages and counts.stayed <= 0.15 * counts.left_out
    return counts.returned and counts.left_out >= 3 and most


def is_place(counts: Counts, path: str) -> bool:
    """Whether all that stands in a place is boilerplate, though its words change."""
    return is_named(path) and counts.returned and counts.recent >= 5 and counts.fresh <= 0.1 * counts.recent


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


def box_of(path: str) -> str:
    """The place that a place is in; empty for one that is in none but the article's part of the page."""
    box = path.rpartition(" > ")[0]
    return box if " > " in box else ""


def titles(article: Article, known: Known) -> Mapping[int, tuple[tuple[int, ...], ...]]:
    """Block → for each of its lines the marks of what may be another article's headline in it.

    Of blocks that are ``known`` nothing more is asked.
    """
    found: dict[int, tuple[tuple[int, ...], ...]] = {}
    for one in article.seen:
        number = one.block
        if number < 0 or one.mark in known.texts or place_mark(one.place) in known.places:
            continue
        block = article.blocks[number]
        if block.kind in TITLED and len(block.children) <= MOST_LINES:
            text = block.text
            if block.kind is LIST or "\n" in text:
                lines = text.split("\n") if len(text) < MOST_LINES * LONGEST_TITLE else []
                marks = tuple([_titled(line.strip(BULLETS)) for line in lines])
            elif len(text) <= LONGEST_TITLE + BESIDE:
                marks = (_pointed(block, text),)
            else:
                continue
            if any(marks):
                found[number] = marks
    return found


def _pointed(block: Block, text: str) -> tuple[int, ...]:
    """The marks of a line, and of what it points to: the link in it, or what follows a label."""
    texts = [text.strip(BULLETS)]
    if len(block.inlines) > 1:
        linked = "".join([run.text for run in block.inlines if run.href])
        if len(text) - len(linked) <= BESIDE:
            texts.append(linked)
    label = LABEL.match(text)
    if label is not None:
        texts.append(text[label.end() :])
    return tuple([mark(one) for one in texts if _may_be_title(one)])


def _titled(line: str) -> tuple[int, ...]:
    return (mark(line),) if _may_be_title(line) else ()


def _may_be_title(text: str) -> bool:
    size = len(text)
    if size < WIDE_TITLE or size > LONGEST_TITLE or text[-1] in SENTENCE:
        return False
    if size >= SHORTEST_TITLE and text.count(" ") >= TITLE_WORDS:
        return True
    return not text.isascii() and WIDE.search(text) is not None


Titles = Mapping[int, tuple[tuple[int, ...], ...]]
"""What ``titles`` gives."""


def without(article: Article, known: Known, said: Titles) -> Article:
    """The article without what is boilerplate, which is in ``dropped`` then, each with its reason.

    Reasons: ``site:text``, ``site:headline``, ``site:place``, ``site:heading``. An article of which no paragraph would
    be left stays as it is: a text that other pages have as a whole is a copy.
    """
    gone = _gone(article, known, said)
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


def _gone(article: Article, known: Known, said: Titles) -> dict[int, str]:
    """Block → why it goes, in the article's order."""
    gone: dict[int, str] = {}
    placed: dict[int, str] = {}
    headlines = _headlines(known, said) if known.headlines else frozenset()
    for one in article.seen:
        if one.block < 0 or one.mark in known.keep:
            continue
        if one.mark in known.texts or one.mark in known.drop:
            gone[one.block] = "site:text"
        else:
            place, box = place_mark(one.place), place_mark(box_of(one.place))
            if place in known.keep or box in known.keep:
                continue
            if one.block in headlines:
                gone[one.block] = "site:headline"
            elif place in known.places or box in known.places or place in known.drop or box in known.drop:
                placed[one.block] = "site:place"
    if placed:
        sizes = {one.block: len(article.blocks[one.block].text) for one in article.seen if one.block >= 0}
        if sum([sizes[block] for block in placed]) <= PLACE_SHARE * sum(sizes.values()):
            gone |= placed
    _headings(article, known, gone)
    return dict(sorted(gone.items()))


def _headlines(known: Known, said: Titles) -> frozenset[int]:
    found = set()
    for block, lines in said.items():
        hits = sum(not known.headlines.isdisjoint(line) for line in lines)
        if hits >= LISTED * len(lines):
            found.add(block)
    return frozenset(found)


def _headings(article: Article, known: Known, gone: dict[int, str]) -> None:
    """Headings of what went: by what is known of them, or because all that they head went."""
    seen = article.seen
    for at in range(len(seen) - 2, -1, -1):
        number = seen[at].block
        if number < 0 or article.blocks[number].kind is not HEADING or number in gone or seen[at].mark in known.keep:
            continue
        after = seen[at + 1].block
        if (after < 0 or after in gone) and (seen[at].mark in known.headings or _is_last(article, at, gone)):
            gone[number] = "site:heading"


def _is_last(article: Article, at: int, gone: Mapping[int, str]) -> bool:
    """Whether nothing is left after a heading."""
    return sum([one.block >= 0 and one.block not in gone for one in article.seen[at + 1 :]]) == 0


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
    heads: bool
    """Whether a part of the story's own text follows at once."""
    slot: int
    """How many of the story's paragraphs stood before it."""


def stood(article: Article, familiar: Container[int]) -> list[Stood]:
    """The blocks of a page that other pages of the source have, too, by where they stood: one for each mark.

    None where the page has no text of its own. ``familiar``: the marks of other pages.
    """
    seen, blocks = article.seen, article.blocks
    least = SHORT_PROSE
    own: list[int] = []
    fresh: list[int] = []
    for at, one in enumerate(seen):
        if one.block >= 0 and one.mark not in familiar:
            size = len(blocks[one.block].text)
            if blocks[one.block].kind is PARAGRAPH:
                fresh.append(at)
            if size >= PROSE > least:
                own, least = [], PROSE
            if size >= least:
                own.append(at)
    if not own:
        return []
    found: dict[int, Stood] = {}
    slot = 0
    for at, one in enumerate(seen):
        if slot < len(fresh) and fresh[slot] == at:
            slot += 1
        if one.mark not in familiar:
            continue
        if one.block < 0:
            text, heading, gone = one.text, False, True
        else:
            block = blocks[one.block]
            text, heading = block.text, block.kind is HEADING
            gone = heading and at + 1 < len(seen) and seen[at + 1].block < 0
        heads = at + 1 < len(seen) and seen[at + 1].block >= 0 and seen[at + 1].mark not in familiar
        found[one.mark] = Stood(
            one.mark, one.place, text, one.reason, heading, gone, at < own[0], at > own[-1], heads, slot
        )
    return list(found.values())


def sizes(article: Article) -> dict[int, int]:
    """Mark of each block of the page → characters of text; 0 of what was left out."""
    return {one.mark: len(article.blocks[one.block].text) if one.block >= 0 else 0 for one in article.seen}


def places(article: Article, familiar: Container[int]) -> dict[str, tuple[bool, bool, str]]:
    """Place → whether all that stood there was left out, whether any of it is the story's own, and what it was.

    What was seen on other pages, too, is not the story's own, but for what may be a subheading.
    """
    found: dict[str, tuple[bool, bool, str]] = {}
    for one in article.seen:
        if not one.place:
            continue
        text, fresh = one.text, False
        if one.block >= 0:
            block = article.blocks[one.block]
            text = block.text
            short = len(text) <= SUBHEAD and text[-1:] not in ENDS
            fresh = one.mark not in familiar or short or block.kind is HEADING
            if block.kind is HEADING:  # what it heads tells of the box
                _stands(found, one.place, False, fresh, text)
                continue
        _stands(found, one.place, one.block < 0, fresh, text)
        if box := box_of(one.place):
            _stands(found, box, one.block < 0, fresh, text)
    return found


def _stands(found: dict[str, tuple[bool, bool, str]], place: str, gone: bool, fresh: bool, text: str) -> None:
    before = found.get(place)
    if before is None:
        found[place] = gone, fresh, text
    else:
        found[place] = before[0] and gone, before[1] or fresh, text if gone else before[2]
