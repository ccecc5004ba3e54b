"""cuttings daemon: the scheduler, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from config.models import Config
from crawler.commands.common import cluster_option, config_option, db_option, load_config, wanted, workers_option


class Address(click.ParamType[tuple[str, int]]):
    """A host and a port, as ``127.0.0.1:9464``, ``[::1]:9464``; a port alone is loopback's."""

    name = "host:port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not port.isdecimal() or int(port) > 65535 or (":" in host and not host.startswith("[")):
            self.fail(f"{value!r} is no address, as 127.0.0.1:9464 or [::1]:9464", param, ctx)
        return host.strip("[]") or "127.0.0.1", int(port)


@click.command()
@click.option(
    "--grace", type=float, default=30.0, show_default=True, help="Seconds a stop waits for what is in flight."
)
@click.option(
    "--log", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="Log lines."
)
@click.option("--quiet", is_flag=True, help="Log warnings and errors only.")
@click.option(
    "--listen",
    "address",
    type=Address(),
    envvar="CUTTINGS_LISTEN",
    help="Answer /healthz and /metrics (Prometheus) here, as 127.0.0.1:9464. Default: nowhere.",
)
@workers_option
@cluster_option
@db_option
@config_option
def daemon(
    *,
    grace: float,
    form: str,
    quiet: bool,
    address: tuple[str, int] | None,
    workers: int | None,
    cluster: str,
    db: Path,
    config_path: Path | None,
) -> None:
    """Watch the configured sources for good: each feed, sitemap and section when its time has come.

    SIGTERM or Ctrl-C finishes what is in flight and exits, a second one at once; SIGHUP reloads the configuration.
    Due times live in the archive, so a restart loses nothing. One daemon an archive; 'cuttings crawl' and 'cuttings
    serve' may work on it at the same time. Under systemd it says when it is ready, and that it lives.

    \b
    Examples:
      cuttings daemon
      cuttings daemon --db /var/lib/cuttings/archive.db --config /etc/cuttings
      cuttings daemon --log json --listen 127.0.0.1:9464
      cuttings daemon --workers 4
      cuttings daemon --cluster tcp://scheduler:8786
    """
    _heed_signals()
    from archive.database import ArchiveError  # noqa: PLC0415  # these take 300 ms, which --help need not wait for
    from config.load import ConfigError  # noqa: PLC0415
    from crawler import logs  # noqa: PLC0415
    from crawler.crews import CrewError  # noqa: PLC0415
    from crawler.daemon import run  # noqa: PLC0415
    from crawler.listen import ListenError, listen  # noqa: PLC0415
    from crawler.lock import AlreadyRunningError  # noqa: PLC0415
    from crawler.notify import Manager  # noqa: PLC0415

    formatter = logs.start("json" if form == "json" else "text", quiet=quiet)

    def load() -> Config:
        config = load_config(config_path)
        formatter.hide(logs.secrets_of(config))
        return config

    try:
        listening = listen(*address) if address else None
        hands = wanted(workers, cluster)
        run(db, load, grace=grace, listening=listening, manager=Manager.of(), wanted=hands)
    except (AlreadyRunningError, ListenError) as error:
        raise click.ClickException(str(error)) from None
    except (ArchiveError, ConfigError, CrewError):
        raise
    except Exception:
        logging.getLogger(__name__).exception("the daemon ended by a bug; what was stored is safe")
        sys.exit(1)
    finally:
        logging.shutdown()


def _heed_signals() -> None:
    """Until the daemon itself does: SIGTERM ends a start as it ends all else, and there is nothing to reload yet."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
