"""cuttings status: how the archive, its crawl and its daemon are doing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.database import reading
from archive.sizes import made
from archive.status import RunStatus, Status
from archive.status import status as status_of
from crawler.commands import alarms
from crawler.commands.common import db_option, echo, existing, json_option, print_json, print_table
from crawler.lock import holder
from crawler.masks import masked

MANY = 50
"""Rows of a table that are shown unless all are asked for."""


@click.command()
@click.option("--all", "everything", is_flag=True, help=f"Show all rows of tables that have more than {MANY}.")
@click.option("--sizes", is_flag=True, help="Show instead what the file is made of, by article; reads all of it.")
@db_option
@json_option
def status(*, everything: bool, sizes: bool, db: Path, as_json: bool) -> None:
    """Show the daemon, alarms, sources, queue, last runs, and what fails or is parked.

    What fails is tried again by itself, after longer and longer pauses; what is parked, about once a day. What --sizes
    shows takes a minute for an archive of 5 GB; 'cuttings compact' makes it smaller.

    \b
    Examples:
      cuttings status
      cuttings status --json
      cuttings status --sizes
    """
    if sizes:
        _show_sizes(existing(db), as_json=as_json)
        return
    with reading(existing(db)) as connection:
        found = status_of(connection, datetime.now(UTC))
    # It ends up in messages and reports; a private feed's token does not.
    problems = (replace(it, url=masked(it.url), problem=masked(it.problem)) for it in found.problems)
    found = replace(found, problems=tuple(problems), alarms=tuple(map(alarms.shown, found.alarms)))
    process = holder(db)
    if as_json:
        print_json(asdict(found) | {"process": process})
        return
    echo(f"{db}: {found.articles} articles, {found.revised} of them changed since; {found.bytes / 1e6:.1f} MB")
    echo(_daemon(found.daemon, process))
    echo(f"Due now: {found.due}. Next: {found.next_due or 'nothing by itself'}.")
    for columns, rows in _tables(found, process):
        shown = rows if everything else rows[:MANY]
        if shown:
            echo()
            print_table(columns, shown)
        if len(shown) < len(rows):
            echo(f"and {len(rows) - len(shown)} more: --all shows them")


def _show_sizes(db: Path, *, as_json: bool) -> None:
    with reading(db) as connection:
        found = made(connection)
    if as_json:
        print_json(asdict(found))
        return
    echo(f"{db}: {found.articles} articles; {found.bytes / 1e6:,.1f} MB")
    rows = [
        (f"  {part.name}" if part.of else part.name, f"{part.bytes / 1e6:,.1f}", f"{found.an_article(part):,.0f}")
        for part in found.parts
    ]
    print_table(("part", "MB", "bytes an article"), rows)
    if not found.exact:
        echo("SQLite was built without dbstat here: what indexes and pages that are not full take stands together.")


def _daemon(last: RunStatus | None, process: str | None) -> str:
    if process:
        return f"Daemon: process {process}, at work since {last.started if last else 'just now'}."
    if last is None:
        return "Daemon: none has worked on this archive so far; 'cuttings daemon' starts one."
    if last.ended:
        return f"Daemon: none; the last was stopped at {last.ended}."
    return f"Daemon: none; the last, begun at {last.started}, was killed. Start it again: nothing is lost."


def _tables(found: Status, process: str | None) -> Iterable[tuple[Sequence[str], Sequence[Sequence[object]]]]:
    yield ("alarm", "since", "source", "what"), [(it.kind, it.began, it.source, it.sentence) for it in found.alarms]
    yield (
        ("source", "articles", "last new", "waiting", "failed", "listings", "last look", "problems"),
        [
            (s.name, s.articles, s.last_new, s.waiting, s.failed, s.listings, s.last_look, s.problems or "")
            for s in found.sources
        ],
    )
    yield ("links that gave no article", "how many"), list(found.failures.items())
    yield (
        ("listings with problems", "failures in a row", "state", "what", "next try"),
        [
            (p.url, p.failures or "", _listing(p.failures, parked=p.parked), p.problem, p.due_at or "not by itself")
            for p in found.problems
        ],
    )
    yield (
        ("sites in work, waiting or parked", "not before", "errors in a row", "spoken to by", "parked because"),
        [(s.site, s.next_at, s.errors or "", s.leased_by, s.parked) for s in found.sites],
    )
    yield (
        ("run", "started", "ended", "fetched", "new", "revised", "failed"),
        [(r.command, r.started, _ended(r, found, process), r.fetched, r.new, r.revised, r.failed) for r in found.runs],
    )


def _listing(failures: int, *, parked: bool) -> str:
    return "parked" if parked else "backed off" if failures else "read in part"


def _ended(run: RunStatus, found: Status, process: str | None) -> str:
    if run.ended or run.command != "daemon":
        return run.ended or "running"
    return "running" if process and run == found.daemon else "killed"
