"""cuttings alarms: what is wrong with sources, and what was."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import click

from archive.register import Row
from crawler.commands.common import db_option, echo, existing, json_option, print_json, print_table
from crawler.masks import masked


@click.command()
@click.argument("source", default="", metavar="[SOURCE]")
@click.option("--all", "everything", is_flag=True, help="Those that are over, too.")
@db_option
@json_option
def alarms(source: str, *, everything: bool, db: Path, as_json: bool) -> None:
    """List what is wrong with sources now: since when, and by which figures (with --json).

    drift: its articles are not what they were. silence: it can be read, and nothing new comes. flood: many times as
    much as ever comes. blocked: it shows us checks for robots. stale: it cannot be reached. Each ends by itself once
    the figures are back. The daemon looks each hour, 'cuttings crawl --due' and '--all' at their end.

    \b
    Examples:
      cuttings alarms
      cuttings alarms thehill --all
      cuttings alarms --json
    """
    from archive import register  # noqa: PLC0415  # sqlite-utils: 100 ms
    from archive.database import reading  # noqa: PLC0415

    with reading(existing(db)) as connection:
        known = connection.execute("SELECT 1 FROM sources WHERE name = ?", [source]).fetchone()
        found = register.rows(connection, source=source, everything=everything)
    if source and not known:
        raise click.ClickException(f"There is no source {source} in {db}; 'cuttings status' lists them.")
    rows = [shown(row) for row in found]
    if as_json:
        print_json([asdict(row) for row in rows])
    elif rows:
        ends = [(row.ended and f"{row.ended} ({row.outcome})") or "" for row in rows]
        table = [(row.kind, row.began, end, row.source, row.sentence) for row, end in zip(rows, ends, strict=True)]
        print_table(("alarm", "since", "ended", "source", "what"), table)
    else:
        echo("No alarms." if everything else "No alarms now; --all shows those that are over.")


def shown(row: Row) -> Row:
    """Without what lets one in: it ends up in messages and reports."""
    evidence = json.loads(masked(json.dumps(row.evidence, ensure_ascii=False)))
    return replace(row, sentence=masked(row.sentence), evidence=evidence)
