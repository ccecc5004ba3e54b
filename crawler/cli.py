"""The command ``cuttings``: the group, and what its commands share. The commands stand in crawler.commands."""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import re
import sys
from typing import Any

import click

from crawler import __version__

# Command → module in crawler.commands. Named, not imported: `cuttings --help` must not wait for httpx and Datasette.
COMMANDS = {
    "demo": "demo",
    "crawl": "crawl",
    "daemon": "daemon",
    "extract": "extract",
    "discover": "discover",
    "sources": "sources",
    "search": "read",
    "status": "status",
    "alarms": "alarms",
    "watch": "watch",
    "explain": "explain",
    "history": "history",
    "copies": "copies",
    "boilerplate": "boilerplate",
    "reextract": "reextract",
    "rules": "rules",
    "export": "read",
    "import": "import_",
    "check": "keep",
    "verify": "verify",
    "evidence": "verify",
    "backup": "keep",
    "restore": "keep",
    "compact": "compact",
    "split": "split",
    "serve": "serve",
}

_FOREIGN = re.compile("[\udc80-\udcff]")
"""Bytes of an argument that are no UTF-8, as Python stands them in for."""


class Commands(click.Group):
    """A group whose commands are imported when they are asked for, and whose expected errors are one sentence."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"crawler.commands.{COMMANDS[name]}")
        command = getattr(module, f"{name}_" if keyword.iskeyword(name) else name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415  # only for the message

            near = difflib.get_close_matches(args[0], COMMANDS, n=1) if args else []
            hint = f" Did you mean '{near[0]}'?" if near else " 'cuttings --help' lists the commands."
            raise click.UsageError(error.message.rstrip(".") + "." + hint, ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        from archive.database import ArchiveError  # noqa: PLC0415  # imports sqlite-utils, 100 ms
        from config.load import ConfigError  # noqa: PLC0415
        from crawler.crews import CrewError  # noqa: PLC0415

        try:
            return super().invoke(ctx)
        except (ArchiveError, ConfigError, CrewError) as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:  # `cuttings search x | head`
            sys.stderr.close()
            sys.exit(0)
        except UnicodeEncodeError as error:
            if not _FOREIGN.search(error.object):
                raise
            raise click.ClickException("An argument is no text: its bytes are not UTF-8.") from None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left to be written has no place
            raise click.ClickException("The output could not be written to its end: the disk is full.") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cuttings")
def main() -> None:
    """A press-cuttings service: crawl news sites politely, keep the text and only the text, read it in Datasette.

    \b
    See it at work:      cuttings demo
    One article, clean:  cuttings extract https://example.org/news/1234
    One site, now:       cuttings crawl https://example.org/
    All sources, always: cuttings daemon
    Read and search:     cuttings serve
    """
