"""Furniture: what a site puts around, before, amid and after its stories, in words of its own.

Each kind is a function that draws what is fixed about it once, for a publisher, and gives what a page then shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.bench.papers.newsroom import Newsroom, Story
from tests.bench.papers.parts import Line, Part, Shape, heading, paragraph


class Where(StrEnum):
    """Where in a page's flow a kind of furniture stands."""

    BEFORE = "before"
    AMID = "amid"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Moment:
    """The page that is being put together, and the site around it at that time."""

    late: bool
    """Whether the second half of the time has begun."""
    story: Story
    others: Sequence[tuple[str, str]]
    """(headline, address) of the site's stories of late, without this one."""
    popular: Sequence[tuple[str, str]]
    """Of those that are most read today; the same on all pages of the day."""
    chance: random.Random = field(repr=False)


Shown = Callable[[Moment], Sequence[Part]]
Maker = Callable[[Newsroom, random.Random], Shown]


def newsletter(room: Newsroom, chance: random.Random) -> Shown:
    tongue = room.tongue
    parts = [paragraph(tongue.sentences(chance, 1, 2)), paragraph(tongue.phrase(chance, 2, 4), "/letters")]
    if chance.random() < 0.5:
        parts.insert(0, heading(tongue.phrase(chance, 2, 5)))
    return lambda _: parts


def notice(room: Newsroom, chance: random.Random) -> Shown:
    parts = [paragraph(room.tongue.sentences(chance, 1, 3)) for _ in range(chance.randint(1, 2))]
    return lambda _: parts


def popular(room: Newsroom, chance: random.Random) -> Shown:
    label, count = heading(room.tongue.phrase(chance, 1, 3)), chance.randint(3, 6)
    return lambda at: [label, _links(at.popular[:count])] if at.popular else []


def related(room: Newsroom, chance: random.Random) -> Shown:
    """A list, or cards headed by the headlines."""
    label, count = heading(room.tongue.phrase(chance, 1, 3)), chance.randint(2, 4)
    if chance.random() < 0.3:
        return lambda at: [Part(Shape.HEADING, (Line(*other),)) for other in _some(at, count)]
    return lambda at: [label, _links(_some(at, count))] if at.others else []


def related_lines(room: Newsroom, chance: random.Random) -> Shown:
    """ "Xorb also: HEADLINE", whether or not that is a link."""
    tongue, linked = room.tongue, chance.random() < 0.7
    lead = tongue.phrase(chance, 1, 2) + ("：" if tongue.wide else ":")

    def shown(at: Moment) -> Sequence[Part]:
        return [paragraph(title, href if linked else "", lead, tongue.script.blank) for title, href in _some(at, 1)]

    return shown


def related_paragraphs(_: Newsroom, chance: random.Random) -> Shown:
    count, linked = chance.randint(2, 4), chance.random() < 0.8
    return lambda at: [paragraph(title, href if linked else "") for title, href in _some(at, count)]


def counter(room: Newsroom, chance: random.Random) -> Shown:
    """ "1,234 flimbers read this"."""
    tongue = room.tongue
    words, minutes = tongue.phrase(chance, 2, 4), tongue.phrase(chance, 1, 2)
    blank = tongue.script.blank

    def shown(at: Moment) -> Sequence[Part]:
        return [
            paragraph(
                f"{at.chance.randint(200, 20_000):,}{blank}{words}{blank}{at.chance.randint(2, 59)}{blank}{minutes}"
            )
        ]

    return shown


def advertisement(room: Newsroom, chance: random.Random) -> Shown:
    parts = [paragraph(room.tongue.phrase(chance, 1, 2))]
    return lambda _: parts


def comments(room: Newsroom, chance: random.Random) -> Shown:
    parts = [heading(room.tongue.phrase(chance, 1, 3)), paragraph(room.tongue.sentences(chance, 1, 2))]
    return lambda _: parts


def share(room: Newsroom, chance: random.Random) -> Shown:
    """In capitals from half of the time on, here and there."""
    text, louder = room.tongue.phrase(chance, 3, 6), chance.random() < 0.3
    names = [paragraph(room.tongue.name(chance, 1), f"https://share.example/{n}") for n in range(chance.randint(0, 2))]
    return lambda at: [paragraph(text.upper() if louder and at.late else text), *names]


def biography(room: Newsroom, chance: random.Random) -> Shown:
    """The same under all that one author wrote."""
    blank = room.tongue.script.blank
    told = {name: paragraph(f"{name}{blank}{room.tongue.sentences(chance, 1, 2)}") for name in room.authors}
    return lambda at: [told[at.story.author]]


def section_notice(room: Newsroom, chance: random.Random) -> Shown:
    """In one section of three alone."""
    section, part = chance.choice(room.sections), paragraph(room.tongue.sentences(chance, 1, 2))
    return lambda at: [part] if at.story.section == section else []


def promotion(room: Newsroom, chance: random.Random) -> Shown:
    """One of eight texts a page."""
    texts = [paragraph(room.tongue.sentences(chance, 1, 2), f"/offers/{n}") for n in range(8)]
    return lambda at: [at.chance.choice(texts)]


def donation(room: Newsroom, chance: random.Random) -> Shown:
    parts = [paragraph(room.tongue.sentences(chance, 2, 4)) for _ in range(chance.randint(3, 4))]
    parts.append(paragraph(room.tongue.phrase(chance, 2, 4), "/give"))
    return lambda _: parts


def rights(room: Newsroom, chance: random.Random) -> Shown:
    words, blank = room.tongue.phrase(chance, 3, 8), room.tongue.script.blank
    sign = chance.choice(("© 2026", "2026", "2019–2026"))
    parts = [paragraph(f"{sign}{blank}{words}{room.tongue.script.stop}")]
    return lambda _: parts


def reworded(room: Newsroom, chance: random.Random) -> Shown:
    """A notice in other words from half of the time on."""
    before, after = (paragraph(room.tongue.sentences(chance, 1, 2)) for _ in range(2))
    return lambda at: [after if at.late else before]


def shifting(room: Newsroom, chance: random.Random) -> Shown:
    """Other words on each page, in one place: nearly always headlines, else a text that was never there before."""
    tongue, often, count = room.tongue, chance.uniform(0.8, 0.95), chance.randint(2, 3)

    def shown(at: Moment) -> Sequence[Part]:
        if at.others and at.chance.random() < often:
            return [paragraph(title, href) for title, href in _some(at, count)]
        return [paragraph(tongue.sentences(at.chance, 1, 2))]

    return shown


def _some(at: Moment, count: int) -> Sequence[tuple[str, str]]:
    return at.chance.sample(at.others, min(count, len(at.others)))


def _links(entries: Sequence[tuple[str, str]]) -> Part:
    return Part(Shape.LIST, tuple(Line(title, href) for title, href in entries))


KINDS: dict[str, tuple[Maker, tuple[Where, ...], tuple[float, ...]]] = {
    "newsletter": (newsletter, (Where.AMID, Where.AFTER), (1, 0.7)),
    "notice": (notice, (Where.AFTER,), (1,)),
    "popular": (popular, (Where.AMID, Where.AFTER), (1,)),
    "related": (related, (Where.AMID, Where.AFTER), (1, 0.6)),
    "related-lines": (related_lines, (Where.AMID,), (1, 0.8)),
    "related-paragraphs": (related_paragraphs, (Where.AFTER, Where.BEFORE), (1, 0.8)),
    "counter": (counter, (Where.BEFORE, Where.AFTER), (1,)),
    "advertisement": (advertisement, (Where.AMID,), (1, 0.9)),
    "comments": (comments, (Where.AFTER,), (1, 0.8)),
    "share": (share, (Where.BEFORE, Where.AFTER, Where.AMID), (1,)),
    "biography": (biography, (Where.AFTER,), (1,)),
    "section": (section_notice, (Where.BEFORE, Where.AFTER), (1,)),
    "promotion": (promotion, (Where.AMID, Where.AFTER), (1,)),
    "donation": (donation, (Where.AMID, Where.AFTER), (1, 0.8)),
    "rights": (rights, (Where.AFTER,), (1,)),
    "reworded": (reworded, (Where.AFTER, Where.AMID), (1,)),
    "shifting": (shifting, (Where.AMID, Where.AFTER), (1,)),
}
"""Kind → how it is made, where it may stand, and on what share of pages it may."""
