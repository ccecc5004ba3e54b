"""Which texts are put together as one that several ran, and which are not."""

from __future__ import annotations

import random

import pytest
from kept import article
from test_identity import told

from archive.copies import changes, copies
from archive.database import reading
from archive.models import Change
from archive.signatures import LONGEST, likeness, sign

TEXT = told("agency", 200)
MARK = 773804454
"""If it were another tomorrow, no copy of what was stored today would be found."""


def edited(text: str, share: float = 0.1, seed: int = 1) -> str:
    """With a share of its words substituted, inserted or deleted."""
    chance = random.Random(seed)
    words = []
    for word in text.split(" "):
        if chance.random() >= share:
            words.append(word)
        else:
            words += chance.choice(([], ["anders"], [word, "anders"]))
    return " ".join(words)


def ran(kept, number: int, text: str, **fields) -> Change:
    """An article of a paper of its own; its number is its id."""
    verdict = kept.put(article(f"https://paper{number}.example/story", text, title=f"Title {number}", **fields))
    assert verdict.article_id == number
    return verdict.change


def clusters(kept) -> list[int | None]:
    return [cluster for (cluster,) in kept.rows("SELECT cluster FROM articles ORDER BY id")]


def test_who_ran_an_agencys_text_is_put_together_with_what_each_changed(kept):
    assert ran(kept, 1, TEXT) is Change.NEW
    assert clusters(kept) == [None]
    assert ran(kept, 2, edited(TEXT)) is Change.NEW
    assert ran(kept, 3, told("another")) is Change.NEW
    assert ran(kept, 4, TEXT[: len(TEXT) * 2 // 3]) is Change.NEW
    assert ran(kept, 5, TEXT) is Change.DUPLICATE
    assert clusters(kept) == [1, 1, None, 1, 1]
    with reading(kept.path) as db:
        found = copies(db, 4)
        assert [copy.id for copy in found] == [1, 2, 4, 5]
        assert [copy.kept == 1 for copy in found] == [True, False, False, True]
        assert found[2].added < 0.05
        assert found[2].kept == pytest.approx(0.66, abs=0.1)
        pieces = changes(db, found[1], found[0])
        assert "".join(piece.text for piece in pieces if piece.op != "added") == TEXT
        assert copies(db, 3) == ()
        assert copies(db, 99) is None
    assert kept.rows("SELECT article, copies, sources FROM clusters") == [(1, 4, 1)]


def test_texts_that_drift_apart_step_by_step_are_not_one_cluster(kept):
    """Each shares three quarters with the one before it, so that the last has nothing of the first."""
    words = " ".join(told(part, 60) for part in range(12)).split(" ")
    for number in range(8):
        ran(kept, number + 1, " ".join(words[number * 60 : number * 60 + 240]))
    members: dict[int, list[int]] = {}
    for number, cluster in enumerate(clusters(kept), 1):
        members.setdefault(cluster or number, []).append(number)
    for first, rest in members.items():
        assert all(number - first <= 1 for number in rest), members


def test_a_text_that_is_rewritten_leaves_its_cluster_and_may_come_to_another(kept):
    ran(kept, 1, TEXT)
    ran(kept, 2, edited(TEXT))
    ran(kept, 3, told("another"))
    kept.put(article("https://paper2.example/story", edited(told("another")), title="Title 2"))
    assert clusters(kept) == [None, 3, 3] or clusters(kept) == [None, 2, 2]


def test_a_small_correction_keeps_a_text_in_its_cluster(kept):
    ran(kept, 1, TEXT)
    ran(kept, 2, edited(TEXT))
    for number in (1, 2):
        said = article(f"https://paper{number}.example/story", edited(TEXT, 0.03, number + 7), title=f"Title {number}")
        assert kept.put(said).change is Change.REVISED
    assert clusters(kept) == [1, 1]


def test_where_the_first_is_rewritten_those_that_ran_its_text_stay_together(kept):
    for number in (1, 2, 3):
        ran(kept, number, edited(TEXT, 0.03, number))
    assert clusters(kept) == [1, 1, 1]
    kept.put(article("https://paper1.example/story", told("anew", 300), title="Title 1"))
    assert clusters(kept) == [None, 2, 2]
    ran(kept, 4, edited(told("anew", 300)))
    assert clusters(kept) == [1, 2, 2, 1]


def test_a_text_is_looked_up_by_what_it_says_now(kept):
    ran(kept, 1, TEXT)
    marks = kept.value("SELECT count(*) FROM shingles")
    kept.put(article("https://paper1.example/story", told("anew"), title="Title 1"))
    assert kept.value("SELECT count(*) FROM shingles") == marks
    ran(kept, 2, edited(TEXT))
    ran(kept, 3, edited(told("anew")))
    assert clusters(kept) == [1, None, 1]


def test_a_notice_on_all_pages_of_a_site_puts_none_of_them_together_and_fills_no_index(kept):
    notice = told("notice", 50)
    for number in range(1, 60):
        ran(kept, number, f"{told(number, 60)}\n\n{notice}")
    assert set(clusters(kept)) == {None}
    assert kept.value("SELECT max(n) FROM (SELECT count(*) AS n FROM shingles GROUP BY mark)") <= 16
    ran(kept, 60, f"{edited(told(7, 60))}\n\n{notice}")
    assert clusters(kept)[6] == clusters(kept)[59] == 7


def test_what_two_hundred_papers_ran_is_one_cluster(kept):
    for number in range(1, 201):
        ran(kept, number, edited(TEXT, 0.04, number))
    assert set(clusters(kept)) == {1}


def test_a_short_text_word_for_word_is_put_together_and_a_notice_is_not(kept):
    brief = "The road over the hill is closed until the end of the week because of the snow, said the council today."
    ran(kept, 1, brief)
    ran(kept, 2, brief)
    assert clusters(kept) == [1, 1]
    for number in (3, 4):
        ran(kept, number, "Subscribe to read on.")
    assert clusters(kept) == [1, 1, None, None]


def test_a_quotation_of_a_whole_brief_is_no_copy_of_it(kept):
    brief = told("brief", 60)
    ran(kept, 1, brief)
    ran(kept, 2, f"{told('long', 500)}\n\n{brief}")
    assert clusters(kept) == [None, None]


ODD = ("", " ", "\0", "a", "a " * 5_000, "x" * 100_000, "日" * 50_000, "\ud800" * 400, "ก" * 3_000, "१ " * 9_000)
ODD_TOO = ("A 1 " * 9_000, "\N{COMBINING ACUTE ACCENT}" * 9_000, "\u200b \u00ad" * 900, "1" * 9_000, ". " * 900)


@pytest.mark.parametrize("text", [*ODD, *ODD_TOO])
def test_no_text_is_too_odd_to_be_signed_and_compared_in_bounded_time(text):
    signature, other = sign(text), sign(TEXT)
    assert len(signature.marks) <= 16
    assert len(signature.hashes) <= LONGEST
    assert likeness(signature, other) == likeness(other, signature) == 0
    assert likeness(signature, signature) in {0, 1}


def test_a_texts_marks_are_the_same_in_every_process_and_however_it_is_set():
    plain = sign("The council’s “new bridge” – at last – café, Straße")
    other = sign('the COUNCIL\'s "new\u00a0bridge" -- at last -- cafe\N{COMBINING ACUTE ACCENT}, strasse')
    assert plain.marks == other.marks
    assert sign("one two three four").marks == [MARK]
