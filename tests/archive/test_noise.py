from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.noise import names, told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("He said “No”.", 'He said "No".'),
        ("« Non », dit-il", '"Non", dit-il'),
        ("Er sagte »Nein« und ging", 'Er sagte "Nein" und ging'),
        ("„Ja“", "“Ja”"),
        ("It’s", "It's"),
        ("Re\u00adgie\u00adrung", "Regierung"),
        ("a\u200bb\u2060c\ufeff", "abc"),
        ("\u200fשלום", "שלום"),
        ("Café", "Cafe\u0301"),
        ("10\u00a0000\u202feuros !", "10 000 euros!"),
        ("1914–1918 — and", "1914-1918 - and"),
        ("wait … what", "wait ... what"),
        ("ﬁne ２０２６年、ｶﾞｽ", "fine 2026年、ガス"),
        ("東京で\n雨", "東京で雨"),
        ("كتاب ي", "کتاب ی"),
        ("ســلام", "سلام"),
        ("Tom &amp; Jerry&#39;s", "Tom & Jerry's"),
        ("one  two\r\n\tthree ", "one two three"),
        ("☂\ufe0f", "☂"),
    ],
)
def test_two_spellings_say_the_same(one, other):
    assert told(one) == told(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10²", "102"),
        ("-5", "5"),
        ("resign", "re sign"),
        ("us", "US"),
        ("It is.", "It is?"),
        ("cafe", "café"),
        ("5 %", "5 ‰"),
        ("1.5", "15"),
        ("$5", "€5"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        ),
        ("علم", "علم؟"),
    ],
)
def test_what_says_something_else_is_no_noise(one, other):
    assert told(one) != told(other)


@given(st.text())
def test_what_is_told_is_told_the_same_again(text):
    once = told(text.replace("&", ""))
    assert told(once) == once


def test_a_byline_is_the_same_in_any_order_and_case():
    assert names("Ada Fields, Bo Lund") == names("BO LUND,  Ada\u00a0Fields")
    assert names("Ada Fields") != names("Ada Fields, Bo Lund")
    assert names("") == frozenset()


@pytest.mark.parametrize("unit", [" ", " \n", "« ", " »", "-", ". ", "&amp;", "東 ", "\u00ad", "é ", " !"])
def test_no_text_is_slow_to_tell(unit):
    started = time.process_time()
    told(unit * (500_000 // len(unit)))
    assert time.process_time() - started < 5
