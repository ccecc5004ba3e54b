"""The model of lines: boosted trees over the features of a line, its weights data that ``tests/train/lines.py`` wrote.

Gradient boosting of shallow trees (Friedman, "Greedy Function Approximation", 2001), as scikit-learn's
HistGradientBoostingClassifier trains them; here they are only asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import Any

from crawler.extract import trees
from crawler.extract.features import NAMES

BUILT = "crawler.extract.odds"
"""The trees' function, as it was compiled at build (.build/compile.py); nowhere else."""


@dataclass(frozen=True, slots=True)
class Model:
    limit: float
    """Log-odds under which a line is taken for boilerplate."""
    odds: Callable[[list[float]], float]
    """Log-odds that a line is the article's, by its row of features."""


@cache
def model() -> Model:
    """The weights in ``lines.json``. Raises ValueError if they were trained on other features."""
    data = json.loads(resources.files(__package__).joinpath("lines.json").read_text("utf-8"))
    if tuple(data["features"]) != NAMES:
        raise ValueError("lines.json was trained on other features: run python -m tests.train.lines")
    try:
        odds = import_module(BUILT).odds
    except ModuleNotFoundError:
        scope: dict[str, Any] = {}
        exec(trees.source(data), scope)  # noqa: S102  # numbers of our own package, each formatted as a number
        odds = scope["odds"]
    return Model(float(data["limit"]), odds)
