"""Status: the queue, the last runs, who is left alone, what went wrong, and the room on the disk."""

from __future__ import annotations

import shutil
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


async def page(datasette: Datasette, request: Request) -> Response:
    """``/status``."""
    file = Path(answer.database(datasette).path)
    found = await answer.look(datasette, partial(status.status, now=datetime.now(UTC)))
    beside = [file.with_name(file.name + end) for end in ("-wal", "-shm")]
    context = {
        "it": found,
        "sites": found.sites[:_SHOWN],
        "problems": found.problems[:_SHOWN],
        "bytes": sum(one.stat().st_size for one in (file, *beside) if one.exists()),
        "free": shutil.disk_usage(file.parent).free,
    }
    return await answer.page(datasette, request, "status", context, behind=Behind("runs?_sort_desc=id"))
