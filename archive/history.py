"""History: the revisions of an article: what differs from what was kept, and what is kept of it.

An article with one text alone has no rows in ``revisions``: they are written once there are two.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from archive import changes, ledger
from archive.changes import Difference, Version
from archive.columns import byline
from archive.dedupe import content_hash
from archive.models import Article
from archive.redating import redated
from archive.revisions import RESTLESS, restless
from archive.rows import Value, clean, folded, insert
from archive.times import iso, stamp, when

SAME = Difference("")
_A_DAY = timedelta(days=1)

_KEPT = ("title", "byline", "published", "modified", "text", "content_hash", "snapshot")  # of each revision


def difference(db: sqlite3.Connection, row: sqlite3.Row, article: Article) -> Difference:
    """What a page says otherwise than what was kept; of no kind if that is noise, or nothing."""
    before = _claimed(db, row)
    text, published = clean(article.text), _published(row, before, article)
    if (
        published == before
        and folded(row["title"]) == folded(article.title)
        and folded(row["byline"]) == folded(byline(article))
        and row["content_hash"] == content_hash(text)
    ):
        return SAME
    old = Version(row["title"], row["byline"], row["text"], before)
    return changes.difference(old, Version(clean(article.title), clean(byline(article)), text, published))


def is_restless(db: sqlite3.Connection, row: sqlite3.Row, said: Article, now: datetime) -> bool:
    """Whether a page changed within a day in nothing but what changed at the looks before, too."""
    if row["revision"] < RESTLESS:
        return False
    last: list[sqlite3.Row] = db.execute(
        "SELECT seen_at, title, byline, published, text FROM revisions WHERE article = ? ORDER BY number DESC LIMIT ?",
        [row["id"], RESTLESS],
    ).fetchall()
    if when(last[0]["seen_at"]) < now - _A_DAY:
        return False
    before = [_lines(row["title"], row["byline"], row["published"], row["text"]) for row in reversed(last)]
    published = stamp(said.published) if said.published else last[0]["published"]
    return restless([*before, _lines(said.title, byline(said), published, clean(said.text))])


def _lines(title: str, names: str, published: str | None, text: str) -> list[str]:
    return [folded(line) for line in (title, f"{names} {published or ''}", *text.split("\n\n"))]


def _claimed(db: sqlite3.Connection, row: sqlite3.Row) -> str | None:
    """The date of publication that the page gave at last: the article's stays where it is dated anew after that."""
    if row["revision"] > 1:
        sql = "SELECT published FROM revisions WHERE article = ? AND number = ?"
        revision = db.execute(sql, [row["id"], row["revision"]]).fetchone()
        if revision and revision["published"]:
            return str(revision["published"])
    published: str | None = row["published"]
    return published


def _published(row: sqlite3.Row, before: str | None, article: Article) -> str | None:
    """The date of publication, where it is one to compare with the one that was kept; else that one.

    What another place on the page says is another date only if it is so by more than a day, and if the place that
    the first was read from is gone: places are not wrong in the same way.
    """
    said = article.published
    if said is None or before is None:
        return before
    if said.how != row["published_how"]:
        if any(one.how == row["published_how"] and not redated(before, stamp(one)) for one in article.dates):
            return before
        if abs(when(stamp(said)) - when(before)) <= _A_DAY:
            return before
    return stamp(said)


def add(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    values: dict[str, Value],
    change: str,
    now: datetime,
    *,
    found: Difference = SAME,
    seen_at: datetime | None = None,
) -> int:
    """A revision, of ``values`` and else of what the article's ``row`` says; its number.

    ``seen_at``: when it was seen, if not now.
    """
    number = _open(db, row) + 1
    kept = {name: row[name] for name in _KEPT} | {name: values[name] for name in _KEPT if name in values}
    counts = {"words_added": found.added, "words_removed": found.removed}
    revision: dict[str, Value] = {"seen_at": iso(seen_at or now), "change": change, **kept}
    insert(db, "revisions", article=row["id"], number=number, **counts, **revision)
    ledger.version(db, row["id"], number, revision, now)
    return number


def last(db: sqlite3.Connection, article: int) -> str:
    """What the last change was; empty if there was none."""
    sql = "SELECT change FROM revisions WHERE article = ? ORDER BY number DESC LIMIT 1"
    row = db.execute(sql, [article]).fetchone()
    return str(row["change"]) if row else ""


def _open(db: sqlite3.Connection, row: sqlite3.Row) -> int:
    """See to it that the text up to now is a revision; the number of the latest."""
    if row["revision"] == 1:
        kept = {name: row[name] for name in _KEPT}
        insert(db, "revisions", article=row["id"], number=1, seen_at=row["first_seen"], change="first", **kept)
    return int(row["revision"])
