"""Each metric against its definition, and all of them against the labelled pages' own scorer."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import pytest

from tests import gate
from tests.bench import metrics
from tests.bench.sets import SETS, Answer, Page, bench_folder


def page(**gold):
    return Page("1", None, "", **gold)


def test_shingles_are_counted_in_fours_and_a_page_without_output_has_no_precision():
    pages = [page(text="one two three four five"), page(text="a b c d")]
    found = metrics.shingle(pages, [Answer("one two three four six"), Answer("")])
    assert (found["p"], found["r"]) == (0.5, 0.25)
    assert found["f1"] == pytest.approx(1 / 3)


def test_words_are_a_bag_in_which_case_does_not_count():
    assert metrics.word([page(text="The cat the")], [Answer("cat THE dog")])["f1"] == pytest.approx(2 / 3)
    assert metrics.word([page(text="")], [Answer("")])["f1"] == 1
    assert metrics.word([page(text="a")], [Answer("")])["f1"] == 0


def test_snippets_are_found_whatever_the_white_space_and_unwanted_ones_count_against_the_text():
    pages = [page(present=("in the\ntext", "missing"), absent=("menu", "footer"))]
    found = metrics.snippet(pages, [Answer("It is in  the text, with a menu.")])
    assert (found["p"], found["r"], found["f1"]) == (0.5, 0.5, 0.5)


def test_a_title_is_right_without_case_and_punctuation_and_a_date_by_its_day():
    pages = [page(title="“Bridge” reopens", date="2026-03-01 23:10:00+01:00"), page(title="B", date="unknown")]
    found = metrics.metadata(pages, [Answer(title="Bridge Reopens!", date="2026-03-01"), Answer(title="C")])
    assert found == {"title": 0.5, "date": 1.0}


def test_names_are_compared_one_by_one():
    pages = [page(authors=("Von Ada Lund und Ben Ode",), tags=("river, bridge",))]
    found = metrics.metadata(pages, [Answer(authors=("ada lund", "Desk"), tags=("Bridge",))])
    assert found == {"authors": 0.5, "tags": pytest.approx(2 / 3)}


def test_an_extractor_that_refuses_or_raises_is_counted():
    given = [Answer(refused=True), Answer(failure="ValueError()")]
    found = metrics.figures("wcxb", [page(text="a"), page(text="b")], given)
    assert (found["refused"], found["failures"]) == (0.5, 1)


@pytest.mark.skipif(
    not (bench_folder() / "score.py").is_file(), reason="no labelled pages: CUTTINGS_BENCH names their folder"
)
@pytest.mark.parametrize("name", SETS)
def test_the_figures_are_those_of_the_labelled_pages_own_scorer(name):
    spec = importlib.util.spec_from_file_location("score", bench_folder() / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    pages, answers = gate.sample(bench_folder())[name]
    gold = [
        {"text": p.text, "with": p.present, "without": p.absent, "title": p.title, "date": p.date}
        | {"authors": p.authors, "tags": p.tags}
        for p in pages
    ]
    given = [SimpleNamespace(title=a.title, published=a.date, authors=a.authors, tags=a.tags) for a in answers]
    theirs = score.summary(score.SETS[name], gold, [a.text for a in answers]) | score.metadata(gold, given)
    ours = metrics.figures(name, pages, answers)
    assert {key: ours[key] for key in theirs if key in ours} == pytest.approx(
        {key: value for key, value in theirs.items() if key in ours}, abs=1e-9
    )
    assert {"f1", "refused"} & set(theirs) <= set(ours)
