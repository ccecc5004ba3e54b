"""The words by which boilerplate is known: ``boilerplate.toml`` and ``notices.toml``, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any

STARTS = re.compile(r"(?<!\w)\w{1,4}|©")
EAST_ASIAN = "\u3000"
WORD = re.compile(r"[a-z]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NAMING = ("role", "itemprop", "data-testid", "data-component")
"""Attributes that name an element, beside its class and id."""
HEAD = 2
"""Characters by which a phrase is looked for first; no phrase is shorter."""
BODY = "body"
SHORTEST_INSIDE = 6
"""Characters of the shortest word that tells as a piece of a longer one."""
LONGEST_NAMES = 1_000
"""Characters of names that are looked at."""
SHOWN = re.compile(r"\b(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline|contents|table)")
"""A class that shows on wide screens what another one hides."""
RESPONSIVE = re.compile(r"[:\[\]/]")
"""Marks a utility class (``md:hidden``, ``w-[3px]``): it says how a part looks, not what it is."""


@dataclass(frozen=True, slots=True)
class Names:
    """Words in the names of elements; pairs of words are joined by ``-``."""

    prune: frozenset[str]
    """Of elements that hold no article text."""
    strong: frozenset[str]
    always: frozenset[str]
    hidden: frozenset[str]
    caption: frozenset[str]
    standfirst: frozenset[str]
    inside: re.Pattern[str]
    body: frozenset[str]
    """Of elements that hold an article's body."""
    doubtful: frozenset[str]
    """Of elements that hold boilerplate more often than text."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of paragraph that speaks to the reader about the site."""

    name: str
    tail: bool
    """Only after the article's last paragraph."""
    hints: frozenset[str]
    """Beginnings of words, or pieces of East Asian text, one of which must be there: what to look for first."""
    cues: tuple[re.Pattern[str], ...]
    """All of them must be found."""

    def says(self, line: str) -> bool:
        return all(cue.search(line) for cue in self.cues)


@dataclass(frozen=True, slots=True)
class Starts:
    """Phrases that a line may begin with, whole words where the script has spaces."""

    heads: frozenset[str]
    """The first characters of each: what to look for first, at little cost."""
    phrases: re.Pattern[str]

    def length(self, line: str) -> int:
        """Characters of the longest phrase that ``line`` begins with; 0 for none."""
        if line[:HEAD] not in self.heads:
            return 0
        found = self.phrases.match(line)
        return found.end() if found else 0


@dataclass(frozen=True, slots=True)
class Notices:
    """What lines say that are not the article; all in lower case."""

    sections: frozenset[str]
    controls: frozenset[str]
    sources: frozenset[str]
    promo: Starts
    tags: Starts
    notices: tuple[Notice, ...]
    head: re.Pattern[str]
    blocked: re.Pattern[str]
    starts: frozenset[str]
    """All hints that are beginnings of words."""
    pieces: tuple[str, ...]
    """All others."""

    def about(self, line: str) -> Iterator[Notice]:
        """The notices that a line may be, found at little cost."""
        hit = self.starts.intersection(STARTS.findall(line))
        if not line.isascii():
            hit |= {piece for piece in self.pieces if piece in line}
        return (notice for notice in self.notices if not hit.isdisjoint(notice.hints)) if hit else iter(())


@cache
def names() -> Names:
    words = _load("boilerplate.toml")["names"]
    return Names(
        prune=_words(words["prune"]),
        strong=_words(words["strong"]) | frozenset(words["inside"].split()),
        always=_words(words["always"]),
        hidden=frozenset(words["hidden"].split()),
        caption=_words(words["caption"]),
        standfirst=_words(words["standfirst"]),
        inside=re.compile("|".join(words["inside"].split())),
        body=_words(words["body"]),
        doubtful=frozenset(words["doubtful"].split()),
    )


@cache
def notices() -> Notices:
    data = _load("notices.toml")
    hints = frozenset(hint for item in data["notice"] for hint in item["hints"].split())
    return Notices(
        sections=frozenset(data["labels"]["section"]),
        controls=frozenset(data["labels"]["control"]),
        sources=frozenset(data["labels"]["sources"]),
        promo=_start(data["starts"]["promo"]),
        tags=_start(data["starts"]["tags"]),
        notices=tuple(
            Notice(
                item["name"],
                item.get("tail", False),
                frozenset(item["hints"].split()),
                tuple(map(re.compile, item["all"])),
            )
            for item in data["notice"]
        ),
        head=re.compile("|".join(data["head"]["lines"])),
        blocked=re.compile("|".join(data["blocked"]["says"])),
        starts=frozenset(hint for hint in hints if hint < EAST_ASIAN),
        pieces=tuple(sorted(hint for hint in hints if hint >= EAST_ASIAN)),
    )


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


def _words(text: str) -> frozenset[str]:
    words = text.split()
    return frozenset([*words, *(word.replace("-", "") for word in words if "-" in word)])


def _start(phrases: list[str]) -> Starts:
    ordered = sorted(phrases, key=len, reverse=True)
    whole = (re.escape(p) + (r"(?!\w)" if p[-1:].isalpha() and p[-1] < "\u0e00" else "") for p in ordered)
    return Starts(frozenset(phrase[:HEAD] for phrase in phrases), re.compile("|".join(whole)))


@dataclass(frozen=True, slots=True)
class Called:
    """What the names of an element say."""

    names: str
    """Its class, id, role …, split at camelCase humps, in lower case."""
    why: str
    """The word for which it is left out, or an empty string."""
    body: bool
    """Whether they say that it holds the article's body."""
    doubts: int
    """How many of their words are borne by more boilerplate than text."""


def called(tag: str, attrs: Mapping[str, str | None]) -> Called | None:
    """What an element's attributes say that it is; None where it has no name."""
    raw = attrs.get("class") or ""
    if name := attrs.get("id"):
        raw = f"{raw} {name}"
    if len(attrs) > 2:
        for key in NAMING:
            if name := attrs.get(key):
                raw = f"{raw} {name}"
    if "-" in tag:
        raw = f"{tag} {raw}"
    return _called(raw[:LONGEST_NAMES]) if raw else None


@lru_cache(maxsize=50_000)
def _called(raw: str) -> Called:
    low = CAMEL.sub("-", raw).lower()
    why, body = "", False
    for name in low.split():
        told = _tells(name)
        why = why or told
        body = body or told == BODY
    doubts = sum(map(_doubts, low.split()))
    return Called(low, "" if body or (why == "hidden" and SHOWN.search(low)) else why, body, doubts)


@lru_cache(maxsize=50_000)
def _doubts(name: str) -> int:
    return not names().doubtful.isdisjoint(WORD.findall(name))


@lru_cache(maxsize=50_000)
def _tells(name: str) -> str:
    """The word in one name for which an element is left out; ``BODY`` if it names a body, empty for neither."""
    known = names()
    words = parts(name)
    if not known.body.isdisjoint(words):
        return BODY
    if RESPONSIVE.search(name):
        return ""
    if name in known.hidden:
        return "hidden"
    for word in words:
        if word in known.caption:
            return "caption"
        if word in known.prune or word in known.strong or word in known.always:
            return word
    if len(name) < SHORTEST_INSIDE:
        return ""
    found = known.inside.search(name)
    return found.group() if found else ""


@lru_cache(maxsize=50_000)
def standfirst(called: Called) -> bool:
    """Whether an element is named as the summary under a headline."""
    return not names().standfirst.isdisjoint(parts(called.names))


def parts(name: str) -> list[str]:
    """The words of a name, then its pairs and triples of words joined by ``-``."""
    words = WORD.findall(name)
    if len(words) < 2:
        return words
    pairs = map("-".join, pairwise(words))
    return [*words, *pairs, *map("-".join, zip(words, words[1:], words[2:], strict=False))]
