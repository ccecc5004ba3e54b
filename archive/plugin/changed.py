"""Changed: what publishers changed of late, and what kind of change it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive import changes, merging
from archive.plugin import answer, front, listing
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
    names = answer.names(datasette)
    ask = partial(front.changed, limit=_PAGE + 1, kind=kind)
    questions = {name: partial(ask, before=merging.before(before, name, names)) for name in names}
    found = await answer.each(datasette, questions)
    placed = {name: listing.placed(some, answer.where(datasette, name)) for name, some in found.items()}
    by_place = {(name, row["id"]): row for name, some in placed.items() for row in some}
    spots = {name: [(row["seen_at"], row["id"]) for row in some] for name, some in placed.items()}
    first = merging.latest(spots, _PAGE + 1)
    rows = [by_place[spot.archive, spot.number] for spot in first]
    older = (
        str(first[_PAGE - 1] if len(names) > 1 else first[_PAGE - 1]._replace(archive="")) if len(rows) > _PAGE else ""
    )
    context = {"rows": rows[:_PAGE], "kind": kind, "kinds": changes.KINDS, "older": older, "later": before is not None}
    table = f"revisions?change={kind}" if kind else "revisions?change__not=first"
    return await answer.page(datasette, request, "changed", context, behind=Behind(table, _SQL))
