"""cuttings reextract: today's extractor over the stored pages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from crawler.commands.common import (
    When,
    cluster_option,
    config_option,
    db_option,
    existing,
    json_option,
    load_config,
    print_json,
    say,
)
from crawler.commands.progress import Bar


@click.command()
@click.option("--source", "names", multiple=True, help="Of this source only; may be given several times.")
@click.option("--since", type=When(), help="Published since: 2026-11-01, or an age as 3d.")
@click.option("--all", "everything", is_flag=True, help="Also what today's extractor, rules and boilerplate made.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@db_option
@config_option
@cluster_option
@json_option
def reextract(
    *,
    names: tuple[str, ...],
    since: datetime | None,
    everything: bool,
    dry_run: bool,
    db: Path,
    config_path: Path | None,
    cluster: str,
    as_json: bool,
) -> None:
    """Read the stored pages anew, with today's extractor and rules, and say what that changes.

    Nothing is fetched. What is no longer as today's extractor would make it is read, every revision of it, and written
    in small batches; the texts that are replaced are kept in the table 'replaced'. It may run beside the daemon, be
    stopped with Ctrl-C, and goes on where it was when it is run again.

    \b
    Examples:
      cuttings reextract --dry-run
      cuttings reextract --source thehill --since 30d
      cuttings reextract --cluster tcp://scheduler:8786
    """
    from archive.outdated import Choice  # noqa: PLC0415  # sqlite-utils, 100 ms
    from archive.store import Archive  # noqa: PLC0415
    from crawler import __version__  # noqa: PLC0415
    from crawler import reextract as work  # noqa: PLC0415
    from crawler.commands import effects  # noqa: PLC0415
    from crawler.commands.rules import known  # noqa: PLC0415
    from crawler.readers import readers  # noqa: PLC0415

    config = load_config(config_path)
    for name in names:
        known(existing(db), config, name)
    choice = Choice(__version__, {s.name: s for s in config.sources}, frozenset(names), since, everything)
    with readers(config.limits.reading, cluster) as pool, effects.stopping() as stop, Bar() as bar:
        if dry_run:
            report = work.rehearse(existing(db), choice, pool, stop, bar)
        else:
            with Archive(existing(db), create=False) as archive:
                report = work.reextract(archive, choice, pool, stop, bar)
    found, chosen = report.effects, report.chosen
    if as_json:
        counts = {
            "chosen": len(chosen.numbers),
            "current": chosen.current,
            "pageless": chosen.pageless,
            "unruled": chosen.unruled,
        }
        print_json({"reextraction": report.number, "left": report.left} | counts | effects.as_data(found))
    elif chosen.numbers:
        effects.show(found, change="would change" if dry_run else "changed")
    said = [f"{chosen.current} articles are as today's extractor makes them"] if chosen.current else []
    said += [f"{chosen.unruled} were read by rules of sources that are not configured here"] if chosen.unruled else []
    said += [f"{chosen.pageless} have no stored page and stay as they are"] if chosen.pageless else []
    if said or not chosen.numbers:
        say("; ".join(said or ["There are no articles to read anew"]) + ".")
    if found.total.unread:
        say(f"{found.total.unread} were left as they are: they were changed meanwhile, or could not be read just now.")
    if report.left:
        say(f"{report.left} were not come to; run the same command again to go on with them.")
    if report.left or found.total.unread:
        raise SystemExit(1)
