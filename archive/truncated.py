"""Truncated: pages that broke off on their way, without a server or a connection having said so.

A page that is not closed, where it was before or where its source's others are, is asked for again.
"""

from __future__ import annotations

import re
import sqlite3

from archive import history, pages
from archive.models import Article, Failure, Page, Stage
from archive.noise import told
from archive.rows import clean

# Bytes at the end of a page in which it is closed: scripts and the notes of caches may come after.
_END = 16_384
_CLOSED = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
# Letters, at most, in which a text that breaks off differs from what it was: of its last word, and what is put after.
_STUMP = 40

_LATEST = (
    "SELECT snapshot FROM articles WHERE source = ? AND snapshot IS NOT NULL"
    " ORDER BY min(coalesce(published, first_seen), first_seen) DESC LIMIT 3"
)
_REASON = "truncated"
_FIRST = "The page broke off on its way: its end is missing, which this source's pages have. It is tried again."
_AGAIN = (
    "The page broke off on its way: its end is missing, which it had before. The text that was kept stays as it is."
)


def at_first(db: sqlite3.Connection, source: str, page: Page, url: str) -> Failure | None:
    """Whether a page that nothing is kept of broke off: it is not closed, and the last three of its source were.

    It is believed when it comes so again: no article is lost for that.
    """
    if _is_closed(page.body) or _was_so(db, url):
        return None
    latest = db.execute(_LATEST, [source]).fetchall()
    if not latest or not all(_is_closed(pages.body(db, row["snapshot"])) for row in latest):
        return None
    return Failure(url, Stage.FETCH, _REASON, _FIRST)


def lost_its_end(db: sqlite3.Connection, kept: sqlite3.Row, page: Page) -> bool:
    """Whether an article's page is not closed, as the one was that is kept."""
    return not _is_closed(page.body) and _is_closed(pages.body(db, kept["snapshot"]))


def again(db: sqlite3.Connection, kept: sqlite3.Row, said: Article, url: str) -> Failure | None:
    """Whether what an article's page says is not to be believed, as it lost its end.

    A publisher may close its pages no longer (minifiers leave that out), and change a text on the same day: what is
    no beginning of the text before is believed when it comes again.
    """
    old, new = told(kept["text"]), told(clean(said.text))
    if old == new and not history.difference(db, kept, said).kind:
        return None
    begun = len(new) < len(old) and old.startswith(new[: max(0, len(new) - _STUMP)])
    return Failure(url, Stage.FETCH, _REASON, _AGAIN) if begun or not _was_so(db, url) else None


def _was_so(db: sqlite3.Connection, url: str) -> bool:
    """Whether it was truncated at the last look, too."""
    row = db.execute("SELECT reason FROM links WHERE url = ?", [url]).fetchone()
    return row is not None and row["reason"] == _REASON


def _is_closed(body: bytes) -> bool:
    return _CLOSED.search(body, max(0, len(body) - _END)) is not None
