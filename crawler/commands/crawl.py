"""cuttings crawl: once, what is named or due."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.tasks import Scope
from config.models import Config
from crawler.commands.common import (
    When,
    cluster_option,
    config_option,
    db_option,
    echo,
    json_option,
    load_config,
    print_json,
    print_table,
    say,
    wanted,
    workers_option,
)
from crawler.commands.progress import CrawlProgress

if TYPE_CHECKING:
    from crawler.once import Summary


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--all", "everything", is_flag=True, help="Every source of the configuration.")
@click.option("--due", is_flag=True, help="Only what is due now, as the daemon would.")
@click.option("--limit", type=click.IntRange(min=0), help="Fetch no more than so many articles.")
@click.option("--since", type=When(), help="Leave out links published before: 2026-11-01, or an age as 3d.")
@click.option("--dry-run", is_flag=True, help="Look at the listings and print the links that would be fetched.")
@workers_option
@cluster_option
@db_option
@config_option
@json_option
def crawl(
    targets: tuple[str, ...],
    *,
    everything: bool,
    due: bool,
    limit: int | None,
    since: datetime | None,
    dry_run: bool,
    workers: int | None,
    cluster: str,
    db: Path,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Crawl once: articles, feeds, sitemaps, section or home pages by URL, or sources by name.

    Articles that are listed again are looked at again; a changed one becomes a revision. Ctrl-C stops cleanly:
    what was done is kept, and the next run goes on from there.

    \b
    Examples:
      cuttings crawl thehill
      cuttings crawl https://example.org/feed.xml --limit 20
      cuttings crawl https://example.org/news/1234 --db cuttings.db
      cuttings crawl --all --since 2d
      cuttings crawl --all --workers 4
      cuttings crawl --all --cluster tcp://scheduler:8786
    """
    from crawler.once import all_sources, crawl_once, scope_of  # noqa: PLC0415  # httpx: 165 ms

    config = load_config(config_path)
    if not targets and not everything and not due:
        raise click.UsageError("Name what to crawl (a URL or a source), or give --all or --due.")
    scope, strange = scope_of(config, targets)
    if strange:
        raise click.UsageError(
            f"{', '.join(strange)}: no source of that name, and no URL. 'cuttings sources list' shows the sources."
        )
    if everything:
        scope = all_sources(config)
    if everything and not scope.sources:
        raise click.UsageError("There are no sources. Add one with 'cuttings sources add URL'.")
    if dry_run:
        _dry_run(db, config, scope, since=since, as_json=as_json)
        return
    hands = wanted(workers, cluster)
    with CrawlProgress() as progress:
        summary = crawl_once(
            db,
            config,
            scope,
            due_only=due,
            judged=everything or due,
            limit=limit,
            since=since,
            watch=progress,
            told=say,
            wanted=hands,
        )
    if as_json:
        print_json(asdict(summary))
    else:
        _show(summary, db)
    for problem in summary.problems:
        say(problem)
    if summary.left:
        say(f"{summary.left} listings and links are still due; 'cuttings crawl --due' or the daemon goes on with them.")
    if summary.interrupted or summary.problems:
        raise SystemExit(1)


def _show(summary: Summary, db: Path) -> None:
    done = [f"{number} {change}" for change, number in summary.counts.items() if number]
    counted = ", ".join(done) or "nothing new"
    echo(f"{summary.listings} listings with {summary.links} links; {counted}. Archive: {db}")
    if summary.failures:
        print_table(("failed", "pages"), Counter(summary.failures).most_common())


def _dry_run(db: Path, config: Config, scope: Scope, *, since: datetime | None, as_json: bool) -> None:
    from archive import read  # noqa: PLC0415  # sqlite-utils: 100 ms
    from archive.database import reading  # noqa: PLC0415
    from crawler.once import rehearse  # noqa: PLC0415  # httpx: 165 ms

    with CrawlProgress() as progress:
        links = rehearse(config, scope, since=since, watch=progress, told=say)
    known: set[str] = set()
    if db.exists():
        with reading(db) as connection:
            known = read.known(connection, [link.url for link in links])
    links = [link for link in links if link.url not in known]
    if as_json:
        print_json([asdict(link) for link in links])
    else:
        print_table(("source", "link", "title"), [(link.source, link.url, link.title) for link in links])
        say(f"{len(links)} links would be fetched; nothing was stored.")
