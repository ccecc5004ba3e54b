"""cuttings boilerplate: what was learned to be a site's and not its articles', and a person's word on it."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.commands.common import LARGEST, db_option, existing, json_option, print_json, print_table, say

SHOWN = 100
"""Characters of a sample in the table."""


class ListByDefault(click.Group):
    """What is no subcommand's name is a source: ``cuttings boilerplate herald`` lists."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListByDefault, subcommand_metavar="[SOURCE] | keep ID… | drop ID… | undo ID…")
def boilerplate() -> None:
    """List what was learned to be the sites' boilerplate, and is left out of their articles; and overrule it.

    A text that stands on several pages of different stories, over more than one crawl, is the site's; so is a place on
    the page in which there is nothing else. 'keep' and 'drop' hold for good, whatever is seen later; 'undo' takes them
    back. New articles follow at once; 'cuttings reextract' makes the old ones follow, and the daemon does by itself.

    \b
    Examples:
      cuttings boilerplate
      cuttings boilerplate herald --all
      cuttings boilerplate keep 12
      cuttings boilerplate drop 7 9
    """


@boilerplate.command("list")
@click.argument("source", required=False)
@click.option("--all", "everything", is_flag=True, help="Also what was seen more than once, and not often enough.")
@db_option
@json_option
def list_(source: str | None, *, everything: bool, db: Path, as_json: bool) -> None:
    """List what was learned, of one SOURCE or of all, what is on most pages first.

    \b
    Example:
      cuttings boilerplate list herald --json
    """
    from archive import learned  # noqa: PLC0415  # needed by this command alone
    from archive.database import reading  # noqa: PLC0415

    with reading(existing(db)) as connection:
        if source is not None and not learned.is_source(connection, source):
            raise click.ClickException(f"There is no source {source!r} in {db}: 'cuttings status' lists them.")
        rows = learned.listed(connection, source, everything=everything)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "source", "what", "", "pages", "first seen", "last seen", "begins"),
        [
            (
                row["id"],
                row["source"],
                row["kind"],
                row["ruling"] or row["state"],
                row["pages"],
                str(row["first_seen"])[:10],
                str(row["last_seen"])[:10],
                _sample(row),
            )
            for row in rows
        ],
    )
    if not rows:
        say("Nothing was learned yet: it takes several pages of a source, over more than one crawl.")


def _sample(row: dict[str, object]) -> str:
    text = " ".join(str(row["sample"]).split())
    text = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"{row['place']}: {text}" if row["kind"] == "place" else text


@boilerplate.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=click.IntRange(1, LARGEST))
@db_option
def keep(ids: tuple[int, ...], db: Path) -> None:
    """Never leave these out.

    \b
    Example:
      cuttings boilerplate keep 12
    """
    _rule(db, ids, "keep")


@boilerplate.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=click.IntRange(1, LARGEST))
@db_option
def drop(ids: tuple[int, ...], db: Path) -> None:
    """Always leave these out.

    \b
    Example:
      cuttings boilerplate drop 7 9
    """
    _rule(db, ids, "drop")


@boilerplate.command()
@click.argument("ids", metavar="ID…", nargs=-1, required=True, type=click.IntRange(1, LARGEST))
@db_option
def undo(ids: tuple[int, ...], db: Path) -> None:
    """Take back what was said of these: what was learned holds again.

    \b
    Example:
      cuttings boilerplate undo 12
    """
    _rule(db, ids, "")


def _rule(db: Path, ids: tuple[int, ...], ruling: str) -> None:
    from archive.store import Archive  # noqa: PLC0415  # sqlite-utils, 100 ms

    with Archive(existing(db), create=False) as archive:
        missing = [number for number in ids if not archive.rule(number, ruling)]
    if missing:
        numbers = ", ".join(map(str, missing))
        rest = "; the others are noted" if len(missing) < len(ids) else ""
        raise click.ClickException(f"There is no {numbers} in 'cuttings boilerplate --all'{rest}.")
    say("Noted. New articles follow at once, old ones with 'cuttings reextract'.")
