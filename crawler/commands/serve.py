"""cuttings serve: the archive in Datasette."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.commands.common import db_option, existing


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@db_option
def serve(*, host: str, port: int, open_browser: bool, db: Path) -> None:
    """Read and search the archive in the browser: Datasette with the Cuttings plugin, read-only.

    It also works while the daemon is writing.

    \b
    Examples:
      cuttings serve
      cuttings serve --db demo.db --port 8080 --open
    """
    from archive.serve import ServeError, run  # noqa: PLC0415  # Datasette

    try:
        run(existing(db), host=host, port=port, open_browser=open_browser)
    except ServeError as error:
        raise click.ClickException(str(error)) from None
