"""A sentence whose figures are others each time is news; what a site counts, or says with the same ones, is not."""

from __future__ import annotations

import pytest
from kept import Kept
from test_learned import Paper, story

PLACES = ("amid", "last")


@pytest.fixture
def paper(tmp_path):
    return Paper(Kept(tmp_path / "press.db"))


def read(paper: Paper, line: str, *, at: str, every: int) -> list[int]:
    """Seven crawls of eight stories; of every so-many-th, whose numbers these are, the line with another figure."""
    pages = []
    for number in range(56):
        texts = story(number)
        if number % every == 0:
            said = line.replace("#", f"{4_017 + 37 * number:,}")
            texts = [texts[0], said, *texts[1:]] if at == "amid" else [*texts, said]
            pages.append(paper.number + 1)
        paper.page(*texts)
        if number % 8 == 7:
            paper.crawl()
    return pages


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize(
    "line", ["The index of the exchange closed at # points on a quiet day.", "Final score: Harbour #, Town 2; # came."]
)
def test_figures_that_are_others_each_time_stay(paper, line, at):
    pages = read(paper, line, at=at, every=5)
    assert all(line[:20] in paper.text(number) for number in pages)


@pytest.mark.parametrize("line", ["Founded in 1871, the Harbour Post is read in 40 countries.", "# people read along"])
def test_what_says_the_same_or_is_no_sentence_goes(paper, line):
    pages = read(paper, line, at="last", every=5)
    assert line[-12:] not in paper.text(pages[-1])


def test_what_most_pages_have_goes_whatever_it_counts(paper):
    pages = read(paper, "This story was shared # times by those who read it.", at="last", every=1)
    assert "was shared" not in paper.text(pages[-1])
