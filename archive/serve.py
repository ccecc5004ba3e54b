"""Serving: Datasette with our plugin on an archive or several, read-only, also while a crawl writes to them."""

from __future__ import annotations

import contextlib
import errno
import inspect
import re
import socket
import sqlite3
import threading
import tomllib
import webbrowser
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from archive import plugin
from archive.database import ArchiveError, reading

NAME = "archive"
"""The database's name in URLs, whatever the file is called, so that addresses stay the same when it is renamed."""
_TAKEN = frozenset(
    ("article", "author", "changes", "day", "help", "search", "source", "sources", "status", "tag", "watch", "watches")
)
"""First parts of addresses of pages: none of several archives can have such a name."""

_SETTINGS = {
    "default_page_size": 50,
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 1000,  # the dates of a million articles take half of it
    "suggest_facets": False,  # the facets that make sense are in the metadata; trying all columns is slow
    "truncate_cells_html": 160,
    "default_cache_ttl": 0,  # the archive grows while it is read
    "allow_download": False,
}


class ServeError(Exception):
    """The archive can't be served; the message tells a person why and what to do."""


class ReadOnly(Database):  # type: ignore[misc]  # Datasette has no types
    """A file that can't be written through, whatever plugins or queries try; its path may hold any character."""

    def __init__(self, datasette: Datasette, path: Path) -> None:
        super().__init__(datasette, path=str(path), is_mutable=True)
        self._opened: list[sqlite3.Connection] = []

    def connect(self, write: bool = False) -> sqlite3.Connection:
        if write:
            raise sqlite3.OperationalError("the archive is open for reading only")
        self._opened.append(_open(Path(self.path)))
        return self._opened[-1]

    def close(self) -> None:
        super().close()
        for connection in self._opened:
            connection.close()


def app(
    paths: Path | Sequence[Path],
    *,
    settings: dict[str, Any] | None = None,
    password: str | dict[str, str] = "",
    config: str = "",
) -> Datasette:
    """Datasette on an archive, or on several that are read together; ``app(path).app()`` is the ASGI application.

    ``settings`` are Datasette's, over ours; ``password``: with which alone it is read, as text or,
    so that none is shown, as Datasette takes secrets (``$env``); ``config``: path of the
    configuration whose rules are shown, ``usual`` for the usual one. Raises ServeError if a file is missing, can't be
    read or is no archive.
    """
    found = [path.resolve() for path in ([paths] if isinstance(paths, Path) else paths)]
    ages = [_check(path) for path in found]
    if not pm.is_registered(plugin):  # not installed, but run from its folder
        pm.register(plugin, "cuttings")
    named = dict(sorted(names(found).items(), key=lambda pair: ages[found.index(pair[1])], reverse=True))
    said = metadata(tuple(named))
    said["plugins"]["cuttings"] |= {"password": password, "config": config}
    datasette = Datasette([], **_told(said), settings=_SETTINGS | (settings or {}))
    datasette.remove_database("_memory")  # Datasette adds it where it gets no file
    for name, path in named.items():
        datasette.add_database(ReadOnly(datasette, path), name=name)
    return datasette


def names(paths: Sequence[Path]) -> dict[str, Path]:
    """Name in URLs → its archive: of one alone NAME, of several what their files are called."""
    if len(paths) == 1:
        return {NAME: paths[0]}
    named: dict[str, Path] = {}
    for path in paths:
        bare = re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-")[:60] or NAME
        free = (f"{bare}{end}" for end in ("", *(f"-{number}" for number in range(2, 10_000))))
        named[next(name for name in free if name not in named and name not in _TAKEN)] = path
    return named


def run(
    paths: Path | Sequence[Path],
    host: str = "127.0.0.1",
    port: int = 8001,
    *,
    open_browser: bool = False,
    password: str | dict[str, str] = "",
    config: str = "",
) -> None:
    """Serve until interrupted. Port 0 takes any free one; the address is printed. Raises ServeError."""
    served = app(paths, password=password, config=config).app()
    server = uvicorn.Server(uvicorn.Config(served, log_level="warning", server_header=False))
    with _listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}/"
        some = [paths] if isinstance(paths, Path) else paths
        told = ", ".join(map(str, some[:3])) + (f" and {len(some) - 3} more" if len(some) > 3 else "")
        print(f"Reading {told} at {url}\nCtrl-C stops.", flush=True)  # noqa: T201  # what the command is run for
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def metadata(names: Sequence[str] = (NAME,)) -> dict[str, Any]:
    """Titles, descriptions, facets and queries of tables, of archives of these names: metadata.toml, for Datasette."""
    said = tomllib.loads((files("archive.plugin") / "metadata.toml").read_text("utf-8"))
    if len(names) > 1:
        one = said["databases"].pop(NAME)
        said["databases"] = {name: {**one, "title": f"The tables of {name}"} for name in names}
        said["plugins"]["cuttings"]["database"] = list(names)
    return said


def _told(said: dict[str, Any]) -> dict[str, Any]:
    """Metadata as Datasette takes it: from 1.0 on, the ready-made queries are told apart from it."""
    if "config" not in inspect.signature(Datasette).parameters:
        return {"metadata": said}
    queries = {name: {"queries": one.pop("queries")} for name, one in said["databases"].items()}
    return {"metadata": said, "config": {"databases": queries}}


def _open(path: Path) -> sqlite3.Connection:
    # Never immutable: SQLite would then not see, or half see, what the crawler writes.
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    connection.execute("PRAGMA query_only = 1")
    return connection


def _check(path: Path) -> tuple[str, str]:
    """By what an archive is newer than another: when something last ran on it, and the last that is in it."""
    if not path.exists():
        raise ServeError(f"There is no archive at {path}. `cuttings demo` or `cuttings crawl` makes one.")
    try:
        with reading(path):  # brings the tables of an older version up to date
            pass
        with contextlib.closing(_open(path)) as connection:
            connection.execute("SELECT id FROM articles LIMIT 1")
            ran, happened = connection.execute(
                "SELECT (SELECT max(started) FROM runs), (SELECT max(happened) FROM timeline)"
            ).fetchone()
            return ran or "", happened or ""
    except ArchiveError as error:
        raise ServeError(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise ServeError(
            f"{path} can't be served: {error}. SQLite has to write its lock files (-wal, -shm) beside the archive; "
            "if this user may not write there, copy the archive to another folder and serve the copy."
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=128, reuse_port=False)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            hint = "Is it being served already? `--port 0` takes any free port."
            raise ServeError(f"Port {port} on {host} is taken. {hint}") from error
        if error.errno == errno.EACCES:
            raise ServeError(f"Port {port} may not be used by this user; ports from 1024 up may.") from error
        raise ServeError(f"Can't listen on {host} port {port}: {error.strerror or error}.") from error
    # For what it accepts: else each answer but a connection's first waits 40 ms for the reader's machine.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
