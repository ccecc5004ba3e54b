"""Outdated: which articles another extractor, other rules or another template made than those of today."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archive.times import iso, when
from config.models import Source

# The columns of the index articles_extractor, so that a million articles are looked through without their texts.
_MADE = (
    "SELECT a.id, a.source, a.extractor, a.rules, a.template, a.snapshot, s.template AS known,"
    " r.extractor AS r_extractor, r.rules AS r_rules, r.template AS r_template"
    " FROM articles AS a JOIN sources AS s ON s.name = a.source LEFT JOIN refused AS r ON r.article = a.id"
)

# Within a source by the index alone: most of the time there are none, and never are their texts looked at. The newest
# of each source come before the second newest of any: what is known of some changes every day.
_MOVED_ON = (
    "SELECT a.id, row_number() OVER (PARTITION BY a.source ORDER BY a.id DESC) AS place"
    " FROM sources AS s CROSS JOIN articles AS a INDEXED BY articles_template"
    " ON a.source = s.name AND a.template < s.template LEFT JOIN refused AS r ON r.article = a.id"
    " WHERE s.template > 0 AND s.configured AND a.snapshot IS NOT NULL"
    " AND (r.article IS NULL OR r.extractor != ? OR r.template != s.template) ORDER BY place, a.id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which articles are to be read anew."""

    extractor: str
    """Today's version."""
    configured: Mapping[str, Source]
    """By name: with the rules of today."""
    sources: frozenset[str] = frozenset()
    """Of these alone; of all, if it is empty."""
    since: datetime | None = None
    """Published (or first seen, if earlier or not known) since."""
    everything: bool = False
    """Those too that are as today's would make them."""


@dataclass(slots=True)
class Chosen:
    """``numbers`` of articles, eight bytes each, and how many were left out, by the reason."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    current: int = 0
    """As today's extractor makes them, or refuses to."""
    pageless: int = 0
    """Without a stored page."""
    unruled: int = 0
    """Made by rules of a source that is not configured any more, and would be read without them."""


def choose(db: sqlite3.Connection, choice: Choice) -> Chosen:
    """In one look, in the order in which they came."""
    found = Chosen()
    where, args = "", {}
    if choice.since:
        where = " WHERE min(coalesce(a.published, a.first_seen), a.first_seen) >= :since"
        args = {"since": iso(choice.since)}
    for row in db.execute(_MADE + where, args):
        if choice.sources and row["source"] not in choice.sources:
            continue
        if row["snapshot"] is None:
            found.pageless += 1
        elif row["rules"] and row["source"] not in choice.configured:
            found.unruled += 1
        elif choice.everything or not _is_current(db, row, choice):
            found.numbers.append(row["id"])
        else:
            found.current += 1
    found.numbers = array("q", sorted(found.numbers))
    return found


def moved_on(db: sqlite3.Connection, extractor: str, limit: int) -> array[int]:
    """The newest articles of each source that were cleaned before its boilerplate was known as it is now.

    Of configured sources: of others it is not known by which rules they are to be read.
    """
    rows = db.execute(_MOVED_ON, [extractor, limit])
    return array("q", [row["id"] for row in rows])


def _is_current(db: sqlite3.Connection, row: sqlite3.Row, choice: Choice) -> bool:
    if row["extractor"] != choice.extractor and row["r_extractor"] != choice.extractor:
        return False
    today = (choice.extractor, _rules(db, row, choice.configured.get(row["source"])), row["known"])
    return today in {
        (row["extractor"], row["rules"], row["template"]),
        (row["r_extractor"], row["r_rules"], row["r_template"]),
    }


def _rules(db: sqlite3.Connection, row: sqlite3.Row, source: Source | None) -> str:
    """The digest of the rules that hold for the article's page."""
    if source is None or not source.rules:
        return ""
    fetched = db.execute("SELECT fetched_at FROM snapshots WHERE id = ?", [row["snapshot"]]).fetchone()
    rules = source.rules_on(when(fetched["fetched_at"]).date()) if fetched else None
    return rules.digest if rules else ""
