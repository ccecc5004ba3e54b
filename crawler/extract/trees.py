"""Trees: boosted trees written out as one function of nested conditions.

To walk them as lists takes 60 µs a line, the function 4, and compiled .2: where the extractor is compiled, it is too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Tree = list[list[float]]
"""Of each node: the number of its feature (-1 for a leaf), its threshold (a leaf's value), the nodes that follow where
the feature is not greater, and where it is."""


def source(data: dict[str, Any]) -> str:
    """Python for ``odds``, from what ``lines.json`` holds: log-odds by a row of ``data["features"]``."""
    names = [f"f{number}" for number in range(len(data["features"]))]
    code = ["def odds(row: list[float]) -> float:", f" {', '.join(names)} = row", f" total = {float(data['base'])!r}"]
    for tree in data["trees"]:
        code += _branch(tree, 0, " ")
    return "\n".join([*code, " return total", ""])


def _branch(tree: Tree, node: int, indent: str) -> Iterator[str]:
    feature, threshold = int(tree[0][node]), float(tree[1][node])
    if feature < 0:
        yield f"{indent}total += {threshold!r}"
        return
    yield f"{indent}if f{feature} <= {threshold!r}:"
    yield from _branch(tree, int(tree[2][node]), indent + " ")
    yield f"{indent}else:"
    yield from _branch(tree, int(tree[3][node]), indent + " ")
