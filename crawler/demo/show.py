"""Show: the demo crawl, and what became of the invented publishers' pages, held against the truth about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from archive import read
from archive.columns import Record
from archive.database import reading
from archive.models import Article
from crawler.crawl import Watch
from crawler.demo.world import World
from crawler.extract import extract
from crawler.once import Summary, all_sources, crawl_once


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
class Report:
    """What ``cuttings demo`` prints."""

    rows: tuple[Row, ...]
    stripped: tuple[tuple[str, int, str], ...]
    """(rule, on how many pages, for example)"""
    refused: tuple[tuple[str, str, str], ...]
    """(URL, reason, detail)"""
    looks: tuple[Summary, ...]
    notice: str

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what should not have happened."""
        return tuple(
            f"{row.publisher}: {row.missing} paragraphs are missing, {row.left} that are no article's are left."
            for row in self.rows
            if row.missing or row.left
        )

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"problems": self.problems}


def play(db: Path, *, watch: Watch | None = None, told: Callable[[str], None] = lambda _: None) -> Report:
    """Play the publishers on loopback and crawl them into ``db``, twice if it is new: they change in between."""
    begun = db.exists() and _articles(db)
    # An archive of an earlier run has seen the correction, the deletion and the new article.
    with World(later=bool(begun), released=int(bool(begun))) as world:
        if world.notice:
            told(world.notice)
        config = world.config()
        looks = [crawl_once(db, config, all_sources(config), command="demo", watch=watch, told=told)]
        if not begun and not looks[0].interrupted:
            world.advance()
            world.publish()
            looks.append(crawl_once(db, config, all_sources(config), command="demo", watch=watch, told=told))
        return _report(db, world, looks)


def _articles(db: Path) -> list[Record]:
    with reading(db) as connection:
        return list(read.articles(connection))


def _report(db: Path, world: World, looks: list[Summary]) -> Report:
    kept = {record.url: record for record in _articles(db)}
    with reading(db) as connection:
        unkept = read.unkept(connection)
        seconds = [read.article(connection, url) for url in world.second_urls()]
    return Report(
        rows=tuple(_row(world, name, kept, [gone.source for gone in unkept], seconds) for name in world.urls),
        stripped=_stripped(db, kept),
        refused=tuple((gone.url, gone.reason, gone.detail) for gone in unkept),
        looks=tuple(looks),
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
    """What today's extractor drops from the stored pages, and why."""
    pages: Counter[str] = Counter()
    examples: dict[str, str] = {}
    with reading(db) as connection:
        for record in kept.values():
            page = read.snapshot(connection, record.id)
            article = extract(page.body, page.final_url, explain=True) if page else None
            if isinstance(article, Article):
                for reason in {piece.reason for piece in article.dropped}:
                    pages[reason] += 1
                for piece in article.dropped:
                    if len(piece.text.strip()) > len(examples.get(piece.reason, "")):
                        examples[piece.reason] = " ".join(piece.text.split())[:90]
    return tuple((reason, count, examples[reason]) for reason, count in pages.most_common() if reason in examples)
