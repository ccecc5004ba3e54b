"""cuttings watch: saved searches. Add, list, remove, and try what they would find and whom they would tell."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.models import Config
from config.watches import Watch
from crawler.commands.common import (
    Given,
    When,
    config_option,
    db_option,
    echo,
    existing,
    json_option,
    load_config,
    print_json,
    print_table,
    print_text,
    say,
)
from crawler.commands.sources import own_config
from crawler.masks import MASK, masked

if TYPE_CHECKING:
    from archive.matches import Standing
    from archive.telling import Telling


@click.group()
def watch() -> None:
    """Saved searches: each new match goes to a feed, and once to a webhook, to addresses by mail, or to a program.

    \b
    Examples:
      cuttings watch add harbour '"harbour council" OR marina -sport' --email desk@example.org
      cuttings watch test harbour --since 30d
      cuttings watch list
    """


@watch.command()
@click.argument("name", type=Given())
@click.argument("query", default="", metavar="[QUERY]")
@click.option("--source", "sources", multiple=True, help="Only articles of this source; may be given several times.")
@click.option("--author", default="", help="Only articles by this author.")
@click.option("--tag", default="", help="Only articles with this tag.")
@click.option("--language", default="", help="Only articles in this language, as en.")
@click.option("--webhook", default="", help="An address for POST with JSON; '${NAME}' takes it from the environment.")
@click.option("--email", multiple=True, help="An address for mail, which needs [mail]; may be given several times.")
@click.option("--command", default="", help="A program with its arguments; it gets JSON on its standard input.")
@config_option
@json_option
def add(
    name: str,
    query: str,
    *,
    sources: tuple[str, ...],
    author: str,
    tag: str,
    language: str,
    webhook: str,
    email: tuple[str, ...],
    command: str,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Write a watch into the configuration. QUERY: words that must all occur, "phrases", begin*, -without, a OR b.

    \b
    Examples:
      cuttings watch add harbour 'harbour council -sport'
      cuttings watch add quill --author 'Ada Quill' --email desk@example.org
      cuttings watch add budget 'budget*' --source thehill --webhook '${BUDGET_HOOK}'
    """
    from config import edit, render, secrets  # noqa: PLC0415  # tomlkit
    from config.load import lacks  # noqa: PLC0415

    config = own_config(config_path)
    hook = secrets.filled(webhook, "--webhook", os.environ, secret=False) if webhook else ""
    try:
        program = tuple(shlex.split(command))
        made = Watch(name, query, sources, author, tag, language, hook, email, program)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from None
    _check_sources(config, sources)
    if email and (lacking := lacks(config.mail)):
        raise click.UsageError(f"--email {lacking}.")
    table = render.watch_table(made) | ({"webhook": webhook} if webhook else {})
    try:
        written = edit.add_watch(edit.target(config_path), name, table)
    except edit.EditError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        print_json(_row(made, None) | {"written": str(written)})
        return
    echo(f"Added {name} to {written}.")
    if not config.origin:
        say(f"From now on {written} is the configuration here, and no longer the starter pack: give it sources, too.")
    say("It begins with what comes from now on, once a running daemon has reloaded (SIGHUP) or a crawl runs.")
    say(f"'cuttings watch test {name}' shows what it would have found.")


def _check_sources(config: Config, sources: Sequence[str]) -> None:
    from config.values import nearest  # noqa: PLC0415

    for name in sources:
        if config.source(name) is None and "." not in name:  # with a dot: a site that was only crawled by hand
            near = nearest(name, tuple(source.name for source in config.sources))
            hint = f"Did you mean {near}?" if near else "'cuttings sources list' shows them."
            raise click.UsageError(f"There is no source {name}. {hint}")


@watch.command()
@click.argument("name")
@config_option
def remove(name: str, *, config_path: Path | None) -> None:
    """Take a watch out of the configuration. What it found stays in the archive; what is unsent is dropped.

    \b
    Example:
      cuttings watch remove harbour
    """
    from config import edit  # noqa: PLC0415  # tomlkit

    try:
        written = edit.remove_watch(edit.target(config_path), name)
    except edit.EditError as error:
        raise click.ClickException(str(error)) from None
    echo(f"Removed {name} from {written}.")


@watch.command("list")
@db_option
@config_option
@json_option
def list_(*, db: Path, config_path: Path | None, as_json: bool) -> None:
    """List the watches: what each looks for, whom it tells, what it found, and what is unsent and why.

    \b
    Example:
      cuttings watch list --json
    """
    config = load_config(config_path)
    known: dict[str, Standing] = {}
    if db.exists():
        from archive import matches  # noqa: PLC0415  # sqlite-utils: 100 ms
        from archive.database import reading  # noqa: PLC0415

        with reading(existing(db)) as connection:
            known = matches.standing(connection)
    rows = [_row(each, known.get(each.name)) for each in config.watches]
    if as_json:
        print_json(rows)
        return
    columns = ("watch", "looks for", "tells", "matches", "latest", "unsent")
    print_table(
        columns, [(r["name"], _search(w), _tells(w), *_counts(r)) for w, r in zip(config.watches, rows, strict=True)]
    )
    for each in config.watches:
        if strange := [name for name in each.sources if config.source(name) is None]:
            say(f"{each.name}: no source of the configuration is called {', '.join(strange)}.")
    say(f"{len(config.watches)} watches, from {config.origin}")


def _search(watch: Watch) -> str:
    filters = {"source": ", ".join(watch.sources), "author": watch.author, "tag": watch.tag, "language": watch.language}
    return "; ".join([*filter(None, [watch.query]), *(f"{key}: {value}" for key, value in filters.items() if value)])


def _tells(watch: Watch) -> str:
    """Whom, without what lets one in: an address on the web, a program's arguments."""
    said = ["feed", *(["webhook ***"] if watch.webhook else []), *watch.email]
    return ", ".join([*said, *([f"program {watch.command[0]}"] if watch.command else [])])


def _counts(row: dict[str, object]) -> tuple[object, object, str]:
    unsent = row["unsent"]
    assert isinstance(unsent, list)
    said = []
    for each in unsent:
        when = "given up" if each["state"] == "refused" else f"next try {each['due_at']}"
        said.append(
            f"{each['messages']} by {each['receiver']}, {when}" + (f": {each['problem']}" if each["problem"] else "")
        )
    return row["matches"], row["latest"], "\n".join(said)


def _row(watch: Watch, standing: Standing | None) -> dict[str, object]:
    from archive.matches import receivers  # noqa: PLC0415  # sqlite-utils: 100 ms

    names = {key: address or key for key, address in receivers(watch).items()}
    unsent = [asdict(each) for each in standing.unsent] if standing else []
    return {
        "name": watch.name,
        "query": watch.query,
        "sources": list(watch.sources),
        "author": watch.author,
        "tag": watch.tag,
        "language": watch.language,
        "webhook": MASK if watch.webhook else "",
        "email": list(watch.email),
        "command": watch.command[0] if watch.command else "",
        "since": standing.since if standing else None,
        "matches": standing.matches if standing else 0,
        "latest": standing.latest if standing else None,
        "latest_title": standing.latest_title if standing else "",
        "unsent": [
            each | {"receiver": names.get(each["receiver"], each["receiver"]), "problem": masked(each["problem"])}
            for each in unsent
        ],
    }


@watch.command()
@click.argument("name")
@click.option(
    "--since", type=When(), default="7d", show_default=True, help="Articles first seen since: a date, or an age."
)
@click.option("--send", is_flag=True, help="Send each receiver one message that says that it is a test.")
@db_option
@config_option
@json_option
def test(name: str, *, since: datetime, send: bool, db: Path, config_path: Path | None, as_json: bool) -> None:
    """Show what a watch would have found in the archive, and where; nothing is sent, or (--send) a test.

    \b
    Examples:
      cuttings watch test harbour --since 30d
      cuttings watch test harbour --send
    """
    from crawler import rehearsal  # noqa: PLC0415  # httpx: 165 ms
    from crawler.receivers import message  # noqa: PLC0415

    config = load_config(config_path)
    chosen = config.watch(name)
    if chosen is None:
        raise click.UsageError(f"{name}: no watch of that name. 'cuttings watch list' shows them.")
    found = rehearsal.found(db, chosen, since) if db.exists() or not send else ()
    outcomes = asyncio.run(rehearsal.send(chosen, config.mail, found)) if send else ()
    if as_json:
        told = [
            {key: value for key, value in message(chosen, one).items() if key not in ("id", "event")} for one in found
        ]
        print_json({"watch": name, "since": since, "matches": told, "sent": [asdict(each) for each in outcomes]})
    else:
        _print(found)
        for each in outcomes:
            echo(f"{each.receiver}: sent." if each.sent else f"{each.receiver}: not sent. {each.problem} {each.advice}")
        if send and not outcomes:
            say("It tells nobody; its matches stand in its feed.")
    if any(not each.sent for each in outcomes):
        raise SystemExit(1)


def _print(found: Sequence[Telling]) -> None:
    from archive import passages  # noqa: PLC0415  # sqlite-utils: 100 ms

    for one in found:
        print_text((one.title, "bold"))
        copy = f" (a copy of {one.copy_of['url']})" if one.copy_of else ""
        print_text(f"{one.source}, {one.published or one.first_seen}: {one.url}{copy}", indent=2)
        print_text(passages.plain(one.passage, ("[", "]")), indent=2)
    say(f"{len(found)} matches.")
