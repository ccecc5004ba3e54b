"""The vocabulary that every part of Cuttings speaks: frozen values, no I/O.

They stand in the order in which data meets them on its way (see README, "The path of the data"):
Link → Page → Article or Failure → Verdict, with Block, Inline and Stamp as their parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Precision(StrEnum):
    """How much of a Stamp's ``at`` is known; what is finer than this is filled with zeros or ones."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time that says how precise it is and where it was read.

    ``at`` is always timezone-aware, in the zone the page gave (UTC where it gave none), so that its day is the
    publisher's day. ``how`` names the place, as ``json-ld:datePublished`` or ``feed``.
    """

    at: datetime
    precision: Precision
    how: str


@dataclass(frozen=True, slots=True)
class Link:
    """A URL that a source offered, as it stood there, before anything was fetched from it."""

    url: str
    """The canonical form (crawler.urls.canonical): the identity under which it is queued once."""
    source: str
    """Name of the Source (config) in whose feed, sitemap or page it stood."""
    found_in: str
    """URL of that feed, sitemap or page; empty for one given on the command line."""
    title: str = ""
    published: Stamp | None = None
    """When the feed or sitemap says it was published."""
    changed: Stamp | None = None
    """When the feed or sitemap says it was last changed (Atom updated, sitemap lastmod)."""
    moves: int = 0
    """How often it was sent on to another host by now."""


@dataclass(frozen=True, slots=True)
class Page:
    """One HTTP answer, byte for byte after content decoding, with the URL asked for and the one that answered."""

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """In the order received, names in lower case; Set-Cookie left out."""
    body: bytes
    fetched_at: datetime
    permit: str = ""
    """By what it might be fetched: ``allowed`` by its host's robots.txt, ``none`` is there, ``former``: it could not be
    had, and the one before allowed it, ``ignored``: by our settings it was not asked for, ``imported``: somebody else
    fetched it, and it came from a file. Empty if nobody noted it."""

    def header(self, name: str) -> str:
        """The first value of a header by its lower-case name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


class Kind(StrEnum):
    """What a Block is. The kinds below the line stand only inside others."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    FIGURE = "figure"
    # --
    ITEM = "item"
    ROW = "row"
    CELL = "cell"


PARAGRAPH: Final = Kind.PARAGRAPH
HEADING: Final = Kind.HEADING
LIST: Final = Kind.LIST
QUOTE: Final = Kind.QUOTE
TABLE: Final = Kind.TABLE
CODE: Final = Kind.CODE
FIGURE: Final = Kind.FIGURE
ITEM: Final = Kind.ITEM
ROW: Final = Kind.ROW
CELL: Final = Kind.CELL
"""On Python 3.11 ``Kind.FIGURE`` takes .15 µs, which an article asks some two thousand times; a name takes .02."""
LINES: Final = frozenset({PARAGRAPH, HEADING, CODE, CELL})
"""Blocks that have inlines alone."""


@dataclass(frozen=True, slots=True)
class Inline:
    """A run of text in one style; line feeds in it are line breaks within the paragraph."""

    text: str
    href: str = ""
    """Absolute http(s) URL it links to, or empty."""
    strong: bool = False
    emphasis: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an article's body: a small tree, as in Markdown's.

    | kind | inlines | children | level | url |
    |---|---|---|---|---|
    | paragraph | its text | – | – | – |
    | heading | its text | – | 1–6 | – |
    | list | – | items | 1 ordered, 0 not | – |
    | item | its text | nested lists, paragraphs | – | – |
    | quote | – | paragraphs, lists | – | – |
    | table | – | rows, each of cells | – | – |
    | cell | its text | – | 1 header, 0 not | – |
    | code | one inline, verbatim | – | – | – |
    | figure | caption | – | – | image |
    """

    kind: Kind
    inlines: tuple[Inline, ...] = ()
    children: tuple[Block, ...] = ()
    level: int = 0
    url: str = ""
    credit: str = ""
    """A figure's credit line, or who is quoted where that stands under a quote; never part of the text."""

    @property
    def text(self) -> str:
        """Plain text: an item a line with ``- ``, a table row a line with `` | `` between cells; a figure has none."""
        runs = self.inlines
        own = runs[0].text if len(runs) == 1 else "".join([run.text for run in runs])
        kind = self.kind
        if kind in LINES:
            return own
        inner = [child.text for child in self.children]
        if kind is ROW:
            return " | ".join(inner)
        if kind is ITEM:
            return "- " + "\n".join(filter(None, (own, *inner))).replace("\n", "\n  ")
        if kind is QUOTE:
            return "\n\n".join(filter(None, (own, *inner)))
        return "" if kind is FIGURE else "\n".join(inner)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of a page that the extractor took for boilerplate, and why."""

    reason: str
    """Name of the rule, as ``link-density`` or ``notice:comments``."""
    text: str
    """The first 200 characters of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A block of a page as it stood there, kept or not: by such the archive learns what a site repeats."""

    mark: int
    """64 bits, signed, of its text, alike up to case, digits and white space."""
    place: str
    """Its path of tags and classes, from the body on."""
    block: int
    """Its number in ``Article.blocks``; -1 if it was dropped."""
    reason: str = ""
    """The rule by which it was."""
    text: str = ""
    """As in ``Article.text``; of a dropped one, its first 200 characters."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How far an article can be trusted to be whole and clean: 1 is no doubt; each flag names a doubt."""

    score: float = 1.0
    flags: tuple[str, ...] = ()


WHOLE: Final = Quality()
"""No doubt; as a constant, because a default made anew would keep the article's constructor interpreted."""


@dataclass(frozen=True, slots=True)
class Article:
    """What an article page says, without its boilerplate."""

    url: str
    """The page's own canonical URL where it names a believable one, else the URL it was fetched from."""
    title: str
    authors: tuple[str, ...] = ()
    """People, in the order of the byline, without "By", roles or agencies' desks; the agency if it alone signs."""
    published: Stamp | None = None
    modified: Stamp | None = None
    language: str = ""
    """BCP 47 primary tag, lower case (``en``, ``de``); empty if unknown."""
    section: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    """Absolute URL of the lead image."""
    description: str = ""
    blocks: tuple[Block, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    """(field, rule that gave it), as ``("title", "og:title")``."""
    dropped: tuple[Dropped, ...] = ()
    quality: Quality = WHOLE
    dates: tuple[Stamp, ...] = ()
    """Every date of publication that was found, ``published`` among them, in the order in which they are believed; at
    the end what lies after the fetch, which is not."""
    addresses: tuple[tuple[str, str], ...] = ()
    """(kind, canonical URL) of the same story elsewhere: ``canonical``, ``og:url``, ``amp``, ``mobile``, ``print``."""
    seen: tuple[Seen, ...] = ()
    """The blocks of the article's part of the page, in its order."""

    @property
    def text(self) -> str:
        """The body as plain text, paragraphs parted by a blank line: no title, byline, tags or captions."""
        return "\n\n".join(filter(None, (block.text for block in self.blocks)))


class Stage(StrEnum):
    """Where on the path something ended."""

    DISCOVER = "discover"
    ROBOTS = "robots"
    FETCH = "fetch"
    EXTRACT = "extract"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected outcome that is not an article: a value and a row, never an exception."""

    url: str
    stage: Stage
    reason: str
    """Short and fixed, for grouping: ``not-found``, ``gone``, ``robots``, ``timeout``, ``not-an-article`` …"""
    detail: str = ""
    """One sentence for a person: what happened and, where it helps, what to do."""
    retry_at: datetime | None = None
    """When another try makes sense; None for never by itself."""


@dataclass(frozen=True, slots=True)
class Moved(Failure):
    """A redirect to another host, which has robots and a pace of its own: to be fetched in a visit there."""

    target: str = ""


class Change(StrEnum):
    """What storing a page did to the archive."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one fetched link."""

    change: Change
    url: str
    article_id: int | None = None
    revision: int = 0
    """The article's revision number after this: 1 for a new one."""
    failure: Failure | None = None
    """Why nothing of the page was kept, where only a look at the archive could tell."""


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier or current state of an article's text."""

    number: int
    seen_at: datetime
    title: str
    text: str
    change: str
    """As archive.changes has it, or ``first``, ``removed``, ``restored``, ``paywalled``; formerly ``edit``."""
