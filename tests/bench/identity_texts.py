"""Texts for the identity benchmark: invented stories, what editors do to them, and what only looks like them.

Everything is made from a seed, in an invented language of each script: words by Zipf's law, a vocabulary by topic,
stock phrases that all papers use, names and figures by event.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

LATIN = "aeiou", "bcdfghklmnprstvz"
CYRILLIC = "аеиоу", "бвгджзклмнпрст"
GREEK = "αεηιοω", "βγδζθκλμνπρστ"
DEVANAGARI = "ािीुेो", "कखगचजतदनपबमरलस"
SYLLABLES = {"latin": LATIN, "cyrillic": CYRILLIC, "greek": GREEK, "devanagari": DEVANAGARI}
SPACELESS = {"han": (0x4E00, 0x5200), "thai": (0x0E01, 0x0E2E)}
SCRIPTS = (*SYLLABLES, *SPACELESS)


@dataclass(frozen=True, slots=True)
class Text:
    """A body: paragraphs of sentences of words; the marks that end a sentence are its last word's."""

    paragraphs: tuple[tuple[str, ...], ...]
    spaced: bool = True

    @property
    def text(self) -> str:
        join = " " if self.spaced else ""
        return "\n\n".join(join.join(paragraph) for paragraph in self.paragraphs)

    @property
    def size(self) -> int:
        return sum(map(len, self.paragraphs))


@dataclass(slots=True)
class Language:
    """An invented language."""

    script: str
    chance: random.Random
    words: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    phrases: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = list(dict.fromkeys(self.word() for _ in range(6_000)))
        self.weights = [1 / (rank + 8) for rank in range(len(self.words))]
        self.phrases = [self.some(self.chance.randint(4, 9)) for _ in range(60)]

    @property
    def spaced(self) -> bool:
        return self.script in SYLLABLES

    def word(self) -> str:
        chance = self.chance
        if self.spaced:
            vowels, consonants = SYLLABLES[self.script]
            return "".join(chance.choice(consonants) + chance.choice(vowels) for _ in range(chance.randint(1, 4)))
        first, last = SPACELESS[self.script]
        length = chance.choice((1, 2, 2, 2, 3)) if self.script == "han" else chance.randint(2, 6)
        return "".join(chr(chance.randint(first, last)) for _ in range(length))

    def name(self) -> str:
        return self.word().capitalize() + self.word()

    def some(self, count: int, topic: list[str] | None = None) -> list[str]:
        """Words, a third of them the topic's."""
        chosen = self.chance.choices(self.words, self.weights, k=count)
        if topic:
            chosen = [self.chance.choice(topic) if self.chance.random() < 0.33 else word for word in chosen]
        return chosen


@dataclass(slots=True)
class Event:
    """What reports of one matter have in common: its vocabulary, names, figures and a background that is often told."""

    language: Language
    topic: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    background: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        language, chance = self.language, self.language.chance
        self.topic = chance.sample(language.words[50:], 60)
        self.names = [language.name() for _ in range(8)]
        self.figures = [str(chance.choice((chance.randint(2, 99), chance.randint(100, 90_000)))) for _ in range(10)]
        self.background = [self.paragraph() for _ in range(3)]

    def sentence(self) -> list[str]:
        language, chance = self.language, self.language.chance
        words = language.some(chance.randint(8, 24), self.topic)
        if chance.random() < 0.5:
            words[chance.randrange(1, len(words))] = chance.choice(self.names)
        if chance.random() < 0.4:
            words[chance.randrange(1, len(words))] = chance.choice(self.figures)
        if chance.random() < 0.25:
            at = chance.randrange(len(words))
            words[at:at] = chance.choice(language.phrases)
        words[0] = words[0].capitalize()
        words[-1] += "." if language.spaced else "。"
        return words

    def paragraph(self) -> tuple[str, ...]:
        return tuple(word for _ in range(self.language.chance.randint(1, 4)) for word in self.sentence())

    def report(self, words: int, background: float = 0.0) -> Text:
        """A report of about so many words, of which a share is the event's background, word for word."""
        chance, told = self.language.chance, 0
        paragraphs: list[tuple[str, ...]] = []
        for paragraph in chance.sample(self.background, len(self.background)):
            if told + len(paragraph) <= background * words:
                paragraphs.append(paragraph)
                told += len(paragraph)
        while told < words:
            paragraph = self.paragraph()[: max(8, words - told)]
            paragraphs.insert(chance.randint(0, len(paragraphs)), paragraph)
            told += len(paragraph)
        return Text(tuple(paragraphs), self.language.spaced)


class Editor:
    """What becomes of a text on its way from paper to paper."""

    def __init__(self, event: Event) -> None:
        self.event, self.language, self.chance = event, event.language, event.language.chance

    def scattered(self, text: Text, share: float = 0.1) -> Text:
        """A share of the words substituted, inserted or deleted, each by itself."""
        return self._edited(text, share, 1)

    def in_runs(self, text: Text, share: float = 0.1) -> Text:
        """The same by runs of two to eight words."""
        return self._edited(text, share, 8)

    def cut(self, text: Text, share: float = 0.35) -> Text:
        """The last paragraphs are gone, up to that share of the words; a text of one paragraph ends earlier."""
        keep = max(40, round(text.size * (1 - self.chance.uniform(0.1, share))))
        kept, told = [], 0
        for paragraph in text.paragraphs:
            if told >= keep:
                break
            kept.append(paragraph[: keep - told])
            told += len(kept[-1])
        return replace(text, paragraphs=tuple(kept))

    def new_lead(self, text: Text) -> Text:
        """The first paragraph in other words; its names and figures stay."""
        lead, *rest = text.paragraphs
        lead = lead[: max(1, text.size // 5)]
        kept = set(self.event.names) | set(self.event.figures)
        written = [word if word in kept else self.language.some(1, self.event.topic)[0] for word in lead]
        return replace(text, paragraphs=(tuple(written), text.paragraphs[0][len(lead) :], *rest))

    def paragraph_added(self, text: Text) -> Text:
        paragraphs = list(text.paragraphs)
        added = self.event.paragraph()[: max(8, text.size // 4)]
        paragraphs.insert(self.chance.randint(0, len(paragraphs)), added)
        return replace(text, paragraphs=tuple(paragraphs))

    def signed(self, text: Text) -> Text:
        """A dateline before it and a line of the agency after it."""
        first, *rest = text.paragraphs
        line = (*self.language.phrases[0], self.language.name())
        return replace(text, paragraphs=((self.language.name(), "(XPA)", "-", *first), *rest, line))

    def reset(self, text: Text) -> Text:
        """Other quotation marks and dashes, another case, a space more or less."""
        paragraphs = []
        for paragraph in text.paragraphs:
            words = [f"“{word}”" if self.chance.random() < 0.05 else word for word in paragraph]
            paragraphs.append(tuple(f"{word}\u00a0—" if self.chance.random() < 0.03 else word for word in words))
        return replace(text, paragraphs=tuple(paragraphs))

    def all_of_it(self, text: Text) -> Text:
        """Cut, with a line and a paragraph added, and a tenth of the words changed."""
        return self.signed(self.paragraph_added(self.scattered(self.cut(text, 0.25))))

    def _edited(self, text: Text, share: float, longest: int) -> Text:
        chance, goal = self.chance, share * text.size
        paragraphs = [list(paragraph) for paragraph in text.paragraphs]
        changed = 0
        while changed < goal:
            run = min(chance.randint(min(2, longest), longest), max(1, round(goal - changed)))
            paragraph = chance.choices(paragraphs, [len(each) + 1 for each in paragraphs])[0]
            at = chance.randint(0, max(0, len(paragraph) - run))
            written = self.language.some(run, self.event.topic)
            match chance.randrange(3):
                case 0:
                    paragraph[at : at + run] = written
                case 1:
                    paragraph[at:at] = written
                case 2:
                    del paragraph[at : at + run]
            changed += run
        return replace(text, paragraphs=tuple(map(tuple, paragraphs)))


EDITS = (
    "scattered",
    "in_runs",
    "cut",
    "new_lead",
    "paragraph_added",
    "signed",
    "reset",
    "all_of_it",
)


class Form:
    """A text that is filled in anew each day: a forecast, a result, a report of the exchange."""

    def __init__(self, language: Language, kind: str, words: int) -> None:
        event = Event(language)
        self.language, self.chance, self.kind = language, language.chance, kind
        self.frame = [list(paragraph) for paragraph in event.report(words).paragraphs]
        fixed = set(event.figures) | set(event.names)
        self.gaps = [(p, w) for p, para in enumerate(self.frame) for w, word in enumerate(para) if word in fixed]
        free = [
            (p, w) for p, para in enumerate(self.frame) for w, _ in enumerate(para) if w and (p, w) not in self.gaps
        ]
        self.gaps += self.chance.sample(free, max(6, words // 12))
        self.city = language.name()

    def filled(self) -> Text:
        """Of a forecast three quarters of the gaps are figures; of a result a third, but three at least: the score."""
        chance, language = self.chance, self.language
        frame = [list(paragraph) for paragraph in self.frame]
        teams = [language.name() for _ in range(3)]
        for number, (paragraph, word) in enumerate(self.gaps):
            named = number > 2 and chance.random() < (0.66 if self.kind == "result" else 0.25)
            figure = chance.randint(0, 30) if self.kind != "exchange" else round(chance.uniform(1, 20_000), 2)
            frame[paragraph][word] = chance.choice(teams) if named else str(figure)
        frame[0][0] = self.city
        return Text(tuple(map(tuple, frame)), language.spaced)
