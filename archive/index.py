"""Index: what goes into the search index beside what its triggers put there by themselves (archive.tables.reading)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from archive.rows import Value
from archive.spaced import has_unspaced, spaced


def keep(db: sqlite3.Connection, article: int, values: Mapping[str, Value]) -> None:
    """Put an article's headline and text, as they were just written down, into the index as they can be found.

    Where neither is another than before, what was put apart is there still, and stays.
    """
    title, text = str(values["title"]), str(values["text"])
    if has_unspaced(title) or has_unspaced(text):
        row = (article, spaced(title), spaced(text))
        db.execute("INSERT INTO spaced (id, title, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
