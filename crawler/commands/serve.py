"""cuttings serve: the archive in Datasette."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import click

from crawler.commands.common import all_existing, config_option, say, several_option

_SHORTEST = 8
"""Letters of a password; wrong ones wait half a second each."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes a free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the password without which nobody reads; or set CUTTINGS_PASSWORD.",
)
@config_option
@several_option
def serve(
    *,
    host: str,
    port: int,
    open_browser: bool,
    password_file: Path | None,
    config_path: Path | None,
    dbs: tuple[Path, ...],
) -> None:
    """Read and search the archive in the browser: the reading room, on Datasette, read-only.

    Several archives are read together, as the parts of one that was split: give --db several times, or a folder.

    It also works while the daemon is writing. For others to read it, let it listen on another address and give it a
    password: browsers ask for it (any user name), programs send it as "Authorization: Bearer PASSWORD".

    \b
    Examples:
      cuttings serve
      cuttings serve --db demo.db --port 8080 --open
      cuttings serve --db years/
      cuttings serve --host 0.0.0.0 --password-file /etc/cuttings/password
    """
    from archive.serve import ServeError, run  # noqa: PLC0415  # Datasette

    password = _password(password_file)
    if not password and not _own(host):
        say(f"Whoever can reach {host} can read this archive: it has no password (--password-file).")
    config = str(config_path) if config_path else "usual"
    try:
        found = all_existing(dbs)
        run(
            found[0] if len(found) == 1 else found,
            host=host,
            port=port,
            open_browser=open_browser,
            password=password or "",
            config=config,
        )
    except ServeError as error:
        raise click.ClickException(str(error)) from None


def _password(file: Path | None) -> dict[str, str]:
    """Where Datasette finds the password, so that it shows it nowhere: in our environment. Empty if there is none."""
    if file is None:
        password = os.environ.get("CUTTINGS_PASSWORD", "")
    else:
        try:
            password = file.read_text("utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"The password could not be read from {file}: {error}.") from None
    if (file or password) and len(password) < _SHORTEST:
        raise click.ClickException(f"The password has {len(password)} letters; it needs {_SHORTEST} at least.")
    os.environ["CUTTINGS_PASSWORD"] = password
    return {"$env": "CUTTINGS_PASSWORD"} if password else {}


def _own(host: str) -> bool:
    """Whether this machine alone reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
