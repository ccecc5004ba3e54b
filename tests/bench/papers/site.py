"""Site: all pages of one publisher, crawl by crawl, with the truth of each.

Half of what makes a site is its template's; which kinds of furniture it has besides, where and how often, is drawn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.bench.papers.frame import SIZES, Frame
from tests.bench.papers.furniture import KINDS, Moment, Shown, Where
from tests.bench.papers.newsroom import Newsroom, Story
from tests.bench.papers.parts import Box, Part, Sheet
from tests.bench.papers.templates import TEMPLATES, Style, Template
from tests.bench.papers.tongues import SCRIPTS, Tongue

START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
FIXED = 6
"""Kinds of furniture that a template has in any case."""
DRAWN = (4, 7)
LATELY = 30
"""Stories among which those others' headlines are that a page shows."""
POPULAR = 8
PAGES_A_CRAWL = 12


@dataclass(frozen=True, slots=True)
class Fixture:
    """One kind of furniture, as this site has it."""

    kind: str
    shown: Shown
    where: Where
    after: int
    """Paragraphs before it, where it stands amid them."""
    share: float
    """Of pages."""


class Paper:
    """A publisher: what it wrote, and each page as it was at the crawl that fetched it."""

    def __init__(
        self, number: int, seed: int, pages: int, *, deploys: bool = True, sizes: tuple[int, int] = SIZES
    ) -> None:
        """``deploys``: whether the site is brought up to date, and rewords a notice, half-way; ``sizes``: see Frame."""
        self.template: Template = TEMPLATES[number % len(TEMPLATES)]
        self.name = f"{self.template.name}-{number}" if number >= len(TEMPLATES) else self.template.name
        self.pages, self._deploys = pages, deploys
        self._seed = f"{seed}/{number}"
        pair = number // 2 % len(SCRIPTS)
        tongue = Tongue(SCRIPTS[pair], f"{seed}/{number // 2}")  # two run what one agency sends
        self.room = Newsroom(tongue, f"{seed}/{number // 2}/wire", self._seed)
        self.chance = random.Random(self._seed)
        self.crawls = max(5, pages // PAGES_A_CRAWL)
        self.times = _times(f"{seed}/clock", self.crawls)
        self.stories: list[Story] = self.room.stories(pages)
        self.fixtures = [*self._fixtures(number)]
        self._frames = [Frame(self.name, tongue, f"{self._seed}/{late}", sizes) for late in range(2)]

    @property
    def home(self) -> str:
        return f"https://{self.name}.example"

    def crawl_of(self, number: int) -> int:
        return number * self.crawls // self.pages

    def numbers(self, crawl: int) -> list[int]:
        """The pages that a crawl finds new."""
        return [number for number in range(self.pages) if self.crawl_of(number) == crawl]

    def address(self, number: int) -> str:
        return f"{self.home}/{self._ids[number]}"

    def sheet(self, number: int) -> Sheet:
        story, crawl = self.stories[number], self.crawl_of(number)
        chance = random.Random(f"{self._seed}/{number}")
        lately = self._headlines(crawl, LATELY)
        daily = random.Random(f"{self._seed}/day/{crawl}").sample(lately, min(POPULAR, len(lately)))
        others, most = ([one for one in some if one[0] != story.title] for some in (lately, daily))
        at = Moment(self._late(crawl), story, others, most, chance)
        published = self.times[crawl] - timedelta(minutes=20 + 45 * (self.numbers(crawl)[-1] - number))
        flow = self._arranged(story.parts, at)
        return Sheet(self.address(number), story.title, story.author, story.section, published, flow)

    def html(self, sheet: Sheet, crawl: int) -> bytes:
        version = self.version(crawl)
        style = Style(self.template, f"{self._seed}/{version}")
        return self._frames[version].page(sheet, style, self._headlines(crawl, POPULAR)).encode()

    def version(self, crawl: int) -> int:
        """Of the template: whatever names a program makes up, it made up anew half-way."""
        return int(self.template.hashed and self._late(crawl))

    @cached_property
    def titles(self) -> list[str]:
        return [story.title for story in self.stories]

    @cached_property
    def _ids(self) -> list[str]:
        chance = random.Random(f"{self._seed}/addresses")
        return [
            f"{chance.choice(('a', 'n', 'story'))}/{chance.randrange(10**6, 10**7)}{at}" for at in range(self.pages)
        ]

    def _late(self, crawl: int) -> bool:
        return self._deploys and crawl >= (self.crawls + 1) // 2

    def _headlines(self, crawl: int, most: int) -> list[tuple[str, str]]:
        """(headline, address) of the latest stories at a crawl, each headline once."""
        known = [at for at in range(self.pages) if self.crawl_of(at) <= crawl]
        titles = {self.stories[at].title: self.address(at) for at in known}
        return [*titles.items()][-most:]

    def _fixtures(self, number: int) -> list[Fixture]:
        chance, kinds = self.chance, [kind for kind in KINDS if kind != "shifting" or self.template.placed]
        fixed = [kinds[(5 * number + step) % len(kinds)] for step in range(FIXED)]
        left = [kind for kind in kinds if kind not in fixed]
        drawn = chance.sample(left, chance.randint(*DRAWN))
        found = []
        for kind in sorted({*fixed, *drawn}):
            made, where, shares = KINDS[kind]
            shown = made(self.room, chance)
            found.append(Fixture(kind, shown, chance.choice(where), chance.randint(1, 4), chance.choice(shares)))
        chance.shuffle(found)
        return found

    def _arranged(self, story: tuple[Part, ...], at: Moment) -> tuple[Part | Box, ...]:
        """The story with the furniture before, amid and after it."""
        boxes: dict[Where, list[tuple[Fixture, Box]]] = {where: [] for where in Where}
        for fixture in self.fixtures:
            parts = tuple(fixture.shown(at)) if at.chance.random() < fixture.share else ()
            if parts:
                boxes[fixture.where].append((fixture, Box(fixture.kind, parts)))
        flow: list[Part | Box] = [box for _, box in boxes[Where.BEFORE]]
        for count, part in enumerate(story, 1):
            flow.append(part)
            if count < len(story):
                flow += [box for fixture, box in boxes[Where.AMID] if fixture.after == count]
        flow += [box for fixture, box in boxes[Where.AMID] if fixture.after >= len(story)]
        return tuple(flow + [box for _, box in boxes[Where.AFTER]])


def _times(seed: str, crawls: int) -> list[datetime]:
    """When all papers are looked at."""
    chance, at, times = random.Random(seed), START, []
    for _ in range(crawls):
        times.append(at)
        at += timedelta(hours=chance.uniform(40, 100))
    return times


def papers(seed: int, pages: int, count: int = len(TEMPLATES)) -> list[Paper]:
    return [Paper(number, seed, pages) for number in range(count)]
