"""Learned: what a source's pages repeat, counted page by page; and an article without it. See archive.boilerplate.

What stands on one page alone is kept for the last pages of a source only, in ``recent_pages``, so that what is
remembered grows with what a site repeats and not with its pages.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from archive import notes, sightings
from archive.cleaning import Known, without
from archive.connection import UNSURE
from archive.dedupe import mark
from archive.headlines import Titles, headlines, titles
from archive.memory import others, recall, remember
from archive.models import Article
from archive.noise import told
from archive.rows import clean, update
from archive.times import iso
from archive.window import Window, window

_NEWEST = """
SELECT template, coalesce((SELECT max(number) FROM recent_pages WHERE source = name), 0) FROM sources WHERE name = ?
"""
_HEADLINES = """
SELECT value FROM json_each(?1) WHERE
    EXISTS (SELECT 1 FROM articles WHERE title_mark = value AND url != ?2 AND title != ?3)
    OR EXISTS (SELECT 1 FROM links WHERE title_mark = value AND title_mark != 0 AND url != ?2 AND title != ?3)
"""  # one statement for any number of them, as to compile one takes three times as long as to run it


_PUT_IN = """
INSERT INTO boilerplate
    (source, mark, kind, sample, place, since, latest, first_seen, last_seen, pages, put_in, put_into)
VALUES (?1, ?2, 'text', ?3, ?4, ?5, ?5, ?6, ?6, 0, 1, ?7)
ON CONFLICT (source, mark) DO UPDATE SET put_in = put_in + (put_into IS NOT ?7), put_into = ?7, last_seen = ?6,
    latest = max(latest, ?5)
RETURNING put_in, state
"""
MOST_PUT_IN: Final = 3
"""Blocks that are put into an article at once; more, and it was written anew."""
LONGEST_PUT_IN: Final = 300
"""Characters of one."""
SEVERAL: Final = 5
"""Stored articles into which the same was put, from which on it is the site's."""


@dataclass(slots=True)
class _Memory:
    """What is known of a source, as long as nobody else wrote."""

    others: int
    """See archive.memory."""
    template: int
    newest: int
    """The number of the last page that was looked at."""
    known: Known
    window: Window | None = None
    """Its last pages, once one more was to be looked at."""


def template(db: sqlite3.Connection, source: str) -> int:
    """The number of what is known of a source's boilerplate: it grows whenever that changes."""
    return _memory(db, source).template


def clean_of(db: sqlite3.Connection, article: Article, source: str) -> Article:
    """The article without what was learned to be its source's boilerplate, which is in ``dropped`` then."""
    if not article.seen:
        return article
    held = _memory(db, source)
    said = titles(article, held.known)
    if not said:
        return without(article, held.known)
    return without(article, held.known, headlines(said, _others(db, article, said)))


def _memory(db: sqlite3.Connection, source: str) -> _Memory:
    held: _Memory | None = recall(db, "boilerplate", source)
    now = others(db)
    if held is not None and held.others == now != UNSURE:
        return held
    row = db.execute(_NEWEST, [source]).fetchone()
    number, newest = tuple(row) if row else (0, 0)
    if held is None or held.template != number:
        held = _Memory(now, number, newest, _known(db, source), held.window if held is not None else None)
        remember(db, "boilerplate", source, held)
    held.others, held.newest = now, newest
    return held


def _known(db: sqlite3.Connection, source: str) -> Known:
    marks: dict[str, list[int]] = {"text": [], "heading": [], "place": [], "keep": [], "drop": []}
    sql = "SELECT kind, ruling, mark FROM boilerplate WHERE source = ? AND (state = 'learned' OR ruling != '')"
    for kind, ruling, number in db.execute(sql, [source]):
        marks[ruling or kind].append(number)
    texts, headings, places, keep, drop = marks.values()
    return Known(frozenset(texts + drop), frozenset(headings), frozenset(places + drop), frozenset(keep))


def _others(db: sqlite3.Connection, article: Article, said: Titles) -> frozenset[int]:
    """Of what may be headlines in it, those of other articles, also of those that are still to be fetched."""
    marks = ",".join([str(one) for lines in said.values() for line in lines for one in line])
    asked = (f"[{marks}]", clean(article.url), clean(article.title))
    return frozenset([row[0] for row in db.execute(_HEADLINES, asked)])


def put_in(db: sqlite3.Connection, article: Article, row: sqlite3.Row, now: datetime) -> Article:
    """An article that was stored before, as ``row``, without what was put into several of its source's since.

    A site that words its notice anew does so on all pages, also of old articles; but who corrects two in one way, too.
    """
    before = frozenset([mark(text) for text in row["text"].split("\n\n")])
    fresh = [one for one in article.seen if one.block >= 0 and one.mark not in before]
    if not 0 < len(fresh) <= MOST_PUT_IN:
        return article
    held = _memory(db, row["source"])
    known, at = held.known, iso(now)
    for one in fresh:
        if one.mark in known.keep or len(one.text) > LONGEST_PUT_IN or notes.note(told(one.text)):
            continue
        what = [row["source"], one.mark, clean(one.text), one.place, held.newest, at, row["id"]]
        pages, state = db.execute(_PUT_IN, what).fetchone()
        if pages >= SEVERAL and state == "seen":
            find = "UPDATE boilerplate SET state = 'learned', learned = ? WHERE source = ? AND mark = ?"
            db.execute(find, [at, row["source"], one.mark])
            known = known.learning("text", one.mark)
    return _by(db, article, row["source"], held, known)


def observe(db: sqlite3.Connection, article: Article, source: str, now: datetime, run: int | None) -> Article:
    """Count what stands on the page of a new article, as ``clean_of`` gave it; the same without what is known now."""
    if not article.seen:
        return article
    held = _memory(db, source)
    before = held.window
    if before is None or before.newest != held.newest:
        before = held.window = window(db, source, held.newest)
    known = sightings.observe(db, article, source, held.known, before, now=now, run=run)
    held.newest = before.newest
    return _by(db, article, source, held, known)


def _by(db: sqlite3.Connection, article: Article, source: str, held: _Memory, known: Known) -> Article:
    """The article by what is known now of its source, which is another template if that is something else."""
    if known is held.known:
        return article
    _renew(db, source)
    held.known, held.template = known, held.template + 1
    return without(article, known)


def _renew(db: sqlite3.Connection, source: str) -> None:
    db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [source])


def rule(db: sqlite3.Connection, number: int, ruling: str) -> bool:
    """Keep a person's word on a row of ``boilerplate``: ``keep``, ``drop``, or empty; False if there is no such row."""
    row = db.execute("SELECT source, ruling FROM boilerplate WHERE id = ?", [number]).fetchone()
    if row is not None and row["ruling"] != ruling:
        update(db, "boilerplate", number, ruling=ruling)
        _renew(db, row["source"])
        remember(db, "boilerplate", row["source"], None)
    return row is not None


def is_source(db: sqlite3.Connection, name: str) -> bool:
    return db.execute("SELECT 1 FROM sources WHERE name = ?", [name]).fetchone() is not None


def listed(db: sqlite3.Connection, source: str | None, *, everything: bool) -> list[dict[str, Any]]:
    """The rows of ``boilerplate`` that something follows from, or all; what is on most pages first."""
    rows = db.execute(
        "SELECT * FROM boilerplate WHERE (:source IS NULL OR source = :source)"
        " AND (state = 'learned' OR ruling != '' OR (:everything AND pages + put_in > 1))"
        " ORDER BY source, pages DESC, id",
        {"source": source, "everything": everything},
    )
    found = [dict(row) for row in rows]
    windows: dict[str, Window] = {}
    for row in found:
        name = str(row["source"])
        if name not in windows:
            windows[name] = window(db, name, _memory(db, name).newest)
        later = windows[name].since(row["mark"], row["latest"])  # what was not counted yet
        if later:
            row |= {"pages": row["pages"] + len(later), "latest": later[-1].number, "last_seen": later[-1].at}
            if row["state"] == "learned" and row["ruling"] != "keep":
                row["left_out"] += len(later)
    return found
