"""Trains the model of lines: which lines in an article's part of a page are the article's.

    python -m tests.train.lines                 # train, say what it gives on sites it did not see, write the weights
    python -m tests.train.lines --dry-run       # without writing

A line is taken for the article's by how many of its shingles of four words stand in the gold text; where the gold is
a list of snippets, by those. Needs the labelled pages (``CUTTINGS_BENCH``) and the extra ``train``.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from selectolax.lexbor import LexborHTMLParser
from sklearn.ensemble import HistGradientBoostingClassifier

from archive import sites
from crawler.extract import body, boilerplate, features, guard, metadata

BENCH = Path(os.environ.get("CUTTINGS_BENCH", Path(__file__).parents[3] / "shared" / "bench"))
WEIGHTS = Path(body.__file__).with_name("lines.json")
SETS = {"fundus": 1.5, "wcxb": 1.0, "trafilatura": 0.25, "readability": 0.3}
"""Labelled sets and the weight of a page. readability's gold is another program's output; in trafilatura's a line
counts whole, and elsewhere by the square root of its share of the page's words."""
FOLDS = 5
LIMIT = -0.3
"""Log-odds that part text from boilerplate: from -.6 to 0 no set's F1 changes by more than .003."""
WORD = re.compile(r"\w+")


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--dry-run", action="store_true")
    args = cli.parse_args()
    rows, truth, weights, groups = (np.array(column) for column in zip(*lines(), strict=True))
    print(f"{len(rows)} lines, {truth.mean():.3f} of them the articles'")
    right = np.zeros(len(rows), bool)
    for fold in range(FOLDS):
        seen = groups % FOLDS != fold
        right[~seen] = train(rows[seen], truth[seen], weights[seen]).predict(rows[~seen]) == truth[~seen]
    print(f"on sites not seen: {weights[~right].sum() / weights.sum():.4f} wrong by weight")
    if not args.dry_run:
        forest = train(rows, truth, weights)
        data = {"features": features.NAMES, "base": float(forest._baseline_prediction[0][0]), "limit": LIMIT}
        data["trees"] = [tree(stage[0].nodes) for stage in forest._predictors]
        WEIGHTS.write_text(json.dumps(data, separators=(",", ":")) + "\n", "utf-8")


def train(rows: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> HistGradientBoostingClassifier:
    """Few and shallow trees: sixty left .0015 fewer lines wrong on sites not seen, and cost four times as much."""
    forest = HistGradientBoostingClassifier(
        max_iter=20,
        max_leaf_nodes=16,
        learning_rate=0.3,
        min_samples_leaf=50,
        l2_regularization=3,
        early_stopping=False,
    )
    return forest.fit(rows, truth, sample_weight=weights)


def tree(nodes: np.ndarray) -> list[list[float]]:
    leaf = nodes["is_leaf"].astype(bool)
    threshold = np.where(leaf, nodes["value"], nodes["num_threshold"])
    columns = (np.where(leaf, -1, nodes["feature_idx"]), threshold, nodes["left"], nodes["right"])
    return [[round(float(x), 5) if column is threshold else int(x) for x in column] for column in columns]


def lines() -> Iterator[tuple[list[float], int, float, int]]:
    """(features, whether it is the article's, weight, site) of each line that the model is asked about."""
    for name, weight in SETS.items():
        with gzip.open(BENCH / "data" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for record in map(json.loads, file):
                url = record.get("url") or ""
                site = int(hashlib.md5((sites.site(url) or record["id"]).encode()).hexdigest(), 16) % 1_000_003
                found, survey = read(record["html"], url)
                words = [len(WORD.findall(line.text)) for line in found.lines]
                for i, (label, size) in enumerate(zip(labels(found.lines, record), words, strict=True)):
                    if label is not None and not survey.sure[i] and not found.lines[i].why and not found.lines[i].kept:
                        share = (size / sum(words)) ** 0.5 if "text" in record else 1.0
                        yield survey.row(i), label, weight * share, site


def read(html: str, url: str) -> tuple[body.Found, features.Survey]:
    parsed = LexborHTMLParser(guard.tame(html.replace("\0", "")))
    meta = metadata.read(parsed, url, hint=None, fetched_at=None, rules=None)
    found = body.read(parsed, url, meta, None)
    survey = features.Survey(found.lines, found.known)
    boilerplate.mark(found.lines, found.known, survey.sure)
    return found, survey


def labels(found: list, record: dict) -> list[int | None]:
    """1 for a line of the article, 0 for another, None where the gold does not tell."""
    texts = [" ".join(line.text.split()) for line in found]
    if "text" not in record:
        good, bad = ([" ".join(s.split()) for s in record[key]] for key in ("with", "without"))
        return [0 if any(s in t for s in bad) else 1 if any(s in t for s in good) else None for t in texts]
    gold = WORD.findall(record["text"].lower())
    shingles = {n: Counter(zip(*(gold[i:] for i in range(n)), strict=False)) for n in (1, 2, 3, 4)}
    alone = {" ".join(WORD.findall(line)) for line in record["text"].lower().split("\n")}
    return [_label(WORD.findall(text.lower()), shingles, alone) for text in texts]


def _label(words: list[str], shingles: dict[int, Counter], alone: set[str]) -> int | None:
    if not words:
        return None
    n = min(4, len(words))
    mine = list(zip(*(words[i:] for i in range(n)), strict=False))
    share = sum(one in shingles[n] for one in mine) / len(mine)
    if n < 4:  # a word or two stand somewhere in most texts
        return 1 if " ".join(words) in alone else None if share == 1 else 0
    return 1 if share >= 0.6 else 0 if share <= 0.3 else None


if __name__ == "__main__":
    main()
