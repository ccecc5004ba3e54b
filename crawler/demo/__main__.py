"""python -m crawler.demo: leave the demo's web running, to try the other commands on it."""

from __future__ import annotations

import contextlib
import signal
import time
from datetime import timedelta
from pathlib import Path

import click

from crawler.demo import settings
from crawler.demo.world import FIRST_PORT, World


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65_000), default=FIRST_PORT, show_default=True, help="The first of six; 0: any."
)
@click.option(
    "--publish-every",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Bring out a held-back article every so many seconds, until there are no more.",
)
@click.option("--later", is_flag=True, help="Begin with the correction made and the deletion done.")
@click.option(
    "--look-every", type=click.IntRange(min=1), default=20, show_default=True, help="Seconds, for the configuration."
)
@click.option(
    "--write-config",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a configuration for it into this folder.",
)
def main(*, port: int, seconds: float | None, later: bool, look_every: int, folder: Path | None) -> None:
    """Serve the demo's invented publishers on loopback until Ctrl-C, and print what is asked of them.

    \b
    Example, in two terminals:
      python -m crawler.demo --write-config demo-config --publish-every 60
      cuttings daemon --config demo-config --db demo-daemon.db
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), World(port, later=later, seen=_told) as world:
        if world.notice:
            click.echo(world.notice, err=True)
        for name, urls in world.urls.items():
            click.echo(f"{name:<10} {'  '.join(urls.values())}")
        if folder:
            settings.write(world.config(every=timedelta(seconds=look_every)), folder)
            click.echo(f"\nThe configuration is in {folder}. Now, in another terminal:")
            click.echo(f"  cuttings crawl --all --config {folder} --db demo-web.db")
            click.echo(f"  cuttings daemon --config {folder} --db demo-web.db\n")
        while seconds:
            time.sleep(seconds)
            if not (story := world.publish()):
                click.echo("All articles are out.")
                break
            click.echo(f"published: {story.title}")
        while True:
            time.sleep(3600)


def _told(method: str, target: str, status: int) -> None:
    click.echo(f"  {status} {method} {target}")


if __name__ == "__main__":
    main()
