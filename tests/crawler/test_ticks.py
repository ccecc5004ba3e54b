from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.ticks import Every

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_comes_each_second_comes_a_second_later_and_not_once_for_each_that_was_missed():
    every = Every(SECOND)
    assert every.get_next_fire_time(None, NOON) == NOON + SECOND
    assert every.get_next_fire_time(NOON, NOON + SECOND / 4) == NOON + SECOND
    assert every.get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), NOON) == NOON + SECOND


def test_a_clock_that_was_set_back_makes_no_pause_longer():
    assert Every(SECOND).get_next_fire_time(NOON + timedelta(days=1), NOON) == NOON + SECOND
