"""The words by which lines of boilerplate are known: ``notices.toml``, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crawler.extract.literals import required

STARTS = re.compile(r"(?<!\w)\w{1,4}|©")
EAST_ASIAN = "\u3000"


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase, in all its forms: a regular expression."""

    phrase: str

    def found(self, line: str) -> bool:
        pieces = _pieces(self.phrase)
        if pieces and not any(piece in line for piece in pieces):
            return False
        return _pattern(self.phrase).search(line) is not None


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of paragraph that speaks to the reader about the site."""

    name: str
    tail: bool
    """Only after the article's last paragraph."""
    hints: frozenset[str]
    """Beginnings of words, or pieces of East Asian text, one of which must be there: what to look for first."""
    also: frozenset[str]
    """Further beginnings, one of which must be there too; empty where the hints are rare enough."""
    cues: tuple[Cue, ...]
    """All of them must be found."""

    def says(self, line: str) -> bool:
        return all(cue.found(line) for cue in self.cues)


@dataclass(frozen=True, slots=True)
class Starts:
    """Phrases that a line may begin with, whole words where the script has spaces."""

    heads: frozenset[str]
    """The first four characters of each, of shorter ones all: what to look for first, at little cost."""
    phrases: re.Pattern[str]

    def length(self, line: str) -> int:
        """Characters of the longest phrase that ``line`` begins with; 0 for none."""
        heads = self.heads
        if line[:4] not in heads and line[:3] not in heads and line[:2] not in heads and line[:1] not in heads:
            return 0
        found = self.phrases.match(line)
        return found.end() if found else 0


@dataclass(frozen=True, slots=True)
class Notices:
    """What lines say that are not the article; all in lower case."""

    sections: frozenset[str]
    controls: frozenset[str]
    sources: frozenset[str]
    notes: Starts
    promo: Starts
    tags: Starts
    notices: tuple[Notice, ...]
    head: re.Pattern[str]
    counter: re.Pattern[str]
    """A count of readers or a time told from now, as a whole line."""
    blocked: tuple[Cue, ...]
    """What is said in place of an article, one of them; one by one they take a tenth of what they take as one."""
    credit: re.Pattern[str]
    """Who took a picture, at the end of its legend."""
    heads: frozenset[str]
    """The first two characters of all labels."""
    starts: frozenset[str]
    """All hints that are beginnings of words."""
    pieces: tuple[str, ...]
    """All others."""

    def about(self, line: str) -> list[Notice]:
        """The notices that a line may be, found at little cost."""
        hit = self.starts.intersection(STARTS.findall(line))
        if not line.isascii():
            hit |= {piece for piece in self.pieces if piece in line}
        if not hit:
            return []
        told = [notice for notice in self.notices if not hit.isdisjoint(notice.hints)]
        return [notice for notice in told if not notice.also or not hit.isdisjoint(notice.also)]


# Of each phrase when a line may say it: all at once take 25 ms, as long as five pages, and a page asks for a few.
_pieces = cache(required)
_pattern = cache(re.compile)


@cache
def notices() -> Notices:
    data = tomllib.loads(resources.files(__package__).joinpath("notices.toml").read_text("utf-8"))
    hints = frozenset(hint for item in data["notice"] for hint in f"{item['hints']} {item.get('also', '')}".split())
    return Notices(
        sections=frozenset(data["labels"]["section"]),
        controls=frozenset(data["labels"]["control"]),
        sources=frozenset(data["labels"]["sources"]),
        notes=_start(data["starts"]["notes"]),
        promo=_start(data["starts"]["promo"]),
        tags=_start(data["starts"]["tags"]),
        notices=tuple(
            Notice(
                item["name"],
                item.get("tail", False),
                frozenset(item["hints"].split()),
                frozenset(item.get("also", "").split()),
                tuple(map(Cue, item["all"])),
            )
            for item in data["notice"]
        ),
        head=re.compile("|".join(data["head"]["lines"])),
        counter=re.compile("|".join(data["counter"]["lines"])),
        blocked=tuple(map(Cue, data["blocked"]["says"])),
        credit=re.compile("|".join(data["legend"]["credit"])),
        heads=frozenset(label[:2] for kind in ("section", "control") for label in data["labels"][kind]),
        starts=frozenset(hint for hint in hints if hint < EAST_ASIAN),
        pieces=tuple(sorted(hint for hint in hints if hint >= EAST_ASIAN)),
    )


def _start(phrases: list[str]) -> Starts:
    ordered = sorted(phrases, key=len, reverse=True)
    whole = (re.escape(p) + (r"(?!\w)" if p[-1:].isalpha() and p[-1] < "\u0e00" else "") for p in ordered)
    return Starts(frozenset(phrase[:4] for phrase in phrases), re.compile("|".join(whole)))
