"""Words: the vocabulary of dates and bylines, ``words.toml``, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Words:
    """All casefolded."""

    months: Mapping[str, Mapping[str, int]]
    """Language → name → 1 to 12; under an empty language those of all, the earlier in the file winning."""
    prefixes: tuple[str, ...]
    """What stands before the names in a byline, longest first."""
    starts: tuple[str, ...]
    """Those that hardly anything but a byline begins with, longest first."""
    published: re.Pattern[str]
    """What stands at dates of publication."""
    changed: re.Pattern[str]
    """What stands at dates of a change."""
    suffixes: tuple[str, ...]
    joins: tuple[str, ...]
    roles: frozenset[str]
    credentials: frozenset[str]
    nobody: frozenset[str]
    unlike: frozenset[str]
    """Words that no name written in a byline's element has."""
    desks: frozenset[str]
    """A newsroom that signs as one has one of these words."""
    particles: frozenset[str]
    """Those within a name that are written small."""
    hands: tuple[str, ...]
    """What stands before the names of people who edited, checked or illustrated, longest first."""
    agencies: frozenset[str]


@cache
def words() -> Words:
    data = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
    months = {language: _months(text) for language, text in data["months"].items()}
    byline = data["byline"]
    prefixes = {one for line in byline["prefixes"].splitlines() for one in _list(line)}
    return Words(
        months={"": {name: n for known in reversed(months.values()) for name, n in known.items()}, **months},
        prefixes=tuple(sorted(prefixes, key=len, reverse=True)),
        starts=tuple(sorted(_list(byline["starts"]), key=len, reverse=True)),
        published=_any(data["dates"]["published"]),
        changed=_any(data["dates"]["changed"]),
        suffixes=tuple(byline["suffixes"].split()),
        joins=tuple(byline["joins"].casefold().split()),
        roles=frozenset(byline["roles"].casefold().split()),
        credentials=frozenset(byline["credentials"].casefold().split()),
        nobody=frozenset(_list(byline["nobody"])),
        unlike=frozenset(byline["unlike"].casefold().split()),
        desks=frozenset(byline["desks"].casefold().split()),
        particles=frozenset(byline["particles"].casefold().split()),
        hands=tuple(sorted(_list(byline["hands"]), key=len, reverse=True)),
        agencies=frozenset(_list(byline["agencies"])),
    )


def _months(text: str) -> dict[str, int]:
    return {
        name.replace(".", " ") if name.count(".") == 1 and not name.endswith(".") else name: number
        for number, names in enumerate(text.casefold().split("|"), 1)
        for name in names.split()
    }


def _any(text: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _list(text))), re.IGNORECASE)


def _list(text: str) -> list[str]:
    return [" ".join(one.split()) for one in text.casefold().replace("\n", ",").split(",") if one.strip()]
