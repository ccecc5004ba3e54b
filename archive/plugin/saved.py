"""Saved: a search, or what a watch found, as an Atom feed (RFC 4287), JSON or CSV (RFC 4180).

What was scraped stays text: XML has no markup of it, and a cell that a spreadsheet would take for a formula begins
with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from datasette.utils.asgi import Request, Response

from archive import passages, rows
from archive.plugin import answer, listing
from archive.plugin.listing import Row
from archive.plugin.search import Asked, asked, find
from archive.plugin.words import plain, web
from archive.spaced import BREAK
from archive.spans import first_day

if TYPE_CHECKING:  # datasette.app loads its plugins, this one too, before it has defined the class
    from datasette.app import Datasette

_MOST = 1_000
"""Articles in a CSV or JSON at a time; JSON says where it goes on."""
_IN_A_FEED = 50
_ATOM = "http://www.w3.org/2005/Atom"
_FORMULA = re.compile(r"[\s\0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
# Not in XML 1.0 (2.2), however it is written.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIELDS = ("id", "title", "byline", "source", "published", "first_seen", "section", "language", "url", "passage")


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a feed."""

    id: str
    title: str
    url: str
    """Where it is read here."""
    original: str
    updated: str
    author: str
    passage: str
    publication: str


async def atom(datasette: Datasette, request: Request) -> Response:
    """``/search.atom?…``: the newest that a search finds."""
    it = asked(request.args)
    it = Asked(it.wanted, "newest")
    found = await find(datasette, it, most=_IN_A_FEED)
    base = origin(request)
    entries = [_entry(row, base) for row in found.rows]
    return feed(f"Cuttings: {said(it)}", f"{base}{it.url('.atom', order='')}", f"{base}{it.url()}", entries)


async def as_json(datasette: Datasette, request: Request) -> Response:
    """``/search.json?…``: what a search finds, a thousand at a time; ``next`` is where it goes on."""
    it = asked(request.args)
    found = await find(datasette, it, most=_MOST if it.order == "newest" else 50)
    last = found.rows[-1] if found.rows else None
    following = ""
    if found.more and last:
        way = {"page": it.page + 1} if it.order == "best" else {"before": str(listing.spot(last))}
        following = origin(request) + it.url(".json", **way)
    body = {
        "search": it.params,
        "order": it.order,
        "articles": [_plain(row) for row in found.rows],
        "next": following or None,
    }
    return Response(
        rows.clean(json.dumps(body, ensure_ascii=False, indent=1)), content_type="application/json; charset=utf-8"
    )


async def as_csv(datasette: Datasette, request: Request) -> Response:
    """``/search.csv?…``: the newest thousand that a search finds."""
    it = asked(request.args)
    it = Asked(it.wanted, "newest", before=it.before)
    found = await find(datasette, it, most=_MOST)
    out = io.StringIO()
    table = csv.writer(out)
    fields = _FIELDS if len(answer.names(datasette)) == 1 else (*_FIELDS, "archive")
    table.writerow(fields)
    table.writerows([_cell(_plain(row)[name]) for name in fields] for row in found.rows)
    headers = {"Content-Disposition": 'attachment; filename="cuttings.csv"'}
    return Response(rows.clean(out.getvalue()), headers=headers, content_type="text/csv; charset=utf-8")


def feed(title: str, url: str, page: str, entries: Sequence[Entry]) -> Response:
    """An Atom feed."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "title", title)
    _add(root, "id", url)
    _add(root, "updated", max((one.updated for one in entries), default="1970-01-01T00:00:00Z"))
    _add(root, "generator", "Cuttings")
    _add(root, "link", href=url, rel="self")
    _add(root, "link", href=page, rel="alternate")
    for one in entries:
        entry = _add(root, "entry")
        _add(entry, "id", one.id)
        _add(entry, "title", one.title or "Untitled")
        _add(entry, "updated", one.updated)
        _add(entry, "link", href=one.url, rel="alternate")
        if one.original:
            _add(entry, "link", href=one.original, rel="via")
        _add(_add(entry, "author"), "name", one.author or one.publication or "unknown")
        _add(entry, "summary", one.passage)
    xml = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(xml, content_type="application/atom+xml; charset=utf-8")


def said(it: Asked) -> str:
    """A search in a line."""
    told = [" ".join(value) if isinstance(value, list) else value for key, value in it.params.items() if key != "order"]
    return ", ".join(told) or "all articles"


def origin(request: Request) -> str:
    """Where we are reached, as the reader's program says."""
    host = re.sub(r"[^\w.:\[\]-]", "", request.headers.get("host", "localhost"))
    return f"{request.scheme}://{host}"


def moment(when: str) -> str:
    """A time of the archive as Atom wants it (RFC 3339); what is not known of it is its beginning."""
    day = first_day(when)
    return f"{day}T{when[11:16]}:{when[17:19] or '00'}Z" if len(when) >= 16 else f"{day}T00:00:00Z"


def _entry(row: Row, base: str) -> Entry:
    return Entry(
        id=f"{base}{listing.address(row)}",
        title=row["title"],
        url=f"{base}{listing.address(row)}",
        original=web(row["url"]),
        updated=moment(row["happened"]),
        author=row["byline"],
        passage=_unmarked(row["passage"] or ""),
        publication=row["publication"],
    )


def _plain(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in _FIELDS} | {"passage": _unmarked(row["passage"] or "")}
    return told | {"archive": row["where"].rstrip("/")} if "where" in row else told


def _unmarked(text: str) -> str:
    return passages.unmarked(text).replace(BREAK, "")


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    clean = {key: _NO_XML.sub("", value) for key, value in attributes.items()}
    child = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", clean)
    if text:
        child.text = _NO_XML.sub("", plain(text))
    return child
