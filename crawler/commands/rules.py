"""cuttings rules: a source's CSS rules, tried before they are saved."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from config import checks
from config.models import Config, Source
from crawler.commands.common import (
    LARGEST,
    config_option,
    db_option,
    existing,
    json_option,
    load_config,
    print_json,
    say,
)
from crawler.commands.progress import Bar


class Selector(click.ParamType[str]):
    """A CSS selector that the extractor understands."""

    name = "css"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            if value:
                checks.selector(str(value))
        except ValueError as error:
            self.fail(f"This {error}", param, ctx)
        return str(value)


def known(db: Path, config: Config, name: str) -> Source | None:
    """The source of that name; None for one that is in the archive alone. UsageError where it is in neither."""
    from archive.database import reading  # noqa: PLC0415  # sqlite-utils, 100 ms

    source = config.source(name)
    if source is None:
        with reading(db) as connection:
            there = connection.execute("SELECT 1 FROM sources WHERE name = ?", [name]).fetchone()
        if there is None:
            raise click.UsageError(f"{name}: no source of that name. 'cuttings sources list' shows the sources.")
    return source


@click.group()
def rules() -> None:
    """Try CSS rules for a source on its stored pages.

    \b
    Example:
      cuttings rules try thehill --body "article .text"
    """


@rules.command("try")
@click.argument("name", metavar="SOURCE")
@click.option("--body", type=Selector(), help="The elements that hold the article's text.")
@click.option("--remove", type=Selector(), help="What to take out of the page first.")
@click.option("--title", type=Selector(), help="The element with the title.")
@click.option("--author", type=Selector(), help="The elements with the authors' names.")
@click.option("--date", type=Selector(), help="The element with the date of publication.")
@click.option("--limit", type=click.IntRange(1, LARGEST), default=200, show_default=True, help="Of its latest pages.")
@db_option
@config_option
@json_option
def try_(name: str, *, limit: int, db: Path, config_path: Path | None, as_json: bool, **selectors: str | None) -> None:
    """Read the source's latest stored pages by these rules, and say what would change. Nothing is written.

    What is given goes over the rules that the source has; "" takes one of them away.

    \b
    Examples:
      cuttings rules try thehill --body "article .text" --remove ".promo, .related"
      cuttings rules try thehill --author ".byline a" --limit 50 --json
    """
    given = {key: css for key, css in selectors.items() if css is not None}
    if not given:
        raise click.UsageError("Give the rules to try: --body, --remove, --title, --author or --date.")
    from crawler import trial  # noqa: PLC0415  # sqlite-utils, 100 ms
    from crawler.commands import effects  # noqa: PLC0415
    from crawler.pool import Pool  # noqa: PLC0415

    config = load_config(config_path)
    source = known(existing(db), config, name)
    with Pool(config.limits.reading) as pool, effects.stopping() as stop, Bar() as bar:
        found = trial.run(db, trial.Rival(name, source, given), limit=limit, pool=pool, stop=stop, told=bar)
    if as_json:
        data = {key: value for key, value in asdict(found).items() if key != "effects"}
        print_json(data | effects.as_data(found.effects))
        return
    if found.effects.sources:
        effects.show(found.effects, change="would change")
    if found.found:
        say(f"{len(found.found)} pages would become articles that are none now, as {found.found[0]}")
    for rule, on in found.unmatched.items():
        say(f"--{rule} finds nothing on {on.pages} of {found.pages} pages, as {on.urls[0]}")
    say(f"{found.pages} pages were read; nothing was written." if found.pages else f"{name} has no stored pages.")
