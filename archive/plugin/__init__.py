# Datasette's hookimpl has no types.
# mypy: disallow-untyped-decorators=False
"""The Datasette plugin: reading pages at ``/``, links to them from the tables, and headers that keep readers safe.

It does nothing until its setting names the database that is an archive (``archive.serve`` does that; in a metadata
file: ``{"plugins": {"cuttings": {"database": "archive"}}}``, or a list of several that are read together, the newest
first), so it can be installed beside any other Datasette.
Other settings: ``password``, without which nobody reads anything, and ``config``, where the sources' rules stand.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Response
from jinja2 import Environment
from markupsafe import Markup

from archive.plugin import answer, assets, body, gate, routes, words
from archive.wanted import Wanted

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Any, Callable[[Any], Awaitable[None]]], Awaitable[None]]

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""For Datasette's own pages, which have scripts in them: nothing from outside, and nothing sent there."""
_READING = {"GET", "HEAD", "OPTIONS"}
"""Methods that our pages and the tables answer; below ``/-/`` other plugins may have a log-in form."""
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-robots-tag": b"noindex, nofollow, noarchive",
}


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    if not answer.names(datasette):
        return []
    return routes.routes()


@hookimpl(trylast=True)
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """The tables' search boxes take what ours takes; Datasette's own way fails on a lone quotation mark."""
    if database in answer.names(datasette):
        conn.create_function("escape_fts", 1, lambda typed: Wanted(typed).match or '""')  # "" is found nowhere


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters.update({f"cuttings_{name}": function for name, function in words.FILTERS.items()})
    env.globals["cuttings_asset"] = assets.url


@hookimpl
def extra_css_urls(datasette: Datasette, view_name: str) -> list[str]:
    """Datasette's own pages, which name their view, get the paper's look as far as a style sheet can give it."""
    return [assets.url("tables.css")] if view_name and answer.names(datasette) else []


@hookimpl
def extra_js_urls(datasette: Datasette, view_name: str) -> list[str]:
    return [assets.url("tables.js")] if view_name and answer.names(datasette) else []


@hookimpl
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    names = answer.names(datasette)
    tables = [{"href": datasette.urls.database(name), "label": f"Tables of {name}"} for name in names]
    tables = [tables[0] | {"label": "Tables"}] if len(names) == 1 else tables
    return [{"href": "/", "label": "Reading room"}, *tables] if names else []


@hookimpl
def render_cell(  # noqa: PLR0917  # Datasette calls it by name
    row: Any, value: Any, column: str, table: str | None, database: str, datasette: Datasette
) -> str | None:
    """Titles lead to the reading page, web addresses to the web; whatever else was scraped is text."""
    if database not in answer.names(datasette) or not isinstance(value, str) or not value:
        return None
    if column == "title" and (key := {"articles": "id", None: "article", "revisions": "article"}.get(table, "")):
        article = row[key] if key in row.keys() else None  # noqa: SIM118  # a sqlite3.Row contains values, not keys
        article = article["value"] if isinstance(article, dict) else article
        if isinstance(article, int):
            where = answer.where(datasette, database)
            return Markup('<a href="/article/{}{}">{}</a>').format(where, article, words.bdi(value) or "untitled")
    if words.web(value) and not any(character.isspace() for character in value):
        shown = value if len(value) <= 80 else value[:79] + "…"
        return Markup('<a href="{}" rel="{}"><bdi>{}</bdi></a>').format(value, body.REL, shown)
    return None


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[Asgi], Asgi]:
    def wrap(app: Asgi) -> Asgi:
        if not answer.names(datasette):
            return app

        said = (datasette.plugin_config("cuttings") or {}).get("password") or ""
        password = str(said).partition("\n")[0].strip()

        async def guarded(scope: Scope, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
            async def send_guarded(message: Any) -> None:
                if message["type"] == "http.response.start":
                    sent = {name.lower() for name, _ in message["headers"]}
                    more = [pair for pair in _HEADERS.items() if pair[0] not in sent]
                    message = {**message, "headers": [*message["headers"], *more]}
                await send(message)

            if scope["type"] == "http" and password and not gate.opens(password, scope["headers"]):
                await (await gate.refusal(scope["headers"])).asgi_send(send_guarded)
            elif scope["type"] == "http" and scope["method"] not in _READING and not scope["path"].startswith("/-/"):
                refusal = Response.text("An archive can only be read.", 405, {"Allow": "GET, HEAD"})
                await refusal.asgi_send(send_guarded)
            else:
                await app(scope, receive, send_guarded)

        return guarded

    return wrap
