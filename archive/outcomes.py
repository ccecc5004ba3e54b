"""Outcomes: what became of one task into every table that it concerns."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from archive import articles, days, identity, inbox, queue, reextraction, sources, stopgap, truncated, turns
from archive.articles import Reading
from archive.models import Article, Change, Failure, Page, Stage, Verdict
from archive.plans import Look, Past, Plan, Reread
from archive.queue import Queued, Revisit
from archive.reextraction import Anew
from archive.rows import Value, insert, update
from archive.tasks import Outcome, Stale, TaskKind
from archive.times import iso, iso_ms, latest, when

GONE = frozenset({"not-found", "gone"})
"""Reasons of Failures (404, 410) that say a publisher took a page down."""
REFUSED = frozenset({Stage.ROBOTS, Stage.DISCOVER, Stage.EXTRACT})
"""Stages whose Failures another try would repeat."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms an outcome is stored."""

    run: int | None
    now: datetime
    plan: Plan
    extractor: str
    """The extractor's version."""
    revisit: Revisit
    links_per_day: int | None = None
    """New links that a site may give in a day."""
    anew: Anew | None = None
    """The stored pages of the article that was Stale."""
    imported: bool = False
    """Whether somebody else fetched the page, long ago maybe: what it says was seen then, and it tells nothing of how
    the site answers, how often it publishes and how soon articles change."""

    def seen(self, page: Page | None) -> datetime:
        """When what a page says was seen there."""
        return page.fetched_at if self.imported and page else self.now


def store(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict | Stale:
    """Write down everything an outcome says. To be called in a transaction, of which it is the whole.

    Stale: nothing was written; it is to be called again with the article's pages read anew.
    """
    kept = _keep_listing if outcome.task.kind is TaskKind.LISTING else _keep_page
    verdict = kept(db, outcome, terms)
    if isinstance(verdict, Stale):
        return verdict
    ended = in_the_end(outcome, verdict)
    _log(db, ended, verdict, terms)
    if terms.imported:
        return verdict
    turns.keep_site(db, outcome.site, terms.now)
    if outcome.task.kind is not TaskKind.LISTING:
        inbox.drop(db, outcome.task.id)
    days.count(db, ended, verdict, terms.now)
    return verdict


def log_alone(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict:
    """Note a failure in the log, and nowhere else."""
    verdict = Verdict(Change.FAILED, outcome.task.url)
    _log(db, outcome, verdict, terms)
    return verdict


def in_the_end(outcome: Outcome, verdict: Verdict) -> Outcome:
    """The outcome with why nothing of it was kept, where only a look at the archive could tell."""
    return replace(outcome, result=verdict.failure) if verdict.failure else outcome


def _keep_listing(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict:
    task, page, now = outcome.task, outcome.page, terms.now
    found: dict[str, Value] = {"fetched_at": iso(_fetched_at(outcome, now)), "status": page.status if page else None}
    row = db.execute(
        "SELECT parent, new_at, rhythm, failing_since, rests FROM feeds WHERE id = ?", [task.id]
    ).fetchone()
    rests = timedelta(seconds=row["rests"])
    if isinstance(outcome.result, Failure):
        failure = outcome.result
        since = when(row["failing_since"]) if row["failing_since"] else now
        look = Look(task, now, row["rhythm"], failure=failure, failing_since=since, ttl=rests)
        _, due_at = terms.plan.listing(look)
        found |= {"failures": task.tries + 1, "failing_since": iso(since), "problem": failure.detail or failure.reason}
        update(db, "feeds", task.id, **found, due_at=_text(due_at))
        return Verdict(Change.FAILED, task.url)
    queued, asked = Queued(), outcome.ttl or timedelta()
    if isinstance(outcome.result, tuple):
        queued = queue.enqueue(db, outcome.result, now, terms.revisit, terms.links_per_day)
        if queued.new:
            found["new_at"] = iso(now)
        # What was left out is to be found again, so that a 304 may not hide it.
        found |= {"etag": "", "last_modified": ""} if queued.left_out else _validators(page)
        found |= {
            "links": len(outcome.result),
            "problem": "; ".join(filter(None, (outcome.problem, _left_out(queued, terms)))),
        }
        for child in outcome.more:
            changed, before = child.changed.at if child.changed else None, terms.revisit.before
            sources.led_to(db, child.url, task.source, now, parent=task.id, changed=changed, before=before)
    else:
        queue.relist(db, task.url, task.source, now, terms.revisit)
        asked = max(asked, rests)  # what stands in the feed was not sent again
    found["rests"] = round(asked.total_seconds())
    look = Look(task, now, row["rhythm"], _dates(outcome, queued, row), ttl=asked)
    rhythm, due_at = terms.plan.listing(look)
    if due_at and not queued.new and row["parent"] and row["new_at"] and when(row["new_at"]) < now - sources.QUIET:
        due_at = max(due_at, now + timedelta(days=1))  # a sitemap of years ago: once a day is plenty
    update(db, "feeds", task.id, **found, rhythm=rhythm, failures=0, failing_since=None, due_at=_text(due_at))
    return Verdict(Change.UNCHANGED, task.url)


def _dates(outcome: Outcome, queued: Queued, row: sqlite3.Row) -> tuple[datetime | None, ...]:
    """Of the links that are new; at a listing's first look of all, for they tell when it was published before."""
    if row["rhythm"] or not isinstance(outcome.result, tuple):
        return queued.new
    return tuple(link.published.at if link.published else None for link in outcome.result)


def _left_out(queued: Queued, terms: Terms) -> str:
    if not queued.left_out:
        return ""
    return (
        f"{queued.left_out:,} new links were left out: its site gave {terms.links_per_day:,} today, which is all that"
        " limits.links_per_day allows. A site that invents addresses is a trap; if this one does not, allow more."
    )


def _keep_page(db: sqlite3.Connection, outcome: Outcome, terms: Terms) -> Verdict | Stale:
    task, now = outcome.task, terms.now
    link = db.execute("SELECT state, article, fetched_at FROM links WHERE id = ?", [task.id]).fetchone()
    article = link["article"] if link["state"] != "alias" else None
    failure = outcome.result if isinstance(outcome.result, Failure) else None
    was_read = failure is None or failure.stage is Stage.EXTRACT
    if link["article"] is None and outcome.page and was_read:
        broken = truncated.at_first(db, task.source, outcome.page, task.url)
        if broken:
            return replace(_keep_failure(db, outcome, broken, None, terms), failure=broken)
    if failure:
        return _keep_failure(db, outcome, failure, article, terms)
    before = _past(db, article, now) if article is not None else None
    validators: dict[str, Value] = {}
    stands: Failure | None = None
    if isinstance(outcome.result, Article):
        verdict = _keep_article(db, outcome, outcome.result, article, terms)
        if isinstance(verdict, Stale) or verdict.change is Change.FAILED:
            return verdict
        stands = verdict.failure
        validators = {"etag": "", "last_modified": ""} if stands else _validators(outcome.page)
    elif link["article"] is not None:
        verdict = articles.seen(db, link["article"], now)
        if article is not None:
            update(db, "links", task.id, state="stored")
    else:
        raise ValueError(f"{task.url}: a page that was never stored cannot be unchanged")
    state = db.execute("SELECT state FROM links WHERE id = ?", [task.id]).fetchone()["state"]
    reread = None
    if before and link["fetched_at"] and not terms.imported:
        reread = Reread(before, when(link["fetched_at"]), verdict.change is Change.REVISED)
    due_at = None if state == "alias" else _again(db, verdict, terms, reread)
    fetched_at = iso_ms(_fetched_at(outcome, now))
    reason = stands.reason if stands else ""
    update(db, "links", task.id, due_at=_text(due_at), tries=0, reason=reason, fetched_at=fetched_at, **validators)
    return verdict


def _keep_article(
    db: sqlite3.Connection, outcome: Outcome, said: Article, article: int | None, terms: Terms
) -> Verdict | Stale:
    """A page that says something: a text, or what stands in its place now, which is in the verdict's ``failure``."""
    task, now = outcome.task, terms.now
    if terms.anew:
        reextraction.apply(db, terms.anew, terms.extractor, now)
    settled = terms.anew is not None
    reading = Reading(
        said, outcome.page, now, terms.extractor, run=terms.run, rules=outcome.rules, settled=settled, link=task.id
    )
    if terms.imported:
        reading = replace(reading, seen_at=terms.seen(outcome.page))
    stands = stopgap.of(db, article, said, outcome.page, task.url) if article is not None else None
    if article is None or stands is None:
        saved = articles.save(db, reading, task)
        # An alias's page changes nothing.
        if not isinstance(saved, Stale) and (task.url == saved.url or saved.change is not Change.UNCHANGED):
            asked = [outcome.robots, saved.article_id, outcome.robots]
            db.execute("UPDATE articles SET robots = ? WHERE id = ? AND robots != ?", asked)
        return saved
    row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    if found := articles.stale(db, row, reading):
        return found
    if stands.reason != "paywalled":
        return replace(_keep_failure(db, outcome, stands, article, terms), failure=stands)
    update(db, "links", task.id, state="stored")
    return replace(articles.paywalled(db, article, now, terms.seen(outcome.page)), failure=stands)


def _keep_failure(
    db: sqlite3.Connection, outcome: Outcome, failure: Failure, article: int | None, terms: Terms
) -> Verdict:
    """A link that gave no article. An article stored from it earlier stays, and is looked at again in its time."""
    task, due_at = outcome.task, terms.plan.retry(outcome.task, failure, terms.now)
    verdict = Verdict(Change.FAILED, task.url, article)
    if article is None:
        state = "refused" if failure.stage in REFUSED and due_at is None else "failed"
    else:
        link = db.execute("SELECT state, fetched_at FROM links WHERE id = ?", [task.id]).fetchone()
        state = link["state"]
        # An error does not make the next request come sooner than an answer would have that nothing has changed.
        before = _past(db, article, terms.now)
        reread = Reread(before, when(link["fetched_at"]), edited=False) if link["fetched_at"] else None
        due_at = max(filter(None, (due_at, _again(db, verdict, terms, reread, learn=False))), default=None)
        if failure.reason in GONE:
            if identity.moves(db, article, task.id, task.url, terms.now):
                state, due_at = "alias", None
            else:
                state, verdict = "gone", articles.remove(db, article, terms.now)
        elif failure.reason == "paywalled":
            verdict = replace(articles.paywalled(db, article, terms.now), failure=failure)
    # What robots.txt keeps us from was not tried.
    tries = task.tries if failure.stage is Stage.ROBOTS and failure.retry_at else task.tries + 1
    fetched_at = iso_ms(_fetched_at(outcome, terms.now))
    values: dict[str, Value] = {"tries": tries, "reason": failure.reason, "fetched_at": fetched_at}
    update(db, "links", task.id, state=state, due_at=_text(due_at), **values)
    return verdict


def _fetched_at(outcome: Outcome, now: datetime) -> datetime:
    """When the page came: it may have waited long to be stored, and may have changed meanwhile."""
    return min(outcome.page.fetched_at, now) if outcome.page else now


def settle(db: sqlite3.Connection, link: int, failure: Failure, now: datetime) -> None:
    """Close a link that turned out to be something else than an article, without a fetch of its own."""
    inbox.drop(db, link)
    update(db, "links", link, state="refused", reason=failure.reason, due_at=None, tries=0, fetched_at=iso_ms(now))


def _again(
    db: sqlite3.Connection, verdict: Verdict, terms: Terms, reread: Reread | None = None, *, learn: bool = True
) -> datetime | None:
    """When the article is looked at again, by what is known of it and of its source.

    ``learn``: what ``reread`` says of the source's edits is kept.
    """
    assert verdict.article_id is not None
    source, edits = db.execute(
        "SELECT name, edits FROM sources WHERE name = (SELECT source FROM articles WHERE id = ?)", [verdict.article_id]
    ).fetchone()
    after, due_at = terms.plan.article(source, edits, _past(db, verdict.article_id, terms.now), terms.now, reread)
    if learn and after != edits:
        db.execute("UPDATE sources SET edits = ? WHERE name = ?", [after, source])
    return due_at


def _past(db: sqlite3.Connection, article: int, now: datetime) -> Past:
    row = db.execute(
        "SELECT published, first_seen, changes, changed FROM articles,"
        " (SELECT count(*) AS changes, max(seen_at) AS changed FROM revisions WHERE article = ? AND number > 1)"
        " WHERE articles.id = ?",
        [article, article],
    ).fetchone()
    first_seen = when(row["first_seen"])
    published = min(latest(row["published"]), first_seen) if row["published"] else first_seen
    changed = when(row["changed"]) if row["changed"] else published
    return Past(min(published, now), min(changed, now), row["changes"])


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
