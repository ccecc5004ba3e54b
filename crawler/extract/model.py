"""The model of lines: boosted trees over the features of a line, its weights data that ``tests/train/lines.py`` wrote.

Gradient boosting of shallow trees (Friedman, "Greedy Function Approximation", 2001), as scikit-learn's
HistGradientBoostingClassifier trains them; here they are only asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from crawler.extract.features import NAMES

Tree = tuple[list[int], list[float], list[int], list[int]]
"""Of each node: the number of its feature (-1 for a leaf), its threshold (a leaf's value), the nodes that follow where
the feature is not greater, and where it is."""


@dataclass(frozen=True, slots=True)
class Model:
    limit: float
    """Log-odds under which a line is taken for boilerplate."""
    odds: Callable[[Sequence[float]], float]
    """Log-odds that a line is the article's, by its row of features."""


@cache
def model() -> Model:
    """The weights in ``lines.json``. Raises ValueError if they were trained on other features."""
    data = json.loads(resources.files(__package__).joinpath("lines.json").read_text("utf-8"))
    if tuple(data["features"]) != NAMES:
        raise ValueError("lines.json was trained on other features: run python -m tests.train.lines")
    return Model(float(data["limit"]), _compiled(float(data["base"]), [tuple(tree) for tree in data["trees"]]))


def _compiled(base: float, trees: Sequence[Tree]) -> Callable[[Sequence[float]], float]:
    """The trees as one function of nested conditions: walking them as lists took 60 µs a line, this takes 9."""
    names = [f"f{number}" for number in range(len(NAMES))]
    code = ["def odds(row):", f" {', '.join(names)} = row", f" total = {base!r}"]
    for tree in trees:
        code += _branch(tree, 0, " ")
    code.append(" return total")
    scope: dict[str, Any] = {}
    exec("\n".join(code), scope)  # noqa: S102  # numbers of our own package, each formatted as a number
    odds: Callable[[Sequence[float]], float] = scope["odds"]
    return odds


def _branch(tree: Tree, node: int, indent: str) -> Iterator[str]:
    feature, threshold = int(tree[0][node]), float(tree[1][node])
    if feature < 0:
        yield f"{indent}total += {threshold!r}"
        return
    yield f"{indent}if f{feature} <= {threshold!r}:"
    yield from _branch(tree, tree[2][node], indent + " ")
    yield f"{indent}else:"
    yield from _branch(tree, tree[3][node], indent + " ")
