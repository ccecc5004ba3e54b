"""Identity: which article a page is, by its addresses and its text, and whose text it has.

Pages lie about who they are: a site names one canonical URL on all of them, gives a number a second time, or leaves
the address of another story in a template. So what a page claims ties it to an article only if the two URLs look like
variants of one (archive.aliases), or if the story is the same. What looks alike without a claim has to have the text.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from archive import addresses, aliases, clusters, likeness
from archive.clusters import Near, place
from archive.dedupe import content_hash
from archive.models import Article
from archive.rows import Value, clean, folded, update
from archive.signatures import likeness as in_common
from archive.signatures import sign
from archive.sites import site
from archive.times import iso, stamp

__all__ = ["Match", "find", "moves", "original", "place", "supersedes"]

# A shorter text, such as "Subscribe to read on", can stand on many pages that are different articles.
_DUPLICATE_WORDS = 20

_NAMESAKES = 0.9
"""How much alike the texts of two pages have to be whose URLs have a headline in common, and nothing more certain."""
_CLAIMED = 0.75
"""The same where one claims to be the other under another headline: parts of a series share their introduction."""
_DAY = len("2026-11-30")


@dataclass(frozen=True, slots=True)
class Match:
    """The article that a page is; none for a new one."""

    row: sqlite3.Row | None
    url: str
    """By which it is to be kept."""
    near: Near | None = None
    """What may have the text of a new one."""


def find(db: sqlite3.Connection, article: Article, via: tuple[str, ...], own: int | None, now: datetime) -> Match:
    """The article that a page is, whose link led to the article ``own`` before.

    ``via``: the link's URL, and where it was sent on to.
    """
    if own is not None:
        return _own(db, article, via, _row(db, own), now)
    claims = (article.url, via[0], *[url for _, url in article.addresses])
    known = addresses.known(db, claims)
    for number in dict.fromkeys([known[url] for url in claims if url in known]):
        if number is not None and _is(db, row := _row(db, number), article, via):
            return Match(row, row["url"])
    text = clean(article.text)
    near = clusters.near(db, text)
    if found := _by_text(db, near, article, via[0]):
        return Match(found, found["url"])
    for url in (article.url, via[0]):
        if (number := known.get(url)) is not None:
            _dispute(db, _row(db, number), url, now)
    url = via[0] if article.url in known else article.url
    # Where an article has the URL and was read nowhere else, it is written anew.
    return Match(db.execute("SELECT * FROM articles WHERE url = ?", [url]).fetchone(), url, near)


def original(db: sqlite3.Connection, values: dict[str, Value]) -> int | None:
    """The first article with this text, if the text is long enough to tell (or the title is the same, too)."""
    row = db.execute(
        "SELECT id FROM articles WHERE content_hash = ? AND duplicate_of IS NULL AND text != ''"
        " AND (? >= ? OR title = ?) ORDER BY id LIMIT 1",
        [values["content_hash"], values["word_count"], _DUPLICATE_WORDS, values["title"]],
    ).fetchone()
    return row["id"] if row else None


def supersedes(db: sqlite3.Connection, row: sqlite3.Row, article: Article, via: str) -> bool:
    """Whether the link ``via`` is the one whose page may change the article from now on: it is the page itself."""
    if via == row["url"]:
        return True
    if via != article.url or aliases.look(via).variant or addresses.taken(db, via):
        return False
    said = any(url == row["url"] for kind, url in article.addresses if kind in addresses.VARIANTS)
    return said or bool(aliases.look(row["url"]).variant)


def moves(db: sqlite3.Connection, article: int, gone: int, url: str, now: datetime) -> bool:
    """Whether an article whose page is gone may live at another address: that one is looked at from now on.

    ``gone``: the link that led to the page, which is ``url``. Who gives a story another headline often gives it another
    address, too. A copy for phones that is left tells nothing.
    """
    find = "SELECT id, url FROM links WHERE article = ? AND state = 'alias' AND reason = '' ORDER BY id DESC LIMIT 20"
    bare = aliases.look(url).bare
    for other in db.execute(find, [article]).fetchall():
        seen = aliases.look(other["url"])
        if other["id"] != gone and not seen.variant and seen.bare != bare:
            update(db, "links", other["id"], state="stored", due_at=iso(now))
            return True
    return False


def _own(db: sqlite3.Connection, article: Article, via: tuple[str, ...], row: sqlite3.Row, now: datetime) -> Match:
    """A page that was read before is its article, unless it turns out to be one more address of another."""
    if article.url == row["url"]:
        return Match(row, row["url"])
    known = addresses.known(db, [article.url])
    other = known.get(article.url)
    if other is not None and other != row["id"]:
        theirs = _row(db, other)
        if _is(db, theirs, article, via):
            return Match(theirs, theirs["url"])
        _dispute(db, theirs, article.url, now)
    elif other is not None or article.url not in known:
        return Match(row, article.url)  # it has moved to another canonical URL
    return Match(row, row["url"])


def _is(db: sqlite3.Connection, row: sqlite3.Row, article: Article, via: tuple[str, ...]) -> bool:
    """Whether a page that claims to be an article, or came from one of its addresses, is it indeed."""
    links = [link for link in _links(db, row) if link != via[0]]
    return any(aliases.variants(url, link) for url in via for link in links) or _same_story(row, article)


def _same_story(row: sqlite3.Row, article: Article) -> bool:
    """By the text; where the headline is the same, of one of them a beginning is enough, or the same time."""
    text = clean(article.text)
    titled = _titled(row, article)
    if text and row["content_hash"] == content_hash(text) and (titled or row["word_count"] >= _DUPLICATE_WORDS):
        return True
    one, other = sign(text), sign(row["text"])
    if not titled:
        return one.telling and other.telling and in_common(one, other) >= _CLAIMED
    if in_common(one, other, 0.0):
        return True
    at = stamp(article.published) if article.published else ""
    timed = at == row["published"] and len(at) > _DAY  # two of one day may have one headline: "The day in pictures"
    return timed and likeness.told(article.title, text) and likeness.told(article.title, row["text"])


def _titled(row: sqlite3.Row, article: Article) -> bool:
    title = folded(article.title).casefold()
    return bool(title) and title == folded(row["title"]).casefold()


def _by_text(db: sqlite3.Connection, near: Near, article: Article, via: str) -> sqlite3.Row | None:
    """The article of which a page that claims nothing is one more address, by its text and the look of its URL."""
    text = near.signature.text
    same = db.execute("SELECT id FROM articles WHERE content_hash = ? ORDER BY id LIMIT 4", [content_hash(text)])
    numbers = [*[row["id"] for row in same], *near.articles[: 2 * clusters.COMPARED]]
    sql = "SELECT id, url FROM articles WHERE id IN (SELECT value FROM json_each(?))"
    homes = {url: site(url) for url in {via, article.url}}
    for found in db.execute(sql, [json.dumps(numbers)]).fetchall() if numbers else ():
        home = site(found["url"])  # first: most texts that are alike are other sites'
        urls = [url for url, ours in homes.items() if ours and ours == home]
        if any(aliases.relatives(url, found["url"]) for url in urls):
            row = _row(db, found["id"])
            if _same_story(row, article):
                return row
        elif any(aliases.namesakes(url, found["url"]) for url in urls):
            row = _row(db, found["id"])
            alike = _titled(row, article) and _of_one_day(row, article)
            if alike and in_common(near.signature, sign(row["text"])) >= _NAMESAKES:
                return row
    return None


def _of_one_day(row: sqlite3.Row, article: Article) -> bool:
    """False for what is published anew after some time, as a recipe may be each year."""
    return not (article.published and row["published"]) or stamp(article.published)[:10] == row["published"][:10]


def _dispute(db: sqlite3.Connection, row: sqlite3.Row, url: str, now: datetime) -> None:
    """Another story names an article's URL as its own: it is none's, unless the article was read there."""
    links = _links(db, row)
    if any(aliases.variants(url, link) for link in links):
        return
    if row["url"] == url:
        home = next((link for link in links if not addresses.taken(db, link)), None)
        if home is None:
            return
        addresses.rename(db, row, home, now)
    addresses.share(db, url)


def _links(db: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """The URLs by which an article was read, the one that may change it first; of thousands, some."""
    read_there = db.execute("SELECT 1 FROM links WHERE url = ? AND article = ?", [row["url"], row["id"]]).fetchone()
    found = db.execute("SELECT url, state FROM links WHERE article = ? ORDER BY id LIMIT 20", [row["id"]]).fetchall()
    urls = [link["url"] for link in sorted(found, key=lambda link: bool(link["state"] == "alias"))]
    return [row["url"], *urls] if read_there or not urls else urls


def _row(db: sqlite3.Connection, article: int) -> sqlite3.Row:
    row: sqlite3.Row = db.execute("SELECT * FROM articles WHERE id = ?", [article]).fetchone()
    return row
