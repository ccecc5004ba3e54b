"""cuttings verify, evidence: to prove, to oneself and to others, that what was kept is what it was."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands.common import Given, When, db_option, echo, existing, json_option, print_json, problems, say
from crawler.commands.progress import Bar

if TYPE_CHECKING:
    from archive.verify import Report


class End(click.ParamType[bytes]):
    """An end of the ledger, 64 hexadecimal digits, or the line in which verify printed it."""

    name = "hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes):
            return value
        found: list[str] = re.findall(r"\b[0-9a-fA-F]{64}\b", str(value))
        if not found:
            self.fail(f"{value!r} is no end of a ledger: 64 hexadecimal digits, as verify prints it", param, ctx)
        return bytes.fromhex(found[-1])


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

    Every raw page with its headers and robots.txt, every version of an article (source, address, date, headline,
    byline, text, kind of change) and every removal has a row in the table ledger, with its SHA-256; each row seals all
    rows before it. What is worked out from these, as section, tags, other addresses, copies and quality, is not sealed
    (README). The last line is the ledger's end: write it down, or mail it to somebody. Who can write to the archive can
    also write it anew as a whole; that is found out only with --expect and an end that was noted elsewhere.

    It only reads, and may run beside the daemon. Exit status 1 if something is not as it was kept. Whether the file is
    sound, with its search index and its queue, is what 'cuttings check' looks at: run that after a crash or a failing
    disk, and this when somebody may doubt what the archive says.

    \b
    Examples:
      cuttings verify
      cuttings verify --since 7d
      cuttings verify --expect "$(cat noted-last-month.txt)"
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
            echo(problem.sentence)
        looked = ", ".join(f"{number} {what}" for what, number in found.looked_at.items())
        say(f"{db}: {found.records} rows in the ledger, {found.seals} days sealed; compared with it: {looked}")
        say(_result(found))
        if found.older:
            say(f"What is older was sealed on {found.begun}: it was not altered since, and may have been before.")
        for end in found.split_from:
            say(f"It was split off: what was before, it proves with the archive whose ledger ended with {end} alone.")
        echo(f"The ledger ends with {found.head}")
    if found.problems:
        sys.exit(1)


def _result(found: Report) -> str:
    if found.problems:
        return problems(len(found.problems))
    if found.quick:
        return "Nothing is missing or was put in. Whether it says what it said was not looked at: leave out --quick."
    read = f" Of what was kept before {found.since} only whether it is there was looked at." if found.since else ""
    return f"Nothing that the ledger seals was altered, lost or put in.{read}"


@click.command()
@click.argument("which", metavar="URL|ID", type=Given())
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: evidence-ID.zip.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@db_option
def evidence(which: str, *, output: Path | None, force: bool, db: Path) -> None:
    """Put all that proves what an article said into one ZIP file, which anybody can check without Cuttings.

    In it are the page as it came, with its headers and the robots.txt by which it was fetched, each version of the
    text, and the ledger from these to their days' seals. Its README.txt says how to check them with sha256sum.

    \b
    Examples:
      cuttings evidence https://example.org/news/1234
      cuttings evidence 17 -o bridge.zip
    """
    import zipfile  # noqa: PLC0415  # 10 ms

    from archive import evidence as proving  # noqa: PLC0415  # sqlite-utils, 100 ms
    from archive import read  # noqa: PLC0415
    from archive.database import ArchiveError, check_output, reading  # noqa: PLC0415

    with reading(existing(db)) as connection:
        record = read.article(connection, which)
        if record is None:
            raise click.ClickException(f"There is no article {which} in {db}.")
        connection.execute("BEGIN")  # all of it as it is at one moment
        files = dict(proving.files(connection, record.id))
    target = output or Path(f"evidence-{record.id}.zip")
    check_output(db, target)
    try:
        with zipfile.ZipFile(target, "w" if force else "x", zipfile.ZIP_DEFLATED) as pack:
            for name, contents in files.items():
                pack.writestr(name, contents)
    except FileExistsError:
        raise ArchiveError(f"{target} is there already; name another file, or replace it with --force.") from None
    except OSError as error:
        raise ArchiveError(f"{target} could not be written ({error.strerror}).") from error
    say(f"{target}: {len(files)} files; README.txt in it says how to check them.")
