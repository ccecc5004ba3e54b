"""Assets: style sheets, script and mark, under addresses that change with them, so that browsers may keep them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@cache
def _read(name: str) -> str | None:
    found = files("archive.plugin") / "static" / name
    return found.read_text("utf-8") if found.is_file() else None


def url(name: str) -> str:
    """Address of the file of that name, as it is now."""
    return f"/-/cuttings/{name}?{sha256((_read(name) or '').encode()).hexdigest()[:8]}"


async def file(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001  # as the pages
    name = request.url_vars["name"]
    text = _read(name)
    if text is None:
        raise NotFound("There is no such file")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(text, content_type=f"{_TYPES[name.rpartition('.')[2]]}; charset=utf-8", headers=headers)
