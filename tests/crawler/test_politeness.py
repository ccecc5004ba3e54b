from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Failure, Page, Stage
from config.models import Politeness
from crawler.answers import failure
from crawler.politeness import LONGEST_PAUSE, STRAIN, Pace, delay

END = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GOOD = Page("u", "u", 200, (), b"", END)


def failed(reason: str = "timeout", retry_at: datetime | None = None) -> Failure:
    return Failure("u", Stage.FETCH, reason, retry_at=retry_at)


def pause(pace: Pace) -> float:
    return (pace.next_at - END).total_seconds()


def test_a_host_that_was_never_asked_may_be_asked_at_once():
    assert Pace(5).wait(END) == 0


def test_the_pause_is_counted_from_the_end_of_the_last_fetch():
    pace = Pace(5).after(GOOD, END, random.Random(1))
    assert pace.next_at == END + timedelta(seconds=5)
    assert pace.wait(END + timedelta(seconds=2)) == 3
    assert pace.wait(END + timedelta(seconds=9)) == 0


@settings(deadline=None)  # of a busy machine
@given(st.integers(), st.floats(0, 600), st.floats(0, 1))
def test_jitter_only_lengthens(seed, seconds, jitter):
    got = pause(Pace(seconds, jitter).after(GOOD, END, random.Random(seed)))
    assert seconds - 1e-5 <= got <= seconds * (1 + jitter) + 1e-5


def test_jitter_varies():
    rng = random.Random(1)
    assert len({Pace(5, 0.2).after(GOOD, END, rng).next_at for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("configured", "asked", "kept"),
    [(5, None, 5), (5, 2, 5), (5, 30, 30), (5, 120, 120), (5, 86_400, 120), (300, 120, 300), (0, None, 0), (0, 0, 0)],
)
def test_the_longer_of_what_is_configured_and_asked_for_is_kept(configured, asked, kept):
    assert delay(Politeness(delay=configured), asked) == kept


@pytest.mark.parametrize("reason", sorted(STRAIN))
def test_errors_in_a_row_double_the_pause_up_to_an_hour(reason):
    pace, pauses = Pace(5), []
    for _ in range(40):
        pace = pace.after(failed(reason), END, random.Random(1))
        pauses.append(pause(pace))
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-1] == LONGEST_PAUSE
    assert pace.errors == 40


def test_a_configured_delay_beyond_an_hour_is_not_cut():
    assert pause(Pace(7200).after(failed(), END, random.Random(1))) == 7200


def test_errors_are_waited_after_even_without_a_configured_delay():
    assert pause(Pace(0).after(failed(), END, random.Random(1))) > 0
    assert pause(Pace(0).after(GOOD, END, random.Random(1))) == 0


@pytest.mark.parametrize("outcome", [GOOD, failed("not-found"), failed("forbidden"), failed("not-html")])
def test_an_answer_that_shows_the_host_well_ends_the_back_off(outcome):
    pace = Pace(5, errors=7).after(outcome, END, random.Random(1))
    assert (pace.errors, pause(pace)) == (0, 5)


def test_the_server_can_ask_for_more_time_and_not_for_less():
    late, early = END + timedelta(hours=3), END + timedelta(seconds=1)
    assert Pace(5).after(failed("rate-limited", late), END, random.Random(1)).next_at == late
    assert pause(Pace(5).after(failed("rate-limited", early), END, random.Random(1))) == 10


def test_a_days_wait_outlasts_a_restart():
    pace = Pace(5).after(failed("rate-limited", END + timedelta(days=1)), END, random.Random(1))
    again = Pace(5, next_at=pace.next_at, errors=pace.errors)
    assert again.wait(END + timedelta(hours=23)) == 3600


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)])
def test_a_clock_set_back_costs_no_more_than_an_hour(step):
    pace = Pace(5, 0.2).after(GOOD, END, random.Random(1))
    assert pace.wait(END - step) == 3600


def test_a_longer_pause_that_another_source_on_the_site_promised_is_kept():
    promised = Pace(600).after(GOOD, END, random.Random(1)).next_at
    assert Pace(5, next_at=promised).wait(END) == 600


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)])
def test_after_an_error_a_clock_set_back_costs_a_day_at_most(step):
    pace = Pace(5).after(failed("rate-limited", END + timedelta(hours=20)), END, random.Random(1))
    assert pace.wait(END - step) == min(step + timedelta(hours=20), timedelta(days=1)).total_seconds()


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=1), timedelta(days=365)])
def test_a_clock_set_forward_ends_a_pause_and_no_more(step):
    pace = Pace(5, errors=3).after(failed(), END, random.Random(1))
    assert pace.wait(END + step) == 0
    assert pace.after(failed(), END + step, random.Random(1)).errors == 5


def test_a_configured_delay_of_more_than_a_day_is_waited_for():
    pace = Pace(100_000).after(GOOD, END, random.Random(1))
    assert pace.wait(END) == 100_000
    assert pace.after(failed(), END, random.Random(1)).wait(END) == 100_000


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("86400", 86_400),
        ("86401", 86_400),
        ("99999999999999999999", 86_400),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
        ("Sunday, 01-Mar-26 12:02:00 GMT", 120),
        ("Sun Mar  1 12:02:00 2026", 120),
        ("Sun, 01 Mar 2027 12:02:00 GMT", 86_400),
        ("Sun, 01 Mar 2020 12:02:00 GMT", 10),
        ("0", 10),
        ("-5", 10),
        ("soon", 10),
        ("", 10),
    ],
)
def test_retry_after_is_read_in_both_forms_and_never_shortens_the_back_off(status, value, seconds):
    answer = failure("https://paper.test/a", status, {"retry-after": value}, END)
    assert pause(Pace(5).after(answer, END, random.Random(1))) == seconds


@pytest.mark.parametrize("reason", ["blocked", "forbidden"])
def test_whoever_names_a_moment_is_left_alone_until_then(reason):
    pace = Pace(5).after(failed(reason, END + timedelta(hours=2)), END, random.Random(1))
    assert pace.wait(END) == 7200


REASONS = ("not-found", "gone", "forbidden", "blocked", "not-html", "too-large", "robots", "bug", *sorted(STRAIN))


@settings(deadline=None)  # of a busy machine
@given(
    st.sampled_from(REASONS),
    st.builds(Pace, st.floats(0, 86_400), st.floats(0, 1), st.none(), st.integers(0, 1000)),
    st.integers(),
    st.none() | st.integers(-(10**7), 10**7),
)
def test_an_error_never_makes_the_next_request_come_sooner(reason, pace, seed, retry):
    retry_at = None if retry is None else END + timedelta(seconds=retry)
    after_error = pace.after(failed(reason, retry_at), END, random.Random(seed))
    after_page = pace.after(GOOD, END, random.Random(seed))
    assert after_error.next_at >= after_page.next_at
    assert after_error.wait(END) >= after_page.wait(END)
    assert after_error.next_at >= pace.after(failed(reason), END, random.Random(seed)).next_at


def test_a_check_for_robots_slows_us_down_with_its_retry_after_as_the_least():
    blocked = failed("blocked", END + timedelta(seconds=90))
    assert Pace(5).after(blocked, END, random.Random(1)).next_at == END + timedelta(seconds=90)
    assert pause(Pace(5, errors=3).after(failed("blocked"), END, random.Random(1))) == 80
