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

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "crawler" / "extract" / "refusal.toml"
ARTICLES = ("fundus", "wcxb", "trafilatura", "readability")
KINDS = ("article", "shop", "listing", "documentation", "service")
KIND_OF = {"collection": "shop", "product": "shop"}
JUDGED = ("fundus", "wcxb")
"""Sets of which every page is said to be an article; the others hold some forums and front pages."""
ALLOWED = 0.004
"""Share of the articles of unseen sites that may be refused."""
ALLOWED_OF_A_SET = 0.01
"""Likewise of each set, forums included."""
STRENGTH = 0.05
"""Inverse of the L2 penalty: .03 to .05 refuse most on unseen sites; .15 learns the sites and refuses .06 less."""
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
    """What is decided without the model; empty if nothing is."""


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--dry-run", action="store_true", help="print the figures, write nothing")
    args = cli.parse_args()
    bench = Path(os.environ.get("CUTTINGS_BENCH", ROOT / ".." / "shared" / "bench"))
    rows = list(read(bench))
    labels = np.array([row.label for row in rows])
    scores = cross_validated(rows)
    final = trained(rows, np.ones(len(rows), bool))
    seen = ruled(rows, doubts(final, table(rows, address=True)))
    limit = max(limit_for(labels, scores[True]), limit_for(labels, seen))
    report("unseen sites", labels, scores[True], limit)
    report("unseen sites, address not known", labels, scores[False], limit)
    report("all pages, seen in training", labels, seen, limit)
    print("\narticles nearest to refusal or refused, with what speaks against them on unseen sites")
    for at in np.argsort(-scores[True]):
        if labels[at] in ARTICLES and scores[True][at] > limit - 0.5:
            print(f"  {scores[True][at]:6.2f} {rows[at].page}")
    if not args.dry_run:
        WEIGHTS.write_text(as_toml(rows, final, limit), "utf-8")


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
    plainly = verdict.decided(parsed, meta, lambda: made, text, url=url, link=None)
    found |= {name: mark(parsed, found) for name, mark in signals.MARKS.items()}
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
    return np.where(plainly == "article", -np.inf, np.where(plainly != "", np.inf, score))


def limit_for(labels: np.ndarray, score: np.ndarray) -> float:
    """The lowest limit at which no more articles than ALLOWED are refused."""
    allowed = [(np.isin(labels, JUDGED), ALLOWED), *((labels == name, ALLOWED_OF_A_SET) for name in ARTICLES)]
    return max(float(np.sort(score[use])[::-1][int(share * use.sum())]) for use, share in allowed) + 0.005


def report(title: str, labels: np.ndarray, score: np.ndarray, limit: float) -> None:
    """Print the shares refused at the limit, by set and type; and what is refused of others at other limits."""
    print(f"\n{title}; limit {limit:.2f}")
    other = ~np.isin(labels, ARTICLES)
    for name, use in [*((name, labels == name) for name in (*ARTICLES, *sorted(set(labels[other])))), ("other", other)]:
        print(f"  {name:14s} {(score[use] > limit).sum():4d} of {use.sum():4d}  {(score[use] > limit).mean():.3f}")
    ranked = np.sort(score[np.isin(labels, JUDGED)])[::-1]
    for share in (0.0025, 0.005, 0.0075, 0.01):
        at = ranked[int(share * len(ranked))]
        print(f"  with {share:.4f} of articles refused: {(score[other] > at).mean():.3f} of the others")


def as_toml(rows: list[Row], model: LogisticRegression, limit: float) -> str:
    """The weights of each kind, less those of articles."""
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
