"""What was mended does not cry again: one fault is one alarm, however long its days are looked at."""

from __future__ import annotations

import pytest
from kept import FEED, article, page
from paper import TEXT, Paper

from archive.models import Failure, Link, Stage

BLOCKED, SERVER = (Failure("u", Stage.FETCH, reason) for reason in ("blocked", "server-error"))


def some_refused(paper: Paper, share: int) -> None:
    """An hour in which so many tenths of the pages are refused."""
    paper.hour(new=0)
    if 8 <= paper.kept.now.hour <= 17:
        for tenth in range(10):
            paper.number += 1
            url = f"https://news.example/{paper.number}"
            if tenth < share:
                paper.kept.enqueue(Link(url, "news", FEED))
                paper.kept.store(url, Failure(url, Stage.FETCH, "blocked"))
            else:
                paper.kept.put(article(url, f"{paper.number} {TEXT}"), page_=page(url))


FAULTS = {
    "shorter": lambda paper: paper.hour(text="Only this is left of it."),
    "unsigned": lambda paper: paper.hour(authors=()),
    "half unsigned": lambda paper: (paper.hour(new=1), paper.kept.later(hours=-1), paper.hour(new=1, authors=())),
    "longer": lambda paper: paper.hour(text=f"{TEXT} " * 4),
    "refused": lambda paper: some_refused(paper, 10),
    "half refused": lambda paper: some_refused(paper, 5),
    "most refused": lambda paper: some_refused(paper, 8),
    "not to be had": lambda paper: paper.hour(listing=SERVER),
    "walled": lambda paper: paper.hour(listing=BLOCKED),
    "silent": lambda paper: paper.hour(new=0),
    "flooded": lambda paper: paper.hour(new=30),
}


@pytest.mark.parametrize("hours", [30, 75])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_one_alarm(paper, fault, hours):
    for _ in range(hours):
        FAULTS[fault](paper)
        paper.look()
    begun = paper.kept.rows("SELECT kind FROM alarms")
    for _ in range(15 * 24):
        paper.hour()
        paper.look()
    assert paper.open() == []
    assert paper.kept.rows("SELECT kind FROM alarms") == begun
    assert len(begun) == 1
