"""An archive as large as one of years: invented articles on invented topics, for the benchmark of reading.

A topic has words of its own, which stand in its headlines and often in its texts; all other words follow Zipf's law.
So a word has from one to all articles, as in a real archive. Everything that the pages read is there: revisions,
clusters, authors, tags, raw pages, days, alarms, queue and log.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import zstandard

from archive.database import connect

SOURCES, TOPICS, AUTHORS, TAGS, A_DAY = 60, 500, 5_000, 3_000, 1_000
NEWEST = datetime(2026, 11, 24, 18, tzinfo=UTC)
_SECTIONS = ("Politics", "World", "Business", "Sport", "Culture", "Science", "Local", "Opinion")
_LANGUAGES = ("en", "en", "en", "de", "fr", "es", "ar", "ja")
_CHANGES = ("typo", "headline", "correction", "update", "addition", "cut", "rewrite")
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"


class World:
    """Words, paragraphs and the articles made of them; the same for the same seed."""

    def __init__(self, articles: int, seed: int = 7) -> None:
        self.articles, self.random = articles, random.Random(seed)
        self.words = list(dict.fromkeys(self._word() for _ in range(60_000)))
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.topics = [self.random.sample(self.words[300:], 25) for _ in range(TOPICS)]
        self._paragraphs = [[self._paragraph(topic) for _ in range(60)] for topic in self.topics]
        self._popular = list(accumulate(1 / (rank + 5) for rank in range(TAGS)))

    def _word(self) -> str:
        syllables = self.random.choices((1, 2, 3, 4), (1, 5, 4, 2))[0]
        return "".join(self.random.choice(_CONSONANTS) + self.random.choice(_VOWELS) for _ in range(syllables))

    def _paragraph(self, topic: list[str]) -> str:
        words = self.random.choices(self.words, cum_weights=self._weights, k=self.random.randrange(35, 80))
        for place in range(0, len(words), 9):
            words[place] = self.random.choice(topic)
        sentence = " ".join(words)
        return sentence[0].upper() + sentence[1:] + "."

    def article(self, number: int) -> tuple[str, str]:
        """Headline and text of the article of that number."""
        topic = self.random.randrange(TOPICS)
        words = self.random.sample(self.topics[topic], 3)
        words += self.random.choices(self.words, cum_weights=self._weights, k=self.random.randrange(3, 7))
        self.random.shuffle(words)
        text = "\n\n".join(self.random.sample(self._paragraphs[topic], self.random.randrange(4, 10)))
        return " ".join(words).capitalize(), text

    def tags(self) -> list[int]:
        """Numbers of three tags or fewer, some of them far more common than others."""
        return sorted(set(self.random.choices(range(1, TAGS + 1), cum_weights=self._popular, k=3)))

    def when(self, number: int) -> datetime:
        """When the article of that number was first seen."""
        return NEWEST - timedelta(days=(self.articles - number) / A_DAY)


def build(path: Path, articles: int) -> None:
    """Make the archive, with so many articles, a thousand a day."""
    for _ in grown(path, (articles,)):
        pass


def grown(path: Path, sizes: tuple[int, ...]) -> Iterator[int]:
    """Make it, and stop at each of these numbers of articles, tens of thousands, with nobody at the file."""
    articles = max(sizes)
    world = World(articles)
    db = connect(path)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -1000000")
    _around(db, world)
    for start in range(1, articles + 1, 10_000):
        end = min(start + 10_000, articles + 1)
        _step(db, world, range(start, end))
        if end - 1 in sizes:
            db.execute("INSERT INTO articles_fts(articles_fts) VALUES ('optimize')")
            db.execute("ANALYZE")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.close()
            yield end - 1
            db = connect(path)
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA cache_size = -1000000")
    db.close()


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def insert(db: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]] | list[dict[str, object]]) -> None:
    rows = list(rows)
    if rows:
        names = ", ".join(rows[0])
        db.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in rows[0])})", rows)


def one(db: sqlite3.Connection, number: int, title: str, body: str) -> None:
    """Store one article, as if it came just now."""
    now = text(datetime.now(UTC))
    blocks = json.dumps([{"kind": "paragraph", "text": [{"text": body}]}])
    row = {
        "source": f"paper{number % SOURCES}", "url": f"https://paper.example/now/{number}", "title": title,
        "published": now, "published_precision": "second", "language": "en", "section": "World", "text": body,
        "blocks": blocks, "word_count": body.count(" "), "content_hash": f"{number:x}", "first_seen": now,
        "last_seen": now, "extractor": "1",
    }  # fmt: skip
    insert(db, "articles", [row])


def _around(db: sqlite3.Connection, world: World) -> None:
    """All but the articles."""
    seen, chance = text(NEWEST - timedelta(days=900)), world.random
    days = world.articles // A_DAY + 1
    db.execute("BEGIN")
    insert(db, "sources", [
        {"name": f"paper{n}", "title": f"The {chance.choice(world.words).capitalize()} Post",
         "home": f"https://paper{n}.example/", "language": _LANGUAGES[n % 8], "country": "GB", "added": seen}
        for n in range(SOURCES)
    ])  # fmt: skip
    names = [f"{chance.choice(world.words)} {chance.choice(world.words)} {n}".title() for n in range(AUTHORS)]
    insert(db, "authors", [{"id": n, "name": name} for n, name in enumerate(names, 1)])
    insert(db, "tags", [{"id": n, "name": f"{world.words[n * 7].capitalize()} {n}"} for n in range(1, TAGS + 1)])
    insert(db, "days", (
        {"source": f"paper{n}", "day": text(NEWEST - timedelta(days=day))[:10], "looks": 48, "looks_failed": day % 3,
         "looked": 2**24 - 1, "fetched": 20, "failed": day % 4, "new": A_DAY // SOURCES + n % 7, "revised": 2,
         "words": 6000, "signed": 15, "dated": 17, "kept": 40_000, "dropped": 3000, "hours": '{"9": 10, "15": 7}'}
        for n in range(SOURCES) for day in range(min(days, 1000))
    ))  # fmt: skip
    insert(db, "alarms", [
        {"source": f"paper{n}", "kind": kind, "began": text(NEWEST - timedelta(days=9 * n)),
         "noticed": text(NEWEST - timedelta(days=9 * n)), "ended": None if n < 3 else text(NEWEST), "outcome": "over",
         "sentence": "Nothing new for two days; on such days there were 17 articles.", "evidence": "{}"}
        for n, kind in enumerate(("silence", "drift", "flood", "stale", "blocked") * 8)
    ])  # fmt: skip
    insert(db, "boilerplate", [
        {"source": f"paper{n}", "kind": "text", "state": "learned", "sample": f"Follow us on {world.words[n + m]}.",
         "pages": 40, "left_out": 40, "mark": m, "first_seen": seen, "last_seen": seen, "learned": seen}
        for n in range(SOURCES) for m in range(40)
    ])  # fmt: skip
    insert(db, "feeds", [
        {"source": f"paper{n}", "url": f"https://paper{n}.example/feed.xml", "host": f"paper{n}.example",
         "kind": "feed", "due_at": text(NEWEST), "fetched_at": text(NEWEST), "status": 200, "links": 30,
         "site": f"paper{n}.example"}
        for n in range(SOURCES)
    ])  # fmt: skip
    insert(db, "runs", [
        {"command": "daemon", "started": text(NEWEST - timedelta(days=n)), "ended": text(NEWEST), "fetched": 900,
         "new": 800}
        for n in range(500, 0, -1)
    ])  # fmt: skip
    db.execute("COMMIT")


def _step(db: sqlite3.Connection, world: World, numbers: range) -> None:
    chance, pack = world.random, zstandard.ZstdCompressor(level=1)
    made, revised, first = [], [], {}
    for number in numbers:
        title, body = world.article(number)
        seen = world.when(number)
        published = seen - timedelta(
            minutes=chance.randrange(3, 300), days=chance.randrange(2000) if number % 50 == 0 else 0
        )
        cluster = original = None
        if first and number % 12 < 2:  # agency copy: what another ran within the last hours
            original = chance.choice(list(first)[-40:])
            title, body, cluster = *first[original], original
        first[number] = (title, body)
        revisions = chance.choice((2, 2, 3, 4)) if number % 20 == 0 else 1
        made.append({
            "id": number, "source": f"paper{chance.randrange(SOURCES)}", "url": f"https://paper.example/{number}",
            "title": title, "byline": "Some One", "published": text(published), "published_precision": "second",
            "published_how": "json-ld:datePublished", "language": _LANGUAGES[chance.randrange(8)],
            "section": chance.choice(_SECTIONS), "description": body[:140], "image": "https://cdn.example/a.jpg",
            "text": body, "word_count": body.count(" ") + 1, "content_hash": f"{chance.getrandbits(64):016x}",
            "blocks": json.dumps([{"kind": "paragraph", "text": [{"text": part}]} for part in body.split("\n\n")]),
            "duplicate_of": original if number % 24 == 0 else None, "cluster": cluster, "first_seen": text(seen),
            "last_seen": text(seen + timedelta(days=3)), "removed": text(seen) if number % 300 == 0 else None,
            "revision": revisions, "quality": 1.0 if number % 9 else 0.6,
            "flags": "[]" if number % 9 else '["short-for-template"]', "extractor": "1", "snapshot": number,
            "title_mark": number,
        })  # fmt: skip
        revised += [
            {"article": number, "number": n, "seen_at": text(seen + timedelta(hours=3 * n - 3)), "title": title,
             "change": chance.choice(_CHANGES) if n > 1 else "first", "text": body + " Again." * n,
             "content_hash": str(n), "words_added": 1, "words_removed": 0, "snapshot": number}
            for n in range(1, revisions + 1) if revisions > 1
        ]  # fmt: skip
    raw = b"<!doctype html><title>A page</title><p>" + chance.randbytes(300).hex().encode()
    page, digest = pack.compress(raw), sha256(raw).hexdigest()
    db.execute("BEGIN")
    insert(db, "snapshots", (
        {"id": a["id"], "url": a["url"], "final_url": a["url"], "fetched_at": a["first_seen"], "status": 200,
         "headers": "[]", "size": len(raw), "sha256": digest, "body": page} for a in made
    ))  # fmt: skip
    insert(db, "articles", made)
    db.executemany("UPDATE articles SET cluster = id WHERE id = ?", {(a["cluster"],) for a in made if a["cluster"]})
    insert(db, "revisions", revised)
    insert(db, "addresses", (
        {"url": a["url"], "article": a["id"], "kind": "canonical", "first_seen": a["first_seen"],
         "last_seen": a["last_seen"]}
        for a in made
    ))  # fmt: skip
    insert(
        db,
        "article_authors",
        ({"article": a["id"], "author": chance.randrange(AUTHORS) + 1, "position": 0} for a in made),
    )
    insert(db, "article_tags", ({"article": a["id"], "tag": tag} for a in made for tag in world.tags()))
    insert(db, "links", (
        {"url": a["url"], "host": "paper.example", "source": a["source"], "state": "stored",
         "first_seen": a["first_seen"], "last_listed": a["first_seen"], "fetched_at": a["first_seen"],
         "article": a["id"], "site": "paper.example"}
        for a in made
    ))  # fmt: skip
    insert(db, "fetches", (
        {"at": a["first_seen"], "source": a["source"], "host": "paper.example", "url": a["url"], "kind": "article",
         "status": 200, "bytes": 20_000, "seconds": 0.4, "outcome": "new"}
        for a in made if a["first_seen"] > text(NEWEST - timedelta(days=90))
    ))  # fmt: skip
    db.execute("COMMIT")
