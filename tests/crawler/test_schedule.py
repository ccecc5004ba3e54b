import itertools
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

import pytest

from archive.models import Failure, Stage
from config.models import Schedule
from crawler.edits import SOONEST, Edits, Past
from crawler.rhythm import MOST, Rhythm
from crawler.schedule import look_again, next_look, parked, retry

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ADAPTIVE = Schedule()
HALF_HOURLY = Schedule(every=timedelta(minutes=30))
MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
EMPTY = Rhythm()


def watched(published, until, *, begin=MONDAY, rhythm=EMPTY, schedule=ADAPTIVE):
    """The rhythm after looking at its own times, and those times; ``published`` is sorted."""
    now, looks, seen = begin, [], 0
    while now < until:
        looks.append(now)
        upto = bisect_right(published, now)
        rhythm = Rhythm.parse(rhythm.observed(published[seen:upto], now).text())
        seen, now = upto, next_look(schedule, now, rhythm=rhythm)
    return rhythm, looks


def each(pause, begin, end):
    return [begin + number * pause for number in range((end - begin) // pause)]


# --- a listing's rhythm ---


def test_what_publishes_more_is_looked_at_more_often_within_the_bounds():
    pauses, end = [], MONDAY + 7 * DAY
    for gap in (MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 2 * DAY, 25 * DAY):
        _, looks = watched(each(gap, MONDAY - 28 * DAY, end), end)
        pauses.append((looks[-1] - looks[0]) / (len(looks) - 1))
    assert min(pauses) < ADAPTIVE.fastest * 1.02
    assert max(pauses) == ADAPTIVE.slowest
    assert all(shorter < longer for shorter, longer in itertools.pairwise(pauses))


def test_a_nightly_publisher_is_looked_at_soon_after_its_hour_and_seldom_by_day():
    nights = [MONDAY + day * DAY + 3 * HOUR + n * MINUTE for day in range(28) for n in range(20)]
    _, looks = watched(nights, MONDAY + 28 * DAY)
    last_week = [look for look in looks if look > MONDAY + 21 * DAY]
    in_its_hour = [look for look in last_week if look.hour == 3]
    at_noon = [look for look in last_week if 10 <= look.hour < 16]
    assert len(in_its_hour) > len(at_noon)
    waits = [min(look for look in last_week if look >= at) - at for at in nights if at > MONDAY + 22 * DAY]
    assert sorted(waits)[len(waits) // 2] < 15 * MINUTE


def test_the_weekday_of_a_weekly_publisher_is_learned():
    thursdays = [MONDAY + (7 * week + 3) * DAY + 10 * HOUR + n * MINUTE for week in range(8) for n in range(12)]
    _, looks = watched(thursdays, MONDAY + 56 * DAY)
    by_day = [sum(look.weekday() == day for look in looks if look > MONDAY + 28 * DAY) for day in range(7)]
    assert by_day[3] > 2 * max(by_day[:3] + by_day[4:])


def test_a_feed_that_dies_drifts_to_the_slowest_pause_within_weeks():
    _, looks = watched(each(20 * MINUTE, MONDAY - 20 * DAY, MONDAY + DAY), MONDAY + 60 * DAY)
    assert looks[-1] - looks[-2] == ADAPTIVE.slowest
    assert sum(look > MONDAY + 30 * DAY for look in looks) < 60


def test_a_feed_whose_dates_say_that_it_died_long_ago_is_looked_at_seldom_from_the_start():
    rhythm = EMPTY.observed([MONDAY - 400 * DAY, MONDAY - 500 * DAY], MONDAY)
    assert next_look(ADAPTIVE, MONDAY, rhythm=rhythm) == MONDAY + ADAPTIVE.slowest


def test_a_feed_that_comes_alive_is_noticed_within_a_day_and_followed_from_then_on():
    silent, looks = watched([], MONDAY + 60 * DAY)
    begin = looks[-1] + DAY
    alive = each(15 * MINUTE, looks[-1] + HOUR, begin + 2 * DAY)
    _, looks = watched(alive, begin + 2 * DAY, begin=begin, rhythm=silent)
    assert sum(look < begin + DAY for look in looks) > 24


def test_a_burst_makes_the_next_looks_come_sooner_for_some_hours():
    calm, looks = watched(each(8 * HOUR, MONDAY - 28 * DAY, MONDAY + 14 * DAY), MONDAY + 14 * DAY)
    now = looks[-1] + HOUR
    usual = next_look(ADAPTIVE, now, rhythm=calm.observed([], now)) - now
    burst = calm.observed([now - n * MINUTE for n in range(10)], now)
    assert next_look(ADAPTIVE, now, rhythm=burst) - now < usual / 2
    later = now + 12 * HOUR
    assert next_look(ADAPTIVE, later, rhythm=burst.observed([], later)) - later > usual / 2


def test_undated_links_count_as_come_since_the_last_look():
    dated = EMPTY.observed([], MONDAY).observed([MONDAY + 30 * MINUTE] * 5, MONDAY + HOUR)
    for dates in (
        [None] * 5,
        [MONDAY + 40 * DAY] * 5,
        [MONDAY - 10 * HOUR] * 5,
        [datetime.max.replace(tzinfo=UTC)] * 5,
    ):
        assert EMPTY.observed([], MONDAY).observed(dates, MONDAY + HOUR) == dated


def test_an_archive_that_is_opened_and_endless_new_addresses_do_not_skew_it():
    before = EMPTY.observed([], MONDAY)
    now = MONDAY + HOUR
    assert before.observed([MONDAY - n * DAY for n in range(3, 5000)], now) == before.observed([], now)
    assert before.observed([None] * 100_000, now).count < MOST + 2
    assert before.observed([datetime.min.replace(tzinfo=UTC)], now) == before.observed([], now)


@pytest.mark.parametrize("step", [-400 * DAY, -DAY, -HOUR, HOUR, DAY, 400 * DAY, 7000 * 365 * DAY])
def test_a_clock_that_jumps_and_comes_back_neither_raises_nor_is_forgotten_for_long(step):
    rhythm, looks = watched(each(20 * MINUTE, MONDAY - 28 * DAY, MONDAY + 7 * DAY), MONDAY + 7 * DAY)
    now = looks[-1]
    jumped = rhythm.observed([now + step], now + step)
    assert now + step < next_look(ADAPTIVE, now + step, rhythm=jumped) <= now + step + DAY
    back = now + HOUR
    recovered = jumped.observed([back - n * 20 * MINUTE for n in range(3)], back)
    assert back < next_look(ADAPTIVE, back, rhythm=recovered) <= back + 6 * HOUR
    assert recovered.at == back.timestamp()


def test_the_text_gives_the_rhythm_back_and_is_short():
    rhythm, _ = watched(each(7 * MINUTE, MONDAY - 20 * DAY, MONDAY + DAY), MONDAY + DAY)
    text = rhythm.text()
    assert Rhythm.parse(text).text() == text
    assert len(text) < 400


@pytest.mark.parametrize(
    "text", ["", "1", "x", "2 1 2 3", "1 " + "nan " * 36, "1 " + " ".join(["-1"] * 36), "1 " + " ".join(["1e300"] * 36)]
)
def test_damaged_text_is_a_rhythm_or_edits_of_which_nothing_was_seen(text):
    assert Rhythm.parse(text) == Rhythm()
    assert Edits.parse(text) == Edits()


def test_any_numbers_that_the_text_may_hold_give_a_pause_within_the_bounds():
    for number in ("0", "1e-300", "1e11"):
        rhythm = Rhythm.parse("1 " + " ".join([number] * 36))
        assert ADAPTIVE.fastest <= rhythm.pause(MONDAY, ADAPTIVE.fastest, ADAPTIVE.slowest) <= ADAPTIVE.slowest
        assert Rhythm.parse(rhythm.observed([MONDAY], MONDAY + HOUR).text()).at == (MONDAY + HOUR).timestamp()


# --- what others ask for ---


def test_a_fixed_pause_and_a_cron_expression_go_before_the_rhythm():
    busy, _ = watched(each(MINUTE, MONDAY - DAY, MONDAY + HOUR), MONDAY + HOUR)
    assert next_look(HALF_HOURLY, MONDAY, rhythm=busy) == MONDAY + 30 * MINUTE
    assert next_look(Schedule(cron="15 6 * * *"), MONDAY, rhythm=busy) == MONDAY + 6 * HOUR + 15 * MINUTE


@pytest.mark.parametrize("key", ["ttl", "fresh_for"])
def test_what_the_feed_or_its_headers_ask_for_lengthens_the_pause_to_a_day_and_never_shortens_it(key):
    assert next_look(HALF_HOURLY, MONDAY, **{key: 2 * HOUR}) == MONDAY + 2 * HOUR
    assert next_look(HALF_HOURLY, MONDAY, **{key: 365 * DAY}) == MONDAY + DAY
    for little in (MINUTE, timedelta(), -DAY):
        assert next_look(HALF_HOURLY, MONDAY, **{key: little}) == MONDAY + 30 * MINUTE
    assert next_look(Schedule(every=2 * DAY), MONDAY, **{key: 3 * DAY}) == MONDAY + 2 * DAY


def test_retry_after_is_kept_up_to_a_day_and_never_hastens():
    assert next_look(HALF_HOURLY, MONDAY, failures=1, not_before=MONDAY + 5 * HOUR) == MONDAY + 5 * HOUR
    assert next_look(HALF_HOURLY, MONDAY, failures=1, not_before=MONDAY + 5 * DAY) == MONDAY + DAY
    assert next_look(HALF_HOURLY, MONDAY, failures=1, not_before=MONDAY - DAY) == MONDAY + HOUR


# --- what fails ---


def test_failures_double_the_pause_up_to_a_day_and_never_make_it_shorter():
    busy, _ = watched(each(MINUTE, MONDAY - DAY, MONDAY + HOUR), MONDAY + HOUR)
    for schedule in (ADAPTIVE, HALF_HOURLY, Schedule(every=2 * DAY), Schedule(cron="0 6 * * *")):
        dues = [next_look(schedule, MONDAY, rhythm=busy, failures=failures) for failures in range(100)]
        assert dues == sorted(dues)
        assert max(dues) == max(dues[0], MONDAY + DAY)
    assert next_look(HALF_HOURLY, MONDAY, failures=2) == MONDAY + 2 * HOUR


def test_what_failed_often_and_for_days_is_parked_and_looked_at_once_a_week():
    assert not parked(1000, MONDAY, MONDAY + 2 * DAY)
    assert not parked(7, MONDAY, MONDAY + 90 * DAY)
    assert not parked(1000, None, MONDAY)
    assert parked(8, MONDAY, MONDAY + 3 * DAY)
    now = MONDAY + 3 * DAY
    assert next_look(HALF_HOURLY, now, failures=8, failing_since=MONDAY) == now + WEEK
    assert next_look(Schedule(every=2 * WEEK), now, failures=8, failing_since=MONDAY) == now + 2 * WEEK
    assert next_look(HALF_HOURLY, now, failures=0, failing_since=None) == now + 30 * MINUTE


def test_a_failed_link_is_not_tried_again_before_a_stored_one_would_be_looked_at():
    soonest = look_again(MONDAY, MONDAY, MONDAY, days=30, changes=100)
    for reason in ("timeout", "server-error", "rate-limited"):
        assert retry(Failure("https://a.example/", Stage.FETCH, reason), 0, MONDAY) >= soonest


def test_retries_wait_longer_each_time_keep_the_servers_word_and_end():
    failure = Failure("https://a.example/", Stage.FETCH, "server-error", retry_at=MONDAY + 2 * HOUR)
    times = [retry(failure, tries, MONDAY) for tries in range(7)]
    assert times == [MONDAY + 2 * HOUR, MONDAY + 2 * HOUR, *(MONDAY + n * 40 * MINUTE for n in (4, 16, 36, 36)), None]
    assert retry(Failure("https://a.example/", Stage.FETCH, "gone"), 0, MONDAY) is None


def test_what_is_not_there_is_tried_three_times_more_within_hours():
    failure = Failure("https://a.example/", Stage.FETCH, "not-found")
    times = [retry(failure, tries, MONDAY) for tries in range(4)]
    assert times == [*(MONDAY + n * 10 * MINUTE for n in (1, 4, 16)), None]


# --- articles ---


def revisits(changes=()):
    now, changed, looks, found = MONDAY, MONDAY, [], 0
    while due := look_again(MONDAY, changed, now, days=30, changes=found):
        looks.append(due)
        if any(now < change <= due for change in changes):
            changed, found = due, found + 1
        now = due
    return looks


def test_an_article_is_looked_at_less_and_less_and_the_last_time_when_the_days_are_over():
    looks = revisits()
    pauses = [later - sooner for sooner, later in itertools.pairwise(looks)]
    assert SOONEST <= looks[0] - MONDAY < 20 * MINUTE
    assert pauses[:-1] == sorted(pauses[:-1])
    assert looks[-1] == MONDAY + 30 * DAY
    assert look_again(MONDAY, MONDAY, MONDAY, days=0) is None


def test_an_article_that_changes_is_looked_at_more_until_it_is_calm():
    live = each(20 * MINUTE, MONDAY, MONDAY + 6 * HOUR)
    plain, changing = revisits(), revisits(changes=live)
    assert sum(look < MONDAY + 6 * HOUR for look in changing) > 20
    assert sum(look < MONDAY + 6 * HOUR for look in changing) > sum(look < MONDAY + 6 * HOUR for look in plain)
    assert sum(look > MONDAY + 7 * DAY for look in changing) < 40


def test_a_source_that_never_edits_is_left_alone_and_one_that_does_is_followed():
    never = always = Edits()
    for _ in range(300):
        past = Past(MONDAY, MONDAY)
        never = Edits.parse(never.observed(past, MONDAY + HOUR, MONDAY + 3 * HOUR, changed=False).text())
        always = Edits.parse(always.observed(past, MONDAY + HOUR, MONDAY + 3 * HOUR, changed=True).text())
    past, now = Past(MONDAY, MONDAY), MONDAY + 90 * MINUTE
    assert never.pause(past, now) > 2 * Edits().pause(past, now)
    assert always.pause(past, now) == SOONEST


def test_dates_in_the_future_or_the_far_past_and_clock_steps_do_not_break_it():
    far, old = datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
    assert MONDAY < look_again(far, far, MONDAY, days=30) <= MONDAY + DAY
    assert look_again(old, old, MONDAY, days=30) is None
    assert look_again(old, MONDAY, MONDAY, days=36_500) is None
    assert MONDAY < look_again(MONDAY, far, MONDAY, days=30, changes=10**9) <= MONDAY + 30 * DAY
    assert Edits().observed(Past(MONDAY, MONDAY), MONDAY + DAY, MONDAY, changed=True) == Edits()
    assert Edits().observed(Past(far, far), MONDAY, MONDAY + DAY, changed=True) == Edits()
