"""cuttings search, export: the archive in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from archive import read
from archive.database import check_output, reading
from crawler.commands.common import LARGEST, When, db_option, echo, existing, json_option, plain, print_json, say

source_option = click.option("--source", default="", help="Of this source only.")
since_option = click.option("--since", type=When(), help="Published since: 2026-11-01, or an age as 3d.")


def _from(since: datetime | None) -> str:
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else ""


@click.command()
@click.argument("query")
@source_option
@since_option
@click.option("--limit", type=click.IntRange(1, LARGEST), default=20, show_default=True)
@db_option
@json_option
def search(query: str, *, source: str, since: datetime | None, limit: int, db: Path, as_json: bool) -> None:
    """Search titles and texts: all words, "a phrase", begin*, -without, this OR that.

    \b
    Examples:
      cuttings search harbour
      cuttings search '"city council" -budget' --since 30d --json
    """
    with reading(existing(db)) as connection:
        hits = read.search(connection, query, source=source, since=_from(since), limit=limit)
    if as_json:
        print_json([asdict(hit) for hit in hits])
        return
    for hit in hits:
        click.secho(plain(hit.title), bold=True)
        echo(" · ".join(filter(None, (hit.source, (hit.published or hit.first_seen)[:10], hit.byline))))
        echo(" ".join(hit.snippet.split()))
        echo(f"{hit.url}\n")
    say(f"{len(hits)} found" + (f", the best {limit} are shown" if len(hits) == limit else ""))


@click.command()
@click.option("--format", "form", type=click.Choice(("jsonl", "csv")), default="jsonl", show_default=True)
@click.option(
    "--output",
    "-o",
    type=click.File("w", encoding="utf-8", lazy=True),  # opened once the archive is: it may be the archive
    default="-",
    help="A file; default: standard output.",
)
@source_option
@since_option
@click.option("--until", default="", help="Published until and with: 2026, 2026-11 or 2026-11-24.")
@click.option("--language", default="", help="In this language: en, de …")
@db_option
def export(
    *, form: str, output: TextIO, source: str, since: datetime | None, until: str, language: str, db: Path
) -> None:
    """Write the articles as JSON lines or CSV.

    \b
    Examples:
      cuttings export > articles.jsonl
      cuttings export --format csv --source thehill --since 2026-11-01 -o thehill.csv
    """
    from archive.formats import csv, jsonl  # noqa: PLC0415

    write = csv.write if form == "csv" else jsonl.write
    if output.name != "-":
        check_output(existing(db), Path(output.name))
    with reading(existing(db)) as connection:
        records = read.articles(connection, source=source, since=_from(since), until=until, language=language)
        count = write(records, output)
    if output.name != "-":
        say(f"{count} articles written to {output.name}")
