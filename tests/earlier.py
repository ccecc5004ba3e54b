"""An archive as an earlier version of Cuttings would have left it: sound, with a line too much in every text."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import zstandard

from archive import blocks
from archive.check import check
from archive.dedupe import content_hash
from archive.models import Block, Inline, Kind
from archive.outdated import Choice
from archive.store import Archive
from config.models import Config, Rules
from crawler import __version__, reextract
from crawler.once import all_sources, crawl_once
from tests.publisher import Story, config_for, publish
from tests.site import Site

STORIES = (Story(0, correction="The number of trees was wrong."), *(Story(n) for n in range(1, 12)))
# Three nested :has() over 400 nested blocks cost the parser's selectors about 80 s.
SLOW = (Rules(body="div:has(div:has(div:has(x)))"),)
NESTED = "<article><h1>A headline</h1>" + "<div><p>Some words of a story that goes on.</p>" * 400
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


def rows(db, sql, *args):
    with contextlib.closing(sqlite3.connect(db, timeout=30)) as connection:
        return connection.execute(sql, args).fetchall()


def change(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        connection.executescript(sql)


def texts(db):
    return rows(db, "SELECT url, title, text FROM articles ORDER BY url")


def crawl(db, config):
    return crawl_once(db, config, all_sources(config))


@dataclass
class Earlier:
    """An archive as an earlier version left it, and what it says by today's."""

    db: Path
    site: Site
    config: Config
    good: list[tuple]

    def copy(self, db):
        publish(self.site, STORIES)
        shutil.copy(self.db, db)
        return replace(self, db=db)

    def run(self, pool, **options):
        with Archive(self.db) as archive:
            return reextract.reextract(archive, self.choice(**options), pool, threading.Event(), lambda *_: None)

    def choice(self, **options):
        return Choice(__version__, {source.name: source for source in self.config.sources}, **options)


@contextlib.contextmanager
def made(db):
    with Site({}) as site:
        config = config_for(site)
        for stories in ((Story(0), *STORIES[1:]), STORIES):
            publish(site, stories)
            crawl(db, config)
        good = texts(db)
        spoil(db)
        assert check(db).problems == ()
        yield Earlier(db, site, config, good)


def hostile(db):
    """The stored page of article 5 becomes one that is slow to be read by SLOW, and its text another."""
    body = NESTED.encode()
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(
            "UPDATE snapshots SET body = ?, size = ?, sha256 = ?, dictionary = NULL"
            " WHERE id = (SELECT snapshot FROM articles WHERE id = 5)",
            [zstandard.compress(body), len(body), hashlib.sha256(body).hexdigest()],
        )
        connection.execute("UPDATE articles SET title = 'Another' WHERE id = 5")
