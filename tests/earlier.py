"""An archive as an earlier version of Cuttings would have left it: sound, with a line too much in every text."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from archive import blocks
from archive.dedupe import content_hash
from archive.models import Block, Inline, Kind

VERSION = "0.0"
LINE = "Most Popular"
"""It is on every page of tests.publisher, and no part of a story."""


def spoil(db: Path) -> None:
    """Make every text one that version 0.0 took from its page."""
    with contextlib.closing(sqlite3.connect(db)) as archive, archive:
        for table in ("articles", "revisions"):
            for number, text in archive.execute(f"SELECT id, text FROM {table}").fetchall():
                said = f"{text}\n\n{LINE}"
                archive.execute(
                    f"UPDATE {table} SET text = ?, title = 'Old ' || title, content_hash = ? WHERE id = ?",
                    [said, content_hash(said), number],
                )
                if table == "articles":
                    made = [Block(Kind.PARAGRAPH, (Inline(part),)) for part in said.split("\n\n")]
                    archive.execute(
                        "UPDATE articles SET extractor = ?, blocks = ? WHERE id = ?",
                        [VERSION, blocks.dumps(made), number],
                    )
