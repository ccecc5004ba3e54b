from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.answers import LONGEST_WAIT, binary, failure, retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("60, 3600,120", 3600),
        ("86401", 86_400),
        ("9" * 5_000, 86_400),
        ("Sun, 01 Mar 2026 12:10:00 GMT", 600),
        ("Sun, 01 Mar 2026 13:10:00 +0100", 600),
        ("Sun, 01 Mar 2026 12:10:00 -0000", 600),
        ("Sunday, 01-Mar-26 12:10:00 GMT", 600),
        ("Sun Mar  1 12:10:00 2026", 600),
        ("Sat, 28 Feb 2026 12:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date_and_cut_to_a_day(value, wait):
    expected = None if wait is None else NOW + timedelta(seconds=wait)
    assert retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    "value", ["", "soon", "60,", "60, soon", "-5", "1.5", "1e3", "٣", "Sun, 32 Mar 2026 12:10:00 GMT", "\0"]
)
def test_a_retry_after_that_makes_no_sense_is_none(value):
    assert retry_after(value, NOW) is None


@given(st.text())
def test_no_retry_after_raises_or_leaves_the_day(value):
    at = retry_after(value, NOW)
    assert at is None or NOW <= at <= NOW + LONGEST_WAIT


def test_only_answers_that_are_pages_are_no_failure():
    none = {status for status in range(200, 1000) if failure("u", status, {}, NOW) is None}
    assert none == {*range(200, 300), 304} - {206}


def test_a_wait_is_only_taken_from_answers_that_may_ask_for_one():
    asked = {s for s in (400, 403, 404, 429, 500, 503) if failure("u", s, {"retry-after": "9"}, NOW).retry_at}
    assert asked == {429, 500, 503}


def test_pictures_are_told_from_pages_and_packed_sitemaps():
    assert binary(" Image/PNG; x")
    assert not any(map(binary, ["", "text/html", "application/gzip", "application/octet-stream", "application/xml"]))
