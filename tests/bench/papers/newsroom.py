"""Newsroom: the stories of one publisher, with all that returns in them and yet is the article's.

Agency copy that others run too, or the same site under a second address; a story told again with news at a new
address; quotes that return; a series' standing intro; subheadings, datelines, a match's stock sentence, tables of
the same teams, recipes of the same ingredients, refrains, the hours of live blogs, corrections in standard words, and
the weather of the same places, which is alike each time up to its figures.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.bench.papers.parts import Line, Part, Shape, heading, listing, paragraph
from tests.bench.papers.tongues import Tongue

DECK = {
    "news": 7,
    "sports": 3,
    "agency": 3,
    "update": 3,
    "series": 2,
    "recipe": 2,
    "feature": 1,
    "poem": 1,
    "live": 1,
    "weather": 1,
}
"""Stories of each kind among 24, in an order of their own each time."""
BRIEF = 0.15
"""Share of the news that are told in a few paragraphs."""
AUTHORS = 6
SECTIONS = 3
RETURNING = 3
"""Sentences that are said again, each on one page of ``RARELY``."""
RARELY = 24


@dataclass(frozen=True, slots=True)
class Story:
    """What was written, before the site is put around it."""

    kind: str
    title: str
    author: str
    section: str
    parts: tuple[Part, ...]


class Newsroom:
    """Who writes, and what they say again and again."""

    def __init__(self, tongue: Tongue, wire: str, seed: str) -> None:
        """``wire``: the seed of the agency's texts, which is another publisher's too."""
        self.tongue, self._wire = tongue, wire
        self.chance = chance = random.Random(f"{seed}/newsroom")
        self.authors = [tongue.name(chance) for _ in range(AUTHORS)]
        self.sections = [tongue.name(chance, 1) for _ in range(SECTIONS)]
        self._cities = [tongue.name(chance, 1).upper() for _ in range(6)] if chance.random() < 0.5 else []
        self._subheads = [tongue.phrase(chance, 1, 3) for _ in range(4)]
        self._returning = [tongue.quote(chance) for _ in range(RETURNING)]
        self._intro = tongue.sentences(chance, 1, 2)
        self._stock = tongue.draw(chance, 4)
        self._teams = [tongue.name(chance, chance.randint(1, 2)) for _ in range(10)]
        self._pantry = [tongue.phrase(chance, 1, 2) for _ in range(12)]
        self._places = [tongue.name(chance, 1) for _ in range(6)]
        self._mistake = tongue.sentence(chance, 8, 14)

    def stories(self, count: int) -> list[Story]:
        deck = [kind for _ in range(count // RARELY + 1) for kind in self._shuffled()][:count]
        told: list[Story] = []
        agency = self._agency()
        for kind in deck:
            written = next(agency) if kind == "agency" else self._update(told) if kind == "update" else self._own(kind)
            told.append(written)
        return self._with_returning(told)

    def _shuffled(self) -> list[str]:
        deck = [kind for kind, times in DECK.items() for _ in range(times)]
        self.chance.shuffle(deck)
        return deck

    def _own(self, kind: str) -> Story:
        chance = self.chance
        parts = {
            "sports": self._sports,
            "series": lambda: [paragraph(self._intro), *self._text(8, 18)],
            "recipe": self._recipe,
            "feature": self._feature,
            "poem": self._poem,
            "live": self._live,
            "weather": self._weather,
        }.get(kind, self._news)()
        if kind == "news" and chance.random() < 0.12:
            own = self.tongue.script.blank + self.tongue.sentence(chance) if chance.random() < 0.5 else ""
            parts.insert(chance.choice((0, len(parts))), paragraph(self._mistake + own))
        return self._signed(kind, parts)

    def _signed(self, kind: str, parts: list[Part]) -> Story:
        chance = self.chance
        title = self.tongue.phrase(chance, 6, 11)
        return Story(kind, title, chance.choice(self.authors), chance.choice(self.sections), tuple(parts))

    def _text(self, low: int, high: int) -> list[Part]:
        return [
            paragraph(
                self.tongue.quote(self.chance)
                if self.chance.random() < 0.15
                else self.tongue.sentences(self.chance, 1, 4)
            )
            for _ in range(self.chance.randint(low, high))
        ]

    def _news(self) -> list[Part]:
        chance = self.chance
        parts = self._text(2, 4) if chance.random() < BRIEF else self._text(8, 22)
        if chance.random() < 0.35:
            for at, text in zip((len(parts) - 1, len(parts) // 2), chance.sample(self._subheads, 2), strict=True):
                parts.insert(at, heading(text))
        if self._cities and chance.random() < 0.45:
            parts.insert(0, Part(Shape.DATELINE, (Line(chance.choice(self._cities)),)))
        return parts

    def _sports(self) -> list[Part]:
        chance, parts = self.chance, self._text(4, 14)
        script = self.tongue.script
        if chance.random() < 0.7:
            words = [*self._stock[:3], f"{chance.randint(0, 4)}–{chance.randint(0, 4)}", self._stock[3]]
            stock = self.tongue.capital(script.blank.join(words)) + script.stop
            parts.insert(chance.randint(1, len(parts) - 1), paragraph(stock))
        if chance.random() < 0.6:
            teams = chance.sample(self._teams, len(self._teams))
            rows = [Line(" | ".join((team, *(str(chance.randint(1, 60)) for _ in range(3))))) for team in teams]
            head = Line(" | ".join(self.tongue.capital(word) for word in self._stock))
            parts.append(Part(Shape.TABLE, (head, *rows)))
        return parts

    def _recipe(self) -> list[Part]:
        chance = self.chance
        amounts = [f"{chance.choice((50, 100, 200, 2, 3))} {one}" for one in chance.sample(self._pantry, 7)]
        steps = [paragraph(self.tongue.sentences(chance, 2, 4)) for _ in range(4)]
        return [*self._text(3, 4), heading(self._subheads[0]), listing(*amounts), heading(self._subheads[1]), *steps]

    def _feature(self) -> list[Part]:
        chance, parts = self.chance, self._text(12, 24)
        items = listing(*(self.tongue.sentence(chance, 5, 14) for _ in range(5)))
        said = Part(Shape.QUOTE, (Line(self.tongue.sentences(chance, 1, 2)),))
        return [*parts[:3], items, *parts[3:5], said, heading(chance.choice(self._subheads)), *parts[5:]]

    def _poem(self) -> list[Part]:
        chance, tongue = self.chance, self.tongue

        def stanza(lines: int) -> Part:
            verses = (tongue.capital(tongue.script.blank.join(tongue.draw(chance, 6))) for _ in range(lines))
            return Part(Shape.VERSE, tuple(map(Line, verses)))

        refrain = stanza(3)
        return [*self._text(2, 3), *(part for _ in range(3) for part in (stanza(4), refrain)), *self._text(1, 2)]

    def _live(self) -> list[Part]:
        chance = self.chance
        at = [20 * 60 - 23 * entry - chance.randrange(20) for entry in range(chance.randint(8, 14))]
        parts = self._text(2, 2)
        for minute in at:
            parts += [paragraph(f"{minute // 60}:{minute % 60:02}"), heading(self.tongue.phrase(chance, 4, 8))]
            parts += self._text(1, 2)
        return parts

    def _weather(self) -> list[Part]:
        figures = (f"{place} {self.chance.randint(2, 30)}° / {self.chance.randint(2, 30)}°" for place in self._places)
        return [*self._text(3, 5), listing(*figures)]

    def _agency(self) -> Iterator[Story]:
        """What the agency sent, each now and then run again under another address."""
        number = 0
        while True:
            chance = random.Random(f"{self._wire}/{number}")
            title = self.tongue.phrase(chance, 6, 11)
            text = [paragraph(self.tongue.sentences(chance, 1, 4)) for _ in range(chance.randint(6, 14))]
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                yield replace(self._signed("agency", text), title=title)
            number += 1

    def _update(self, told: list[Story]) -> Story:
        """A story of late with a new beginning, and a paragraph put in other words."""
        earlier = [story for story in told[-20:] if story.kind in {"news", "update"}]
        if not earlier:
            return self._own("news")
        parts = [*self.chance.choice(earlier).parts]
        plain = [at for at, part in enumerate(parts) if part.shape is Shape.PARAGRAPH]
        parts[self.chance.choice(plain)] = paragraph(self.tongue.sentences(self.chance, 1, 4))
        return self._signed("update", [paragraph(self.tongue.sentences(self.chance, 2, 3)), *parts])

    def _with_returning(self, told: list[Story]) -> list[Story]:
        for said in self._returning:
            fit = [at for at, story in enumerate(told) if story.kind in {"news", "sports", "feature"}]
            for at in self.chance.sample(fit, min(len(fit), max(2, len(told) // RARELY))):
                parts = [*told[at].parts]
                parts.insert(self.chance.randint(1, len(parts)), paragraph(said))
                told[at] = replace(told[at], parts=tuple(parts))
        return told
