"""Style sheets: served under an address that changes with their content, so that browsers may keep them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files

from datasette.utils.asgi import NotFound, Request, Response


@cache
def _read(name: str) -> str | None:
    file = files("archive.plugin") / "static" / name
    return file.read_text("utf-8") if file.is_file() else None


def url(name: str) -> str:
    """Address of the style sheet of that name, as it is now."""
    return f"/-/cuttings/{name}?{sha256((_read(name) or '').encode()).hexdigest()[:8]}"


async def sheet(request: Request) -> Response:
    text = _read(request.url_vars["name"])
    if text is None:
        raise NotFound("There is no such style sheet")
    return Response(
        text, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
