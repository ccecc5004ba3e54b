"""Effects: what reading stored pages anew does to articles, one by one, by source, and where it hurts most. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from archive import words
from archive.models import Article, Failure
from archive.times import stamp

WORST = 10
"""Articles that are shown with what they lost."""
REFUSED = 100
"""Articles that are named because their page gives none any more; all of them are in the table ``refused``."""
LONGEST = 100_000
"""Characters of a text that are kept to be shown: 15,000 words."""


@dataclass(frozen=True, slots=True)
class Said:
    """What readers see of an article, as it is kept: dates cut to their precision."""

    title: str
    byline: str
    published: str | None
    modified: str | None
    text: str

    @classmethod
    def by(cls, article: Article) -> Said:
        published = stamp(article.published) if article.published else None
        modified = stamp(article.modified) if article.modified else None
        return cls(article.title, ", ".join(article.authors), published, modified, article.text)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one article is by the new reading. Words and fields are those of its current text."""

    source: str
    url: str
    before: Said
    after: Said
    changed: bool = False
    """Whether anything of this, or of an earlier revision, is another."""
    refusal: Failure | None = None
    """Why its page is taken for no article any more; then nothing is changed."""
    gained: int = 0
    """Words that stand more often in the text than before."""
    lost: int = 0


@dataclass(slots=True)
class Counts:
    """Of one source, or of all. ``gained`` and ``lost`` are words."""

    looked: int = 0
    changed: int = 0
    gained: int = 0
    lost: int = 0
    titles: int = 0
    bylines: int = 0
    dates: int = 0
    refused: int = 0
    unread: int = 0
    """Left as they are for now: changed by a crawl meanwhile, or there was no process to read them in."""

    def add(self, effect: Effect) -> None:
        before, after = effect.before, effect.after
        self.looked += 1
        self.changed += effect.changed
        self.gained += effect.gained
        self.lost += effect.lost
        self.titles += before.title != after.title
        self.bylines += before.byline != after.byline
        self.dates += (before.published, before.modified) != (after.published, after.modified)
        self.refused += effect.refusal is not None


@dataclass(slots=True)
class Effects:
    """Many articles' effects, in as much room as few take."""

    total: Counts = field(default_factory=Counts)
    sources: dict[str, Counts] = field(default_factory=dict)
    refused: list[Effect] = field(default_factory=list)
    """The first of them."""
    _worst: list[tuple[int, int, int, Effect]] = field(default_factory=list)

    def add(self, effect: Effect) -> None:
        for counts in (self.total, self.sources.setdefault(effect.source, Counts())):
            counts.add(effect)
        if effect.refusal and len(self.refused) < REFUSED:
            self.refused.append(effect)
        if effect.before != effect.after:
            entry = (effect.lost, effect.gained, -self.total.looked, effect)
            (heapq.heappushpop if len(self._worst) >= WORST else heapq.heappush)(self._worst, entry)

    def leave(self, source: str) -> None:
        """An article was left as it is for now."""
        self.total.unread += 1
        self.sources.setdefault(source, Counts()).unread += 1

    @property
    def worst(self) -> list[Effect]:
        """Those that lose most words, or gain most where none loses any, before those of which only a field changed."""
        return [entry[3] for entry in sorted(self._worst, key=lambda entry: entry[:3], reverse=True)]


def effect(source: str, url: str, before: Said, after: Said, *, changed: bool = False) -> Effect:
    """The difference between two readings."""
    gained, lost = moved(before.text, after.text)
    changed = changed or before != after
    return Effect(source, url, _shown(before), _shown(after), changed, None, gained, lost)


def refusal(source: str, url: str, before: Said, failure: Failure) -> Effect:
    before = _shown(before)
    return Effect(source, url, before, before, refusal=failure)


def moved(before: str, after: str) -> tuple[int, int]:
    """How many words a text gains and loses. One that stands elsewhere in it now is neither."""
    if before == after:
        return 0, 0
    old, new = Counter(words.each(before)), Counter(words.each(after))
    return (new - old).total(), (old - new).total()


def _shown(said: Said) -> Said:
    if len(said.text) <= LONGEST:
        return said
    return Said(said.title, said.byline, said.published, said.modified, said.text[:LONGEST])
