"""Story: what an invented publisher says, apart from the pages on which it says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.models import Block, Kind


@dataclass(frozen=True, slots=True)
class Story:
    """An article and, since it is ours, the truth about what should be kept of it."""

    publisher: str
    path: str
    slug: str
    title: str
    authors: tuple[str, ...]
    published: datetime
    section: str
    """Its path's name; the publisher's ``sections`` have the one for readers."""
    tags: tuple[str, ...]
    summary: str
    """For listings and meta tags; not on the page's text."""
    blocks: tuple[Block, ...]
    """A link's ``href`` in them is a path on the publisher's host."""
    modified: datetime | None = None
    second_path: str = ""
    """Where the same text stands once more, without a word about the first place."""
    only_text_date: bool = False
    """The page tells its date to readers alone, by day and minute."""
    failing: bool = False
    """At the first look the server answers 500 once before it gives the page."""
    gone: bool = False
    """Deleted between the first look and the second."""
    later: int = 0
    """Its turn among the stories that are published one by one later; 0 for those that are there from the start."""
    correction: Story | None = None
    """What stands in its place at the second look."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text of each block that has one, in order: figures have none."""
        return tuple(block.text for block in self.blocks if block.text)

    @property
    def text(self) -> str:
        """What ``Article.text`` should be."""
        return "\n\n".join(self.paragraphs)

    @property
    def captions(self) -> tuple[str, ...]:
        """Captions and credits: on the page, and not in the text."""
        figures = [block for block in self.blocks if block.kind is Kind.FIGURE]
        return tuple(line for block in figures for line in (block.inlines[0].text, block.credit))

    @property
    def tag_line(self) -> str:
        """How a template that runs its tags together prints them."""
        return " ".join(("Tags", *sorted(self.tags, key=str.casefold)))


@dataclass(frozen=True, slots=True)
class Stray:
    """A page that is no article, though it can be reached from where articles are."""

    path: str
    title: str
    lines: tuple[str, ...]
    listed: bool = False
    """Whether a feed or sitemap names it as if it were one."""
    forbidden: bool = False
    """Whether robots.txt forbids it."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """An invented publisher: its stories, and what its template says around each of them."""

    name: str
    title: str
    language: str
    country: str
    sections: Mapping[str, str]
    """Path name → name for readers."""
    section_path: str
    """With ``{section}`` in it."""
    more_path: str
    """Of a section's further pages, with ``{section}`` and ``{page}``; empty if a section is one page."""
    page_size: int
    """Stories on one page of a section."""
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    files: Mapping[str, str]
    """Path → template, of feeds and sitemaps."""
    etags: bool
    """Whether article pages have an ETag; feeds and sitemaps always have."""
    says: Mapping[str, str]
    """The boilerplate lines, by the names under which the template prints them."""
    strays: tuple[Stray, ...]
    stories: tuple[Story, ...]
    """Newest first."""

    @property
    def boilerplate(self) -> tuple[str, ...]:
        """The lines that stand on every article's page and must not be in any article's text."""
        return tuple(self.says.values())

    def listing_paths(self) -> tuple[str, ...]:
        """Every section page, for a publisher that has neither feed nor sitemap."""
        if self.feeds or self.sitemaps:
            return ()
        paths = []
        for section in self.sections:
            count = sum(story.section == section for story in self.stories)
            paths += [self.section_page(section, page) for page in range(1, -(-count // self.page_size) + 1)]
        return tuple(paths)

    def section_page(self, section: str, page: int) -> str:
        pattern = self.section_path if page == 1 else self.more_path
        return pattern.format(section=section, page=page)
