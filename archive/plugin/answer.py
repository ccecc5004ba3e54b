"""Answer: what every page of the reading room has in common: looks at the archives, one frame, strict headers.

Where several archives are read together, addresses of what has a number name the archive, too: ``/article/2025/7``.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from datasette.database import Database, QueryInterrupted
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import Request, Response

from archive import rows
from archive.merging import Spot
from archive.plugin.behind import Behind
from archive.plugin.body import REL
from archive.wanted import day

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

T = TypeVar("T")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of our own pages: our own style and script by their addresses, and nothing else."""
PATIENCE = 5_000
"""Milliseconds that a page's look at the archive may take; the slowest of a million articles takes some 200."""


_TIME = re.compile(r"(T[0-9:.]{2,15}Z)?")


class SlowError(Exception):
    """A page's look at the archive took longer than PATIENCE."""


def names(datasette: Datasette) -> tuple[str, ...]:
    """Names of the databases that are archives, the newest first; empty if none was named."""
    setting = (datasette.plugin_config("cuttings") or {}).get("database") or ()
    return (setting,) if isinstance(setting, str) else tuple(setting)


def within(request: Request) -> str:
    """Name of the archive that an address speaks of; empty where it names none."""
    return request.url_vars.get("archive") or ""


def where(datasette: Datasette, name: str) -> str:
    """What stands before a number of an archive in addresses: ``2025/``; nothing, where there is but one."""
    return f"{name}/" if name and len(names(datasette)) > 1 else ""


def database(datasette: Datasette, name: str = "") -> Database:
    """An archive's database: the newest, or the one of that name."""
    return datasette.get_database(name or names(datasette)[0])


async def each(datasette: Datasette, questions: Mapping[str, Callable[[sqlite3.Connection], T]]) -> dict[str, T]:
    """The answers to questions to archives, by their names: side by side, as many as Datasette has threads."""
    found = await asyncio.gather(*(look(datasette, question, name) for name, question in questions.items()))
    return dict(zip(questions, found, strict=True))


async def every(datasette: Datasette, question: Callable[[sqlite3.Connection], T]) -> dict[str, T]:
    """The answers of all archives to one question, the newest first."""
    return await each(datasette, dict.fromkeys(names(datasette), question))


async def look(datasette: Datasette, question: Callable[[sqlite3.Connection], T], name: str = "") -> T:
    """The answer of an archive, the newest or the one of that name, as it is at one moment. Raises SlowError."""
    try:
        found: T = await database(datasette, name).execute_fn(partial(_at_one_moment, question))
    except QueryInterrupted as error:
        raise SlowError from error
    except sqlite3.OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise SlowError from error
    return found


def _at_one_moment(question: Callable[[sqlite3.Connection], T], db: sqlite3.Connection) -> T:
    with sqlite_timelimit(db, PATIENCE):
        db.execute("BEGIN")
        try:
            return question(db)
        finally:
            db.rollback()


async def page(
    datasette: Datasette,
    request: Request,
    name: str,
    context: Mapping[str, Any],
    *,
    behind: Behind | None = None,
    status: int = 200,
    archive: str = "",
) -> Response:
    """A page of ours. ``behind``: the rows, SQL, JSON and CSV that it was made from.

    ``archive``: whose tables they stand in, where neither the address says it nor it is the newest.
    """
    archive = archive or within(request) or names(datasette)[0]
    links = behind.links(archive) if behind else ()
    if len(names(datasette)) > 1:
        links = tuple((f"{what} of {archive}", url) for what, url in links)
    shared = {"database": archive, "rel": REL, "behind": links}
    shared |= {"where": where(datasette, within(request)), "archives": names(datasette)}
    html = await datasette.render_template(f"cuttings/{name}.html", {**shared, **context}, request=request)
    # Lone surrogates, which JSON can spell, are no text that can be sent.
    return Response.html(rows.clean(html), status=status, headers={"Content-Security-Policy": POLICY})


async def missing(datasette: Datasette, request: Request, message: str) -> Response:
    return await page(datasette, request, "missing", {"message": message}, status=404)


async def broken(datasette: Datasette, request: Request) -> Response:
    """What is said where a page could not be made, which is a fault of ours."""
    return await page(datasette, request, "broken", {}, status=500)


async def slow(datasette: Datasette, request: Request) -> Response:
    """What is said where the archive took too long to answer, as on a disk that is busy with something else."""
    return await page(datasette, request, "slow", {}, status=503)


def before(value: str | None) -> Spot | None:
    """Where a list goes on, as its address says it: ``2026-11-24T08:00:00Z,17``, of several archives ``…,17,2025``."""
    when, _, last = (value or "").partition(",")
    number, _, name = last.partition(",")
    return Spot(when, int(number), name) if _whole(number) and day(when[:10]) and _TIME.fullmatch(when[10:]) else None


def number(value: str | None, highest: int) -> int:
    """A page's number, from 1 on."""
    return min(max(int(value) if value and _whole(value) else 1, 1), highest)


def read(text: str, kind: type[T]) -> T:
    """The value of a JSON column; an empty one if someone else's hand has been in it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return kind()
    return value if isinstance(value, kind) else kind()


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
