"""Learning: what the archive learned, mended and noticed by itself in the demo, as its tables have it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from archive import effects, learned, read, register
from archive.database import reading
from archive.register import Row as Alarm


@dataclass(frozen=True, slots=True)
class Change:
    """A text that became another; ``before`` and ``after`` are the whole."""

    url: str
    title: str
    number: int
    """Of the version."""
    seen_before: str
    """When the former was stored."""
    at: str
    kind: str
    """Of a revision: see archive.changes. ``cleaned``: its page was read anew, and no publisher changed it."""
    words_added: int
    words_removed: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Learning:
    """What a person finds in the tables boilerplate, replaced, revisions and alarms."""

    boilerplate: tuple[dict[str, object], ...]
    """As archive.learned lists it."""
    cleaned: tuple[Change, ...]
    """By their addresses, as the revisions: pages do not come in the same order each time."""
    revisions: tuple[Change, ...]
    alarms: tuple[Alarm, ...]
    """Those that have not ended."""


def look(db: Path) -> Learning:
    """Look it up."""
    with reading(db) as connection:
        return Learning(
            boilerplate=tuple(learned.listed(connection, None, everything=False)),
            cleaned=tuple(sorted(map(_cleaned, read.cleaned(connection)), key=lambda one: one.url)),
            revisions=_revisions(connection),
            alarms=register.rows(connection),
        )


def _cleaned(one: read.Cleaned) -> Change:
    gained, lost = effects.moved(one.before, one.after)
    said = (one.url, one.title, one.revision, one.first_seen, one.at, "cleaned")
    return Change(*said, gained, lost, one.before, one.after)


def _revisions(db: sqlite3.Connection) -> tuple[Change, ...]:
    found = []
    for article in [one for one in read.articles(db) if one.revision > 1]:
        for old, new in pairwise(read.history(db, article.id)):
            counts = new.words_added, new.words_removed
            said = (article.url, new.title, new.number, old.seen_at, new.seen_at, new.change)
            found.append(Change(*said, *counts, old.text, new.text))
    return tuple(sorted(found, key=lambda one: (one.url, one.number)))
