"""cuttings daemon: the scheduler, until it is told to stop."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from crawler.commands.common import config_option, db_option, load_config


@click.command()
@click.option(
    "--grace", type=float, default=30.0, show_default=True, help="Seconds a stop waits for what is in flight."
)
@click.option("--quiet", is_flag=True, help="Log warnings and errors only.")
@db_option
@config_option
def daemon(*, grace: float, quiet: bool, db: Path, config_path: Path | None) -> None:
    """Watch the configured sources for good: each feed, sitemap and section when its time has come.

    SIGTERM or Ctrl-C finishes what is in flight and exits; SIGHUP reloads the configuration. Due times live in
    the archive, so a restart loses nothing. One daemon an archive; 'cuttings crawl' and 'cuttings serve' may
    work on it at the same time.

    \b
    Examples:
      cuttings daemon
      cuttings daemon --db /var/lib/cuttings/archive.db --config /etc/cuttings
    """
    from crawler.daemon import AlreadyRunningError, run  # noqa: PLC0415  # httpx, APScheduler: 200 ms

    logging.basicConfig(
        level=logging.WARNING if quiet else logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    # httpx logs every URL, with what a subscriber's cookie unlocked; APScheduler every tick.
    for noisy in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        run(db, lambda: load_config(config_path), grace=grace)
    except AlreadyRunningError as error:
        raise click.ClickException(str(error)) from None
