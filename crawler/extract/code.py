"""Code: text that is kept as it is written."""

from __future__ import annotations

import re

from archive.models import CODE, Block, Inline
from crawler.extract.dom import El

NUMBERS = re.compile(
    r"\b(?:gutter|gl|ln|lnt|line-?nos?|line-?numbers?|ln-numbers?|linenum(?:ber)?s?|blob-num|line-numbers-rows|"
    r"crayon-nums)\b"
)
"""What the column of line numbers beside code is called."""
NO_CODE = re.compile(r"[\d\s]*")


def block(el: El) -> list[Block]:
    return [] if _is_numbers(el) else _block([el])


def in_table(cells: list[list[El]]) -> list[Block] | None:
    """The code of a table that only sets line numbers beside it; None of any other table."""
    if not all(len(row) == 2 and _is_numbers(row[0]) for row in cells):
        return None
    return _block([row[1] for row in cells])


def _block(lines: list[El]) -> list[Block]:
    parts: list[str] = []
    for el in lines:
        if parts:
            parts.append("\n")
        _verbatim(el, parts)
    text = "".join(parts).replace("\u00a0", " ").strip("\n")
    return [Block(CODE, (Inline(text),))] if text.strip() else []


def _verbatim(el: El, parts: list[str]) -> None:
    for kid in el.kids:
        if isinstance(kid, str):
            parts.append(kid)
        elif kid.tag == "br":
            parts.append("\n")
        elif not _is_numbers(kid):
            if not kid.inline and parts and parts[-1][-1:] not in {"\n", ""}:
                parts.append("\n")
            _verbatim(kid, parts)


def _is_numbers(el: El) -> bool:
    called = el.called
    return called is not None and bool(NUMBERS.search(called.names)) and bool(NO_CODE.fullmatch(el.text()))
