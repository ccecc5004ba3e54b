"""cuttings import: pages that somebody else fetched, from files."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.common import (
    cluster_option,
    config_option,
    db_option,
    echo,
    json_option,
    load_config,
    print_json,
    print_table,
    say,
)
from crawler.commands.progress import Bar

if TYPE_CHECKING:
    from crawler.backfill import Report

_LEFT = {
    "other-records": "records of other kinds (requests, revisits, notes)",
    "not-wanted": "pages of other sites, and what sources exclude",
    "bad-url": "no URLs",
    "other-status": "other answers than a page (not 2xx)",
    "no-html": "no HTML",
    "known": "known from that time, or looked at later",
}


@click.command("import")
@click.option("--warc", "files", multiple=True, metavar="FILE", help="A WARC file; '-' is standard input.")
@click.argument("more", nargs=-1, metavar="[FILE]...")
@click.option("--source", "names", multiple=True, help="Pages of this source only; may be given several times.")
@click.option("--site", "domains", multiple=True, help="Pages of this site only, configured or not; likewise.")
@click.option("--all", "everything", is_flag=True, help="Pages of every site, as sources named after their sites.")
@click.option("--limit", type=click.IntRange(min=1), help="Read no more than so many pages.")
@click.option("--dead", type=click.Path(dir_okay=False, path_type=Path), help="Add what can't be read to this file.")
@db_option
@config_option
@cluster_option
@json_option
def import_(
    files: tuple[str, ...],
    more: tuple[str, ...],
    *,
    names: tuple[str, ...],
    domains: tuple[str, ...],
    everything: bool,
    limit: int | None,
    dead: Path | None,
    db: Path,
    config_path: Path | None,
    cluster: str,
    as_json: bool,
) -> None:
    """Take in pages from WARC files (.warc, .warc.gz, .warc.zst), as Common Crawl's news files are.

    Nothing is fetched. Of a file, the pages of the configured sources' sites are taken, read and stored as if they had
    been fetched at their own time: two captures of one page are two versions. A page that was looked at later than a
    capture of it stays as it is. Ctrl-C, or whatever else ends it, loses nothing: the same command goes on from there.

    \b
    Examples:
      cuttings import --warc CC-NEWS-20190101002211-00012.warc.gz
      cuttings import --warc *.warc.gz --source thehill --dead dead.jsonl
      curl -s https://example.org/crawl.warc.gz | cuttings import --all --warc -
    """
    if not files:
        raise click.UsageError("Say what kind of files they are: --warc FILE [FILE]…")
    from crawler.commands import effects  # noqa: PLC0415
    from crawler.selection import select  # noqa: PLC0415
    from crawler.warcs import import_files  # noqa: PLC0415  # sqlite-utils: 100 ms

    config = load_config(config_path)
    selection, strange = select(config, names, domains, everything=everything)
    if strange:
        raise click.UsageError(
            f"{', '.join(strange)}: no source of that name, and no site. 'cuttings sources list' shows the sources."
        )
    if not (selection.sources or selection.named or everything):
        raise click.UsageError("There are no sources. Say whose pages: --site DOMAIN, or --all.")
    with ExitStack() as stack:
        listed = stack.enter_context(dead.open("a", encoding="utf-8")) if dead else None
        stop, bar = stack.enter_context(effects.stopping()), stack.enter_context(Bar())
        paths = (*files, *more)
        report = import_files(
            db, config, selection, paths, stop=stop, limit=limit, told=bar, dead=listed, cluster=cluster
        )
    interrupted = stop.is_set()
    if as_json:
        print_json(report.as_data() | {"interrupted": interrupted})
    else:
        _show(report, db)
    for problem in report.problems:
        say(problem)
    if report.stopped:
        say("It did not come to the end; run the same command again to go on from here.")
    if report.problems or interrupted:
        raise SystemExit(1)


def _show(report: Report, db: Path) -> None:
    done = [f"{number:,} {change}" for change, number in report.changes.items() if number]
    echo(f"{report.records:,} records, {report.pages:,} pages read: {', '.join(done) or 'nothing new'}. Archive: {db}")
    if report.failures:
        print_table(("no article", "pages"), report.failures.most_common())
    if report.left:
        print_table(("left out", "records"), [(_LEFT.get(why, why), n) for why, n in report.left.most_common()])
    if report.dead:
        print_table(("not to be read", "records"), report.dead.most_common())
