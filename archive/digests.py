"""Digests: what a kept record was, in 32 bytes, and the chain that each of them seals. Pure.

A record's digest is the SHA-256 of its fields as one line of JSON, in their order, without blanks, in UTF-8; an
article's text and a page's bytes stand in it by their own SHA-256. A ledger row's chain is the SHA-256 of a line of
text: the chain before it (64 zeros before the first), the row's own fields, its marks and its digest, in hex, parted by
blanks, with ``-`` for what it has not. Whoever has the records can find both again with any program that knows
SHA-256; whoever changes one record would have to change all chains after it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

Fields = dict[str, str | int | float | bytes | None]
"""Name → value of a record, in the order in which they are digested."""

FACTS = ("url", "published", "published_precision")
"""Columns of ``articles`` that may change without a new version, and are sealed."""

START = bytes(32)
"""The chain before the first row."""

_line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=bytes.hex).encode
"""Bytes are in no field but where somebody put them in place of text."""


class Named(Protocol):
    """A row of a table, or a dict that has its columns; each text such as SQLite holds it (archive.rows.clean)."""

    def __getitem__(self, name: str, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Row(NamedTuple):
    """A row of the ledger, without its chain."""

    id: int
    day: str
    kind: str
    page: int | None
    article: int | None
    number: int | None
    robots: int | None
    marks: bytes
    digest: bytes


def page(row: Named) -> Fields:
    """Of a raw page: a row of ``snapshots``. Its bytes stand in it by their SHA-256."""
    names = ("id", "url", "final_url", "fetched_at", "status", "headers", "sha256", "robots", "permit")
    return {name: row[name] for name in names}


def robots(row: Named) -> Fields:
    """Of what a host answered to the question for its robots.txt: a row of ``robots``."""
    said = {name: row[name] for name in ("id", "host", "first_seen", "status")}
    return said | {"sha256": _sha256(row["body"])}


def version(article: int, number: int, row: Named) -> Fields:
    """Of one of an article's texts: a row of ``revisions``."""
    return {
        "article": article,
        "number": number,
        "seen_at": row["seen_at"],
        "change": row["change"],
        "title": row["title"],
        "byline": row["byline"],
        "text_sha256": _sha256(row["text"]),
        "snapshot": row["snapshot"],
        # The first one's date is among the facts, for it may be told more exactly before there is a second.
        "published": row["published"] if number > 1 else None,
    }


def first(article: int, row: Named, source: str, facts: Named) -> Fields:
    """Of an article's first text, with its source, and the address and date that it had then."""
    return version(article, 1, row) | {"source": source} | {name: facts[name] for name in FACTS}


def current(article: Named, latest: Named) -> Fields:
    """An article's text as it stands in ``articles``, as a row of ``revisions``, of which ``latest`` is its last."""
    own = {name: article[name] for name in ("title", "byline", "text", "snapshot")}
    return {name: latest[name] for name in ("change", "seen_at", "published")} | own


def amended(row: Named, after: Named) -> Fields:
    """Of a row of ``amended``, with what was said ``after``."""
    said = {name: row[name] for name in ("id", "article", "at", *FACTS)}
    return said | {f"new_{name}": after[name] for name in FACTS}


def digest(record: Fields) -> bytes:
    return hashlib.sha256(line(record)).digest()


def _sha256(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def line(record: Fields) -> bytes:
    """What is digested: ``sha256sum`` of it gives the digest."""
    return _line(record).encode()


def marks(record: Fields) -> bytes:
    """A byte for each field: one that differs is known by it, but for one time in 256, where the digest is by all."""
    return bytes([zlib.crc32(str(value).encode()) & 255 for value in record.values()])


def differing(record: Fields, kept: bytes) -> tuple[str, ...]:
    """The fields in which a record differs from the one that was kept, by its marks."""
    return tuple(name for name, one, other in zip(record, marks(record), kept, strict=False) if one != other)


def chain(before: bytes, row: Row) -> bytes:
    return hashlib.sha256(chain_line(before, row).encode()).digest()


def chain_line(before: bytes, row: Row) -> str:
    """What is digested of a row of the ledger: ``sha256sum`` of it gives the chain."""
    own: Iterable[object] = (row.id, row.day, row.kind, row.page, row.article, row.number, row.robots)
    told = " ".join(["-" if value is None else str(value) for value in own])
    return f"{before.hex()} {told} {row.marks.hex()} {row.digest.hex()}"


def is_over(opened: str, today: str) -> bool:
    """Whether the day on which rows were kept since the last seal is over, so that it is to be sealed.

    A clock that is behind by an hour, or another process that came late over midnight, begins no new day; one that was
    set back by days, after having been wrong, does, or nothing would be sealed until the wrong day has come.
    """
    if today > opened:
        return True
    return today < opened and date.fromisoformat(today) < date.fromisoformat(opened) - timedelta(days=1)
