"""Environment: settings from ``CUTTINGS_`` variables, section and key parted by two underscores."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from config.models import Config
from config.values import ConfigError, apply, is_table, names, nearest, settings

PREFIX = "CUTTINGS_"
RESERVED = frozenset(f"CUTTINGS_{name}" for name in ("CLUSTER", "CONFIG", "DB", "LISTEN", "PURE", "WORKERS"))
"""Options of the command line, and of the interpreter (archive/compiled.py), not settings."""
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def overlay(config: Config, environ: Mapping[str, str], secret: frozenset[str] = frozenset()) -> Config:
    """``config`` under the variables; one that is empty counts as not set.

    ``secret`` are variables that a source names for a header or cookie, whatever they are called. Raises
    ConfigError for a variable that is no setting, and for a bad value.
    """
    known = {variable(name): name for name in names(Config) if not is_table(settings(Config).get(name))}
    for given, text in sorted(environ.items()):
        if not given.startswith(PREFIX) or given in RESERVED | secret or not text:
            continue
        if given not in known:
            near = nearest(given.removeprefix(PREFIX).replace("__", "."), tuple(known.values()))
            hint = f"Did you mean {variable(near)}?" if near else f"There are {', '.join(known)}."
            raise ConfigError(f"environment variable {given} is not a setting. {hint}")
        section, _, key = known[given].rpartition(".")
        kind = settings(settings(Config)[section] if section else Config)[key]
        value = _typed(text, kind)
        config = apply(config, {section: {key: value}} if section else {key: value}, f"environment variable {given}")
    return config


def variable(name: str) -> str:
    """The environment variable for a setting, as ``CUTTINGS_LIMITS__HOSTS`` for ``limits.hosts``."""
    return PREFIX + name.replace(".", "__").upper()


def _typed(text: str, kind: Any) -> object:
    """The text as a TOML file would have given it; what does not fit stays text, and is refused as such."""
    with contextlib.suppress(ValueError):
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
        if kind is bool:
            return _TRUTH.get(text.lower(), text)
    return text
