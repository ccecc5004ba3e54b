"""cuttings explain: how a page became an article, or why it did not."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import click

from archive import learned, read, reextraction
from archive.columns import Record
from archive.database import reading
from archive.models import Article, Failure
from archive.read import Explanation
from archive.times import stamp
from config.models import Config
from crawler.commands.common import (
    Given,
    config_option,
    db_option,
    echo,
    json_option,
    load_config,
    print_json,
    print_table,
)
from crawler.commands.extract import article_or_failure, page_of


@click.command()
@click.argument("what", metavar="URL|FILE|-", type=Given())
@db_option
@config_option
@json_option
def explain(what: str, *, db: Path, config_path: Path | None, as_json: bool) -> None:
    """Say which rule gave each field of an article, which blocks were dropped and why, and how its fetches went.

    A URL in the archive is explained from its stored page; another one is fetched, and kept nowhere.

    \b
    Examples:
      cuttings explain https://example.org/news/1234
      cuttings explain page.html --json
    """
    known: Explanation | None = None
    result: Article | Failure | None = None
    if db.exists():
        with reading(db) as connection:
            known = read.explain(connection, what)
            result = _stored(connection, known.record, load_config(config_path)) if known and known.record else None
    if result is None and (known is None or known.record is None):
        page = page_of(what, load_config(config_path))
        if isinstance(page, Failure) and known is None:
            raise click.ClickException(f"{what}: {page.detail or page.reason}")
        result = page if isinstance(page, Failure) else article_or_failure(page, explain=True)
    if as_json:
        print_json({"archive": asdict(known) if known else None, "extraction": asdict(result) if result else None})
        return
    if known:
        _print_known(known)
    if isinstance(result, Article):
        _print_article(result)
    if known and known.record and known.record.dates:
        _print_dates(known.record.dates, (known.record.published_how, known.record.published))
    elif isinstance(result, Article):
        told = tuple((one.how, stamp(one), one.precision.value) for one in result.dates)
        _print_dates(told, (result.published.how, stamp(result.published)) if result.published else (None, None))
    if isinstance(result, Article):
        _print_dropped(result)
    elif isinstance(result, Failure):
        echo(f"Not an article: {result.stage.value}, {result.reason}. {result.detail}")


def _stored(db: sqlite3.Connection, record: Record, config: Config) -> Article | Failure | None:
    """What the stored page of an article says today: by its source's rules, and without what was learned of it."""
    from crawler.reading import rules_for  # noqa: PLC0415  # needed here alone

    if record.snapshot is None:
        return None
    stored = reextraction.stored(db, record.snapshot)
    if isinstance(stored.page, Failure):
        return stored.page
    source = next((source for source in config.sources if source.name == record.source), None)
    result = article_or_failure(stored.page, explain=True, rules=rules_for(stored.page, source), link=stored.link)
    if isinstance(result, Failure):
        return result
    return learned.clean_of(db, replace(result, url=record.url), record.source)


def _print_known(known: Explanation) -> None:
    echo(f"{known.url}\nqueue: {known.state or 'not in it'} {known.reason}".rstrip())
    if known.found_in:
        echo(f"found in: {known.found_in}")
    echo(f"next look: {known.due_at or 'not by itself'}\n")
    if known.record and known.record.revision > 1:
        echo(f"revision {known.record.revision}, first seen {known.record.first_seen}\n")
    print_table(
        ("fetched", "status", "outcome", "reason"),
        [(fetch.at, fetch.status, fetch.outcome, f"{fetch.reason} {fetch.detail}") for fetch in known.fetches],
    )
    echo()


def _print_article(article: Article) -> None:
    values = {
        "title": article.title,
        "authors": ", ".join(article.authors),
        "published": f"{article.published.at} ({article.published.precision})" if article.published else "",
        "modified": f"{article.modified.at} ({article.modified.precision})" if article.modified else "",
        "language": article.language,
        "section": article.section,
        "tags": ", ".join(article.tags),
        "image": article.image,
        "description": article.description,
        "url": article.url,
        "body": f"{len(article.blocks)} blocks, {len(article.text.split())} words",
    }
    evidence = dict(article.evidence)
    print_table(("field", "value", "from"), [(name, value, evidence.get(name, "")) for name, value in values.items()])
    echo(f"\nquality {article.quality.score:.2f} {', '.join(article.quality.flags)}\n")


def _print_dates(told: tuple[tuple[str, str, str], ...], chosen: tuple[str | None, str | None]) -> None:
    """Every date of publication that was found; of a kept article also those of listings and of earlier looks."""
    rows = [("→" if (how, at) == chosen else "", at, precision, how) for how, at, precision in told]
    print_table(("chosen", "published", "known to the", "from"), rows, title=f"{len(rows)} dates of publication")
    echo()


def _print_dropped(article: Article) -> None:
    dropped = [(piece.reason, piece.text) for piece in article.dropped if piece.text.strip()]
    print_table(("dropped, because", "text"), dropped, title=f"{len(dropped)} pieces were dropped")
