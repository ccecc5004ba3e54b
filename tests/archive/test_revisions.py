from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.noise import seen, told
from archive.revisions import Piece, diff

texts = st.lists(
    st.sampled_from(["The mayor resigned. ", "He left ", "at noon.\n\n", "東京で", "雨。", "“No!” ", "x"])
).map("".join)


@given(texts | st.text(max_size=40), texts | st.text(max_size=40))
def test_both_texts_can_be_put_together_from_the_pieces(old, new):
    pieces = diff(old, new)
    assert told("".join(piece.text for piece in pieces if piece.op != "added")) == told(old)
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == seen(new)
    assert all(piece.text for piece in pieces)
    assert all(one.op != other.op for one, other in pairwise(pieces))


def test_equal_texts_are_one_piece():
    assert diff("A. B.", "A. B.") == (Piece("same", "A. B."),)
    assert diff("", "") == ()


def test_within_a_reworded_sentence_only_the_words_are_marked():
    old = "The mayor said on Monday that 12 people were hurt. The police came."
    new = "The mayor said on Monday that 14 people were hurt. The police came."
    assert diff(old, new) == (
        Piece("same", "The mayor said on Monday that "),
        Piece("removed", "12"),
        Piece("added", "14"),
        Piece("same", " people were hurt. The police came."),
    )


def test_a_sentence_put_in_or_taken_out_is_one_piece():
    assert diff("One is here. Three is here.", "One is here. Two stands between. Three is here.") == (
        Piece("same", "One is here. "),
        Piece("added", "Two stands between. "),
        Piece("same", "Three is here."),
    )


def test_a_sentence_replaced_by_quite_another_is_not_cut_to_confetti():
    old, new = "The talks go on until Friday at least.", "Nobody was hurt, a spokeswoman told reporters."
    assert diff(old, new) == (Piece("removed", old), Piece("added", new))


def test_text_without_spaces_is_compared_by_character():
    assert diff("東京で大きな地震があった。", "大阪で大きな地震があった。") == (
        Piece("removed", "東京"),
        Piece("added", "大阪"),
        Piece("same", "で大きな地震があった。"),
    )


@pytest.mark.parametrize("unit", ["The same line.\n", "word ", "a. b, ", "x"])
def test_no_pair_of_texts_is_slow_to_compare(unit):
    old, new = unit * 20_000, unit * 10_000 + "Quite another. " + unit * 9_000
    started = time.process_time()
    diff(old, new)
    diff(old[: 2_000 * len(unit)], new[-2_000 * len(unit) :])
    assert time.process_time() - started < 10
