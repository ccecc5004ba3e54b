"""Changed: what publishers changed of late, and what kind of change it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive import changes
from archive.plugin import answer, front
from archive.plugin.behind import Behind

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_PAGE = 50
_SQL = """
    select article, number, seen_at, change, title, words_added, words_removed
    from revisions where change != 'first' order by seen_at desc, id desc
"""


async def changed(datasette: Datasette, request: Request) -> Response:
    """``/changes``; ``?kind=correction``, ``&before=``."""
    kind = request.args.get("kind") or ""
    kind = kind if kind in changes.KINDS else ""
    before = answer.before(request.args.get("before"))
    rows = await answer.look(datasette, partial(front.changed, limit=_PAGE + 1, kind=kind, before=before))
    older = f"{rows[_PAGE - 1]['seen_at']},{rows[_PAGE - 1]['id']}" if len(rows) > _PAGE else ""
    context = {"rows": rows[:_PAGE], "kind": kind, "kinds": changes.KINDS, "older": older, "later": before is not None}
    table = f"revisions?change={kind}" if kind else "revisions?change__not=first"
    return await answer.page(datasette, request, "changed", context, behind=Behind(table, _SQL))
