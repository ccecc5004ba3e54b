"""JSON Lines: an article a line, an object of its columns in ``articles`` with lists as lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from archive.columns import Record, columns
from archive.models import Article

_JSON = ("blocks", "flags", "dates", "evidence", "dropped")


def write(records: Iterable[Record], file: TextIO) -> int:
    """Write articles, UTF-8 being the file's affair; how many."""
    count = 0
    for record in records:
        file.write(line(record) + "\n")
        count += 1
    return count


def line(article: Article | Record) -> str:
    """One article, kept or fresh from a page, as one line without its line feed.

    A fresh one has the same names, but for those that only an archive can give.
    """
    if isinstance(article, Record):
        data = asdict(article) | {"blocks": json.loads(article.blocks)}
    else:
        data = {name: json.loads(str(value)) if name in _JSON else value for name, value in columns(article).items()}
        data |= {"authors": article.authors, "tags": article.tags}
    return json.dumps(data, ensure_ascii=False)
