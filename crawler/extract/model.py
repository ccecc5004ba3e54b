"""The model of lines: boosted trees over the features of a line, its weights data that ``tests/train/lines.py`` wrote.

Gradient boosting of shallow trees (Friedman, "Greedy Function Approximation", 2001), as scikit-learn's
HistGradientBoostingClassifier trains them; here they are only walked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crawler.extract.features import NAMES

Tree = tuple[list[int], list[float], list[int], list[int]]
"""Of each node: the number of its feature (-1 for a leaf), its threshold (a leaf's value), the nodes that follow where
the feature is not greater, and where it is."""


@dataclass(frozen=True, slots=True)
class Model:
    base: float
    """Log-odds of a line of which nothing is known."""
    limit: float
    """Log-odds under which a line is taken for boilerplate."""
    trees: tuple[Tree, ...]

    def odds(self, row: Sequence[float]) -> float:
        """Log-odds that a line is the article's."""
        total = self.base
        for features, thresholds, lower, upper in self.trees:
            node = 0
            while (feature := features[node]) >= 0:
                node = lower[node] if row[feature] <= thresholds[node] else upper[node]
            total += thresholds[node]
        return total


@cache
def model() -> Model:
    """The weights in ``lines.json``. Raises ValueError if they were trained on other features."""
    data = json.loads(resources.files(__package__).joinpath("lines.json").read_text("utf-8"))
    if tuple(data["features"]) != NAMES:
        raise ValueError("lines.json was trained on other features: run python -m tests.train.lines")
    return Model(data["base"], data["limit"], tuple((f, t, lo, up) for f, t, lo, up in data["trees"]))
