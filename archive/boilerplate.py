"""Boilerplate: what is a site's and not its articles', by how often and where it stood. Pure.

What stands, alike up to case, digits and white space, on several pages of different stories, over more than one crawl,
is the site's. It is the harder to believe the more it looks like a story's own text: see ``is_text``. Every
decision is a row of ``boilerplate`` with the counts that it rests on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from archive.models import Block
from archive.standing import ENDS, is_short

FEWEST: Final = 3
"""Pages of different stories on which a text has to have stood."""
SOLID: Final = 5
"""The same of a place."""
DASHES: Final = "-–—:"
DATELINE: Final = re.compile(rf"[^\W\d_][^\d.!?]{{1,40}}(?:\([^()]{{2,20}}\))?\s*[{DASHES}]$")
"""``Berlin (dpa) –`` in a line of its own."""
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
    own: int = 0
    """And on how many something of a story's own did; likewise of a place itself."""
    beneath: int = 0
    """Of the last pages, how many have what stands right below it today."""
    heading: int = 0
    """And on how many of them it stood."""
    linked: bool = False
    """Whether it is a link as a whole."""
    stayed: int = 0
    """On how many, after the first of those, it was not."""
    returned: bool = False
    """Whether it was seen in more than one crawl."""


def is_text(counts: Counts, text: str) -> bool:
    """Whether a block is the site's."""
    if not counts.returned or _is_dateline(text):
        return False
    share, placed = counts.recent / counts.window, counts.placed
    opens = counts.opening >= 0.9 * placed
    series = opens and share < opening_share(text)
    if counts.solid >= SOLID and counts.solid >= counts.own and not series:  # it stands where little of a story does
        return True
    if counts.pages < FEWEST:
        return False
    # Where a story's own text stands, so may a background or a quote for some days, always at the end, or second. As
    # few pages as elsewhere cost paragraphs, and left nothing less on the benchmark's (seeds 7, 8, 9).
    apart = counts.solid > counts.own
    soon = apart or share >= 0.6
    fixed = counts.pages >= (4 if soon else 8) and share >= (0.1 if apart else 0.2)
    lasting = counts.pages >= (4 if soon and len(text) < 150 else 6) and counts.pages >= 0.8 * counts.since
    section = counts.in_section >= 6 and counts.with_section >= 0.9 * counts.in_section
    if is_short(text) and counts.heads > 0.6 * placed:  # or a subheading
        return counts.pages >= 6 and (share >= 0.5 or lasting)
    if opens:  # where a series has its intro, too
        return section or (counts.window >= 10 and not series)
    author = counts.by_author >= 3 and counts.with_author >= 0.9 * counts.by_author
    if counts.linked or (author and counts.by_author > 3):  # who the author is
        return True
    if 2 * counts.closing > placed:
        most = share >= 0.35 and counts.pages >= (FEWEST if soon else 6)
        return most or fixed or lasting or author or section
    if counts.steady >= 0.8 * placed:  # put in by a program
        return fixed or (counts.pages >= 4 and (lasting or author or section))
    return counts.pages >= 6 and (share >= 0.5 or lasting)


def opening_share(text: str) -> float:
    """On what share of the pages something stands before the story at least if it is not a series' intro."""
    return 0.8 if text[-1:] in ENDS else 0.3


def is_link(block: Block) -> bool:
    """Whether all of it is a link, or several."""
    runs = block.inlines
    return len(runs) > 0 and all(run.href or not run.text.strip() for run in runs)


def _is_dateline(text: str) -> bool:
    if text[-1:] in DASHES:
        return DATELINE.match(text) is not None
    return len(text) <= CITY and text.isupper() and text.count(" ") < 3


def is_heading(counts: Counts) -> bool:
    """Whether a heading is one of boilerplate: of what was left out nearly wherever it stood.

    A notice that stands below this heading on some pages and below another on others, as a program puts it in, makes
    neither one of its own.
    """
    most = counts.left_out >= 0.4 * counts.pages and counts.stayed <= 0.15 * counts.left_out
    own = counts.heading >= 0.6 * counts.beneath
    return counts.returned and counts.left_out >= 5 and most and own


def is_place(counts: Counts) -> bool:
    """Whether all that stands in a place is boilerplate, though its words change."""
    return is_solid(counts.recent, counts.own) and counts.returned


def is_solid(pages: int, own: int) -> bool:
    """Whether a place held nothing of a story's own on so many pages, and something on so few."""
    return pages >= SOLID and own <= 0.2 * pages
