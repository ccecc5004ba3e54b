"""Train the weights by which pages that are no articles are refused: ``crawler/extract/refusal.toml``.

    python -m tests.train.refusal            # print what cross-validation says, write the weights
    python -m tests.train.refusal --dry-run  # print only

Needs ``pip install -e .[train]`` and the labelled pages, which are not in this repository: ``CUTTINGS_BENCH`` names
their folder, ``../shared/bench`` where it is not set. To be run again when the body or the metadata change: the
signals are made of both.

A softmax regression tells articles from four kinds of other pages, forums apart, which are known by their marks. The
figures printed are of pages whose site the model has not seen: ten folds, grouped by registrable domain. Each page
is also seen without its address, since it may come without one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from publicsuffixlist import PublicSuffixList
from scipy.special import logsumexp
from selectolax.lexbor import LexborHTMLParser
from sklearn.linear_model import LogisticRegression

from crawler.extract import body, guard, metadata, signals, verdict
from crawler.extract.vocabulary import vocabulary

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "crawler" / "extract" / "refusal.toml"
ARTICLES = ("fundus", "wcxb", "trafilatura", "readability")
KINDS = ("article", "shop", "listing", "documentation", "service")
KIND_OF = {"collection": "shop", "product": "shop"}
JUDGED = ("fundus", "wcxb")
"""Sets of which every page is said to be an article; the others hold some forums and front pages."""
ALLOWED = 0.005
"""Share of the articles of unseen sites that may be refused."""
STRENGTH = 0.15
"""Inverse of the L2 penalty: .05 to .4 give the same within a page or two."""
OTHERS_WEIGH, WITHOUT_ADDRESS = 3.0, 0.3
FOLDS, SEEDS = 10, (0, 1, 2)
MADE_UP = ("fakehost", "hard::")
"""Addresses that no page had."""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled page."""

    page: str
    label: str
    """Its set if it is an article's, else its type."""
    site: str
    signals: signals.Signals
    plainly: str
    """What is decided without the model: that it is an article, a forum, or nothing."""


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--dry-run", action="store_true", help="print the figures, write nothing")
    args = cli.parse_args()
    bench = Path(os.environ.get("CUTTINGS_BENCH", ROOT / ".." / "shared" / "bench"))
    rows = list(read(bench))
    limit = report(rows, cross_validated(rows))
    if not args.dry_run:
        WEIGHTS.write_text(as_toml(rows, limit), "utf-8")


def read(bench: Path) -> Iterator[Row]:
    suffixes = PublicSuffixList()
    for name in (*ARTICLES, "other"):
        with gzip.open(bench / "data" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for page in map(json.loads, lines):
                url = page.get("url") or ""
                url = "" if any(part in url for part in MADE_UP) else url
                host = urlsplit(url).hostname or ""
                site = suffixes.privatesuffix(host) or host or page["id"]
                label = page["page_type"] if name == "other" else name
                yield Row(f"{name} {page['id']} {url}", label, site, *observed(page["html"], url))


def observed(html: str, url: str) -> tuple[signals.Signals, str]:
    """A page's signals, and what is decided without them."""
    parsed = LexborHTMLParser(guard.tame(html))
    meta = metadata.read(parsed, url, hint=None, fetched_at=None, rules=None)
    text = signals.shape(body.find(parsed, url, meta, None, explain=False))
    made = signals.maker(parsed)
    found = signals.of_page(meta, made, text, url, None)
    plainly = verdict.decided(meta, made, text, url, None)
    if not plainly and not found["article_type"] and parsed.css_first(vocabulary().marks["forum"]):
        plainly = "forum"
    found |= signals.of_elements(parsed, found)
    return {name: float(value) for name, value in found.items()}, plainly


def table(rows: list[Row], *, address: bool) -> np.ndarray:
    """The signals, a row a page; ``address``: whether the pages' addresses are known."""
    names = list(rows[0].signals)
    hidden = {name: float(name == "url_none") for name in names if name.startswith("url_")}
    return np.array([list((row.signals if address else row.signals | hidden).values()) for row in rows])


def trained(rows: list[Row], mask: np.ndarray) -> LogisticRegression:
    labels = np.array([KIND_OF.get(row.label, row.label) for row in rows])
    labels[np.isin(labels, ARTICLES)] = "article"
    use = mask & np.array([row.label != "forum" and row.plainly != "forum" for row in rows])
    y = np.array([KINDS.index(label) if label in KINDS else -1 for label in labels])[use]
    weight = np.where(y > 0, OTHERS_WEIGH, 1.0)
    return LogisticRegression(C=STRENGTH, max_iter=1_000).fit(
        np.vstack([table(rows, address=True)[use], table(rows, address=False)[use]]),
        np.r_[y, y],
        sample_weight=np.r_[weight, WITHOUT_ADDRESS * weight],
    )


def doubts(model: LogisticRegression, values: np.ndarray) -> np.ndarray:
    logits = model.decision_function(values)
    return logsumexp(logits[:, 1:] - logits[:, :1], axis=1)


def cross_validated(rows: list[Row]) -> dict[bool, np.ndarray]:
    """What speaks against each page by models that have not seen its site; with and without its address."""
    sites = sorted({row.site for row in rows})
    scores = {True: np.zeros(len(rows)), False: np.zeros(len(rows))}
    for seed in SEEDS:
        fold_of = dict(zip(sites, np.random.default_rng(seed).permutation(len(sites)) % FOLDS, strict=True))
        folds = np.array([fold_of[row.site] for row in rows])
        for fold in range(FOLDS):
            model = trained(rows, folds != fold)
            for address, score in scores.items():
                score[folds == fold] += doubts(model, table(rows, address=address)[folds == fold]) / len(SEEDS)
    return {address: ruled(rows, score) for address, score in scores.items()}


def ruled(rows: list[Row], score: np.ndarray) -> np.ndarray:
    """The score, beyond any limit where the page is decided without it."""
    plainly = np.array([row.plainly for row in rows])
    return np.where(plainly == "article", -np.inf, np.where(plainly == "forum", np.inf, score))


def report(rows: list[Row], scores: dict[bool, np.ndarray]) -> float:
    """Print the shares refused at the limit, and the articles among them; the limit."""
    labels = np.array([row.label for row in rows])
    judged, other = np.isin(labels, JUDGED), ~np.isin(labels, ARTICLES)
    limit = 0.0
    for address, score in scores.items():
        ranked = np.sort(score[judged])[::-1]
        if address:
            limit = float(ranked[int(ALLOWED * judged.sum())]) + 0.005
        print(f"\nunseen sites, {'with' if address else 'without'} the address; limit {limit:.2f}")
        for label in [*ARTICLES, *sorted(set(labels[other]))]:
            refused = score[labels == label] > limit
            print(f"  {label:14s} {refused.sum():4d} of {len(refused):4d}  {refused.mean():.3f}")
        refused = score[other] > limit
        print(f"  {'other, all':14s} {refused.sum():4d} of {len(refused):4d}  {refused.mean():.3f}")
        for allowed in (0.0025, 0.005, 0.0075, 0.01):
            at = ranked[int(allowed * judged.sum())]
            print(f"  at {allowed:.4f} of articles refused: {(score[other] > at).mean():.3f} of the others")
    for at in np.argsort(-scores[True]):
        if not other[at] and scores[True][at] > limit - 1:
            print(f"  {scores[True][at]:6.2f} {rows[at].page}")
    return limit


def as_toml(rows: list[Row], limit: float) -> str:
    """The weights of a model of all pages, each kind's less those of articles."""
    model = trained(rows, np.ones(len(rows), bool))
    weights, bias = model.coef_[1:] - model.coef_[0], model.intercept_[1:] - model.intercept_[0]
    articles = np.array([row.label in ARTICLES for row in rows])
    usual = table(rows, address=True)[articles].mean(axis=0)
    lines = [
        "# Written by tests/train/refusal.py: how much each signal speaks for a kind of page and against an article,",
        "# in natural logarithms of odds; ``usual`` is the signal's mean on articles. See kinds.py.",
        f"limit = {limit:.2f}",
        "",
        "[bias]",
        *(f"{kind} = {value:.2f}" for kind, value in zip(KINDS[1:], bias, strict=True)),
        "",
        "[signals]",
    ]
    for at, name in enumerate(rows[0].signals):
        cells = [
            f"usual = {usual[at]:.2f}",
            *(f"{kind} = {row[at]:.2f}" for kind, row in zip(KINDS[1:], weights, strict=True)),
        ]
        lines.append(f"{name} = {{ {', '.join(cells)} }}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
