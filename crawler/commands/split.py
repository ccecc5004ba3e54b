"""cuttings split: an archive that has become too large into several, which are read together."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from crawler.commands.common import db_option, existing, json_option, print_json, print_table, say
from crawler.commands.progress import Bar


@click.command()
@click.argument("into", type=click.Path(file_okay=False, path_type=Path))
@click.option("--by", type=click.Choice(("year", "source")), required=True, help="What each part has one of.")
@click.option("--dry-run", is_flag=True, help="Say what would go where, and write nothing.")
@click.option("--force", is_flag=True, help="Replace files that have the parts' names.")
@db_option
@json_option
def split(into: Path, *, by: str, dry_run: bool, force: bool, db: Path, as_json: bool) -> None:
    """Split the archive, as it is now, by year or by source, into archives in the folder INTO.

    Each is complete, and all are read together: cuttings serve --db INTO. The archive is only read, and stays. A
    daemon goes on with the part of the present year, or with each source's; stop it before, for what it stores
    meanwhile is in no part. The parts are there once all of them are whole and checked; one that is cut off leaves
    nothing.

    \b
    Examples:
      cuttings split --by year --dry-run years/
      cuttings split --by source sources/ --db /var/lib/cuttings/archive.db
    """
    from archive import split as splitting  # noqa: PLC0415  # sqlite-utils, 100 ms

    now = datetime.now(UTC)
    if dry_run:
        made = splitting.rehearse(existing(db), into, by, now=now)
    else:
        with Bar() as bar:
            made = splitting.split(existing(db), into, by, now=now, force=force, told=bar)
    if as_json:
        print_json(asdict(made))
    else:
        columns = ("part", "of", "articles", "pages", "MB" if made.head else "MB, about", "a daemon goes on with it")
        rows = [
            (part.file, part.key, part.articles, part.pages, f"{part.bytes / 1e6:,.1f}", "yes" if part.live else "")
            for part in made.parts
        ]
        print_table(columns, rows)
        articles = sum(part.articles for part in made.parts)
        done = "would be made" if dry_run else f"made in {into} and checked"
        say(f"{len(made.parts)} parts with {articles} articles in all {done}.")
    if made.head:
        say(f"Their ledgers were taken from the one of {db} that ends with {made.head}")
    if made.unsent:
        say(f"{made.unsent} messages of watches wait to be sent in parts with which no daemon goes on; see README.")
