"""Edit: a source or watch added to or removed from a configuration that people also write by hand.

Everything else in the file stays as it is, to the byte: it is appended or cut out as text, and the result is
parsed and compared before it replaces the file.
"""

from __future__ import annotations

import contextlib
import copy
import os
import re
import shutil
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomli
from publicsuffixlist import PublicSuffixList

from config.load import SETTINGS, SOURCES, STARTER, WATCHES, ConfigError, Entry, File, entries, files, find, read, usual
from config.models import Secret, Source
from config.render import rendered, to_table, without
from config.values import nearest

HEADING = "# Sources and settings; see `cuttings sources --help`.\n"
_ONE = {SOURCES: "source", WATCHES: "watch"}


class EditError(ConfigError):
    """The configuration was left as it was; the message says why."""


def target(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The file or folder to edit: the one that would be read, or a new ``./cuttings.toml``; never the starter pack."""
    path = path or usual(environ) or Path(SETTINGS)
    return find(path) if path.is_file() else path


def add_source(path: Path, source: Source) -> Path:
    """Add a source to a file, or to a folder as a file of its own; what is not there yet is made.

    Gives the file that was written. Raises EditError if there is a source of that name, if the source has secrets,
    which belong into the environment, or if the file cannot be written; ConfigError if it cannot be read.
    """
    _refuse_pack(path)
    if secret := [name for name, value in (*source.headers, *source.cookies) if isinstance(value, Secret)]:
        raise EditError(f"{source.name}: {secret[0]} is secret and is not written to a file; add this source by hand")
    return _add(path, SOURCES, source.name, to_table(source))


def add_watch(path: Path, name: str, table: dict[str, Any]) -> Path:
    """Add a watch, as its ``table`` says it, in the way of a source. Raises EditError, ConfigError."""
    _refuse_pack(path)
    return _add(path, WATCHES, name, table)


def _add(path: Path, what: str, name: str, table: dict[str, Any]) -> Path:
    if path.exists() and (there := _entries(path, what).get(name)):
        raise EditError(f"{there[1].file}: there is a {_ONE[what]} {name} already")
    if path.is_dir() or (not path.exists() and path.suffix != ".toml"):
        file = path / what / f"{name}.toml"
        if file.exists():
            raise EditError(f"{file}: there is such a file already, for a {_ONE[what]} of another name")
        _write(file, rendered(table))
        return file
    before = read(path) if path.exists() else File(path, HEADING, {})
    newline = "\r\n" if "\r\n" in before.text else "\n"
    text = before.text if before.text.endswith("\n") or not before.text else before.text + newline
    text += newline + rendered({what: {name: table}}).replace("\n", newline)
    expected = copy.deepcopy(before.data)
    with contextlib.suppress(AttributeError):  # it is no table: the comparison says so
        expected.setdefault(what, {})[name] = table
    _replace(path, text, expected, what, f"{name} cannot be appended; add it by hand")
    return path


def remove_source(path: Path, name: str) -> Path:
    """Remove a source: its own file from a folder, or its tables from a file. Gives the file that was changed.

    Comments within its tables, and those that adjoin them below, go too. Raises EditError if there is no such
    source or the file cannot be written; ConfigError if it cannot be read.
    """
    return _remove(path, SOURCES, name)


def remove_watch(path: Path, name: str) -> Path:
    """Remove a watch, in the way of a source. Raises EditError, ConfigError."""
    return _remove(path, WATCHES, name)


def _remove(path: Path, what: str, name: str) -> Path:
    _refuse_pack(path)
    if not path.exists():
        starter = ". The starter pack's sources cannot be removed" if what == SOURCES else ""
        raise EditError(f"{path}: there is no such configuration{starter}")
    known = _entries(path, what)
    if name not in known:
        near = nearest(name, tuple(known))
        raise EditError(f"{path}: there is no {_ONE[what]} {name}." + (f" Did you mean {near}?" if near else ""))
    file, entry = known[name]
    if file.holds:
        try:
            file.path.unlink()
        except OSError as error:
            raise EditError(f"{file.path}: cannot be removed: {error.strerror}") from None
        return file.path
    expected = copy.deepcopy(file.data)
    del expected[what][entry.name]
    if not expected[what]:
        del expected[what]
    _replace(file.path, without(file.text, name, what), expected, what, f"{name} cannot be cut out; remove it by hand")
    return file.path


def name_for(home: str, taken: Collection[str] = ()) -> str:
    """A short name for the publisher at a URL, and not one of ``taken``: ``example`` for www.example.co.uk."""
    host = (urlsplit(home).hostname or "").removeprefix("www.")
    with contextlib.suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    try:
        ip_address(host)
        site = label = host
    except ValueError:
        site = PublicSuffixList().privatesuffix(host) or host
        label = site.partition(".")[0]
    candidates = [_clean(label), _clean(site), _clean(host)]
    candidates += [f"{candidates[0][:58]}-{number}" for number in range(2, 10_000)]
    return next(name for name in candidates if name not in taken)


def _clean(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64].rstrip("-") or "site"


def _entries(path: Path, what: str) -> dict[str, tuple[File, Entry]]:
    return {entry.name: (file, entry) for file in files(find(path)) for entry in entries(file, what)}


def _refuse_pack(path: Path) -> None:
    inside = path.resolve() == STARTER or STARTER in path.resolve().parents
    if inside and not (STARTER.parent / "pyproject.toml").exists():
        raise EditError(
            f"{path}: this is the starter pack, which comes with Cuttings and which an upgrade would overwrite. "
            f"Keep your own sources in {SETTINGS}; 'cuttings sources add NAME' copies one from the pack into it"
        )


def _replace(path: Path, text: str, expected: dict[str, Any], what: str, otherwise: str) -> None:
    """Write the text, if it says what is expected and nothing else."""
    try:
        right = tomli.loads(text) == expected
    except tomli.TOMLDecodeError:
        right = False
    if not right:
        raise EditError(f"{path}: because of the way the {what} are written there, {otherwise}")
    _write(path, text)


def _write(path: Path, text: str) -> None:
    """Put the file in place in one step, so that whoever reads it meanwhile sees the old or the new one whole."""
    path = path.resolve()  # through a link, so that the link stays one
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with new.open("xb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, new)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise EditError(f"{path}: cannot be written: {error.strerror}") from None
