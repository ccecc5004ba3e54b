"""Literals: pieces of text of which one must stand in whatever a pattern finds.

Python's engine tries every alternative of a pattern at every place; to look for the pieces first takes a tenth of the
time, and nearly always nothing is found. They are read off the pattern as the engine itself parses it (Cox, "Regular
Expression Matching with a Trigram Index", 2012, does the same).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

SHORTEST = 3
"""Letters of a piece that tells; a character of a script of syllables or words says as much as three."""
WIDE = "\u1100"
_parser: Any = importlib.import_module("re._parser")  # of the standard library, since 3.11


def required(pattern: str) -> tuple[str, ...]:
    """The pieces; none where nothing can be said. ``pattern``: without flags."""
    pieces = _of(_parser.parse(pattern)) or frozenset()
    return tuple(sorted(one for one in pieces if not any(other in one for other in pieces if other != one)))


def _of(items: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Of a sequence: the pieces of that part of it which has the longest."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, value in items:
        if str(operation) == "LITERAL":
            run += chr(value)
            continue
        found.append(frozenset({run}))
        run = ""
        if (inner := _inner(str(operation), value)) is not None:
            found.append(inner)
    telling = [pieces for pieces in (*found, frozenset({run})) if _shortest(pieces) >= SHORTEST]
    return max(telling, key=_shortest, default=None)


def _shortest(pieces: Iterable[str]) -> int:
    return min(sum(SHORTEST if sign >= WIDE else 1 for sign in piece) for piece in pieces)


def _inner(operation: str, value: Any) -> frozenset[str] | None:
    if operation == "SUBPATTERN":
        return _of(value[-1])
    if operation in {"MAX_REPEAT", "MIN_REPEAT"} and value[0] > 0:
        return _of(value[-1])
    if operation == "BRANCH":
        parts = [_of(part) for part in value[1]]
        told = [pieces for pieces in parts if pieces is not None]
        return frozenset().union(*told) if len(told) == len(parts) else None
    return None
