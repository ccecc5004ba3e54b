"""Places: where in an article's part of the page a line stands: the path of tags and classes that leads to it.

Numbers in names are those of one story (``post-4711``), so that all are taken for the same: ``post-#``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from archive.dedupe import mark
from archive.models import Seen
from crawler.extract.blocks import Box
from crawler.extract.called import Called
from crawler.extract.dom import El
from crawler.extract.lines import Line

NUMBER = re.compile(r"\d+")
LONGEST = 60
"""Characters of an element's names that are looked at: pages styled by utility classes have hundreds."""
DEEPEST = 8
"""Elements of a path, from its end."""


def seen(lines: Sequence[Line]) -> tuple[Seen, ...]:
    """All lines with text, as they stood."""
    found: list[Seen] = []
    known: dict[Box, str] = {}
    names: dict[tuple[str, str], str] = {}
    kept = 0
    for line in lines:
        if line.text:
            where = _place(line, known, names)
            if line.why:
                found.append(Seen(mark(line.text), where, -1, line.why, line.text[:200]))
            else:
                found.append(Seen(mark(line.text), where, kept, "", line.raw))
        if not line.why:
            kept += 1
    return tuple(found)


def _place(line: Line, known: dict[Box, str], names: dict[tuple[str, str], str]) -> str:
    """The path to a line; empty for plain text. ``known``: of boxes; ``names``: of what stands in them."""
    box, el = line.box, line.el
    if box is None or el is None:
        return ""
    path = known.get(box)
    if path is None:
        path = _path(box, known)
    name = "text" if el is box.el else _name(el)
    found = names.get((path, name))
    if found is None:
        found = names[path, name] = f"{path} > {name}"
    return found


def _path(box: Box, known: dict[Box, str]) -> str:
    path = known.get(box)
    if path is None:
        path = _name(box.el)
        if box.above is not None:
            path = f"{_path(box.above, known)} > {path}"
            if box.depth >= DEEPEST:
                path = path[path.index(" > ") + 3 :]
        known[box] = path
    return path


def _name(el: El) -> str:
    return el.tag if el.called is None else el.tag + _classes(el.called)


@lru_cache(maxsize=10_000)
def _classes(called: Called) -> str:
    words = NUMBER.sub("#", called.names[:LONGEST]).split()
    return "." + ".".join(words) if words else ""
