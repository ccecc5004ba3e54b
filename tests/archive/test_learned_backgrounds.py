"""What a story tells again, always in one place, is not the site's for that; what stands on more pages there is."""

from __future__ import annotations

import pytest
from kept import Kept
from test_learned import Paper, story

AGAIN = "Vogli prado kera nutise lobami fenti, glimi ra stomi zuxa, kelo ratenu vo prador tise."


@pytest.fixture
def paper(tmp_path):
    return Paper(Kept(tmp_path / "press.db"))


def told(paper: Paper, at: int | None, on: frozenset[int], *, pages: int = 48, place: str = "") -> str:
    """The text of the last page that has it. ``at``: how many paragraphs stand before it; None: all."""
    for number in range(pages):
        texts = story(number)
        if number in on:
            texts.insert(len(texts) if at is None else at, AGAIN)
        paper.page(*texts, places={AGAIN: place} if place else {})
        if number % 4 == 3:
            paper.crawl()
    return paper.text(1 + max(on))


SELDOM = frozenset(range(3, 48, 8))
A_FEW_DAYS = frozenset(range(24, 29))
AN_EIGHTH = frozenset(range(5, 32, 7))
AT_FIRST = frozenset({1, 6, 8, 12, 16, 21, 26})


@pytest.mark.parametrize("at", [1, 2, None])
@pytest.mark.parametrize("on", [SELDOM, A_FEW_DAYS, AN_EIGHTH, AT_FIRST])
def test_a_background_or_a_quote_always_in_one_place_stays(paper, at, on):
    assert AGAIN in told(paper, at, on)


@pytest.mark.parametrize("at", [1, 2, None])
def test_on_every_second_page_it_goes(paper, at):
    assert AGAIN not in told(paper, at, frozenset(range(0, 48, 2)))


@pytest.mark.parametrize("on", [SELDOM, AN_EIGHTH])
def test_in_a_place_of_its_own_it_goes(paper, on):
    assert AGAIN not in told(paper, None, on, place="main > div.note > p")


def test_on_the_first_pages_of_a_site_it_goes_at_once(paper):
    assert AGAIN not in told(paper, None, frozenset(range(12)), pages=12)
