"""Columns: an Article as the values of its row in ``articles``, and such a row as a Record. Pure."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, fields
from typing import Any

from archive import blocks, dates, words
from archive.dedupe import content_hash
from archive.models import Article
from archive.rows import Value, clean
from archive.times import stamp


@dataclass(frozen=True, slots=True)
class Record:
    """An article as it is kept: its row in ``articles``, lists read from their JSON. Times as archive.schema says."""

    id: int
    source: str
    url: str
    title: str
    byline: str
    authors: tuple[str, ...]
    published: str | None
    published_precision: str | None
    published_how: str | None
    modified: str | None
    language: str
    section: str
    tags: tuple[str, ...]
    description: str
    image: str
    text: str
    blocks: str
    """JSON, for archive.blocks.loads."""
    word_count: int
    content_hash: str
    duplicate_of: int | None
    first_seen: str
    last_seen: str
    removed: str | None
    revision: int
    quality: float
    flags: tuple[str, ...]
    dates: tuple[tuple[str, str, str], ...]
    """How, when and how precisely, of each that was found: see archive.dates."""
    evidence: dict[str, str]
    dropped: tuple[tuple[str, str], ...]
    extractor: str
    snapshot: int | None


def byline(article: Article) -> str:
    return ", ".join(article.authors)


def columns(article: Article) -> dict[str, Value]:
    """What comes from the page alone; each text such that SQLite can hold it."""
    text = clean(article.text)
    published = article.published
    return {
        "url": clean(article.url),
        "title": clean(article.title),
        "byline": clean(byline(article)),
        "published": stamp(published) if published else None,
        "published_precision": published.precision.value if published else None,
        "published_how": published.how if published else None,
        "modified": stamp(article.modified) if article.modified else None,
        "language": article.language,
        "section": clean(article.section),
        "description": clean(article.description),
        "image": clean(article.image),
        "text": text,
        "blocks": clean(blocks.dumps(article.blocks)),
        "word_count": words.count(text),
        "content_hash": content_hash(text),
        "quality": article.quality.score,
        "flags": json.dumps(article.quality.flags),
        "dates": clean(dates.dumps(article.dates)),
        "evidence": clean(json.dumps(dict(article.evidence), ensure_ascii=False)),
        "dropped": clean(json.dumps([[d.reason, d.text] for d in article.dropped], ensure_ascii=False)),
    }


def record(row: sqlite3.Row) -> Record:
    """From all columns of ``articles``, with ``authors`` and ``tags`` as JSON lists."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(Record)}
    for name in ("authors", "tags", "flags"):
        values[name] = tuple(json.loads(values[name]))
    values["dates"] = tuple((how, at, precision) for how, at, precision in json.loads(values["dates"]))
    values["evidence"] = json.loads(values["evidence"])
    values["dropped"] = tuple((reason, text) for reason, text in json.loads(values["dropped"]))
    return Record(**values)
