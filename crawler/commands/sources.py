"""cuttings sources: what is watched. List, add, remove, check, and OPML in and out."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import click

from archive.models import Failure
from config.models import Config, Source
from config.names import NAME
from crawler.commands.common import config_option, echo, json_option, load_config, print_json, print_table, say


@click.group()
def sources() -> None:
    """List, add, remove and check the publishers that are watched; OPML in and out.

    \b
    Examples:
      cuttings sources list
      cuttings sources add https://example.org/
      cuttings sources check example
    """


def own_config(path: Path | None) -> Config:
    """The configuration that a source is added to: without sources where there is none of one's own yet."""
    from config.load import STARTER, usual  # noqa: PLC0415

    path = path or usual(os.environ)
    return load_config(path) if path and path.exists() else replace(load_config(STARTER), sources=(), origin="")


def _row(source: Source) -> dict[str, object]:
    every = source.schedule.every
    return {
        "name": source.name,
        "title": source.title,
        "home": source.home,
        "language": source.language,
        "country": source.country,
        "feeds": list(source.feeds),
        "sitemaps": list(source.sitemaps),
        "sections": list(source.sections),
        "schedule": source.schedule.cron or (f"{every.total_seconds():.0f}s" if every else "adaptive"),
        "enabled": source.enabled,
    }


@sources.command("list")
@config_option
@json_option
def list_(*, config_path: Path | None, as_json: bool) -> None:
    """List the sources of the configuration.

    \b
    Example:
      cuttings sources list --json
    """
    config = load_config(config_path)
    if as_json:
        print_json([_row(source) for source in config.sources])
        return
    print_table(
        ("name", "title", "language", "country", "listings", "every"),
        [
            (
                s.name + ("" if s.enabled else " (off)"),
                s.title,
                s.language,
                s.country,
                len(s.feeds) + len(s.sitemaps) + len(s.sections),
                s.schedule.cron or s.schedule.every or "adaptive",
            )
            for s in config.sources
        ],
    )
    say(f"{len(config.sources)} sources, from {config.origin}")


@sources.command()
@click.argument("url")
@click.option("--name", help="Short name; made from the site's if not given.")
@click.option("--feed", "feeds", multiple=True, help="A feed's URL, if you know it; may be given several times.")
@config_option
@json_option
def add(url: str, *, name: str | None, feeds: tuple[str, ...], config_path: Path | None, as_json: bool) -> None:
    """Add a site (its feeds are found), a feed, or a publisher of the starter pack by its name.

    \b
    Examples:
      cuttings sources add https://example.org/
      cuttings sources add https://example.org/feed.xml --name example
      cuttings sources add thehill
    """
    from config import edit  # noqa: PLC0415  # tomlkit
    from crawler.subscribe import look_up, starter  # noqa: PLC0415  # httpx

    config = own_config(config_path)
    source = None
    if NAME.fullmatch(url) and url != "localhost":
        source = starter(url)
        if source is None:
            raise click.UsageError(f"{url}: no URL, and no publisher of the starter pack has that name.")
    else:
        found = asyncio.run(look_up(url, config, name=name, feeds=feeds))
        if isinstance(found, Failure):
            raise click.ClickException(f"{url}: {found.detail or found.reason}")
        source = found
    try:
        written = edit.add_source(edit.target(config_path), source)
    except edit.EditError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        print_json(_row(source) | {"written": str(written)})
        return
    echo(f"Added {source.name} to {written}:")
    if not config.sources:
        say(f"From now on {config.origin or written} is the configuration here, and no longer the starter pack.")
    for kind in ("feeds", "sitemaps", "sections"):
        for listing in getattr(source, kind):
            echo(f"  {kind[:-1]} {listing}")


@sources.command()
@click.argument("name")
@config_option
def remove(name: str, *, config_path: Path | None) -> None:
    """Remove a source from the configuration. Its articles stay in the archive.

    \b
    Example:
      cuttings sources remove example
    """
    from config import edit  # noqa: PLC0415  # tomlkit

    try:
        written = edit.remove_source(edit.target(config_path), name)
    except edit.EditError as error:
        raise click.ClickException(str(error)) from None
    echo(f"Removed {name} from {written}.")


@sources.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@config_option
@json_option
def check(names: tuple[str, ...], *, config_path: Path | None, as_json: bool) -> None:
    """Fetch each listing of the sources once and say what it gives; nothing is stored.

    Exit status 1 if any gives nothing.

    \b
    Examples:
      cuttings sources check
      cuttings sources check thehill --json
    """
    from crawler.subscribe import check_listings  # noqa: PLC0415  # httpx

    config = load_config(config_path)
    if strange := [name for name in names if not config.source(name)]:
        raise click.UsageError(f"{', '.join(strange)}: no source of that name. 'cuttings sources list' shows them.")
    chosen = [s for s in config.sources if (s.name in names if names else s.enabled)]
    rows = asyncio.run(check_listings(chosen, config))
    if as_json:
        print_json(
            [{"source": r.source, "url": r.url, "kind": r.kind, "links": r.links, "problem": r.problem} for r in rows]
        )
    else:
        print_table(
            ("source", "listing", "kind", "links", "problem"),
            [(r.source, r.url, r.kind, r.links, r.problem) for r in rows],
        )
    if any(not row.links for row in rows):
        raise click.ClickException(f"{sum(not row.links for row in rows)} of {len(rows)} listings give nothing.")


@sources.command("import")
@click.argument("file", type=click.File("rb"))
@config_option
def import_(file: IO[bytes], *, config_path: Path | None) -> None:
    """Add the feeds of an OPML file, one source a site.

    \b
    Example:
      cuttings sources import subscriptions.opml
    """
    from config import edit  # noqa: PLC0415  # tomlkit
    from crawler.discover import opml  # noqa: PLC0415
    from crawler.subscribe import from_outlines  # noqa: PLC0415

    outlines = opml.read(file.read())
    if not outlines:
        raise click.ClickException("There are no feeds in that file; is it OPML?")
    config = own_config(config_path)
    fresh = from_outlines(outlines, config)
    for source in fresh:
        try:
            written = edit.add_source(edit.target(config_path), source)
        except edit.EditError as error:
            raise click.ClickException(str(error)) from None
        echo(f"Added {source.name} ({len(source.feeds)} feeds) to {written}.")
    say(f"{len(fresh)} sources added; what was there already was left alone.")


@sources.command()
@click.argument("file", type=click.File("wb"), default="-")
@config_option
def export(file: IO[bytes], *, config_path: Path | None) -> None:
    """Write the sources' feeds as OPML, to a file or standard output.

    \b
    Example:
      cuttings sources export subscriptions.opml
    """
    from crawler.discover import opml  # noqa: PLC0415

    file.write(opml.write(load_config(config_path).sources))
    if file.name == "-":
        sys.stdout.flush()
