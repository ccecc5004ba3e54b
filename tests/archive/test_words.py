from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.dedupe import content_hash, mark
from archive.models import Precision, Stamp
from archive.times import iso, iso_ms, stamp, when
from archive.words import count, sentences, words

TOKYO = timezone(timedelta(hours=9))


@given(st.text())
def test_cutting_loses_nothing(text):
    assert "".join(sentences(text)) == text
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("– …!", 0),
        ("It's 3.5 per cent", 4),
        ("東京で雨", 4),
        ("Die Straßen-bahn", 2),
        ("서울은 비", 2),
        ("ไทย", 1),
        ("हिन्दी में ख़बर।", 3),
        ("كَتَبَ الوَلَدُ", 2),
    ],
)
def test_words_are_counted_in_any_script(text, number):
    assert count(text) == number


def test_sentences_end_with_their_quotes_and_white_space():
    assert sentences("He said “No.” Then 3.5 left!\n\nNext。次「はい。」終") == [
        *("He said “No.” ", "Then 3.5 left!\n\n", "Next。", "次「はい。」", "終")
    ]
    assert sentences("पुल बना। वह खुला। هل جاء؟ نعم.") == ["पुल बना। ", "वह खुला। ", "هل جاء؟ ", "نعم."]


@pytest.mark.parametrize("text", ["." * 50_000, "a." * 50_000, "…" * 50_000 + "x", "\n" * 50_000, "!” " * 30_000])
def test_no_text_is_slow_to_cut(text):
    started = time.process_time()
    sentences(text)
    words(text)
    assert time.process_time() - started < 5


def test_white_space_and_unicode_form_make_no_other_text():
    assert content_hash("Caf\u00e9  noir\n\nx") == content_hash("Cafe\u0301 noir x ")
    assert content_hash("a") != content_hash("A")


def test_boilerplate_is_alike_up_to_case_digits_and_white_space():
    assert mark("1,234 Comments") == mark("3  comments ") != mark("comment")
    assert mark("***") != mark("42") != mark("43")


def test_any_text_has_a_hash():
    assert content_hash("\ud800") != content_hash("")
    assert -(1 << 63) <= mark("\ud800") < 1 << 63


@pytest.mark.parametrize(
    ("precision", "text"),
    [
        (Precision.SECOND, "2026-11-23T23:30:15Z"),
        (Precision.MINUTE, "2026-11-23T23:30Z"),
        (Precision.DAY, "2026-11-24"),
        (Precision.MONTH, "2026-11"),
        (Precision.YEAR, "2026"),
    ],
)
def test_a_stamp_is_cut_to_what_is_known_and_a_day_stays_the_publishers(precision, text):
    assert stamp(Stamp(datetime(2026, 11, 24, 8, 30, 15, tzinfo=TOKYO), precision, "test")) == text
    assert text.startswith(when(text).isoformat()[: len(text.rstrip("Z"))])


def test_times_come_back_as_they_were_to_the_second_or_millisecond():
    at = datetime(2026, 11, 24, 12, 0, 1, 234567, tzinfo=UTC)
    assert (iso(at), when(iso(at))) == ("2026-11-24T12:00:01Z", at.replace(microsecond=0))
    assert (iso_ms(at), when(iso_ms(at))) == ("2026-11-24T12:00:01.234Z", at.replace(microsecond=234000))
    assert iso(datetime.min.replace(tzinfo=TOKYO)) == "0001-01-01T00:00:00Z"


def test_a_time_without_a_zone_is_a_bug():
    with pytest.raises(ValueError, match="no timezone"):
        iso(datetime(2026, 1, 1))  # noqa: DTZ001  # on purpose
