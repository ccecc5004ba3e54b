"""Blocks as JSON: how an article's structure is kept in the column ``articles.blocks`` and exported.

A block is an object of its fields that are not empty, under the names of archive.models.Block but for ``text``,
its inlines: a string if there is one in no style, else a list in which such a run is a string and any other an
object::

    {"kind": "paragraph", "text": ["See ", {"text": "the report", "href": "https://example.com/r"}, "."]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from archive.models import Block, Inline, Kind

_STYLES = ("href", "strong", "emphasis", "code")


def dumps(blocks: Iterable[Block]) -> str:
    """Compact JSON, not escaped to ASCII."""
    return json.dumps([to_data(block) for block in blocks], ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> tuple[Block, ...]:
    """What dumps wrote. Raises ValueError for anything else."""
    try:
        return tuple(from_data(data) for data in json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a list of blocks: {error}") from error


def to_data(block: Block) -> dict[str, Any]:
    """One block as plain values, ready for JSON."""
    data: dict[str, Any] = {"kind": block.kind.value}
    if block.inlines:
        runs = [_run(inline) for inline in block.inlines]
        data["text"] = runs[0] if len(runs) == 1 and isinstance(runs[0], str) else runs
    if block.children:
        data["children"] = [to_data(child) for child in block.children]
    if block.level:
        data["level"] = block.level
    if block.url:
        data["url"] = block.url
    if block.credit:
        data["credit"] = block.credit
    return data


def from_data(data: dict[str, Any]) -> Block:
    """The block that to_data turned into plain values; unknown keys raise TypeError, a missing kind KeyError."""
    rest = {key: value for key, value in data.items() if key not in {"kind", "text", "children"}}
    runs = data.get("text", [])
    return Block(
        kind=Kind(data["kind"]),
        inlines=tuple(
            Inline(run) if isinstance(run, str) else Inline(**run)
            for run in ([runs] if isinstance(runs, str) else runs)
        ),
        children=tuple(from_data(child) for child in data.get("children", [])),
        **rest,
    )


def _run(inline: Inline) -> str | dict[str, Any]:
    if not (inline.href or inline.strong or inline.emphasis or inline.code):  # as nearly all are
        return inline.text
    styles = {name: value for name in _STYLES if (value := getattr(inline, name))}
    return {"text": inline.text} | styles
