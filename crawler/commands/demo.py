"""cuttings demo: the whole path on a small news web of our own, on loopback."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.common import echo, json_option, print_json, print_table, print_text, say
from crawler.commands.learned import print_learning
from crawler.commands.progress import CrawlProgress

if TYPE_CHECKING:
    from crawler.demo.show import Report  # at run time only when the command runs: it imports httpx
    from crawler.once import Summary


@click.command()
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="demo.db",
    show_default=True,
    help="The demo's archive; made if it is not there.",
)
@click.option("--serve", "and_serve", is_flag=True, help="Open the archive in the browser afterwards.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="Where --serve listens.")
@json_option
def demo(*, db: Path, and_serve: bool, port: int, as_json: bool) -> None:
    """Play a small news web on loopback, crawl it into an archive, and show what was kept, stripped and learned.

    The publishers are invented, and so is the time: a month in autumn 2026 passes in ten seconds, because it takes
    several looks to learn what a site repeats and what is usual for it. The crawls, and what follows from them, are
    those that real sites get. Run again, it finds nothing new.

    \b
    Examples:
      cuttings demo
      cuttings demo --serve
    """
    from crawler.demo.show import play  # noqa: PLC0415  # httpx and the web's texts

    with CrawlProgress() as progress:
        report = play(db, watch=progress, told=say)
    if as_json:
        print_json(report.as_dict())
    else:
        _print(report, db)
    if report.problems:
        raise click.ClickException(" ".join(report.problems))
    if and_serve:
        from archive.serve import ServeError, run  # noqa: PLC0415  # Datasette

        try:
            run(db, host="127.0.0.1", port=port, open_browser=True)
        except ServeError as error:
            raise click.ClickException(str(error)) from None


def _print(report: Report, db: Path) -> None:
    columns = ("publisher", "", "kept", "changed", "gone", "twice", "refused", "missing", "extra")
    print_table(columns, map(astuple, report.rows), title="What was kept of each publisher's pages")
    print_text(
        "twice: second addresses of its articles that were known to be such; missing: paragraphs of its articles that"
        " are not in the archive; extra: paragraphs that are in it and are not its articles', as boilerplate is."
    )
    echo()
    print_table(("rule", "pages", "for example"), report.stripped, title="What was stripped from them")
    echo()
    print_table(("page", "why", "what happened"), report.refused, title="What was not kept as an article")
    echo()
    print_learning(report.learning, db)
    looks = [(_time(look.at), look.summary.listings, look.summary.links, _done(look.summary)) for look in report.looks]
    print_table(("when", "listings", "links", "articles"), looks, title="When it looked")
    print_text("The days are played: the demo sets a clock of its own, by which a month takes seconds.")
    echo(
        f"""
Read it:    cuttings serve --db {db}
Search it:  cuttings search harbour --db {db}
Take it:    cuttings export --db {db} --format jsonl
Again:      cuttings demo --db {db}   finds nothing new"""
    )


def _time(at: datetime) -> str:
    return f"{at.day} {at:%B %H:%M}"


def _done(look: Summary) -> str:
    return ", ".join(f"{count} {change}" for change, count in look.counts.items() if count) or "nothing new"
