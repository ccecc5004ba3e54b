"""Whatever a pattern finds holds one of the pieces that are looked for first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.literals import required
from crawler.extract.patterns import notices

ALL = [*notices().blocked, *(cue for notice in notices().notices for cue in notice.cues)]
CUES = [cue.phrase for cue in ALL if required(cue.phrase)]


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue[:40])
def test_every_text_that_a_cue_finds_holds_one_of_its_pieces(cue):
    @settings(max_examples=60, deadline=None)
    @given(st.from_regex(re.compile(cue)))
    def holds(text):
        assert any(piece in text for piece in required(cue))

    holds()


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        (r"\bsubscribe (?:to|now)", ("subscribe ",)),
        (r"(?:read|see) (?:also|more)", ("also", "more")),
        (r"comments?|コメント", ("comment", "コメント")),
        (r"(?:not needed)?", ()),
        (r"ab|abcd", ()),
        (r"[abc]+", ()),
        (r"(?:three){0,2} or", (" or",)),
    ],
)
def test_the_longest_part_that_must_be_there_is_taken(pattern, pieces):
    assert required(pattern) == pieces
    re.compile(pattern)
