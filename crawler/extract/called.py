"""What an element is called: its class, id and role, and what the words of ``boilerplate.toml`` make of them.

Sites have some hundred different names each, in other mixtures on each element, so that both the whole and each of
its names are remembered.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

WORD: Final = re.compile(r"(?<!\d)[a-z]+|[a-z]++(?!\d)")
"""Not between digits: ``4ad58`` is a number."""
SLUG: Final = 4
"""Hyphens in an id from which it is a heading's words, to be linked to, and names nothing."""
CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
NAMING: Final = ("role", "itemprop", "data-testid", "data-component")
"""Attributes that name an element, beside its class and id."""
BODY: Final = "body"
CAPTION: Final = "caption"
RECIPE: Final = "recipe"
HIDDEN: Final = "hidden"
SHORTEST_INSIDE: Final = 6
"""Characters of the shortest word that tells as a piece of a longer one."""
LONGEST: Final = 1_000
"""Characters of names that are looked at."""
SHOWN: Final = re.compile(r"\b(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline|contents|table)")
"""A class that shows on wide screens what another one hides."""
UTILITY: Final = frozenset(":[]/")
"""Mark a utility class (``md:hidden``, ``w-[3px]``): it says how a part looks, not what it is."""


@dataclass(frozen=True, slots=True)
class Names:
    """Words in the names of elements; pairs of words are joined by ``-``."""

    telling: Mapping[str, str]
    """Word → itself where it is a reason to leave an element out, or CAPTION, BODY or RECIPE."""
    first: frozenset[str]
    """The first words of all of these: what to look for first."""
    strong: frozenset[str]
    """Reasons that leave little doubt."""
    always: frozenset[str]
    """Reasons that hold whatever stands there."""
    hidden: frozenset[str]
    layout: frozenset[str]
    """Pairs of which the second word tells nothing."""
    standfirst: frozenset[str]
    remark: frozenset[str]
    credit: frozenset[str]
    """Of who took a picture, within its legend."""
    inside: re.Pattern[str]
    doubtful: frozenset[str]
    """Of elements that hold boilerplate more often than text."""


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """What the names of an element say."""

    names: str
    """Its class, id, role …, split at camelCase humps, in lower case."""
    why: str
    """The word for which it is left out, or an empty string."""
    body: bool
    """Whether they say that it holds the article's body."""
    recipe: bool
    """Whether they say that it is a part of a recipe."""
    doubts: int
    """How many of them are borne by more boilerplate than text."""


@cache
def names() -> Names:
    words = tomllib.loads(resources.files(__package__).joinpath("boilerplate.toml").read_text("utf-8"))["names"]
    inside = tuple(words["inside"].split())
    strong, always = _words(words["strong"]) | frozenset(inside), _words(words["always"])
    telling = dict.fromkeys(_words(words["credit"]), CAPTION)
    telling |= {word: word for word in _words(words["prune"]) | strong | always}
    telling |= dict.fromkeys(_words(words["caption"]), CAPTION) | dict.fromkeys(_words(words["body"]), BODY)
    telling |= dict.fromkeys(_words(words["recipe"]), RECIPE)
    return Names(
        telling=telling,
        first=frozenset(word.partition("-")[0] for word in telling),
        strong=strong,
        always=always,
        hidden=frozenset(words["hidden"].split()),
        layout=frozenset(words["layout"].split()),
        standfirst=_words(words["standfirst"]),
        remark=_words(words["remark"]),
        credit=_words(words["credit"]),
        inside=re.compile("|".join(inside)),
        doubtful=frozenset(words["doubtful"].split()),
    )


def _words(text: str) -> frozenset[str]:
    words = text.split()
    return frozenset([*words, *(word.replace("-", "") for word in words if "-" in word)])


def called(tag: str, attrs: Mapping[str, str | None]) -> Called | None:
    """What an element's attributes say that it is; None where it has no name."""
    raw = attrs.get("class") or ""
    if (name := attrs.get("id")) and name.count("-") < SLUG:
        raw = f"{raw} {name}"
    if len(attrs) > 2:
        for key in NAMING:
            if name := attrs.get(key):
                raw = f"{raw} {name}"
    if "-" in tag:
        raw = f"{tag} {raw}"
    return _called(raw[:LONGEST]) if raw else None


@lru_cache(maxsize=50_000)
def _called(raw: str) -> Called:
    low = raw if raw.islower() else CAMEL.sub("-", raw).lower()
    why, body, recipe, doubts = "", False, False, 0
    for name in low.split():
        told, doubtful = _tells(name)
        why = why or told
        body = body or told == BODY
        recipe = recipe or told == RECIPE
        doubts += doubtful
    if body or recipe or (why == HIDDEN and SHOWN.search(low)):
        why = ""
    return Called(low, why, body, recipe, doubts)


@lru_cache(maxsize=50_000)
def _tells(name: str) -> tuple[str, bool]:
    """The word in one name for which an element is left out, or BODY or RECIPE, or nothing; whether it is doubtful."""
    known = names()
    plain = name.replace("_", "-")
    bare = plain.replace("-", "")
    words = [*filter(None, plain.split("-"))] if bare.isalpha() and bare.isascii() else WORD.findall(name)
    doubtful = not known.doubtful.isdisjoint(words)
    told = [] if known.first.isdisjoint(words) else _told(words, known)
    for kept in (BODY, RECIPE):
        if kept in told:
            return kept, doubtful
    if name in known.hidden:
        told = [HIDDEN]
    elif not told and (piece := next(filter(None, map(_inside, words)), "")):
        told = [piece]
    return told[0] if told and UTILITY.isdisjoint(name) else "", doubtful


@lru_cache(maxsize=50_000)
def _inside(word: str) -> str:
    """The piece of a word that tells; most words are those of other sites too."""
    found = names().inside.search(word) if len(word) >= SHORTEST_INSIDE else None
    return found[0] if found else ""


def _told(words: list[str], known: Names) -> list[str]:
    """What one, two or three words side by side tell."""
    found = []
    for i, phrase in enumerate(words):
        if phrase in known.first and not (i and f"{words[i - 1]}-{phrase}" in known.layout):
            found.append(known.telling.get(phrase))
            for word in words[i + 1 : i + 3]:
                phrase = f"{phrase}-{word}"  # noqa: PLW2901  # grows
                found.append(known.telling.get(phrase))
    return [*filter(None, found)]


@lru_cache(maxsize=50_000)
def standfirst(names_: Called) -> bool:
    """Whether an element is named as the summary under a headline."""
    return not names().standfirst.isdisjoint(_joined(WORD.findall(names_.names)))


@lru_cache(maxsize=50_000)
def remark(names_: Called) -> bool:
    """Whether an element is named as the publisher's word on the article: that it was corrected."""
    return not names().remark.isdisjoint(_joined(WORD.findall(names_.names)))


@lru_cache(maxsize=50_000)
def credit(names_: Called) -> bool:
    """Whether a part of a picture's legend is named as who took it, and not as the legend too."""
    words = _joined(WORD.findall(names_.names))
    known = names()
    if known.credit.isdisjoint(words):
        return False
    return not any(known.telling.get(word) == CAPTION and word not in known.credit for word in words)


def _joined(words: list[str]) -> list[str]:
    """Words, then their pairs and triples joined by ``-``."""
    if len(words) < 2:
        return words
    return [*words, *map("-".join, pairwise(words)), *map("-".join, zip(words, words[1:], words[2:], strict=False))]
