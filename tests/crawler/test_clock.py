"""Time that is played passes, for this process alone, and no clock counts as set."""

from datetime import UTC, datetime, timedelta

import pytest

from archive.store import Archive
from crawler import clock
from crawler.crawl import follow_clock

THEN = datetime(2001, 2, 3, 4, 5, tzinfo=UTC)
SOON = timedelta(minutes=1)


def test_a_time_that_is_played_is_the_time_of_day_and_goes_on():
    with clock.played() as move:
        move(THEN)
        first = clock.now()
        assert THEN <= first < THEN + SOON
        assert THEN <= clock.wall() < THEN + SOON
        assert clock.now() >= first
        move(THEN + timedelta(days=3))
        assert THEN + timedelta(days=3) <= clock.now() < THEN + timedelta(days=3) + SOON


def test_it_ends_with_what_is_played_also_by_an_error():
    def play():
        with clock.played() as move:
            move(THEN)
            raise KeyError

    with pytest.raises(KeyError):
        play()
    assert abs(clock.now() - datetime.now(UTC)) < SOON


def test_it_is_time_that_passed_and_no_clock_that_was_set(tmp_path, caplog):
    clock.jump()
    began = clock.began()
    with Archive(tmp_path / "archive.db") as archive, clock.played() as move:
        for number in range(3):
            move(THEN + number * timedelta(days=10))
            before = clock.elapsed()
            assert clock.jump() == timedelta()
            follow_clock(archive)
            archive.start_run("demo", clock.now(), clock.began())
            assert clock.elapsed() - before < SOON.total_seconds()
            assert abs(clock.began() - began) < SOON
    assert not caplog.records
