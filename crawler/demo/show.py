"""Show: the demo crawl, and what became of the invented publishers' pages, held against the truth about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from archive import learned, read
from archive.columns import Record
from archive.database import reading
from archive.models import Article
from crawler.crawl import Watch
from crawler.demo import learning, month
from crawler.demo.learning import Learning
from crawler.demo.world import World
from crawler.extract import extract
from crawler.once import Summary


@dataclass(frozen=True, slots=True)
class Row:
    """One publisher's pages."""

    publisher: str
    language: str
    articles: int
    changed: int
    removed: int
    duplicates: int
    """Second addresses of its articles that were known to be such."""
    refused: int
    """Pages that are not kept: forbidden by robots.txt, or no article."""
    missing: int
    """Paragraphs of its articles that are not in the archive."""
    left: int
    """Paragraphs in the archive that are not its articles': boilerplate, captions, credits, related headlines."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a crawl did, and when, by the time that is played."""

    at: datetime
    summary: Summary


@dataclass(frozen=True, slots=True)
class Report:
    """What ``cuttings demo`` prints."""

    rows: tuple[Row, ...]
    stripped: tuple[tuple[str, int, str], ...]
    """(rule, on how many pages, for example)"""
    refused: tuple[tuple[str, str, str], ...]
    """(URL, reason, detail)"""
    learning: Learning
    looks: tuple[Look, ...]
    notice: str

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what should not have happened."""
        if any(look.summary.interrupted for look in self.looks):
            return ("It was interrupted: the same command goes on from here.",)
        return tuple(
            f"{row.publisher}: {row.missing} paragraphs are missing, {row.left} that are no article's are left."
            for row in self.rows
            if row.missing or row.left
        )

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"problems": self.problems}


def play(db: Path, *, watch: Watch | None = None, told: Callable[[str], None] = lambda _: None) -> Report:
    """Play the publishers on loopback and crawl them into ``db``: a month of looks, or what it has not seen of it.

    Raises ArchiveError where ``db`` is not the demo's.
    """
    left = month.left(db)
    with World() as world:
        if world.notice:
            told(world.notice)
        looks = tuple(Look(at, done) for at, done in month.live(db, world, left, watch=watch, told=told))
        return _report(db, world, looks)


def _articles(db: Path) -> list[Record]:
    with reading(db) as connection:
        return list(read.articles(connection))


def _report(db: Path, world: World, looks: tuple[Look, ...]) -> Report:
    kept = {record.url: record for record in _articles(db)}
    with reading(db) as connection:
        unkept = read.unkept(connection)
        seconds = [read.article(connection, url) for url in world.second_urls()]
    return Report(
        rows=tuple(_row(world, name, kept, [gone.source for gone in unkept], seconds) for name in world.urls),
        stripped=_stripped(db, kept),
        refused=tuple((gone.url, gone.reason, gone.detail) for gone in unkept),
        learning=learning.look(db),
        looks=looks,
        notice=world.notice,
    )


def _row(world: World, name: str, kept: dict[str, Record], refused: list[str], seconds: list[Record | None]) -> Row:
    publisher = next(p for p in world.publishers if p.name == name)
    mine = [record for record in kept.values() if record.source == name]
    wanted = {url: story for url, story in world.stories().items() if story.publisher == name}
    truth = {url: set(story.text.split("\n\n")) for url, story in wanted.items()}
    texts = {record.url: set(record.text.split("\n\n")) for record in mine}
    lost = [truth[url] - texts.get(url, set()) for url in truth]
    extra = [texts[url] - truth[url] for url in texts if url in truth]
    return Row(
        publisher=publisher.title,
        language=publisher.language,
        articles=len(mine),
        changed=sum(record.revision > 1 and not record.removed for record in mine),
        removed=sum(bool(record.removed) for record in mine),
        duplicates=sum(record in mine for record in seconds),
        refused=refused.count(name),
        missing=sum(map(len, lost)),
        left=sum(map(len, extra)),
    )


def _stripped(db: Path, kept: dict[str, Record]) -> tuple[tuple[str, int, str], ...]:
    """What is dropped from the stored pages today, and why."""
    pages: Counter[str] = Counter()
    examples: dict[str, str] = {}
    with reading(db) as connection:
        for record in kept.values():
            page = read.snapshot(connection, record.id)
            article = extract(page.body, page.final_url, explain=True) if page else None
            if isinstance(article, Article):
                article = learned.clean_of(connection, replace(article, url=record.url), record.source)
                for reason in {piece.reason for piece in article.dropped}:
                    pages[reason] += 1
                for piece in article.dropped:
                    text = " ".join(piece.text.split())[:90]
                    examples[piece.reason] = max(text, examples.get(piece.reason, ""), key=lambda one: (len(one), one))
    found = sorted((-count, reason) for reason, count in pages.items() if examples[reason])
    return tuple((reason, -count, examples[reason]) for count, reason in found)
