"""What the commands share: options, JSON and tables."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.models import Config

if TYPE_CHECKING:
    from rich.console import Console

    from crawler.crews import Wanted

LARGEST = (1 << 63) - 1
"""Number that SQLite can hold."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would speak to the terminal in place of the person: controls, and marks that turn the direction of text."""

db_option = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default="archive.db",
    show_default=True,
    envvar="CUTTINGS_DB",
    help="The archive: one SQLite file.",
)
several_option = click.option(
    "--db",
    "dbs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="The archive; several times, or a folder, to read several together.  [default: archive.db]",
)
config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    envvar="CUTTINGS_CONFIG",
    help="Settings and sources: a folder or a TOML file. Default: ./cuttings.toml or ./config where they are, "
    "else the starter pack.",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1, max=256),
    default=None,
    envvar="CUTTINGS_WORKERS",
    help="Processes of this machine that fetch and read, each a share of the sites. Default: none but this one.",
)
cluster_option = click.option(
    "--cluster",
    default="",
    metavar="ADDRESS",
    envvar="CUTTINGS_CLUSTER",
    help="A Dask scheduler, as tcp://scheduler:8786, whose workers fetch and read.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def wanted(workers: int | None, cluster: str) -> Wanted:
    """Who is to take the turns."""
    from crawler.crews import Wanted  # noqa: PLC0415  # for those that have workers alone

    if workers and cluster:
        raise click.UsageError("--workers and --cluster exclude each other: a cluster's own workers do the work.")
    return Wanted(workers or 0, cluster)


def load_config(path: Path | None) -> Config:
    from config.load import load  # noqa: PLC0415  # tomllib and CSS checks: not needed for --help

    return load(path)


def print_json(value: object) -> None:
    """One JSON value on stdout; times as ISO 8601, everything else it cannot say as text."""
    echo_json(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def echo_json(text: str) -> None:
    """JSON on stdout, with what would speak to a terminal as escapes."""
    sys.stdout.write(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table as wide as the terminal; untruncated and plain where the output is piped."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="left")
    for row in rows:
        table.add_row(*("" if cell is None else plain(str(cell)) for cell in row))
    console().print(table, soft_wrap=not sys.stdout.isatty())


def print_text(*parts: str | tuple[str, str], indent: int = 0) -> None:
    """A paragraph as wide as the terminal; on one line where the output is piped. A part may have a style of rich's."""
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    text = Text.assemble(*[plain(part) if isinstance(part, str) else (plain(part[0]), part[1]) for part in parts])
    console().print(Padding(text, (0, 0, 0, indent), expand=False), soft_wrap=not sys.stdout.isatty())


def console() -> Console:
    from rich.console import Console  # noqa: PLC0415  # 50 ms, which the commands without tables need not wait for

    return Console(width=None if sys.stdout.isatty() else 10_000, highlight=False, markup=False, emoji=False)


def plain(text: str) -> str:
    """Text that a page or a server gave, fit for a terminal: what can't be seen is shown as U+FFFD."""
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def echo(text: str = "") -> None:
    """Lines for the person, on stdout."""
    click.echo(plain(text))


def say(message: str) -> None:
    """A sentence for the person, on stderr."""
    click.echo(plain(message), err=True)


def problems(number: int) -> str:
    return "1 problem." if number == 1 else f"{number} problems."


def existing(db: Path) -> Path:
    """The archive's path, if there is an archive."""
    if not db.exists():
        others = ", ".join(sorted(str(p) for p in Path().glob("*.db"))[:5])
        raise click.ClickException(
            f"There is no archive at {db}. Make one with 'cuttings crawl URL', or name another with --db"
            + (f" (here: {others})." if others else ".")
        )
    if not db.is_dir() and db.stat().st_size == 0:
        raise click.ClickException(f"{db} is empty: that is no archive. Name one with --db.")
    return db


def all_existing(dbs: Sequence[Path]) -> tuple[Path, ...]:
    """The archives' paths, in place of a folder those of all that are in it. If there are none, what is said is why."""
    found: list[Path] = []
    for db in dbs or (Path(os.environ.get("CUTTINGS_DB") or "archive.db"),):
        if not db.is_dir():
            found.append(existing(db))
        elif inside := sorted(file for file in db.glob("*.db") if file.is_file()):
            found += [existing(file) for file in inside]
        else:
            raise click.ClickException(f"There is no archive in {db}: no file there ends in .db.")
    same = {path.resolve(): path for path in reversed(found)}
    return tuple(reversed(same.values()))


class When(click.ParamType[datetime]):
    """A date or time, or an age as 12h, 3d, 2w; naive times are UTC."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        unit = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}.get(text[-1:].lower())
        try:
            if unit and text[:-1].isdigit():
                return datetime.now(UTC) - int(text[:-1]) * unit
            at = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is neither a date, as 2026-11-24, nor an age, as 12h, 3d or 2w", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


class Given(click.ParamType[str]):
    """A text with something in it: a variable of a script that was not set is no URL."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not str(value).strip():
            self.fail("Nothing was given: the argument is empty.", param, ctx)
        return str(value)
