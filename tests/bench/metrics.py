"""What a benchmark counts, from its own definition; a figure is a share between 0 and 1.

shingle   multisets of 4-word shingles, case kept: mean precision and mean recall over pages, F1 their harmonic mean
          (defined by the article-extraction-benchmark of ScrapingHub, github.com/scrapinghub)
word      bags of lower-cased words: the mean of the pages' F1 (WCXB, github.com/Murrough-Foley)
snippet   text that must and text that must not be there, white space folded, counted over the whole set
          (github.com/adbar/trafilatura, tests/eval_common.py)
metadata  title: equal, case and punctuation aside · date: the same day · authors, tags: F1 of the two sets of names

``tests/bench/test_metrics.py`` holds them against the labelled pages' own scorer, where that is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from tests.bench.sets import Answer, Page

WORD = re.compile(r"\w+")
SHORT = 250  # characters: a text below this is as good as a refusal, on a page that is no article
METRICS = {"fundus": "shingle", "wcxb": "word", "trafilatura": "snippet", "readability": "shingle", "other": "refused"}


def figures(name: str, pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    """Every figure of a set: its F1 or refusals, the metadata that it has gold for, and the failures."""
    found = BODY[METRICS[name]](pages, answers)
    if name != "other":
        found["refused"] = fmean(answer.refused for answer in answers)
    found |= metadata(pages, answers)
    return found | {"failures": sum(bool(answer.failure) for answer in answers)}


def shingle(pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    pairs = [overlap(shingles(p.text or ""), shingles(a.text)) for p, a in zip(pages, answers, strict=True)]
    precision = fmean([both / got for both, got, _ in pairs if got] or [0])  # a page without output has no precision
    recall = fmean([both / want for both, _, want in pairs if want] or [0])
    return {"f1": harmonic(precision, recall), "p": precision, "r": recall}


def word(pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    pairs = [overlap(words(p.text or ""), words(a.text)) for p, a in zip(pages, answers, strict=True)]
    return {"f1": fmean(2 * both / (got + want) if got and want else float(got == want) for both, got, want in pairs)}


def snippet(pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    hit = bad = wanted = 0
    for page, answer in zip(pages, answers, strict=True):
        text = " ".join(answer.text.split())
        hit += sum(" ".join(part.split()) in text for part in page.present)
        bad += sum(" ".join(part.split()) in text for part in page.absent)
        wanted += len(page.present)
    return {"f1": 2 * hit / (hit + bad + wanted), "p": hit / max(1, hit + bad), "r": hit / wanted}


def refused(_: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    return {"refused": fmean(len(answer.text) < SHORT for answer in answers)}


BODY: dict[str, Callable[[Sequence[Page], Sequence[Answer]], dict[str, float]]]
BODY = {"shingle": shingle, "word": word, "snippet": snippet, "refused": refused}


def metadata(pages: Sequence[Page], answers: Sequence[Answer]) -> dict[str, float]:
    """Title, date, authors and tags, each over the pages whose gold has it."""
    pairs = list(zip(pages, answers, strict=True))
    day = re.compile(r"\d{4}-\d\d-\d\d")
    titles = [fold(answer.title) == fold(page.title) for page, answer in pairs if page.title]
    dates = [answer.date[:10] == day.match(page.date)[0] for page, answer in pairs if day.match(page.date or "")]
    found = {name: fmean(same) for name, same in (("title", titles), ("date", dates)) if same}
    for name, split in (("authors", people), ("tags", labels)):
        both = sizes = 0
        for page, answer in pairs:
            if gold := getattr(page, name):
                want, got = split(gold), split(getattr(answer, name))
                both += len(want & got)
                sizes += len(want) + len(got)
        if sizes:
            found[name] = 2 * both / sizes
    return found


def shingles(text: str) -> Counter[tuple[str, ...]]:
    found = WORD.findall(text)
    return (
        Counter(zip(*(found[n:] for n in range(4)), strict=False))
        if len(found) > 4
        else Counter([tuple(found)][: len(found)])
    )


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text.lower()))


def overlap(want: Counter[object], got: Counter[object]) -> tuple[int, int, int]:
    """How many are in both, in the output, in the gold."""
    return (want & got).total(), got.total(), want.total()


def harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def fold(text: str | None) -> str:
    return " ".join(WORD.findall(unicodedata.normalize("NFKC", text or "").lower()))


def people(names: Iterable[str]) -> set[str]:
    """Names, one by one, without the word that introduces them."""
    parts = (part for name in names for part in re.split(r"\s*(?:[;,&|]| and | und | et )\s*", name))
    return {fold(re.sub(r"^\s*(?:by|von|par|di|por)\s+", "", part, flags=re.IGNORECASE)) for part in parts} - {""}


def labels(tags: Iterable[str]) -> set[str]:
    return {fold(part) for tag in tags for part in tag.split(",")} - {""}
