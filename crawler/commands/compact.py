"""cuttings compact: stored pages made smaller, and room given back to the disk."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.common import db_option, echo, existing, json_option, print_json, print_table, say
from crawler.commands.progress import Bar

if TYPE_CHECKING:
    from archive.compact import Report
    from archive.room import Sizes


@click.command()
@click.option(
    "--level",
    type=click.IntRange(1, 22),
    default=12,
    show_default=True,
    help="How hard to try: 12 takes some 4 ms a page, 19 some 40 and makes pages a further 7 % smaller.",
)
@click.option("--all", "everything", is_flag=True, help="Also pages that were compacted before.")
@click.option("--rebuild", is_flag=True, help="Write the file anew at the end, even if little is free in it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be saved; takes as long.")
@db_option
@json_option
def compact(*, level: int, everything: bool, rebuild: bool, dry_run: bool, db: Path, as_json: bool) -> None:
    """Make the archive smaller: compress its raw pages anew, against those of their site that serve best.

    Pages are compressed as they come in half a millisecond; this takes its time. No byte of a page changes: each is
    read back and compared before it takes the old one's place, and 'cuttings verify' proves it. It may run beside the
    daemon, which waits for some milliseconds at most, and be stopped at any moment; run again, it goes on where it was.

    At the end, what became free is given back to the disk. Where much of it is free within pages of the file, or the
    archive was made by an earlier version, that takes to write the file anew: the daemon has to be stopped for it, and
    twice the file's size has to be free on the disk.

    \b
    Examples:
      cuttings compact
      cuttings compact --dry-run
      cuttings compact --level 19 --all --db old.db
    """
    from archive import compact as compacting  # noqa: PLC0415  # sqlite-utils, 100 ms
    from crawler import clock  # noqa: PLC0415
    from crawler.commands import effects  # noqa: PLC0415
    from crawler.lock import holder  # noqa: PLC0415

    options = compacting.Options(level, everything, rebuild, dry_run)
    with effects.stopping() as stop, Bar() as bar:
        alone = holder(existing(db)) is None
        report = compacting.compact(db, options, clock.now, alone=alone, stopped=stop.is_set, told=bar)
    if as_json:
        print_json(asdict(report))
    else:
        _show(report)
    if report.left or report.damaged:
        raise SystemExit(1)


def _show(report: Report) -> None:
    said = "would be made smaller" if report.dry_run else "were made smaller"
    echo(
        f"{report.looked} pages were looked at, {report.repacked} {said}, by {report.saved / 1e6:,.1f} MB"
        + (f"; {report.done} were compacted before" if report.done else "")
        + "."
    )
    columns = ["MB", "before"] if report.after is None else ["MB", "before", "after"]
    print_table(columns, [_row(name, field, report) for name, field in _ROWS])
    if report.stays:
        say(report.stays)
    if report.damaged:
        say(f"Pages that are damaged and stay as they are: {report.damaged}; 'cuttings check' names them.")
    if report.left:
        say(f"Pages that were not come to: {report.left}; run the same command again to go on with them.")


_ROWS = (("raw pages", "pages"), ("dictionaries", "dictionaries"), ("free", "free"), ("the file", "file"))


def _row(name: str, field: str, report: Report) -> list[str]:
    def amount(sizes: Sizes) -> str:
        return f"{getattr(sizes, field) / 1e6:,.1f}"

    return [name, amount(report.before), *([amount(report.after)] if report.after else [])]
