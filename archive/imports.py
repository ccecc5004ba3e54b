"""Imports: pages that somebody else fetched, into the tables as if a crawl had brought them at their own time.

What is done of a file is written down in the transaction in which it is, so that it never says more than is stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from archive import outcomes
from archive.formats.members import START, Position
from archive.models import Article, Failure, Verdict
from archive.outcomes import Terms
from archive.rows import insert
from archive.sites import site
from archive.tasks import Outcome, Stale, Task
from archive.times import iso, iso_ms
from archive.turns import link_of


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file was read: all before ``position`` is done."""

    position: Position = START
    records: int = 0
    pages: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A file that is being imported: the number of its row, and how far it had been read before."""

    number: int
    progress: Progress
    ended: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """What was read from a page of a file, and how far that is read once it is stored."""

    outcome: Outcome
    progress: Progress


def begin(db: sqlite3.Connection, file: str, head: str, scope: str, now: datetime) -> Begun:
    """Note that a file is imported, or go on with it: the same by its ``head``, with the same ``scope``."""
    row = db.execute("SELECT * FROM imports WHERE head = ? AND scope = ?", [head, scope]).fetchone()
    if row is None:
        at = iso(now)
        number = insert(db, "imports", file=file, head=head, scope=scope, begun=at, updated=at)
        return Begun(number, Progress(), ended=False)
    db.execute("UPDATE imports SET file = ? WHERE id = ?", [file, row["id"]])
    position = Position(row["at"], row["within"])
    done = Progress(position, row["records"], row["pages"], row["dead"])
    return Begun(row["id"], done, ended=row["ended"] is not None)


def advance(db: sqlite3.Connection, number: int, done: Progress, now: datetime, *, ended: bool = False) -> None:
    """Note how far a file was read."""
    at, end = iso(now), iso(now) if ended else None
    place = (done.position.at, done.position.within)
    db.execute(
        "UPDATE imports SET at = ?, within = ?, records = ?, pages = ?, dead = ?, updated = ?, ended = ? WHERE id = ?",
        [*place, done.records, done.pages, done.dead, at, end, number],
    )


def store(
    db: sqlite3.Connection, captures: Sequence[Capture], number: int, terms: Terms
) -> list[Verdict | Stale | None]:
    """What became of each; None where the archive knows the page as it was then, or later, and nothing was done.

    It ends with the first that is Stale, which is to be given again with its article's pages read anew
    (``terms.anew``); what comes after it was not stored yet.
    """
    done: list[Verdict | Stale | None] = []
    for capture in captures:
        done.append(_store(db, capture.outcome, terms))
        if isinstance(done[-1], Stale):
            break
        advance(db, number, capture.progress, terms.now)
        terms = replace(terms, anew=None)
    return done


def is_known(db: sqlite3.Connection, url: str, at: datetime) -> bool:
    """Whether an article was read from this address then, or was looked at later."""
    row = db.execute(
        "SELECT fetched_at, last_seen FROM links JOIN articles ON articles.id = article WHERE links.url = ?", [url]
    ).fetchone()
    return row is not None and (iso_ms(at) <= (row["fetched_at"] or "") or iso(at) < row["last_seen"])


def _store(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict | Stale | None:
    url, page = outcome.task.url, outcome.page
    if page is None or is_known(db, url, page.fetched_at):
        return None
    row = db.execute("SELECT * FROM links WHERE url = ?", [url]).fetchone()
    if row is not None and isinstance(outcome.result, Failure):
        # What could not be read of a file says nothing of what is on the web now.
        return outcomes.log_alone(db, outcome, terms)
    if row is None:
        at = iso(terms.now)
        where = {"url": url, "host": urlsplit(url).netloc, "site": site(url), "source": outcome.task.source}
        insert(db, "links", **where, first_seen=at, last_listed=at)
        row = db.execute("SELECT * FROM links WHERE url = ?", [url]).fetchone()
    said = outcome.result
    assert isinstance(said, Article | Failure)
    task = Task(row["id"], outcome.task.kind, url, row["source"], article_id=row["article"], link=link_of(row))
    return outcomes.store(db, replace(outcome, task=task), replace(terms, imported=True))
