"""Settings: the demo's configuration as TOML files, for commands that are run beside it."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from config.models import Config, Source


def write(config: Config, folder: Path) -> None:
    """Put a configuration folder at ``folder``: cuttings.toml and a file for each source."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    (folder / "cuttings.toml").write_text(tomlkit.dumps(_settings(config)), "utf-8")
    for source in config.sources:
        (sources / f"{source.name}.toml").write_text(tomlkit.dumps(_source(source)), "utf-8")


def _settings(config: Config) -> dict[str, object]:
    return {
        "contact": config.contact,
        "allow_private": config.allow_private,
        "politeness": {"delay": config.politeness.delay, "jitter": config.politeness.jitter},
        "schedule": {
            "every": f"{config.schedule.every.total_seconds():.0f}s",
            "revisit_days": config.schedule.revisit_days,
        },
    }


def _source(source: Source) -> dict[str, object]:
    return {
        "title": source.title,
        "home": source.home,
        "language": source.language,
        "country": source.country,
        "feeds": list(source.feeds),
        "sitemaps": list(source.sitemaps),
        "sections": list(source.sections),
    }
