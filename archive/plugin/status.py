"""Status: the queue, the last runs, who is left alone, what went wrong, and the room on the disk."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive import status
from archive.plugin import answer
from archive.plugin.behind import Behind

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shelved:
    """One of the archives that are read together."""

    name: str
    articles: int
    first: str | None
    """When its oldest article happened, and its newest."""
    last: str | None
    bytes: int


async def page(datasette: Datasette, request: Request) -> Response:
    """``/status``: of the newest archive, with all of them named."""
    file = Path(answer.database(datasette).path)
    found = await answer.look(datasette, partial(status.status, now=datetime.now(UTC)))
    shelved = [
        Shelved(name, *counted, _bytes(Path(answer.database(datasette, name).path)))
        for name, counted in (await answer.every(datasette, _counted)).items()
    ]
    context = {
        "it": found,
        "sites": found.sites[:_SHOWN],
        "problems": found.problems[:_SHOWN],
        "bytes": _bytes(file),
        "free": shutil.disk_usage(file.parent).free,
        "shelved": shelved if len(shelved) > 1 else (),
    }
    return await answer.page(datasette, request, "status", context, behind=Behind("runs?_sort_desc=id"))


def _counted(db: sqlite3.Connection) -> tuple[int, str | None, str | None]:
    """(articles, when the oldest happened, when the newest did), each from an index."""
    ends = "SELECT count(*), (SELECT min(happened) FROM timeline), (SELECT max(happened) FROM timeline) FROM timeline"
    return tuple(db.execute(ends).fetchone())


def _bytes(file: Path) -> int:
    """Of an archive, on the disk."""
    beside = [file.with_name(file.name + end) for end in ("-wal", "-shm")]
    return sum(one.stat().st_size for one in (file, *beside) if one.exists())
