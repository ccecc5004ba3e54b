"""Configuration: where it is, and how defaults, file and environment become one Config.

Order: defaults.toml, then the file, then the environment (``CUTTINGS_POLITENESS__DELAY=10``: section and key
parted by two underscores); a source's own values go before all of them. What is wrong raises ConfigError.
Sources and watches are tables, or in a folder files of their own: both are entries here.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli  # tomllib's own successor, compiled: 10,000 sources take 0.1 s in place of 0.3

from config import cookies, environment, secrets
from config.models import Config, Rules, Source
from config.values import ConfigError, apply, changed
from config.watches import Mail, Watch

__all__ = ["SETTINGS", "STARTER", "ConfigError", "File", "entries", "files", "find", "load", "read", "usual"]

STARTER = Path(__file__).resolve().parent
"""The starter pack: a configuration folder like any other, which comes with the package."""
SETTINGS = "cuttings.toml"
SOURCES, WATCHES = "sources", "watches"
"""Tables of entries, and a folder's folders of their files."""
APART = frozenset({"name", "rules", "headers", "cookies"})
"""Keys of a source's table that are no plain values, and are read by themselves."""


@dataclass(frozen=True, slots=True)
class File:
    """A TOML file as read."""

    path: Path
    text: str
    data: dict[str, Any]
    holds: str = ""
    """Empty: settings, and tables as ``[sources.NAME]``; ``sources`` or ``watches``: it is one of these."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A source or watch as written: its name, its table, and where that stands."""

    name: str
    table: dict[str, Any]
    file: str
    prefix: str
    """The table's own key with its dot, as ``sources.example.``; empty in a file of its own."""


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file or folder; None looks in the usual places, see find. Raises ConfigError."""
    try:
        found = find(path, environ)
        written = files(found)
    except OSError as error:
        raise ConfigError(f"{error.filename or path}: cannot be read: {error.strerror}") from None
    sources, watches = _listed(written, SOURCES, "a source"), _listed(written, WATCHES, "a watch")
    config = apply(Config(origin=str(found)), read(STARTER / "defaults.toml").data, "defaults.toml")
    for file in written:
        if not file.holds:
            table = {key: value for key, value in file.data.items() if key not in {SOURCES, WATCHES}}
            config = apply(config, _with_password(table, file, environ), str(file.path))
    named = frozenset(name for file in written for name in secrets.REFERENCE.findall(file.text))
    config = environment.overlay(config, environ, named)
    return replace(
        config,
        sources=tuple(_source(entry, config, environ) for entry in sources),
        watches=tuple(_watch(entry, config, environ) for entry in watches),
    )


def _listed(written: list[File], what: str, one: str) -> list[Entry]:
    """The entries of all files. Raises ConfigError where two have one name."""
    listed = [entry for file in written for entry in entries(file, what)]
    where: dict[str, str] = {}
    for entry in listed:
        if entry.name in where:
            raise ConfigError(f"{entry.file}: there is {one} {entry.name} already, in {where[entry.name]}")
        where[entry.name] = entry.file
    return listed


def find(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The file or folder that is read for ``path``.

    None means ``$CUTTINGS_CONFIG``, else ``./cuttings.toml``, else ``./config`` if it holds ``cuttings.toml`` or
    ``sources/``, else the starter pack. A ``cuttings.toml`` with ``sources/*.toml`` or ``watches/*.toml`` beside it
    stands for its folder.
    """
    if path is None:
        path = usual(environ) or STARTER
    if path.is_dir():
        if not os.path.lexists(path / SETTINGS) and not any((path / what).is_dir() for what in (SOURCES, WATCHES)):
            raise ConfigError(f"{path}: this folder holds neither {SETTINGS} nor sources/, so there is nothing to read")
    elif not path.exists():
        raise ConfigError(f"{path}: there is no such file or folder")
    elif path.name == SETTINGS and (_files_in(path.parent, SOURCES) or _files_in(path.parent, WATCHES)):
        return path.parent
    return path


def usual(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where a configuration of one's own is, if nobody says; None if there is none."""
    if named := environ.get("CUTTINGS_CONFIG"):
        return Path(named).expanduser()
    if os.path.lexists(SETTINGS):
        return Path(SETTINGS)
    folder = Path("config")
    return folder if os.path.lexists(folder / SETTINGS) or (folder / "sources").is_dir() else None


def files(found: Path) -> list[File]:
    """What find found, read: the settings, then a folder's sources and watches by name. Raises ConfigError."""
    if not found.is_dir():
        return [read(found)]
    main = found / SETTINGS
    settings = [read(main)] if os.path.lexists(main) else []  # a link that leads nowhere is said, and not passed over
    return settings + [read(file, what) for what in (SOURCES, WATCHES) for file in _files_in(found, what)]


def _files_in(folder: Path, what: str) -> list[Path]:
    """The files of a folder's entries, by name; hidden ones are editors' and our own temporary files."""
    folder /= what
    names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208  # 10,000 paths are slow to make and to sort
    return [folder / name for name in sorted(names) if name.endswith(".toml") and not name.startswith(".")]


def read(path: Path, holds: str = "") -> File:
    """One TOML file, of settings or of what it ``holds``. Raises ConfigError that names the file and the line."""
    try:
        text = path.read_bytes().removeprefix(BOM_UTF8).decode()
        return File(path, text, tomli.loads(text), holds)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}: line {line} is not UTF-8, as TOML must be") from None
    except tomli.TOMLDecodeError as error:
        reason = str(error).replace("end of document", f"the end of the file, line {len(text.splitlines())}")
        raise ConfigError(f"{path}: this is not TOML: {reason}") from None


def entries(file: File, what: str = SOURCES) -> Iterator[Entry]:
    """The sources or watches that a file holds, unchecked but for their names' place. Raises ConfigError."""
    if file.holds:
        if file.holds == what:
            yield Entry(_name(file), file.data, str(file.path), "")
        return
    tables = file.data.get(what, {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{file.path}: {what} must be tables, as [{what}.example]")
    needed = "home" if what == SOURCES else "query"
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{file.path}: {what}.{name} must be a table, as [{what}.example] with a {needed} in it")
        if table.get("name", name) != name:
            raise ConfigError(f"{file.path}: {what}.{name}.name must be left out: the table's own name is it")
        yield Entry(name, table, str(file.path), f"{what}.{name}.")


def _name(file: File) -> str:
    name = file.data.get("name", file.path.stem)
    if not isinstance(name, str):
        raise ConfigError(f"{file.path}: name must be a text")
    return name


def _source(entry: Entry, config: Config, environ: Mapping[str, str]) -> Source:
    """One source's table, over the settings that it inherits."""
    table, where = entry.table, f"{entry.file}: {entry.prefix}"
    if not isinstance(table.get("home"), str):
        raise ConfigError(f'{where}home is missing: the publisher\'s front page, as "https://example.org/"')
    rules = table.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise ConfigError(f"{where}rules must be tables, each begun by [[{entry.prefix}rules]]")
    # Made once, of all its values: making it of the inherited ones first would check every value twice.
    inherited: dict[str, Any] = {"schedule": config.schedule, "politeness": config.politeness}
    own = {key: value for key, value in table.items() if key not in APART}
    given = changed(Source, own, entry.file, entry.prefix, inherited.__getitem__)
    apart = {
        "rules": tuple(sorted((_rules(rule, entry) for rule in rules), key=lambda rule: rule.since)),
        "headers": secrets.fill(table.get("headers", {}), f"{where}headers", environ),
        "cookies": secrets.fill(table.get("cookies", {}), f"{where}cookies", environ, all_secret=True),
    }
    try:
        source = Source(name=entry.name, **(inherited | given | apart))
    except ValueError as error:  # the models' messages begin with the key
        raise ConfigError(f"{where}{error}") from None
    if not source.cookie_file:
        return source
    folder = Path(entry.file).parent
    return replace(source, jar=cookies.read(source.cookie_file, source.home, folder, f"{where}cookie_file", environ))


def _watch(entry: Entry, config: Config, environ: Mapping[str, str]) -> Watch:
    where = f"{entry.file}: {entry.prefix}"
    own = {key: value for key, value in entry.table.items() if key not in {"name", "webhook"}}
    given = changed(Watch, own, entry.file, entry.prefix, dict[str, Any]().__getitem__)
    webhook = secrets.filled(entry.table.get("webhook", ""), f"{where}webhook", environ, secret=False)
    try:
        watch = Watch(name=entry.name, webhook=webhook, **given)
    except ValueError as error:  # the models' messages begin with the key
        raise ConfigError(f"{where}{error}") from None
    if watch.email and (lacking := lacks(config.mail)):
        raise ConfigError(f"{where}email {lacking}")
    return watch


def lacks(mail: Mail) -> str:
    """What has to be said before mail can be sent, as the end of a sentence; empty if nothing."""
    if not mail.host:
        return 'needs a server that sends mail: add [mail] with host = "mail.example.org" and a sender'
    return "" if mail.address else 'needs an address to come from: add sender = "cuttings@example.org" to [mail]'


def _with_password(table: dict[str, Any], file: File, environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings, with the variable in place of its name; a password that is written out is refused."""
    mail = table.get("mail")
    if not isinstance(mail, dict) or not mail.get("password"):
        return table
    password = secrets.filled(mail["password"], f"{file.path}: mail.password", environ, secret=True)
    return table | {"mail": mail | {"password": password}}


def _rules(table: dict[str, Any], entry: Entry) -> Rules:
    return apply(Rules(), table, entry.file, f"{entry.prefix}rules.")
