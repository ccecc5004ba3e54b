"""Parts: into which archives one is split, by year or by source; what each is called, and which articles are its."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from archive.database import ArchiveError

YEAR, SOURCE = "year", "source"
CHOSEN: Final = {
    # A year's times begin with it, and go on with a hyphen, if at all; the colon comes after all digits.
    YEAR: "SELECT article FROM timeline WHERE happened >= :key AND happened < :key || ':'",
    SOURCE: "SELECT article FROM timeline WHERE source = :key",
}
"""By what → SQL for the articles of the part whose key it is. Of the timeline: when an article was published, or first
seen where that is unknown or was still to come."""

_KEY = {YEAR: "substr(happened, 1, 4)", SOURCE: "timeline.source"}
_LONGEST = 64
_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_LEAST = 700_000
"""Bytes of an archive with nothing in it, about."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the archives that another is split into."""

    key: str
    """The year, or the source's name."""
    file: str
    """Name of its file: ``2025.db``."""
    live: bool
    """Whether a daemon can go on with it: it gets sources, listings, queue and all else that a crawl needs."""
    rest: bool
    """Whether it gets what belongs to no article."""
    articles: int
    pages: int
    bytes: int
    """About, before it is made; as it is, afterwards."""


def plan(db: sqlite3.Connection, by: str, now: datetime) -> tuple[Part, ...]:
    """All parts of an archive, in the order of their keys: each article is in one of them."""
    counts = dict(db.execute(f"SELECT {_KEY[by]}, count(*) FROM timeline GROUP BY 1").fetchall())  # noqa: S608  # ours
    pages = {key: (number, size) for key, number, size in db.execute(_PAGES.format(_KEY[by]))}
    total = db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    kept = db.execute("SELECT count(*) FROM articles").fetchone()[0]
    if by == YEAR and (odd := [key for key in counts if not re.fullmatch(r"\d{4}", key, re.ASCII)]):
        raise ArchiveError(f"{counts[odd[0]]} articles have a date that is none ({odd[0]!r}): they are of no year.")
    if sum(counts.values()) != kept:
        raise ArchiveError("The table timeline does not have all articles: somebody changed it.")
    if by == YEAR:
        newest = max([f"{now.year:04}", *counts])
        keys = sorted({*counts, newest})
        live = {newest}
    else:
        keys = [row[0] for row in db.execute("SELECT name FROM sources ORDER BY name")]
        live = set(keys)
        newest = keys[0] if keys else ""
    files = names(keys)
    beside = max(0, total - _LEAST - sum(size for _, size in pages.values())) / max(
        1, kept
    )  # bytes of an article, without page
    return tuple(
        Part(
            key=key,
            file=files[key],
            live=key in live,
            rest=key == newest,
            articles=counts.get(key, 0),
            pages=pages.get(key, (0, 0))[0],
            bytes=round(_LEAST + pages.get(key, (0, 0))[1] + beside * counts.get(key, 0)),
        )
        for key in keys
    )


_PAGES = """
SELECT {}, count(*), sum(length(body)) FROM (
    SELECT id AS article, snapshot FROM articles WHERE snapshot IS NOT NULL
    UNION SELECT article, snapshot FROM revisions WHERE snapshot IS NOT NULL
) AS kept CROSS JOIN timeline ON timeline.article = kept.article CROSS JOIN snapshots ON snapshots.id = kept.snapshot
GROUP BY 1
"""


def names(keys: Iterable[str]) -> dict[str, str]:
    """Key → name of its file: the key itself where any disk and any address can have it, and no two that are alike."""
    found: dict[str, str] = {}
    for key in keys:
        plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
        bare = _UNSAFE.sub("-", plain)[:_LONGEST].strip("-_")
        if bare != key or not bare:
            digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
            bare = f"{bare or 'source'}-{digest[:8]}"
        found[key] = f"{bare}.db"
    return found
