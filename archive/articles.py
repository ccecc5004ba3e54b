"""Articles: what a page said into the table articles, with its authors, tags and revisions.

An article is its canonical URL. A page that names the URL of an article already kept is that article, whatever
link led there; the link it came by first (or the canonical URL itself) is the one whose page may change it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from archive import addresses, clusters, history, identity, learned, names, pages
from archive.clusters import Near
from archive.columns import columns
from archive.models import Article, Change, Page, Verdict
from archive.rows import Value, insert, update
from archive.tasks import Task
from archive.times import iso


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a page, and when, by which version of the extractor."""

    article: Article
    page: Page | None
    now: datetime
    extractor: str


def save(db: sqlite3.Connection, reading: Reading, task: Task) -> Verdict:
    """Keep what a page said: NEW, DUPLICATE (new, with the text of another), REVISED or UNCHANGED.

    UNCHANGED is also one that has a counter, a clock or the like in its text: that is noted once a day.
    The page is kept with a new article or a revision. The link's row gets its ``article``, and the state ``alias``
    if it is only another way to one. What differs besides title, text and byline is updated without a revision.
    """
    reading = replace(reading, article=learned.clean_of(db, reading.article, task.source))
    article, now = reading.article, reading.now
    link = db.execute("SELECT state, article FROM links WHERE id = ?", [task.id]).fetchone()
    own = link["article"] if link["state"] != "alias" else None
    via = (task.url, reading.page.final_url) if reading.page else (task.url,)
    match = identity.find(db, article, via, own)
    row = match.row
    if row is not None and row["id"] != own:
        return _meet(db, row, article, task, now)
    reading = replace(reading, article=replace(article, url=match.url))
    if row is None:
        verdict = _add(db, reading, task.source, match.near)
    elif history.differs(row, article):
        restless = history.is_restless(db, row, article, now)
        verdict = seen(db, row["id"], now) if restless else _revise(db, row, reading)
    else:
        verdict = _touch(db, row, reading)
    update(db, "links", task.id, article=verdict.article_id, state="stored")
    db.execute(  # the page knows better than a listing that said nothing
        "UPDATE links SET published = a.published, published_precision = a.published_precision FROM articles AS a"
        " WHERE a.id = article AND links.id = ? AND links.published IS NULL",
        [task.id],
    )
    assert verdict.article_id is not None
    addresses.keep(db, verdict.article_id, verdict.url, task.url, article.addresses, now=now)
    return verdict


def seen(db: sqlite3.Connection, article: int, now: datetime) -> Verdict:
    """The article is still there as it was."""
    update(db, "articles", article, last_seen=iso(now), removed=None)
    row = db.execute("SELECT url, revision FROM articles WHERE id = ?", [article]).fetchone()
    return Verdict(Change.UNCHANGED, row["url"], article, row["revision"])


def remove(db: sqlite3.Connection, article: int, now: datetime) -> Verdict:
    """The publisher took it down: noted once, and the text is kept. UNCHANGED if that was known."""
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    if row["removed"]:
        return Verdict(Change.UNCHANGED, row["url"], article, row["revision"])
    number = history.add(db, row, {}, "removed", now)
    update(db, "articles", article, removed=iso(now), revision=number)
    return Verdict(Change.REMOVED, row["url"], article, number)


def _add(db: sqlite3.Connection, reading: Reading, source: str, near: Near | None) -> Verdict:
    article, now = reading.article, reading.now
    values = _values(reading)
    original = identity.original(db, values)
    number = insert(
        db,
        "articles",
        source=source,
        duplicate_of=original,
        first_seen=iso(now),
        last_seen=iso(now),
        snapshot=_snapshot(db, reading),
        **values,
    )
    if near:
        clusters.join(db, number, near, original)
    names.keep(db, number, article)
    learned.observe(db, article, source, now)
    return Verdict(Change.NEW if original is None else Change.DUPLICATE, article.url, number, 1)


def _meet(db: sqlite3.Connection, row: sqlite3.Row, article: Article, task: Task, now: datetime) -> Verdict:
    """Another link led to a known article: its page changes nothing now.

    Two pages of one article, as for phones and desks, would revise each other at every look. The canonical URL's
    own link takes over from whichever was first, and the page itself from its variants.
    """
    takes_over = identity.supersedes(db, row, article, task.url)
    if takes_over:
        addresses.rename(db, row["id"], task.url)
        db.execute(
            "UPDATE links SET state = 'alias', due_at = NULL WHERE article = ? AND id != ?", [row["id"], task.id]
        )
    update(db, "links", task.id, article=row["id"], state="stored" if takes_over else "alias")
    verdict = seen(db, row["id"], now)
    addresses.keep(db, row["id"], verdict.url, task.url, article.addresses, now=now)
    return verdict


def _revise(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Verdict:
    article, now = reading.article, reading.now
    values = _values(reading) | {"snapshot": _snapshot(db, reading)}
    number = history.add(db, row, values, "edit", now)
    update(db, "articles", row["id"], revision=number, last_seen=iso(now), removed=None, **_kept_dates(values))
    if values["text"] != row["text"]:
        identity.place(db, row["id"], str(values["text"]), row["text"])
    names.keep(db, row["id"], article)
    learned.observe(db, article, row["source"], now)
    return Verdict(Change.REVISED, article.url, row["id"], number)


def _touch(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Verdict:
    values = _kept_dates(_values(reading))
    news = {name: value for name, value in values.items() if row[name] != value}
    update(db, "articles", row["id"], last_seen=iso(reading.now), removed=None, **news)
    names.keep(db, row["id"], reading.article)
    return Verdict(Change.UNCHANGED, reading.article.url, row["id"], row["revision"])


def _kept_dates(values: dict[str, Value]) -> dict[str, Value]:
    """Without dates that the page no longer gives: what it once said is not unsaid by that."""
    lost = {"modified"} if values["modified"] is None else set()
    if values["published"] is None:
        lost |= {"published", "published_precision", "published_how"}
    return {name: value for name, value in values.items() if name not in lost}


def _snapshot(db: sqlite3.Connection, reading: Reading) -> int | None:
    return pages.save(db, reading.page, reading.now) if reading.page else None


def _values(reading: Reading) -> dict[str, Value]:
    return columns(reading.article) | {"extractor": reading.extractor}
