from __future__ import annotations

import pytest

from archive.ending import is_open

WHOLE = (
    "The council voted on Tuesday to rebuild the old bridge over the river, after three winters without it.",
    "Work begins in the spring and is to last for two years, the mayor said at a meeting in the town hall.",
)


@pytest.mark.parametrize(
    "last",
    [
        "Lorries have had to take the long way round by the northern villages, which the council",
        "It is not known who will pay for it. The mayor",
        "Nobody was asked,",
        "“It was a long winter, and",
        "Die Arbeiten dauern, wie die Bürgermeisterin sagte, noch bis zum",
        "市議会は火曜日、川にかかる古い橋を建て直すことを決めたが、その費用については",
        "وقال المتحدث باسم المجلس إن الجسر القديم سوف يعاد بناؤه في",
        "Who pays is not known…",
        "Who pays is not known ...",
        "Who pays is not known [...]",
        "Who pays is not known… [+1834 chars]",
        "Who pays is not known. Read more",
        "Who pays is Read more »",
        "Das ist nicht bekannt. Weiterlesen",
        "On ne le sait pas. Lire la suite →",
        "Nadie lo sabe. [Seguir leyendo]",
    ],
)
def test_a_text_that_ends_amid_a_sentence_or_says_that_it_goes_on_is_open(last):
    assert is_open([*WHOLE, last])


@pytest.mark.parametrize(
    "last",
    [
        "It will cost four million.",
        "“It was a long winter,” she said.",
        "Es war, sagte sie, „ein langer Winter.“",
        "橋は来年の春に再建される。",
        "橋は来年の春に再建される。（記者 山田太郎",
        "责任编辑：王明",
        "Was it worth it?",
        "DM",
        "By Ada Fields",
        "Photo: Ben Marsh",
        "– Ada Fields, with Ben Marsh",
        "Write to news@gazette.example",
        "More at www.gazette.example/bridge",
        "Information: 0123 4567890",
        "Go there to learn more.",
        "The ice had a little time left. ♦",
        "Tickets | Times | Way there",
        "",
    ],
)
def test_what_no_stop_ends_is_not_always_cut_off(last):
    assert not is_open([*WHOLE, last])


def test_verse_and_languages_without_stops_are_not_cut_off():
    assert not is_open([text.rstrip(".") for text in (*WHOLE, *WHOLE, "and nobody knows what it is for")])


def test_a_single_paragraph_is_judged_by_its_own_sentences():
    assert is_open(["It was a long winter. The council has not said who is to"])
    assert not is_open(["A bridge too far for the council"])


@pytest.mark.parametrize("paragraphs", [[], [""], [" "], ["…"], ["x"], ["-"], ["," * 5_000], ["a " * 50_000]])
def test_odd_texts_are_no_trouble(paragraphs):
    is_open(paragraphs)


def test_a_long_line_of_signs_takes_no_longer_than_its_end():
    is_open([*WHOLE, "… " * 200_000 + "x"])
