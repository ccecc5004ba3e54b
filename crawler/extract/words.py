"""Words: the vocabulary of dates and bylines, ``words.toml``, read once when first needed."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Words:
    """All casefolded."""

    months: Mapping[str, Mapping[str, int]]
    """Language → name → 1 to 12; under an empty language those of all, the earlier in the file winning."""
    prefixes: re.Pattern[str]
    """What stands before the names in a byline; this and the other patterns are looked for in lower case."""
    starts: re.Pattern[str]
    """Those that hardly anything but a byline begins with."""
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
    hands: re.Pattern[str]
    """What stands before the names of people who edited, checked or illustrated."""
    pictured: re.Pattern[str]
    """What stands in brackets after the name of someone who took the pictures."""
    agencies: frozenset[str]
    unfiled: frozenset[str]
    """Names of front pages, and of what is filed nowhere."""


@cache
def words() -> Words:
    data = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
    months = {language: _months(text) for language, text in data["months"].items()}
    byline = data["byline"]
    prefixes = {one for line in byline["prefixes"].splitlines() for one in _list(line)}
    return Words(
        months={"": {name: n for known in reversed(months.values()) for name, n in known.items()}, **months},
        prefixes=_openings(prefixes),
        starts=_openings(_list(byline["starts"])),
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
        hands=_hints(_list(byline["hands"])),
        pictured=re.compile(rf"\((?:{'|'.join(_list(byline['pictured']))})\)", re.IGNORECASE),
        agencies=frozenset(_list(byline["agencies"])),
        unfiled=frozenset(_list(data["sections"]["none"])),
    )


def _months(text: str) -> dict[str, int]:
    return {
        name.replace(".", " ") if name.count(".") == 1 and not name.endswith(".") else name: number
        for number, names in enumerate(text.casefold().split("|"), 1)
        for name in unicodedata.normalize("NFC", names).split()
    }


def _openings(phrases: Iterable[str]) -> re.Pattern[str]:
    """In scripts without spaces nothing parts them from what follows."""
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(re.escape(one) + (r"(?!\w)" if one[-1].islower() else "") for one in ordered))


def _hints(phrases: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(phrases, key=len, reverse=True)
    hints = "|".join(re.escape(one).replace(r"\ ", r"[\s;]+") for one in ordered)
    return re.compile(rf"(?<!\w)(?:{hints})")


def _any(text: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _list(text))))


def _list(text: str) -> list[str]:
    return [" ".join(one.split()) for one in text.casefold().replace("\n", ",").split(",") if one.strip()]
