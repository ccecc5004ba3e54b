"""How far quality's flags are right: python -m tests.bench.quality [PAPERS] [ARTICLES], by default 24 papers of 80.

Each paper's articles are extracted as they are, then some of them made worse in one known way (tests.bench.worse).
Prints of each flag how many of the pages that have it have its fault (precision) and how many of those that have the
fault have it (recall), and how many of the good articles have any. A flag that another fault brings with it by right,
as a listing is short, counts for neither.

    python -m tests.bench.quality --pages

prints of each flag how well the text of the labelled pages that have it was found (F1), beside those without.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import fmean

from archive import doubts, quality
from archive import words as count
from archive.baseline import Baseline
from archive.models import Article, Quality
from crawler.extract import extract
from tests.bench import metrics, worse
from tests.bench.sets import bench_folder, labelled

EACH = 4  # articles of a paper that are made worse in a way


@dataclass
class Figures:
    """Pages by flag."""

    good: int = 0
    refused: int = 0  # good or bad
    false: Counter[str] = field(default_factory=Counter)  # on good ones
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)  # on any page without the fault
    missed: Counter[str] = field(default_factory=Counter)
    by_harm: dict[str, tuple[int, int]] = field(default_factory=dict)  # found, of

    def precision(self, flag: str) -> float:
        return self.right[flag] / max(1, self.right[flag] + self.wrong[flag])

    def recall(self, flag: str) -> float:
        return self.right[flag] / max(1, self.right[flag] + self.missed[flag])

    @property
    def false_share(self) -> float:
        """Of good articles that have any flag."""
        return self.false["any"] / max(1, self.good)


def measure(papers: int, articles: int, seed: int = 1) -> Figures:
    dice = random.Random(seed)
    found = Figures()
    for paper in worse.papers(papers, dice):
        stories = [worse.story(paper, n, dice) for n in range(articles)]
        read = [(one, _extracted(paper, one)) for one in stories]
        good = [(one, article) for one, article in read if article]
        found.refused += len(read) - len(good)
        usual = baseline(paper, [article for _, article in good])
        for _, article in good:
            _count_good(found, set(_judged(article, usual).flags))
        for name, harm in worse.HARMS.items():
            if harm.of(paper):
                _count_harm(found, name, harm, _harmed(paper, harm, stories, usual, dice))
    return found


def _harmed(
    paper: worse.Paper, harm: worse.Harm, stories: list[worse.Story], usual: Baseline, dice: random.Random
) -> Iterator[set[str] | None]:
    """The flags of each page made worse; None of one that is refused, which is no article to the archive."""
    for one in dice.sample(stories, EACH):
        article = _extracted(paper, harm.does(one, paper, dice))
        yield set(_judged(article, usual).flags) if article else None


def _count_good(found: Figures, flags: set[str]) -> None:
    found.good += 1
    found.false.update(flags or ())
    found.wrong.update(flags)
    found.false["any"] += bool(flags)


def _count_harm(found: Figures, name: str, harm: worse.Harm, each: Iterator[set[str] | None]) -> None:
    seen = of = 0
    for flags in each:
        if flags is None:
            found.refused += 1
            continue
        of += 1
        seen += harm.flag in flags
        (found.right if harm.flag in flags else found.missed)[harm.flag] += 1
        found.wrong.update(flags - {harm.flag} - harm.also)
    before = found.by_harm.get(name, (0, 0))
    found.by_harm[name] = before[0] + seen, before[1] + of


def _extracted(paper: worse.Paper, one: worse.Story) -> Article | None:
    url = f"https://{paper.name}.example/news/{one.number}-a-story-of-ours"
    found = extract(worse.page(paper, one), url, fetched_at=worse.FETCHED + timedelta(hours=1))
    return found if isinstance(found, Article) else None


def _judged(article: Article, usual: Baseline) -> Quality:
    return quality.judged(article, count.count(article.text), usual)


def baseline(paper: worse.Paper, articles: list[Article]) -> Baseline:
    """As archive.baseline sums it."""
    logs = [math.log1p(count.count(article.text)) for article in articles]
    mean = fmean(logs)
    return Baseline(
        articles=len(articles),
        language=paper.language,
        mean=mean,
        deviation=math.sqrt(max(0.0, fmean([n * n for n in logs]) - mean * mean)),
        signed=fmean([bool(article.authors) for article in articles]),
        dated=fmean([article.published is not None for article in articles]),
        foreign=fmean([article.language != paper.language for article in articles]),
    )


def storing_cost(runs: int = 20_000) -> float:
    """Microseconds that the judgement takes, without the query for the baseline."""
    dice = random.Random(1)
    paper = worse.papers(1, dice)[0]
    article = _extracted(paper, worse.story(paper, 1, dice))
    assert article
    usual = baseline(paper, [article] * 30)
    started = time.process_time()
    for _ in range(runs):
        quality.judged(article, 300, usual)
    return 1e6 * (time.process_time() - started) / runs


def pages() -> None:
    """Of the labelled pages: F1 of those with each flag, and without."""
    rows: list[tuple[frozenset[str], float]] = []
    for name in ("fundus", "wcxb", "trafilatura", "readability"):
        for one in labelled(bench_folder(), name):
            article = extract(one.html, one.url)
            if isinstance(article, Article) and (score := _f1(one, article.text)) is not None:
                rows.append((frozenset(article.quality.flags), score))
    print(f"{len(rows)} pages, F1 {fmean([score for _, score in rows]):.3f}")
    print(f"{'flag':26}{'pages':>6}{'F1':>7}{'without':>9}{'under .8':>10}")
    for flag in doubts.WEIGHTS:
        having = [score for flags, score in rows if flag in flags]
        others = [score for flags, score in rows if flag not in flags]
        if having:
            bad = sum(score < 0.8 for score in having) / len(having)
            print(f"{flag:26}{len(having):6}{fmean(having):7.3f}{fmean(others):9.3f}{bad:10.1%}")


def _f1(page: object, text: str) -> float | None:
    if page.text is not None:
        both, got, want = metrics.overlap(metrics.words(page.text), metrics.words(text))
        return 2 * both / (got + want) if got and want else 0.0
    if not page.present:
        return None
    folded = " ".join(text.split())
    hit, bad = (sum(" ".join(part.split()) in folded for part in some) for some in (page.present, page.absent))
    return 2 * hit / (hit + bad + len(page.present))


def main() -> None:
    if sys.argv[1:] == ["--pages"]:
        pages()
        return
    papers, articles = (int(given) for given in (sys.argv[1:] + ["24", "80"][len(sys.argv) - 1 :])[:2])
    found = measure(papers, articles)
    print(f"{found.good} good articles; {found.refused} pages were refused")
    for name, (seen, of) in found.by_harm.items():
        print(f"{name:28}{seen:5} of {of}")
    print(f"\n{'flag':26}{'precision':>10}{'recall':>8}{'on good ones':>14}")
    for flag in sorted({harm.flag for harm in worse.HARMS.values()}):
        share = found.false[flag] / found.good
        print(f"{flag:26}{found.precision(flag):10.3f}{found.recall(flag):8.3f}{share:14.2%}")
    print(f"{'any':26}{'':18}{found.false_share:14.2%}")
    print(f"\n{storing_cost():.1f} µs an article, and the query for its source's baseline")


if __name__ == "__main__":
    main()
