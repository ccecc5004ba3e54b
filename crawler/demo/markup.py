"""Markup: the few marks in which the demo's texts are written, read into Blocks.

Blocks are parted by blank lines: ``## heading``, ``> quote``, ``- item`` or ``1. item`` lines, ``| cell | cell |``
lines of which the first is the table's head, ``![caption](name){credit}``, anything else a paragraph. Within a
line: ``[words](slug)`` and ``*emphasis*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from archive.models import Block, Inline, Kind

_INLINE = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<slug>[^)]+)\)|\*(?P<stress>[^*]+)\*")
_FIGURE = re.compile(r"!\[(?P<caption>.+)\]\((?P<name>[\w-]+)\)\{(?P<credit>.+)\}")
_NUMBER = re.compile(r"\d+\. ")


def read(text: str, path_of: Callable[[str], str]) -> tuple[Block, ...]:
    """The blocks of a text; ``path_of`` gives the path of the story that a link names by its slug."""

    def inlines(line: str) -> tuple[Inline, ...]:
        return tuple(_inlines(line, path_of))

    def block(chunk: str) -> Block:
        lines = chunk.splitlines()
        if figure := _FIGURE.fullmatch(chunk):
            caption = (Inline(figure["caption"]),)
            return Block(Kind.FIGURE, caption, url=f"/img/{figure['name']}.jpg", credit=figure["credit"])
        if chunk.startswith("## "):
            return Block(Kind.HEADING, inlines(chunk[3:]), level=2)
        if chunk.startswith("> "):
            said = (Block(Kind.PARAGRAPH, inlines(line[2:])) for line in lines)
            return Block(Kind.QUOTE, children=tuple(said))
        if chunk.startswith("| "):
            return Block(Kind.TABLE, children=tuple(_row(line, head=not at) for at, line in enumerate(lines)))
        if chunk.startswith("- ") or _NUMBER.match(chunk):
            items = (Block(Kind.ITEM, inlines(line.partition(" ")[2])) for line in lines)
            return Block(Kind.LIST, children=tuple(items), level=int(chunk[0] != "-"))
        return Block(Kind.PARAGRAPH, inlines(chunk))

    return tuple(block(chunk.strip()) for chunk in re.split(r"\n\s*\n", text.strip()))


def _inlines(line: str, path_of: Callable[[str], str]) -> Iterator[Inline]:
    at = 0
    for mark in _INLINE.finditer(line):
        if mark.start() > at:
            yield Inline(line[at : mark.start()])
        if mark["slug"]:
            yield Inline(mark["words"], href=path_of(mark["slug"]))
        else:
            yield Inline(mark["stress"], emphasis=True)
        at = mark.end()
    if at < len(line):
        yield Inline(line[at:])


def _row(line: str, *, head: bool) -> Block:
    cells = (cell.strip() for cell in line.strip().strip("|").split("|"))
    return Block(Kind.ROW, children=tuple(Block(Kind.CELL, (Inline(cell),), level=int(head)) for cell in cells))
