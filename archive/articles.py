"""Articles: what a page said into the table articles, with its authors, tags and revisions.

An article is its canonical URL. A page that names the URL of an article already kept is that article, whatever
link led there; the link it came by first (or the canonical URL itself) is the one whose page may change it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import likeness, pages
from archive.columns import byline, columns
from archive.dedupe import content_hash, fingerprint
from archive.models import Article, Change, Page, Task, Verdict
from archive.revisions import RESTLESS, restless
from archive.rows import Value, clean, insert, update
from archive.times import iso, when
from archive.words import sentences

# A shorter text, such as "Subscribe to read on", can stand on many pages that are different articles.
_DUPLICATE_WORDS = 20

# A notice has hardly more letters; a text that has was written anew. Who writes one anew dates the page as before.
_NOTICE = 1_500
_DATED = ("json-ld:", "meta:", "microdata")

_A_DAY = timedelta(days=1)

_KEPT = ("title", "byline", "modified", "text", "content_hash", "snapshot")  # of each revision


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
    article, now = reading.article, reading.now
    row = db.execute("SELECT * FROM articles WHERE url = ?", [article.url]).fetchone()
    link = db.execute("SELECT state, article FROM links WHERE id = ?", [task.id]).fetchone()
    own = link["article"] if link["state"] != "alias" else None
    if row is None and own is not None:  # the page has moved to another canonical URL
        row = db.execute("SELECT * FROM articles WHERE id = ?", [own]).fetchone()
    if row is None:
        verdict = _add(db, reading, task.source)
    elif row["id"] != own:
        return _meet(db, row, article, task, now)
    elif _differs(row, article):
        verdict = seen(db, row["id"], now) if _is_restless(db, row, reading) else _revise(db, row, reading)
    else:
        verdict = _touch(db, row, reading)
    update(db, "links", task.id, article=verdict.article_id, state="stored")
    db.execute(  # the page knows better than a listing that said nothing
        "UPDATE links SET published = a.published, published_precision = a.published_precision FROM articles AS a"
        " WHERE a.id = article AND links.id = ? AND links.published IS NULL",
        [task.id],
    )
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
    number = _open_history(db, row) + 1
    kept = {name: row[name] for name in _KEPT}
    insert(db, "revisions", article=article, number=number, seen_at=iso(now), change="removed", **kept)
    update(db, "articles", article, removed=iso(now), revision=number)
    return Verdict(Change.REMOVED, row["url"], article, number)


def is_stopgap(db: sqlite3.Connection, article: int, said: Article) -> bool:
    """Whether what an article's page says now is no new text of it, but stands in its place.

    A consent wall, a challenge or a notice of a fault that passed for an article is the same for all of them, or has
    nothing in common with what was kept; and a text that was whole is now only begun, for those who do not subscribe.
    """
    new = content_hash(clean(said.text))
    row = db.execute(
        "SELECT 1 FROM articles AS a JOIN articles AS other ON other.source = a.source AND other.id != a.id"
        " AND other.content_hash = :new WHERE a.id = :id AND a.content_hash != :new AND :new != :empty"
        " AND coalesce(other.duplicate_of, other.id) != coalesce(a.duplicate_of, a.id)",
        {"new": new, "id": article, "empty": content_hash("")},
    ).fetchone()
    if row is not None:
        return True
    kept = db.execute("SELECT title, text FROM articles WHERE id = ?", [article]).fetchone()
    text = clean(said.text)
    return _is_notice(kept["title"], kept["text"], said, text) or (
        "paywalled" in said.quality.flags and 2 * len(text) < len(kept["text"])
    )


def _is_notice(title: str, before: str, said: Article, text: str) -> bool:
    """Whether a text is of another matter than the one before it, on a page that does not date it."""
    dated = said.published is not None and said.published.how.startswith(_DATED)
    if dated or len(text) > _NOTICE or not likeness.strange(title, f"{said.title}\n{text}"):
        return False
    return {line.strip() for line in sentences(before)}.isdisjoint(line.strip() for line in sentences(text))


def _add(db: sqlite3.Connection, reading: Reading, source: str) -> Verdict:
    article, now = reading.article, reading.now
    values = _values(reading)
    original = _original(db, values)
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
    _name(db, number, article)
    _observe(db, article, source, now)
    return Verdict(Change.NEW if original is None else Change.DUPLICATE, article.url, number, 1)


def _original(db: sqlite3.Connection, values: dict[str, Value]) -> int | None:
    """The first article with this text, if the text is long enough to tell (or the title is the same, too)."""
    row = db.execute(
        "SELECT id FROM articles WHERE content_hash = ? AND duplicate_of IS NULL AND text != ''"
        " AND (? >= ? OR title = ?) ORDER BY id LIMIT 1",
        [values["content_hash"], values["word_count"], _DUPLICATE_WORDS, values["title"]],
    ).fetchone()
    return row["id"] if row else None


def _meet(db: sqlite3.Connection, row: sqlite3.Row, article: Article, task: Task, now: datetime) -> Verdict:
    """Another link led to a known article: its page changes nothing now.

    Two pages of one article, as for phones and desks, would revise each other at every look. The canonical URL's
    own link takes over from whichever was first.
    """
    if task.url == article.url:
        db.execute(
            "UPDATE links SET state = 'alias', due_at = NULL WHERE article = ? AND id != ?", [row["id"], task.id]
        )
    update(db, "links", task.id, article=row["id"], state="stored" if task.url == article.url else "alias")
    return seen(db, row["id"], now)


def _differs(row: sqlite3.Row, article: Article) -> bool:
    return (
        _folded(row["title"]) != _folded(article.title)
        or _folded(row["byline"]) != _folded(byline(article))
        or row["content_hash"] != content_hash(clean(article.text))
    )


def _is_restless(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> bool:
    """Whether a page changed within a day in nothing but what changed at the looks before, too."""
    if row["revision"] < RESTLESS:
        return False
    last: list[sqlite3.Row] = db.execute(
        "SELECT seen_at, title, byline, text FROM revisions WHERE article = ? ORDER BY number DESC LIMIT ?",
        [row["id"], RESTLESS],
    ).fetchall()
    if when(last[0]["seen_at"]) < reading.now - _A_DAY:
        return False
    said = reading.article
    before = [_lines(row["title"], row["byline"], row["text"]) for row in reversed(last)]
    return restless([*before, _lines(said.title, byline(said), clean(said.text))])


def _lines(title: str, names: str, text: str) -> list[str]:
    return [_folded(line) for line in (title, names, *text.split("\n\n"))]


def _folded(text: str) -> str:
    return " ".join(clean(text).split())


def _revise(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Verdict:
    article, now = reading.article, reading.now
    number = _open_history(db, row) + 1
    values = _values(reading) | {"snapshot": _snapshot(db, reading)}
    kept = {name: values[name] for name in _KEPT}
    insert(db, "revisions", article=row["id"], number=number, seen_at=iso(now), change="edit", **kept)
    update(db, "articles", row["id"], revision=number, last_seen=iso(now), removed=None, **_kept_dates(values))
    _name(db, row["id"], article)
    _observe(db, article, row["source"], now)
    return Verdict(Change.REVISED, article.url, row["id"], number)


def _open_history(db: sqlite3.Connection, row: sqlite3.Row) -> int:
    """See to it that the text up to now is a revision; the number of the latest."""
    if row["revision"] == 1:
        kept = {name: row[name] for name in _KEPT}
        insert(db, "revisions", article=row["id"], number=1, seen_at=row["first_seen"], change="first", **kept)
    return int(row["revision"])


def _touch(db: sqlite3.Connection, row: sqlite3.Row, reading: Reading) -> Verdict:
    values = _kept_dates(_values(reading))
    news = {name: value for name, value in values.items() if row[name] != value}
    update(db, "articles", row["id"], last_seen=iso(reading.now), removed=None, **news)
    _name(db, row["id"], reading.article)
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


def _name(db: sqlite3.Connection, article: int, said: Article) -> None:
    """Make the article's authors and tags what the page says."""
    authors = list(dict.fromkeys(filter(None, map(_folded, said.authors))))
    tags = list(dict.fromkeys(filter(None, map(_folded, said.tags))))
    if _names(db, "author", article) != authors:
        db.execute("DELETE FROM article_authors WHERE article = ?", [article])
        db.executemany("INSERT OR IGNORE INTO authors (name) VALUES (?)", [(name,) for name in authors])
        db.executemany(
            "INSERT INTO article_authors SELECT ?, id, ? FROM authors WHERE name = ?",
            [(article, position, name) for position, name in enumerate(authors, 1)],
        )
    if set(_names(db, "tag", article)) != set(tags):
        db.execute("DELETE FROM article_tags WHERE article = ?", [article])
        db.executemany("INSERT OR IGNORE INTO tags (name) VALUES (?)", [(name,) for name in tags])
        db.executemany("INSERT INTO article_tags SELECT ?, id FROM tags WHERE name = ?", [(article, t) for t in tags])


def _names(db: sqlite3.Connection, kind: str, article: int) -> list[str]:
    order = "position" if kind == "author" else "name"
    sql = f"SELECT name FROM article_{kind}s JOIN {kind}s ON {kind}s.id = {kind} WHERE article = ? ORDER BY {order}"  # noqa: S608  # one of two words
    return [row["name"] for row in db.execute(sql, [article])]


def _observe(db: sqlite3.Connection, article: Article, source: str, now: datetime) -> None:
    """Count what was dropped from the page, once a page: what stands on many pages of a source is its furniture."""
    pieces = {fingerprint(piece.text): piece for piece in article.dropped if piece.text.strip()}
    db.executemany(
        "INSERT INTO boilerplate (source, reason, sample, fingerprint, pages, first_seen, last_seen)"
        " VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT (source, fingerprint) DO UPDATE SET"
        " pages = pages + 1, last_seen = excluded.last_seen",
        [(source, p.reason, clean(p.text), mark, iso(now), iso(now)) for mark, p in pieces.items()],
    )
