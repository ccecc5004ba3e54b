"""Kinds: which other kind of page a page may be, and how likely, by the weights in ``refusal.toml``.

A linear model, trained by ``tests/train/refusal.py``: for each kind a sum of weighted signals, 0 where the kind is as
likely as an article, 1 where it is e times likelier. The kinds together are what speaks against an article.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from crawler.extract.signals import Signals
from crawler.extract.vocabulary import vocabulary

REASONS = 3
"""Signals named in a refusal."""


@dataclass(frozen=True, slots=True)
class Model:
    limit: float
    """What may speak against an article at most."""
    kinds: tuple[str, ...]
    bias: tuple[float, ...]
    """A number for each kind, as in ``weights``."""
    weights: Mapping[str, tuple[float, ...]]
    usual: Mapping[str, float]
    """What each signal is on articles, on average."""

    def logits(self, signals: Signals) -> list[float]:
        """For each kind, how much likelier it is than an article, as a logarithm; unknown signals weigh nothing."""
        rows = [(self.weights[name], value) for name, value in signals.items() if value and name in self.weights]
        return [bias + sum(row[at] * value for row, value in rows) for at, bias in enumerate(self.bias)]

    def most(self, logits: list[float], missing: Collection[str]) -> float:
        """What can speak against an article at most when the missing signals will be known."""
        rows = [self.weights[name] for name in missing if name in self.weights]
        return together([logit + sum(max(0.0, row[at]) for row in rows) for at, logit in enumerate(logits)])

    def judge(self, signals: Signals, marks: Mapping[str, Callable[[], float]]) -> tuple[float, list[float]]:
        """How much speaks against an article, and for each kind; ``marks`` are read while they can decide.

        They are put into ``signals`` as they are read.
        """
        logits, missing = self.logits(signals), list(marks)
        while missing and self.most(logits, missing) > self.limit:
            name = missing.pop(0)
            value = signals[name] = marks[name]()
            row = self.weights.get(name, (0.0,) * len(logits))
            logits = [logit + weight * value for logit, weight in zip(logits, row, strict=True)]
        return self.most(logits, missing), logits

    def reasons(self, signals: Signals, logits: list[float]) -> tuple[str, list[str]]:
        """The likeliest kind, and what most sets the page apart from an article, in words."""
        at = max(range(len(logits)), key=logits.__getitem__)
        says = vocabulary().says
        against: dict[str, float] = {}
        for name, row in self.weights.items():
            excess = signals.get(name, 0.0) - self.usual[name]
            words = says[name][excess < 0]
            if words and row[at] * excess > 0:
                against[words] = against.get(words, 0.0) + row[at] * excess
        return self.kinds[at], sorted(against, key=against.__getitem__, reverse=True)[:REASONS]


def together(logits: list[float]) -> float:
    """How much likelier any of the kinds is than an article."""
    top = max(logits)
    return top + math.log(sum(math.exp(logit - top) for logit in logits))


@cache
def model() -> Model:
    data = tomllib.loads(resources.files(__package__).joinpath("refusal.toml").read_text("utf-8"))
    kinds = tuple(data["bias"])
    return Model(
        limit=data["limit"],
        kinds=kinds,
        bias=tuple(data["bias"].values()),
        weights={name: tuple(row[kind] for kind in kinds) for name, row in data["signals"].items()},
        usual={name: row["usual"] for name, row in data["signals"].items()},
    )
