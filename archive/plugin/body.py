"""An article's body as HTML that is safe to show: rendered from its blocks, then sanitised.

What the renderer wrote is escaped already; nh3 is the second lock, for the day the first one fails. Nothing in it
is fetched by the reader's browser: pictures become links.
"""

from __future__ import annotations

from dataclasses import replace

import nh3
from markupsafe import Markup

from archive import blocks as blocks_json
from archive import render, rows
from archive.models import Block, Inline, Kind
from archive.plugin.words import web

_TAGS = {
    "p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr",
    "th", "td", "pre", "code", "figure", "figcaption", "cite", "small", "a", "strong", "em", "b", "i",
}  # fmt: skip
_FRAME = '<div class="scrolls" tabindex="0" role="region" aria-label="Table">'
REL = "noreferrer noopener nofollow"
"""On every link that leaves the archive: publishers don't learn who reads what, and get no weight from it."""


def html(stored: str, text: str) -> Markup:
    """HTML of the JSON in ``articles.blocks``; of the plain text, if the JSON can't be read."""
    try:
        if blocks := blocks_json.loads(stored):
            return _rendered(blocks)
    except (ValueError, RecursionError):  # no JSON, or nested a thousand times: no page that was read gives either
        pass
    return _rendered(tuple(Block(Kind.PARAGRAPH, (Inline(part),)) for part in text.split("\n\n")))


def _rendered(blocks: tuple[Block, ...]) -> Markup:
    return sanitise(render.html(tuple(_without_pictures(block) for block in blocks)))


def sanitise(dirty: str) -> Markup:
    """HTML with nothing left in it but text, its structure, and links to http and https."""
    clean = nh3.clean(
        rows.clean(dirty), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=REL
    )
    # A wide table moves within its frame, also by keyboard.
    clean = clean.replace("<table>", f"{_FRAME}<table>").replace("</table>", "</table></div>")
    return Markup(clean)  # noqa: S704  # cleaned above


def _without_pictures(block: Block) -> Block:
    children = tuple(_without_pictures(child) for child in block.children)
    if block.kind is not Kind.FIGURE or not block.url:
        return replace(block, children=children)
    link = (Inline("Picture", href=block.url), Inline(": ")) if block.inlines else (Inline("Picture", href=block.url),)
    return replace(block, url="", inlines=(*link, *block.inlines) if web(block.url) else block.inlines)
