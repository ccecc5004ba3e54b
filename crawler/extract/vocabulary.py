"""The vocabulary of page kinds: ``pages.toml``, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """By kind of page (article, shop, listing, forum …), what gives it away."""

    types: Mapping[str, frozenset[str]]
    """schema.org types."""
    classes: Mapping[str, frozenset[str]]
    """Of ``<html>`` and ``<body>``."""
    urls: Mapping[str, re.Pattern[str]]
    generators: Mapping[str, re.Pattern[str]]
    marks: Mapping[str, str]
    """CSS selectors."""
    kinds: Mapping[str, str]
    """How each is called, with its article."""
    says: Mapping[str, tuple[str, str]]
    """Signal → what to say of it where it is stronger and where it is weaker than on an article."""


@cache
def vocabulary() -> Vocabulary:
    data = tomllib.loads(resources.files(__package__).joinpath("pages.toml").read_text("utf-8"))
    return Vocabulary(
        types={kind: frozenset(words.split()) for kind, words in data["types"].items()},
        classes={kind: frozenset(words.split()) for kind, words in data["classes"].items()},
        urls={kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in data["url"].items()},
        generators={kind: re.compile(pattern) for kind, pattern in data["generators"].items()},
        marks=data["marks"],
        kinds=data["kinds"],
        says={name: (more, less) for name, (more, less) in data["says"].items()},
    )
