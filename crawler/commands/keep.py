"""cuttings check, backup, restore: to know that the archive is whole, and to have it twice."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from crawler.commands.common import db_option, echo, existing, json_option, print_json, problems, say
from crawler.commands.progress import Bar


@click.command()
@click.option("--quick", is_flag=True, help="Leave out to read every page and text, and the search index.")
@db_option
@json_option
def check(*, quick: bool, db: Path, as_json: bool) -> None:
    """Look whether the archive is whole: the file, every raw page, every text, the search index, the queue.

    It only reads, and may run beside the daemon. Exit status 1 if something is wrong, which is said with its row.

    \b
    Examples:
      cuttings check
      cuttings check --db backup.db --quick --json
    """
    from archive import check as checking  # noqa: PLC0415  # sqlite-utils, 100 ms

    with Bar() as bar:
        found = checking.check(existing(db), quick=quick, told=bar)
    if as_json:
        print_json(asdict(found))
    else:
        for problem in found.problems:
            echo(problem.sentence)
        looked = ", ".join(f"{number} {what}" for what, number in found.looked_at.items())
        rows = sum(found.tables.values())
        say(f"{db}: {rows} rows in {len(found.tables)} tables" + (f"; one by one: {looked}" if looked else ""))
        say(problems(len(found.problems)) if found.problems else "Nothing is wrong.")
    if found.problems:
        sys.exit(1)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@db_option
@json_option
def backup(file: Path, *, force: bool, db: Path, as_json: bool) -> None:
    """Copy the archive, as it is now, into one FILE, also while the daemon writes.

    FILE is there once it is whole, checked and on the disk: a backup that is cut off leaves the one before as it was.

    \b
    Examples:
      cuttings backup /mnt/backup/archive-2026-11-25.db
      cuttings backup latest.db --force --db /var/lib/cuttings/archive.db
    """
    from archive import backup as copying  # noqa: PLC0415  # sqlite-utils, 100 ms

    with Bar() as bar:
        made = copying.backup(existing(db), file, force=force, progress=lambda done, of: bar("copying", done, of))
    if as_json:
        print_json(asdict(made))
    else:
        say(f"{file}: {made.bytes / 1e6:.1f} MB, {made.tables.get('articles', 0)} articles, checked.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Where there is an archive: put the copy in its place, keep it beside.")
@db_option
@json_option
def restore(file: Path, *, force: bool, db: Path, as_json: bool) -> None:
    """Put a copy of FILE, a backup, where the archive is; FILE is checked first, and stays.

    Not while a daemon, a crawl or 'cuttings serve' has the archive open. With --force, the archive that was there is
    kept beside it as archive.db.before-restore.

    \b
    Examples:
      cuttings restore /mnt/backup/archive-2026-11-25.db
      cuttings restore latest.db --force --db /var/lib/cuttings/archive.db
    """
    from archive import backup as copying  # noqa: PLC0415  # sqlite-utils, 100 ms
    from archive.database import check_place  # noqa: PLC0415
    from crawler.lock import AlreadyRunningError, only_one  # noqa: PLC0415

    check_place(db, create=True)
    try:
        with only_one(db), Bar() as bar:
            made, old = copying.restore(file, db, force=force, told=bar)
    except AlreadyRunningError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        print_json(asdict(made) | {"before": str(old) if old else None})
    else:
        say(f"{db}: {made.bytes / 1e6:.1f} MB, {made.tables.get('articles', 0)} articles, from {file}.")
        if old:
            say(f"What was there before is now {old}.")
