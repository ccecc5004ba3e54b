"""Reextraction: what today's extractor makes of an article's stored pages in place of what stood there.

Every revision that has a page is read anew, so that the difference between two of them stays the publisher's. Their
numbers, times and kinds stay; what is replaced is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from archive import effects, identity, index, learned, ledger, names, pages
from archive.articles import said_again
from archive.effects import Effect, Said
from archive.models import Article, Failure, Link, Page, Stage
from archive.rows import Value, insert, update
from archive.times import iso
from archive.turns import link_of

_SEEN = ("title", "byline", "published", "modified", "text", "blocks")
"""Columns of which a change is one that readers see; what they were is kept."""
_OF_REVISION = ("title", "byline", "published", "modified", "text", "content_hash")
"""Columns of a revision that come from its page."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one stored page is by today's extractor, and the digest of the rules by which it was read."""

    result: Article | Failure
    rules: str


@dataclass(frozen=True, slots=True)
class Anew:
    """An article's stored pages, read anew: by the numbers of their snapshots."""

    article: int
    reads: Mapping[int, Read]

    def held_up(self) -> bool:
        """Whether some were not read for want of a process: another try will tell."""
        return any(isinstance(r.result, Failure) and r.result.reason == "interrupted" for r in self.reads.values())


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored page with what its listing said of it; a Failure where it is damaged."""

    page: Page | Failure
    link: Link | None


@dataclass(frozen=True, slots=True)
class _Text:
    """One of an article's texts that becomes another."""

    number: int
    """Of the revision."""
    old: sqlite3.Row
    """The article's row for its current text, else the revision's."""
    revision: int | None
    """The id of its row in ``revisions``, if there is one."""
    values: dict[str, Value]
    """What it is by the new reading."""


@dataclass(frozen=True, slots=True)
class _Comparison:
    row: sqlite3.Row
    """Of the article."""
    effect: Effect
    made: dict[str, Value]
    """What the new texts are made by."""
    texts: tuple[_Text, ...] = ()
    """Those that change, the current one last; it is there even if nothing that readers see does."""
    article: Article | None = None


def snapshots_of(db: sqlite3.Connection, article: int) -> tuple[str, list[int]]:
    """The article's source and the numbers of its stored pages, each once, from the first on."""
    rows = db.execute(
        "SELECT source, snapshot FROM (SELECT articles.source, revisions.snapshot, number FROM articles"
        " JOIN revisions ON article = articles.id WHERE articles.id = ?1 UNION ALL"
        " SELECT source, snapshot, revision + 1 FROM articles WHERE id = ?1) ORDER BY number",
        [article],
    ).fetchall()
    found = dict.fromkeys(row["snapshot"] for row in rows if row["snapshot"] is not None)
    return (rows[-1]["source"] if rows else ""), list(found)


def stored(db: sqlite3.Connection, snapshot: int) -> Stored:
    """A stored page, as a crawl would have it before it is read."""
    try:
        page = pages.load(db, snapshot)
    except (ValueError, TypeError) as error:  # snapshots.DamagedError, headers that are no JSON, no dictionary
        page, said = None, str(error)
    else:
        said = f"snapshot {snapshot} is not there"
    if page is None:
        return Stored(Failure("", Stage.STORE, "damaged", f"Its stored page cannot be read: {said}."), None)
    row = db.execute("SELECT * FROM links WHERE url = ?", [page.url]).fetchone()
    return Stored(page, link_of(row) if row else None)


def compare(db: sqlite3.Connection, anew: Anew, extractor: str) -> Effect | None:
    """What ``apply`` would do. Writes nothing."""
    found = _compared(db, anew, extractor)
    return found.effect if found else None


def apply(
    db: sqlite3.Connection, anew: Anew, extractor: str, now: datetime, reextraction: int | None = None
) -> Effect | None:
    """Make the article's texts what was read anew, and keep what they were. In a transaction.

    Nothing is done, and the answer is None, where the article got another page since its pages were read. Where today's
    extractor refuses the page of the current text, the article stays as it is, and is noted in ``refused``; an earlier
    revision whose page it refuses stays by itself.
    """
    found = _compared(db, anew, extractor)
    if found is None:
        return None
    if failure := found.effect.refusal:
        _refuse(db, found, failure, now)
        return found.effect
    db.execute("DELETE FROM refused WHERE article = ?", [anew.article])
    for text in found.texts:
        _replace(db, found, text, now, reextraction)
    if found.article:
        names.keep(db, anew.article, found.article)
    return found.effect


def _compared(db: sqlite3.Connection, anew: Anew, extractor: str) -> _Comparison | None:
    row = db.execute("SELECT * FROM articles WHERE id = ?", [anew.article]).fetchone()
    if row is None or row["snapshot"] not in anew.reads:
        return None
    source, read = row["source"], anew.reads[row["snapshot"]]
    made: dict[str, Value] = {"extractor": extractor, "rules": read.rules, "template": learned.template(db, source)}
    before = _said(row)
    if isinstance(read.result, Failure):
        return _Comparison(row, effects.refusal(source, row["url"], before, read.result), made)
    article = _clean(db, read.result, row)
    current = _Text(row["revision"], row, None, _values(db, article, row, row))
    texts = []
    for revision in db.execute("SELECT * FROM revisions WHERE article = ? ORDER BY number", [row["id"]]).fetchall():
        if revision["number"] == row["revision"]:
            current = replace(current, revision=revision["id"])
        elif text := _earlier(db, revision, anew, row):
            texts.append(text)
    effect = effects.effect(
        source, row["url"], before, _said(dict(row) | current.values), changed=bool(texts) or _differs(current)
    )
    return _Comparison(row, effect, made, (*texts, current), article)


def _clean(db: sqlite3.Connection, read: Article, row: sqlite3.Row) -> Article:
    """Without its source's boilerplate. Under the address that it is known by: its own headline is no other's."""
    return learned.clean_of(db, replace(read, url=row["url"]), row["source"])


def _earlier(db: sqlite3.Connection, row: sqlite3.Row, anew: Anew, article: sqlite3.Row) -> _Text | None:
    """An earlier revision, if it becomes another by its page."""
    read = anew.reads.get(row["snapshot"])
    if read is None or isinstance(read.result, Failure):
        return None
    values = _values(db, _clean(db, read.result, article), row, article)
    values = {name: values[name] for name in _OF_REVISION if name in values}
    if row["published"] is None:  # written before they were kept
        values.pop("published", None)
    text = _Text(row["number"], row, row["id"], values)
    return text if _differs(text) else None


def _values(db: sqlite3.Connection, read: Article, old: sqlite3.Row, row: sqlite3.Row) -> dict[str, Value]:
    """The columns that the page gives. Those stay that a later look gave, whose page was not kept for it alone.

    ``old``: the row, of the article or a revision, that it was read into before; ``row``: the article's.
    """
    values = said_again(db, read, row)
    del values["url"]  # by it others find the article; its next look moves it if it has moved
    fetched = db.execute("SELECT fetched_at FROM snapshots WHERE id = ?", [old["snapshot"]]).fetchone()["fetched_at"]
    if old["modified"] and old["modified"] > fetched:  # no page knows what comes after it
        values.pop("modified", None)
    return values


def _differs(text: _Text) -> bool:
    return any(text.old[name] != text.values[name] for name in _SEEN if name in text.values)


def _said(row: Mapping[str, Any] | sqlite3.Row) -> Said:
    return Said(row["title"], row["byline"], row["published"], row["modified"], row["text"])


def _replace(db: sqlite3.Connection, found: _Comparison, text: _Text, now: datetime, reextraction: int | None) -> None:
    """Write one text in place of another: the one place that does."""
    row, old = found.row, text.old
    if _differs(text):
        kept = {name: old[name] for name in (*_OF_REVISION, "blocks") if name in old.keys()}  # noqa: SIM118  # a Row
        by = {name: row[name] for name in found.made}
        insert(
            db,
            "replaced",
            article=row["id"],
            revision=text.number,
            reextraction=reextraction,
            at=iso(now),
            **kept,
            **by,
        )
    if text.revision is not None:
        own = {name: text.values[name] for name in _OF_REVISION if name in text.values}
        update(db, "revisions", text.revision, **own)
    if text.number == row["revision"]:
        news = {name: value for name, value in text.values.items() if row[name] != value}
        ledger.amend(db, row, news, now)
        update(db, "articles", row["id"], **news, **found.made)
        index.keep(db, row["id"], text.values)
        if text.values["text"] != row["text"]:
            identity.place(db, row["id"], str(text.values["text"]), row["text"])
    if _differs(text):
        ledger.reread(db, row["id"], text.number, now)


def _refuse(db: sqlite3.Connection, found: _Comparison, failure: Failure, now: datetime) -> None:
    db.execute("DELETE FROM refused WHERE article = ?", [found.row["id"]])
    why: dict[str, Value] = {"reason": failure.reason, "detail": failure.detail}
    insert(db, "refused", article=found.row["id"], at=iso(now), **found.made, **why)


def begin(db: sqlite3.Connection, extractor: str, scope: str, chosen: int, now: datetime) -> int:
    """Note that so many articles are to be read anew; the number of the reextraction. ``scope`` is JSON."""
    return insert(db, "reextractions", started=iso(now), extractor=extractor, scope=scope, chosen=chosen)


def count(db: sqlite3.Connection, reextraction: int, effect: Effect) -> None:
    """Add one article to what it did."""
    db.execute(
        "UPDATE reextractions SET looked = looked + 1, changed = changed + ?, words_gained = words_gained + ?,"
        " words_lost = words_lost + ?, refused = refused + ? WHERE id = ?",
        [effect.changed, effect.gained, effect.lost, effect.refusal is not None, reextraction],
    )
