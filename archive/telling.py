"""Telling: a match as whoever is to know of it is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Telling:
    """A match as a receiver is told of it."""

    delivery: int
    tries: int
    """This one included."""
    match: int
    at: str
    revision: int
    passage: str
    article: int
    title: str
    url: str
    byline: str
    source: str
    published: str | None
    first_seen: str
    copy_of: dict[str, str | int] | None
    """The article of which it is a copy: its id, source, url and title."""
