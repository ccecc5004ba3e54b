"""cuttings verify: to know that nothing that was kept has been altered or lost since."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from crawler.commands.common import When, db_option, existing, json_option, print_json, say
from crawler.commands.progress import Bar


class End(click.ParamType[bytes]):
    """An end of the ledger, as verify printed it: 64 hexadecimal digits."""

    name = "hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            end = value if isinstance(value, bytes) else bytes.fromhex(str(value).strip())
        except ValueError:
            end = b""
        if len(end) != 32:
            self.fail(f"{value!r} is no end of a ledger: 64 hexadecimal digits, as verify prints it", param, ctx)
        return end


@click.command()
@click.option(
    "--since", type=When(), metavar="DAY", help="Read again only what was kept on or after it: 2026-11-24, 3d."
)
@click.option("--quick", is_flag=True, help="Look only whether every record is there, without reading it again.")
@click.option(
    "--expect", type=End(), multiple=True, metavar="HASH", help="An end noted earlier, which has to be in it."
)
@db_option
@json_option
def verify(*, since: datetime | None, quick: bool, expect: tuple[bytes, ...], db: Path, as_json: bool) -> None:
    """Prove that nothing that was kept has been altered, lost or put in since, and name what was.

    Every raw page, every version of an article and every removal has a row in the table ledger, with its SHA-256;
    each row seals all rows before it. The last line is the ledger's end: write it down, or mail it to somebody. Who
    can write to the archive can also write it anew as a whole; that is found out only with --expect and an end that
    was noted elsewhere.

    It only reads, and may run beside the daemon. Exit status 1 if something is not as it was kept. Whether the file is
    sound, with its search index and its queue, is what 'cuttings check' looks at: run that after a crash or a failing
    disk, and this when somebody may doubt what the archive says.

    \b
    Examples:
      cuttings verify
      cuttings verify --since 7d --expect 3c9f…e1
      cuttings verify --quick --json --db backup.db
    """
    from archive import verify as verifying  # noqa: PLC0415  # sqlite-utils, 100 ms
    from archive.times import iso  # noqa: PLC0415

    day = iso(since)[:10] if since else ""
    with Bar() as bar:
        found = verifying.verify(existing(db), since=day, quick=quick, expect=expect, told=bar)
    if as_json:
        print_json(asdict(found))
    else:
        for problem in found.problems:
            click.echo(problem.sentence)
        looked = ", ".join(f"{number} {what}" for what, number in found.looked_at.items())
        say(f"{db}: {found.records} rows in the ledger, {found.seals} days sealed; compared with it: {looked}")
        say(f"{len(found.problems)} problems." if found.problems else "Nothing was altered, lost or put in.")
        if found.older:
            say(f"What is older was sealed on {found.begun}: it was not altered since, and may have been before.")
        click.echo(f"The ledger ends with {found.head}")
    if found.problems:
        sys.exit(1)
