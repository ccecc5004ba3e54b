"""Trial: a source's latest stored pages read by rules that are not saved, beside what they are by those of today."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archive import database, effects, learned, reextraction
from archive.effects import Effects, Said
from archive.models import Article, Failure, Page
from archive.reextraction import Read
from config.models import Rules, Source
from crawler import rereading
from crawler.pool import Pool
from crawler.reading import rules_for
from crawler.reextract import AHEAD, Told

_LATEST = "SELECT snapshot FROM articles WHERE source = ? AND snapshot IS NOT NULL ORDER BY id DESC LIMIT ?"
NAMED = 100
"""Pages that are named where a selector finds nothing."""
_BY_RULE = {
    "body": ("body", "rule"),
    "remove": ("removed", "rules:remove"),
    "title": ("title", "rules:title"),
    "author": ("authors", "rules:author"),
    "date": ("published", "rules:date"),
}
"""Rule → the evidence of an article that it found something."""


@dataclass(slots=True)
class Unmatched:
    """Pages that become articles, on which a selector finds nothing, so that the general extractor has its way."""

    pages: int = 0
    urls: list[str] = field(default_factory=list)
    """The first of them."""

    def add(self, url: str) -> None:
        self.pages += 1
        self.urls += [url] if len(self.urls) < NAMED else []


@dataclass(slots=True)
class Trial:
    """What rules would do. Pages that give no article by either are in none of the counts but ``pages``."""

    effects: Effects = field(default_factory=Effects)
    pages: int = 0
    unmatched: dict[str, Unmatched] = field(default_factory=dict)
    """By rule, those whose selector finds nothing on some."""
    found: list[str] = field(default_factory=list)
    """Pages that become articles by the new rules alone."""


@dataclass(frozen=True, slots=True)
class _Both:
    """One page, read in two ways."""

    url: str
    now: Future[Read]
    then: Future[Read]


@dataclass(frozen=True, slots=True)
class Rival:
    """Rules that are to be tried, as ``{"body": "article .text"}``, over those of a source."""

    name: str
    """Of the source in the archive."""
    source: Source | None
    """None where it is not configured."""
    given: Mapping[str, Any]

    def over(self, page: Page) -> Source:
        """A source with the rules as they are and with those that are given, of that day."""
        rules = replace(rules_for(page, self.source) or Rules(), **self.given)
        # One that is not configured, as of a URL given by hand: name and home are not looked at where pages are read.
        source = rereading.open_book(self.source) or Source("tried", "https://tried.invalid/")
        return replace(source, rules=(replace(rules, since=Rules().since),))

    def begin(self, db: sqlite3.Connection, snapshot: int, pool: Pool) -> _Both:
        stored = reextraction.stored(db, snapshot)
        page, now = stored.page, rereading.open_book(self.source)
        then = now if isinstance(page, Failure) else self.over(page)
        url = page.url if isinstance(page, Page) else f"snapshot {snapshot}"
        return _Both(url, *(rereading.begin(stored, self.name, source, pool) for source in (now, then)))


def run(path: Path, rival: Rival, *, limit: int, pool: Pool, stop: threading.Event, told: Told) -> Trial:
    """Try rules on the source's last ``limit`` pages.

    Each page is read twice by today's extractor, so that nothing but the rules tells the two readings apart. Writes
    nothing. Raises ArchiveError.
    """
    trial = Trial()
    with database.reading(path) as db:
        snapshots = [row["snapshot"] for row in db.execute(_LATEST, [rival.name, limit])]
        ahead: deque[_Both] = deque()
        todo = iter(snapshots)
        while not stop.is_set():
            while len(ahead) < AHEAD and (snapshot := next(todo, None)) is not None:
                ahead.append(rival.begin(db, snapshot, pool))
            if not ahead:
                break
            _judge(db, rival, ahead.popleft(), trial)
            told("reading", trial.pages, len(snapshots))
    return trial


def _judge(db: sqlite3.Connection, rival: Rival, both: _Both, trial: Trial) -> None:
    name, now, then = rival.name, both.now.result().result, both.then.result().result
    trial.pages += 1
    if isinstance(then, Article):
        for rule in [rule for rule, css in rival.given.items() if css and _BY_RULE[rule] not in then.evidence]:
            trial.unmatched.setdefault(rule, Unmatched()).add(both.url)
    if isinstance(now, Failure):
        trial.found += [both.url] if isinstance(then, Article) else []
        return
    before = Said.by(learned.clean_of(db, now, name))
    if isinstance(then, Failure):
        trial.effects.add(effects.refusal(name, both.url, before, then))
    else:
        trial.effects.add(effects.effect(name, both.url, before, Said.by(learned.clean_of(db, then, name))))
