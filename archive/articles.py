"""Articles: what a page said into the table articles, with its authors, tags and revisions.

An article is its canonical URL. A page that names the URL of an article already kept is that article, whatever
link led there; the link it came by first (or the canonical URL itself) is the one whose page may change it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from archive import (
    addresses,
    baseline,
    clusters,
    dates,
    history,
    identity,
    inbox,
    index,
    learned,
    ledger,
    names,
    pages,
    quality,
)
from archive.changes import Difference
from archive.clusters import Near
from archive.columns import columns
from archive.dedupe import mark
from archive.models import Article, Change, Page, Verdict
from archive.rows import Value, clean, insert, update
from archive.tasks import Stale, Task
from archive.times import iso, stamp, when

_SPELLED = {"title", "byline", "text"}
"""Columns that stay as they were kept until there is a revision, though white space or the like differs."""
_TEXT = {"blocks", "word_count", "content_hash"}
"""Columns that go with the text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a page, and when, by which version of the extractor."""

    article: Article
    page: Page | None
    now: datetime
    extractor: str
    run: int | None = None
    rules: str = ""
    """Digest of the source's rules by which it was."""
    settled: bool = False
    """Whether the article's stored pages were read in the same way just now, so that it can be compared with them."""
    link: int | None = None
    """That led to the page, which may still be in the inbox."""
    seen_at: datetime | None = None
    """When the page was seen, if not just now: somebody else may have fetched it long ago."""

    @property
    def at(self) -> datetime:
        return self.seen_at or self.now


def save(db: sqlite3.Connection, reading: Reading, task: Task) -> Verdict | Stale:
    """Keep what a page said: NEW, DUPLICATE (new, with the text of another), REVISED or UNCHANGED.

    UNCHANGED is also one that has a counter, a clock or the like in its text: that is noted once a day.
    The page is kept with a new article or a revision. The link's row gets its ``article``, and the state ``alias``
    if it is only another way to one. What differs besides title, text, byline and date of publication is updated
    without a revision; a text that differs in noise alone (see archive.noise) stays as it is.

    Stale, and nothing is written, where the two differ and the article's text was made by another extractor, other
    rules or another template: whether the publisher changed it can't be told yet.
    """
    link = db.execute("SELECT state, article FROM links WHERE id = ?", [task.id]).fetchone()
    own = link["article"] if link["state"] != "alias" else None
    via = (task.url, reading.page.final_url) if reading.page else (task.url,)
    read = reading.article
    article, now = learned.clean_of(db, read, task.source), reading.now
    match = identity.find(db, article, via, own, now)
    row = match.row
    if row is not None and row["id"] != own:
        return _meet(db, row, reading, task)
    if row is not None and row["source"] != task.source:
        article = learned.clean_of(db, read, row["source"])
    article = replace(article, url=match.url)
    reading = replace(reading, article=article)
    if row is None:
        verdict = _add(db, reading, task.source, match.near)
    else:
        found = history.difference(db, row, article)
        if found.kind and (old := stale(db, row, reading)):
            return old
        if found.added and (anew := learned.put_in(db, article, row, now)) is not article:
            article, found = anew, history.difference(db, row, anew)
            reading = replace(reading, article=article)
        if row["removed"]:
            verdict = _revise(db, row, reading, found, "correction" if found.kind == "correction" else "restored")
        elif not found.kind:
            verdict = _touch(db, row, reading)
        elif history.is_restless(db, row, article, reading.at):
            verdict = seen(db, row["id"], now, reading.at)
        else:
            verdict = _revise(db, row, reading, found, found.kind)
    update(db, "links", task.id, article=verdict.article_id, state="stored")
    db.execute(  # the page knows better than a listing that said nothing
        "UPDATE links SET published = a.published, published_precision = a.published_precision,"
        " published_how = 'page' FROM articles AS a"
        " WHERE a.id = article AND links.id = ? AND links.published IS NULL",
        [task.id],
    )
    assert verdict.article_id is not None
    addresses.keep(db, verdict.article_id, verdict.url, task.url, article.addresses, now=reading.at)
    return verdict


def stale(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Stale | None:
    """Whether an article was made in another way than what was just read, and could be made anew in the same."""
    if reading.settled or row["snapshot"] is None:
        return None
    template = learned.template(db, row["source"])
    made = (row["extractor"], row["rules"], row["template"])
    if made == (reading.extractor, reading.rules, template) and not _others_came(row, reading.article):
        return None
    refused = "SELECT 1 FROM refused WHERE article = ? AND extractor = ? AND template = ?"
    tried = db.execute(refused, [row["id"], reading.extractor, template]).fetchone()
    return None if tried else Stale(row["id"])


def _others_came(row: sqlite3.Row, article: Article) -> bool:
    """Whether other headlines were left out of it than of what is kept: other articles may have come or gone."""
    kept = {text for why, text in json.loads(row["dropped"]) if why == "site:headline"}
    return kept != {clean(piece.text) for piece in article.dropped if piece.reason == "site:headline"}


def seen(db: sqlite3.Connection, article: int, now: datetime, at: datetime | None = None) -> Verdict:
    """The article is still there as it was, or there again: REVISED then. ``at``: when it was seen, if not now."""
    db.execute("UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?", [iso(at or now), article])
    row = db.execute("SELECT url, revision, removed FROM articles WHERE id = ?", [article]).fetchone()
    if row["removed"]:
        return _note(db, article, "restored", now, at)
    return Verdict(Change.UNCHANGED, row["url"], article, row["revision"])


def paywalled(db: sqlite3.Connection, article: int, now: datetime, at: datetime | None = None) -> Verdict:
    """Only the beginning of its text is shown now, which is kept: noted once (REVISED), and then UNCHANGED.

    Of a page that is open at one look and closed at the next, that is said no second time before its text changes.
    """
    row = db.execute("SELECT paywalled FROM articles WHERE id = ?", [article]).fetchone()
    if row["paywalled"] is None:
        update(db, "articles", article, paywalled=iso(at or now))
        if history.last(db, article) != "paywalled":
            update(db, "articles", article, last_seen=iso(at or now))
            return _note(db, article, "paywalled", now, at)
    return seen(db, article, now, at)


def remove(db: sqlite3.Connection, article: int, now: datetime) -> Verdict:
    """The publisher took it down: noted once, and the text is kept. UNCHANGED if that was known."""
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    if row["removed"]:
        return Verdict(Change.UNCHANGED, row["url"], article, row["revision"])
    number = history.add(db, row, {}, "removed", now)
    update(db, "articles", article, removed=iso(now), revision=number)
    return Verdict(Change.REMOVED, row["url"], article, number)


def _note(db: sqlite3.Connection, article: int, change: str, now: datetime, at: datetime | None = None) -> Verdict:
    """A revision with the text that is kept, of an article that is there."""
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    number = history.add(db, row, {}, change, now, seen_at=at)
    update(db, "articles", article, removed=None, revision=number)
    return Verdict(Change.REVISED, row["url"], article, number)


def _add(db: sqlite3.Connection, reading: Reading, source: str, near: Near | None) -> Verdict:
    now, at = reading.now, reading.at
    values = _values(db, reading, source, at)
    original = identity.original(db, values)
    article = reading.article if original else learned.observe(db, reading.article, source, at, reading.run)
    if article is not reading.article:  # today's page was the one that showed what is boilerplate
        reading = replace(reading, article=article)
        values = _values(db, reading, source, at)
        near = clusters.near(db, str(values["text"]))
    values |= {"snapshot": _snapshot(db, reading), "template": learned.template(db, source)}
    number = insert(
        db, "articles", source=source, duplicate_of=original, first_seen=iso(at), last_seen=iso(at), **values
    )
    index.keep(db, number, values)
    kept = values | {"seen_at": iso(at), "change": "first", "source": source}
    ledger.first(db, number, kept, kept, now)
    if near:
        clusters.join(db, number, near, original)
    names.keep(db, number, article)
    return Verdict(Change.NEW if original is None else Change.DUPLICATE, article.url, number, 1)


def _meet(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading, task: Task) -> Verdict:
    """Another link led to a known article: its page changes nothing now.

    Two pages of one article, as for phones and desks, would revise each other at every look. The canonical URL's
    own link takes over from whichever was first, and the page itself from its variants.
    """
    article, now, at = reading.article, reading.now, reading.at
    takes_over = identity.supersedes(db, row, article, task.url)
    if takes_over:
        addresses.rename(db, row, task.url, now)
        db.execute(
            "UPDATE links SET state = 'alias', due_at = NULL WHERE article = ? AND id != ?", [row["id"], task.id]
        )
    update(db, "links", task.id, article=row["id"], state="stored" if takes_over else "alias")
    # What was taken down is not back because of a copy for phones, or of a page of the time before.
    if row["removed"] and (not takes_over or iso(at) <= row["removed"]):
        verdict = Verdict(Change.UNCHANGED, row["url"], row["id"], row["revision"])
    else:
        verdict = seen(db, row["id"], now, at)
    addresses.keep(db, row["id"], verdict.url, task.url, article.addresses, now=at)
    return verdict


def _revise(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading, found: Difference, change: str) -> Verdict:
    article, now = reading.article, reading.now
    made = {"snapshot": _snapshot(db, reading), "template": learned.template(db, row["source"])}
    values = _again(db, reading, row) | made
    claimed: dict[str, Value] = {"published": stamp(article.published)} if article.published else {}
    number = history.add(db, row, values | claimed, change, now, found=found, seen_at=reading.at)
    db.execute("DELETE FROM refused WHERE article = ?", [row["id"]])
    ledger.amend(db, row, values, now)
    update(
        db, "articles", row["id"], revision=number, last_seen=iso(reading.at), removed=None, paywalled=None, **values
    )
    index.keep(db, row["id"], values)
    if values["text"] != row["text"]:
        identity.place(db, row["id"], str(values["text"]), row["text"])
    names.keep(db, row["id"], article)
    return Verdict(Change.REVISED, article.url, row["id"], number)


def _touch(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Verdict:
    values = _again(db, reading, row) | {"template": learned.template(db, row["source"])}
    if row["revision"] > 1:  # its earlier texts are still by what made them, and would be left out when all are redone
        values |= {name: row[name] for name in ("extractor", "rules", "template")}
    stays = _SPELLED if row["text"] == values["text"] else _SPELLED | _TEXT
    news = {name: value for name, value in values.items() if name not in stays and row[name] != value}
    ledger.amend(db, row, news, reading.now)
    update(db, "articles", row["id"], last_seen=iso(reading.at), paywalled=None, **news)
    names.keep(db, row["id"], reading.article)
    return Verdict(Change.UNCHANGED, reading.article.url, row["id"], row["revision"])


def said(db: sqlite3.Connection, article: Article, source: str, since: datetime) -> dict[str, Value]:
    """The columns that the page gives. ``since``: when it was first seen, up to which its source's days are asked."""
    values = columns(article) | {"title_mark": mark(article.title)}
    usual = baseline.of(db, source, since.date())
    found = quality.judged(article, int(values["word_count"] or 0), usual)
    return values | {"quality": found.score, "flags": json.dumps(found.flags)}


def said_again(db: sqlite3.Connection, article: Article, row: sqlite3.Row) -> dict[str, Value]:
    """What the page of a known article says now, by what was usual for its source when it was first seen.

    Without dates that the page no longer gives: what it once said is not unsaid by that. And what was read before
    can't have been published later, whatever the page says now.
    """
    first_seen = when(row["first_seen"])
    every = dates.merged(dates.loads(row["dates"]), article.dates, first_seen)
    flags = tuple(flag for flag in article.quality.flags if flag != "no-date" or row["published"] is None)
    known = replace(article, dates=every, quality=replace(article.quality, flags=flags))
    values = said(db, known, row["source"], first_seen)
    lost = {"modified"} if values["modified"] is None else set()
    published = article.published
    if published is None or published.at > first_seen or (row["published"] and published.how == dates.SERVED):
        lost |= {"published", "published_precision", "published_how"}
    return {name: value for name, value in values.items() if name not in lost}


def _snapshot(db: sqlite3.Connection, reading: Reading) -> int | None:
    page = reading.page
    if page is None:
        return None
    return pages.save(db, page, reading.now, inbox.packed(db, reading.link, page) if reading.link is not None else None)


def _values(db: sqlite3.Connection, reading: Reading, source: str, since: datetime) -> dict[str, Value]:
    return said(db, reading.article, source, since) | {"extractor": reading.extractor, "rules": reading.rules}


def _again(db: sqlite3.Connection, reading: Reading, row: sqlite3.Row) -> dict[str, Value]:
    return said_again(db, reading.article, row) | {"extractor": reading.extractor, "rules": reading.rules}
