"""Learned: what a source's pages repeat, counted page by page; and an article without it. See archive.boilerplate.

What stands on one page alone is kept for the last pages of a source only, in ``recent_pages``, so that what is
remembered grows with what a site repeats and not with its pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from archive import boilerplate
from archive.boilerplate import Known, place_mark
from archive.connection import recall, remember
from archive.models import Article
from archive.rows import update
from archive.sightings import Sightings
from archive.times import iso
from archive.window import Past, keep, packed, window


def template(db: sqlite3.Connection, source: str) -> int:
    """The number of what is known of a source's boilerplate: it grows whenever that changes."""
    row = db.execute("SELECT template FROM sources WHERE name = ?", [source]).fetchone()
    return int(row["template"]) if row else 0


def clean_of(db: sqlite3.Connection, article: Article, source: str) -> Article:
    """The article without what was learned to be its source's boilerplate, which is in ``dropped`` then."""
    if not article.seen:
        return article
    known, headlines = _known(db, source), _headlines(db, article)
    return boilerplate.without(article, replace(known, headlines=headlines) if headlines else known)


def _known(db: sqlite3.Connection, source: str) -> Known:
    number = template(db, source)
    remembered: tuple[int, Known] | None = recall(db, "boilerplate", source)
    if remembered is not None and remembered[0] == number:
        return remembered[1]
    marks: dict[str, set[int]] = {name: set() for name in ("text", "heading", "place", "keep", "drop")}
    for row in db.execute(
        "SELECT kind, ruling, mark FROM boilerplate WHERE source = ? AND (state = 'learned' OR ruling != '')", [source]
    ):
        marks[row["ruling"] or row["kind"]].add(row["mark"])
    known = Known(*map(frozenset, marks.values()))
    remember(db, "boilerplate", source, (number, known))
    return known


def _headlines(db: sqlite3.Connection, article: Article) -> frozenset[int]:
    """Of what may be headlines in it, those that are another article's."""
    marks = {one for lines in boilerplate.titles(article).values() for line in lines for one in line}
    if not marks:
        return frozenset()
    sql = f"SELECT title_mark FROM articles WHERE title_mark IN ({_marks(marks)}) AND url != ? AND title != ?"  # noqa: S608  # question marks
    return frozenset(row[0] for row in db.execute(sql, [*marks, article.url, article.title]))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def observe(db: sqlite3.Connection, article: Article, source: str, now: datetime, run: int | None) -> None:
    """Count what stands on a new article's page. ``article``: as ``clean_of`` gave it."""
    if not article.seen:
        return
    observed = db.execute("UPDATE sources SET observed = observed + 1 WHERE name = ? RETURNING observed", [source])
    page = Sightings(db, source, int(observed.fetchone()["observed"]), run, now)
    before = window(db, source)
    blocks = boilerplate.stood(article, before.where)
    sizes = boilerplate.sizes(article)
    copied = before.copied(sizes)
    places = {place_mark(path): (path, *found) for path, found in boilerplate.places(article).items()}
    returning = [block for block in blocks if block.mark not in copied]
    rows = page.rows([*(block.mark for block in returning), *places])
    page.count(returning, rows, before)
    for mark, (path, left_out, text) in places.items():
        if row := rows.get(mark):
            page.count_place(row, text, left_out=left_out)
        elif left_out:
            page.begin_place(mark, path, text)
    keep(db, source, Past(page.number, run, iso(now), sum(sizes.values()), packed(sizes)), before)
    page.end()


def rule(db: sqlite3.Connection, number: int, ruling: str) -> bool:
    """Keep a person's word on a row of ``boilerplate``: ``keep``, ``drop``, or empty; False if there is no such row."""
    row = db.execute("SELECT source, ruling FROM boilerplate WHERE id = ?", [number]).fetchone()
    if row is not None and row["ruling"] != ruling:
        update(db, "boilerplate", number, ruling=ruling)
        db.execute("UPDATE sources SET template = template + 1 WHERE name = ?", [row["source"]])
    return row is not None


def is_source(db: sqlite3.Connection, name: str) -> bool:
    return db.execute("SELECT 1 FROM sources WHERE name = ?", [name]).fetchone() is not None


def listed(db: sqlite3.Connection, source: str | None, *, everything: bool) -> list[dict[str, object]]:
    """The rows of ``boilerplate`` that something follows from, or all; what is on most pages first."""
    rows = db.execute(
        "SELECT * FROM boilerplate WHERE (:source IS NULL OR source = :source)"
        " AND (:everything OR state = 'learned' OR ruling != '') ORDER BY source, pages DESC, id",
        {"source": source, "everything": everything},
    )
    return [dict(row) for row in rows]
