"""Labelled pages: what a benchmark says of a page, and what an extractor answers.

A folder of labelled pages holds ``data/SET.jsonl.gz``, a JSON object a line: ``id url html page_type`` and the gold,
``text`` or the snippets ``with`` and ``without``, then ``title authors date tags`` where they are known.
``CUTTINGS_BENCH`` names the folder; it is ``../shared/bench`` where that is not set. The pages belong to their
publishers and are not in this repository.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import webencodings

ROOT = Path(__file__).parent.parent.parent
SETS = ("fundus", "wcxb", "trafilatura", "readability", "other")


@dataclass(frozen=True, slots=True)
class Page:
    """A page and its gold."""

    id: str
    url: str | None
    html: str  # every extractor gets the same decoded text
    kind: str = "article"  # or what else it is: forum, product, collection, listing …
    text: str | None = None  # the whole body; None where there are only snippets
    present: tuple[str, ...] = ()  # snippets that must be in the text
    absent: tuple[str, ...] = ()  # and those that must not
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None  # begins with YYYY-MM-DD
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an extractor makes of a page; empty where it finds nothing or does not look for it."""

    text: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    tags: tuple[str, ...] = ()
    seconds: float = 0.0  # CPU time
    failure: str = ""  # the exception, if one left the extractor
    refused: bool = False  # it says that this is no article

    @classmethod
    def read(cls, row: dict[str, Any]) -> Answer:
        """From the JSON object that a worker of ``tests.bench.peers`` prints."""
        known = {key: value for key, value in row.items() if value is not None}
        return cls(**known | {key: tuple(row.get(key) or ()) for key in ("authors", "tags")})


def bench_folder() -> Path:
    """Where the labelled pages are, if they are there."""
    return Path(os.environ.get("CUTTINGS_BENCH") or ROOT / ".." / "shared" / "bench")


def labelled(folder: Path, name: str, step: int = 1) -> Iterator[Page]:
    """The pages of a set in a folder of labelled pages, or every ``step``-th of them."""
    with gzip.open(folder / "data" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in islice(lines, 0, None, step):
            row = json.loads(line)
            yield Page(
                id=row["id"],
                url=row.get("url"),
                html=row["html"],
                kind=row.get("page_type") or "article",
                text=row.get("text"),
                present=tuple(row.get("with") or ()),
                absent=tuple(row.get("without") or ()),
                title=row.get("title"),
                authors=tuple(row.get("authors") or ()),
                date=row.get("date"),
                tags=tuple(row.get("tags") or ()),
            )


def decode(body: bytes) -> str:
    """A stored page as text: by its byte order mark, else as UTF-8, else as windows-1252."""
    try:
        return webencodings.decode(body, webencodings.UTF8, errors="strict")[0]
    except UnicodeDecodeError:
        return webencodings.decode(body, webencodings.lookup("windows-1252"))[0]
