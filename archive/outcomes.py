"""Outcomes: what became of one task into every table that it concerns."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive import articles, inbox, queue, sources, turns
from archive.articles import Reading
from archive.models import Article, Change, Failure, Link, Outcome, Page, Stage, TaskKind, Verdict
from archive.queue import Queued, Revisit
from archive.rows import Value, insert, update
from archive.times import iso, iso_ms, when

GONE = frozenset({"not-found", "gone"})
"""Reasons of Failures (404, 410) that say a publisher took a page down."""
REFUSED = frozenset({Stage.ROBOTS, Stage.DISCOVER, Stage.EXTRACT})
"""Stages whose Failures another try would repeat."""

Again = Callable[[datetime, datetime, datetime], datetime | None]
"""(published, last changed, now) -> when to look for changes next, or None."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms an outcome is stored."""

    run: int | None
    now: datetime
    due_at: datetime | None
    """Of a listing: its next look. Of a link that failed: its next try. None: not by itself."""
    again: Again
    extractor: str
    """The extractor's version."""
    revisit: Revisit
    links_per_day: int | None = None
    """New links that a site may give in a day."""


def store(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict:
    """Write down everything an outcome says. To be called in a transaction, of which it is the whole."""
    kept = _keep_listing if outcome.task.kind is TaskKind.LISTING else _keep_page
    verdict = kept(db, outcome, terms)
    turns.keep_site(db, outcome.site, terms.now)
    if outcome.task.kind is not TaskKind.LISTING:
        inbox.drop(db, outcome.task.id)
    _log(db, outcome, verdict, terms)
    return verdict


def _keep_listing(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict:
    task, page, now = outcome.task, outcome.page, terms.now
    found: dict[str, Value] = {"fetched_at": iso(now), "status": page.status if page else None}
    if isinstance(outcome.result, Failure):
        problem = outcome.result.detail or outcome.result.reason
        update(db, "feeds", task.id, **found, failures=task.tries + 1, problem=problem, due_at=_text(terms.due_at))
        return Verdict(Change.FAILED, task.url)
    due_at = terms.due_at
    row = db.execute("SELECT parent, new_at FROM feeds WHERE id = ?", [task.id]).fetchone()
    new = 0
    if isinstance(outcome.result, tuple):
        queued = queue.enqueue(db, outcome.result, now, terms.revisit, terms.links_per_day)
        if new := queued.new:
            found["new_at"] = iso(now)
        # What was left out is to be found again, so that a 304 may not hide it.
        found |= {"etag": "", "last_modified": ""} if queued.left_out else _validators(page)
        found |= {"links": len(outcome.result), "problem": outcome.problem or _left_out(queued, terms)}
        for child in outcome.more:
            due = now if _is_news(db, child) else None
            sources.add_listing(db, child.url, task.source, parent=task.id, due_at=due)
    else:
        queue.relist(db, task.url, task.source, now, terms.revisit)
    if due_at and not new and row["parent"] and row["new_at"] and when(row["new_at"]) < now - sources.QUIET:
        due_at = max(due_at, now + timedelta(days=1))  # a sitemap of years ago: once a day is plenty
    update(db, "feeds", task.id, **found, failures=0, due_at=_text(due_at))
    return Verdict(Change.UNCHANGED, task.url)


def _left_out(queued: Queued, terms: Terms) -> str:
    if not queued.left_out:
        return ""
    return (
        f"{queued.left_out:,} new links were left out: its site gave {terms.links_per_day:,} today, which is all that"
        " limits.links_per_day allows. A site that invents addresses is a trap; if this one does not, allow more."
    )


def _is_news(db: sqlite3.Connection, child: Link) -> bool:
    """Whether a listing found in another was never looked at, or is said to have changed since."""
    row = db.execute("SELECT fetched_at FROM feeds WHERE url = ?", [child.url]).fetchone()
    if row is None or row["fetched_at"] is None:
        return True
    return child.changed is not None and iso(child.changed.at) > row["fetched_at"]


def _keep_page(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict:
    task, now = outcome.task, terms.now
    link = db.execute("SELECT state, article FROM links WHERE id = ?", [task.id]).fetchone()
    article = link["article"] if link["state"] != "alias" else None
    if isinstance(outcome.result, Failure):
        return _keep_failure(db, outcome, outcome.result, article, terms)
    validators: dict[str, Value] = {}
    if isinstance(outcome.result, Article):
        if article is not None and articles.is_stopgap(db, article, outcome.result):
            said = "It has the text of another article of this source now: most likely a notice in place of both."
            return _keep_failure(db, outcome, Failure(task.url, Stage.EXTRACT, "blocked", said), article, terms)
        verdict = articles.save(db, Reading(outcome.result, outcome.page, now, terms.extractor), task)
        if verdict.article_id and outcome.robots:
            update(db, "articles", verdict.article_id, robots=outcome.robots)
        validators = _validators(outcome.page)
    elif link["article"] is not None:
        verdict = articles.seen(db, link["article"], now)
        if article is not None:
            update(db, "links", task.id, state="stored")
    else:
        raise ValueError(f"{task.url}: a page that was never stored cannot be unchanged")
    state = db.execute("SELECT state FROM links WHERE id = ?", [task.id]).fetchone()["state"]
    due_at = None if state == "alias" else _again(db, verdict, terms)
    update(db, "links", task.id, due_at=_text(due_at), tries=0, reason="", fetched_at=iso_ms(now), **validators)
    return verdict


def _keep_failure(
    db: sqlite3.Connection, outcome: Outcome, failure: Failure, article: int | None, terms: Terms
) -> Verdict:
    """A link that gave no article. An article stored from it earlier stays, and is looked at again in its time."""
    task, due_at = outcome.task, terms.due_at
    verdict = Verdict(Change.FAILED, task.url, article)
    if article is None:
        state = "refused" if failure.stage in REFUSED else "failed"
    elif failure.reason in GONE:
        state, verdict = "gone", articles.remove(db, article, terms.now)
    else:
        state = db.execute("SELECT state FROM links WHERE id = ?", [task.id]).fetchone()["state"]
    if article is not None and due_at is None:
        due_at = _again(db, verdict, terms)
    values: dict[str, Value] = {"tries": task.tries + 1, "reason": failure.reason, "fetched_at": iso_ms(terms.now)}
    update(db, "links", task.id, state=state, due_at=_text(due_at), **values)
    return verdict


def settle(db: sqlite3.Connection, link: int, failure: Failure, now: datetime) -> None:
    """Close a link that turned out to be something else than an article, without a fetch of its own."""
    inbox.drop(db, link)
    update(db, "links", link, state="refused", reason=failure.reason, due_at=None, tries=0, fetched_at=iso_ms(now))


def _again(db: sqlite3.Connection, verdict: Verdict, terms: Terms) -> datetime | None:
    """When the article is looked at again, by its age and by when it last changed."""
    row = db.execute(
        "SELECT published, published_precision, first_seen,"
        " (SELECT max(seen_at) FROM revisions WHERE article = articles.id AND number > 1) AS changed"
        " FROM articles WHERE id = ?",
        [verdict.article_id],
    ).fetchone()
    first_seen = when(row["first_seen"])
    published = when(row["published"]) if row["published"] else first_seen
    if row["published_precision"] == "day":  # some time on that day, and not after we saw it
        published = min(published + timedelta(days=1), first_seen)
    changed = when(row["changed"]) if row["changed"] else published
    return terms.again(min(published, terms.now), min(changed, terms.now), terms.now)


def _validators(page: Page | None) -> dict[str, Value]:
    return {"etag": page.header("etag"), "last_modified": page.header("last-modified")} if page else {}


def _log(db: sqlite3.Connection, outcome: Outcome, verdict: Verdict, terms: Terms) -> None:
    task, page = outcome.task, outcome.page
    failure = outcome.result if isinstance(outcome.result, Failure) else None
    listing = task.kind is TaskKind.LISTING
    insert(
        db,
        "fetches",
        run=terms.run,
        at=iso(terms.now),
        source=task.source,
        host=urlsplit(task.url).netloc,
        url=task.url,
        kind="listing" if listing else "article",
        status=page.status if page else None,
        bytes=len(page.body) if page else None,
        seconds=round(outcome.seconds, 3),
        outcome="listed" if listing and failure is None else verdict.change.value,
        stage=failure.stage.value if failure else "",
        reason=failure.reason if failure else "",
        detail=failure.detail if failure else "",
    )
    if terms.run is not None:
        counter = "" if listing and failure is None else f", {verdict.change.value} = {verdict.change.value} + 1"
        sql = f"UPDATE runs SET fetched = fetched + ?{counter} WHERE id = ?"  # noqa: S608  # one of Change's words
        db.execute(sql, [int(page is not None), terms.run])


def _text(at: datetime | None) -> str | None:
    return iso(at) if at else None
