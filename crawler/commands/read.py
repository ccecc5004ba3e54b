"""cuttings search, export: the archive in the terminal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from archive import merging, read
from archive.database import check_output, reading
from archive.read import Ranked
from crawler.commands.common import (
    LARGEST,
    When,
    all_existing,
    db_option,
    echo,
    existing,
    json_option,
    plain,
    print_json,
    say,
    several_option,
)

source_option = click.option("--source", default="", help="Of this source only.")
since_option = click.option("--since", type=When(), help="Published since: 2026-11-01, or an age as 3d.")


def _from(since: datetime | None) -> str:
    return since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if since else ""


@click.command()
@click.argument("query")
@source_option
@since_option
@click.option("--limit", type=click.IntRange(1, LARGEST), default=20, show_default=True)
@several_option
@json_option
def search(
    query: str, *, source: str, since: datetime | None, limit: int, dbs: tuple[Path, ...], as_json: bool
) -> None:
    """Search titles and texts: all words, "a phrase", begin*, -without, this OR that.

    Several archives, as the parts of one that was split, are searched together: give --db several times, or a folder.

    \b
    Examples:
      cuttings search harbour
      cuttings search '"city council" -budget' --since 30d --json
      cuttings search harbour --db years/
    """
    found: dict[str, tuple[Ranked, ...]] = {}
    paths = all_existing(dbs)
    for path in paths:
        with reading(path) as connection:
            found[str(path)] = read.ranked(connection, query, source=source, since=_from(since), limit=limit)
    by_number = {(db, one.hit.id): one.hit for db, some in found.items() for one in some}
    best = merging.best({db: [(one.hit.id, one.score) for one in some] for db, some in found.items()}, limit)
    hits = [by_number[place] for place in best]
    if as_json:
        several = len(paths) > 1
        print_json(
            [asdict(hit) | ({"archive": db} if several else {}) for (db, _), hit in zip(best, hits, strict=True)]
        )
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
