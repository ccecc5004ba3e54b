"""Table: one TOML table laid over a settings dataclass, every key and value checked."""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from config import checks
from config.models import Config, Rules, Schedule, Source
from config.watches import Watch

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)


class ConfigError(ValueError):
    """The configuration cannot be used. The message names the file, the key and what would be right."""


UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:\d{1,6}[wdhms]){1,5}")
_NOT_SETTINGS = {(Config, key) for key in ("origin", "sources", "watches")} | {
    (Source, "name"),
    (Source, "jar"),
    (Watch, "name"),
}
CHECKS: dict[tuple[type, str], Callable[[str], None]] = {(Schedule, "cron"): checks.cron} | {
    (Rules, key): checks.selector for key in ("body", "remove", "title", "author", "date")
}
"""What a value must be beyond its type, where finding out takes a library."""


def apply(base: T, table: Mapping[str, object], file: str, prefix: str = "") -> T:
    """``base`` with the table's values in place of its own; a table in the table goes over the dataclass there.

    ``prefix`` is the table's own key with its dot, as ``politeness.``. Raises ConfigError.
    """
    changes = changed(type(base), table, file, prefix, partial(getattr, base))
    try:
        return replace(base, **changes)
    except ValueError as error:  # the models' messages begin with the key
        raise ConfigError(f"{file}: {prefix}{error}") from None


def changed(
    owner: type, table: Mapping[str, object], file: str, prefix: str, base: Callable[[str], Any]
) -> dict[str, Any]:
    """The values that a table gives an ``owner``, by key, each read and checked. Raises ConfigError.

    ``base`` gives, by key, what a table in the table goes over.
    """
    kinds = settings(owner)
    changes: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{prefix}{key}"
        if key not in kinds:
            near = nearest(key, names(owner))
            hint = f"Did you mean {prefix}{near}?" if near else f"There are {', '.join(kinds)}."
            raise ConfigError(f"{file}: {where} is not a setting. {hint}")
        if is_table(kinds[key]):
            if not isinstance(value, dict):
                raise ConfigError(f"{file}: {where} must be a table, as [{where}], not {shown(value)}")
            changes[key] = apply(base(key), value, file, f"{where}.")
            continue
        try:
            changes[key] = _READERS[kinds[key]](value)
            if value and (check := CHECKS.get((owner, key))):
                check(changes[key])
        except ValueError as error:
            raise ConfigError(f"{file}: {where} {error}") from None
    if owner is Schedule and "every" in changes:
        # A cron expression goes before an interval, so one inherited would silently win over the interval given here.
        changes.setdefault("cron", "")
    return changes


@cache
def settings(owner: type) -> dict[str, Any]:
    """The keys that a table for this dataclass may have, with their types."""
    return {key: kind for key, kind in get_type_hints(owner).items() if (owner, key) not in _NOT_SETTINGS}


@cache
def is_table(kind: Any) -> bool:
    """Whether a setting of this type is a table of settings."""
    return is_dataclass(kind)


@cache
def names(owner: type) -> tuple[str, ...]:
    """The same keys, and those of the tables within, dotted."""
    result: list[str] = []
    for key, kind in settings(owner).items():
        result.append(key)
        if is_table(kind):
            result += [f"{key}.{inner.name}" for inner in fields(kind)]
    return tuple(result)


def nearest(key: str, known: tuple[str, ...]) -> str | None:
    """The name that an unknown key was most likely meant to be; ``delay`` finds ``politeness.delay``."""
    tails = {name.rpartition(".")[2]: name for name in reversed(known)}
    near = difflib.get_close_matches(key.lower(), [*known, *tails], n=1)
    return tails.get(near[0], near[0]) if near else None


def duration(value: object) -> timedelta:
    """``"90s"``, ``"30m"``, ``"1h"``, ``"2d"``, ``"1w"``, ``"1h30m"``; an empty text is none. Raises ValueError."""
    if value == "":
        return timedelta()
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f'must be a duration, as "90s", "30m", "1h" or "2d", not {shown(value)}')
    parts = re.findall(r"(\d+)([wdhms])", value)
    return sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())


def shown(value: object) -> str:
    """A TOML value as a message shows it: scalars whole, the rest by kind."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value}"'
        case int() | float() | dt.date() | dt.time():
            return str(value)
        case list():
            return "a list"
        case _:
            return "a table"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f'must be a text, as "…", not {shown(value)}')  # noqa: TRY004  # a bad value, not a bug
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")  # noqa: TRY004  # as above
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"must be a whole number, not {shown(value)}")  # noqa: TRY004  # as above
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"must be a number, not {shown(value)}")
    return float(value)


def _day(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise ValueError(f"must be a day, as 2026-01-31 without quotes, not {shown(value)}")


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f'must be a list of texts, as ["…", "…"], not {shown(value)}')
    return tuple(value)


_READERS: dict[Any, Callable[[object], object]] = {
    str: _text,
    bool: _truth,
    int: _whole,
    float: _number,
    timedelta: duration,
    dt.date: _day,
    tuple[str, ...]: _texts,
}
