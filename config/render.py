"""Source or watch as TOML: the table that says it, and a file's text without it. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from datetime import timedelta
from typing import Any

import tomli
import tomlkit

from config.models import Politeness, Rules, Schedule, Source
from config.values import UNITS
from config.watches import Watch

_HEADER = re.compile(r"\s*\[\[?.+\]\]?\s*(?:#.*)?$")


def to_table(source: Source) -> dict[str, Any]:
    """The table from which the source can be read again: all but its name and what has its default."""
    blank = Source(name=source.name, home=source.home)
    table: dict[str, Any] = {"home": source.home}
    plain = ("title", "language", "country", "feeds", "sitemaps", "sections", "include", "exclude")
    for key in (*plain, "cookie_file", "render", "enabled"):
        if (value := getattr(source, key)) != getattr(blank, key):
            table[key] = list(value) if isinstance(value, tuple) else value
    for key in ("headers", "cookies"):
        if pairs := getattr(source, key):
            table[key] = dict(pairs)
    for key, given, default in (
        ("schedule", source.schedule, Schedule()),
        ("politeness", source.politeness, Politeness()),
    ):
        if changed := _changed(given, default):
            table[key] = changed
    if source.rules:
        table["rules"] = [_changed(rule, Rules()) for rule in source.rules]
    return table


def watch_table(watch: Watch) -> dict[str, Any]:
    """The table from which the watch can be read again: all but its name and what is empty."""
    given = {field.name: getattr(watch, field.name) for field in fields(watch) if field.name != "name"}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in given.items() if value}


def _changed(given: Schedule | Politeness | Rules, default: Schedule | Politeness | Rules) -> dict[str, Any]:
    plain = asdict(given)
    differing = (field.name for field in fields(given) if getattr(given, field.name) != getattr(default, field.name))
    return {key: _duration(plain[key]) if isinstance(plain[key], timedelta) else plain[key] for key in differing}


def _duration(span: timedelta) -> str:
    """In the largest unit that says it exactly."""
    seconds = int(span.total_seconds())
    for letter, unit in UNITS.items():
        size = int(timedelta(**{unit: 1}).total_seconds())
        if seconds % size == 0:
            return f"{seconds // size}{letter}"
    raise AssertionError(span)  # one second divides all


def rendered(table: dict[str, Any]) -> str:
    """The table as TOML text."""
    text = tomlkit.dumps(_shaped(table))
    return text if text.endswith("\n") else f"{text}\n"


def _shaped(value: Any) -> Any:
    """The same value, with a line for each item of a list of two or more."""
    if isinstance(value, dict):
        return {key: _shaped(item) for key, item in value.items()}
    if isinstance(value, list) and len(value) > 1 and all(isinstance(item, str) for item in value):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(multiline=True)
    return [_shaped(item) for item in value] if isinstance(value, list) else value


def without(text: str, name: str, what: str = "sources") -> str:
    """The text of a settings file without the tables of one source, or of one watch.

    Done on the text because tomlkit's removal takes the next table's comment along, and fails where a source's
    tables are not together. For one that is not written as ``[sources.NAME]`` it may give back anything: compare what
    it says.
    """
    kept: list[str] = []
    block: list[str] = []  # of the table that is being cut
    for line in [*text.splitlines(keepends=True), "[end]"]:
        if _HEADER.match(line):
            rest = _after_last_setting(block)
            kept += rest[1:] if rest and not rest[0].strip() and not (kept and kept[-1].strip()) else rest
            block = [line] if _is_of(line, name, what) else []
            if not block:
                kept.append(line)
        elif block:
            block.append(line)
        else:
            kept.append(line)
    return "".join(kept[:-1]).rstrip("\r\n") + ("\r\n" if "\r\n" in text else "\n")


def _is_of(header: str, name: str, what: str) -> bool:
    try:
        tables = tomli.loads(header).get(what)
    except tomli.TOMLDecodeError:  # a line within a list or a text that only looks like a header
        return False
    return isinstance(tables, dict) and name in tables


def _after_last_setting(block: list[str]) -> list[str]:
    """Of a table's lines, the comments that stay: they go with the table only if a blank line parts them from more."""
    end = len(block)
    while end and (not block[end - 1].strip() or block[end - 1].lstrip().startswith("#")):
        end -= 1
    blank = next((number for number in range(end, len(block)) if not block[number].strip()), end)
    return block[blank:]
