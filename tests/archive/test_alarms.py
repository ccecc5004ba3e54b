"""Each kind of alarm by its figures alone: what is one, and what is none."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from archive.alarms import blocked, chance, drift, flood, silence, stale
from archive.alarms.day import Day
from archive.alarms.finding import Alarm, Ending, Kind
from archive.alarms.holidays import is_holiday
from archive.alarms.silence import Past
from archive.alarms.stale import Listing
from archive.pauses import Known, lull

TODAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def usual(back, new=10, words=400, **fields):
    """A day ``back`` days ago, with articles alike but for some spread."""
    log = math.log1p(words) + 0.1 * math.sin(back)
    fields = {"signed": new, "dated": new, "by_rule": new, "log_dropped": -1.5 * new} | fields
    squares = {"log_words_squared": new * (log**2 + 0.3), "log_dropped_squared": new * (1.5**2 + 0.1)}
    return Day("s", TODAY - timedelta(days=back), new=new, log_words=new * log, **squares | fields)


def history(*recent, days=30):
    return [*recent, *(usual(back) for back in range(len(recent), days))]


def alarm(found, *, noticed=NOON):
    return Alarm(1, "s", found.kind, found.began, noticed, found.evidence)


def test_days_that_are_alike_are_no_drift():
    assert drift.find(history(), NOON) is None


@pytest.mark.parametrize(
    ("fields", "figure"),
    [
        ({"words": 50}, "length"),
        ({"words": 3000}, "length"),
        ({"signed": 0}, "signed"),
        ({"dated": 0}, "dated"),
        ({"by_rule": 0}, "by_rule"),
        ({"foreign_language": 10}, "foreign_language"),
        ({"log_dropped": -4.0}, "boilerplate"),
        ({"unread": 40}, "unread"),
    ],
)
def test_a_day_unlike_the_others_is_a_drift_and_says_of_what(fields, figure):
    found = drift.find(history(usual(0, **fields)), NOON)
    assert found.evidence["figures"][0]["figure"] == figure
    assert found.began.date() == TODAY


def test_a_single_long_read_is_no_drift_and_a_few_teasers_are():
    assert drift.find(history(usual(0, new=1, words=9000)), NOON) is None
    assert drift.find(history(usual(0, new=4, words=30)), NOON).evidence["articles"] == 4


def test_a_few_articles_tell_a_great_change_of_length_and_many_one_that_a_new_section_may_make():
    assert drift.find(history(usual(0, new=5, words=90)), NOON).evidence["figures"][0]["figure"] == "length"
    assert drift.find(history(usual(0, new=5, words=220)), NOON) is None
    assert drift.find(history(usual(0, new=90, words=215)), NOON) is None


def test_without_three_weeks_of_articles_nothing_is_unlike_them():
    assert drift.find(history(usual(0, signed=0), days=10), NOON) is None
    assert drift.find(history(usual(0, signed=0), days=20), NOON)


def test_agency_copy_without_bylines_on_sundays_is_no_drift():
    days = [usual(back, signed=1 if (TODAY - timedelta(days=back)).weekday() == 6 else 10) for back in range(35)]
    sunday = days[next(back for back, day in enumerate(days) if day.day.weekday() == 6) :]
    assert drift.find(sunday, NOON) is None


def test_a_drift_is_over_when_articles_are_as_they_were_and_usual_after_four_weeks():
    begun = alarm(drift.find(history(usual(0, words=50)), NOON))
    later = [Day("s", TODAY + timedelta(days=1), new=4, log_words=4 * math.log1p(50))]
    assert drift.ended(begun, later, NOON + timedelta(days=1)) is None
    back = [Day("s", TODAY + timedelta(days=2), new=9, log_words=9 * math.log1p(380))]
    assert drift.ended(begun, back + later, NOON + timedelta(days=2)) is Ending.OVER
    assert drift.ended(begun, later, NOON + timedelta(days=29)) is Ending.USUAL


def hour(at):
    return silence.hour_of(at)


def office(last, weeks=8):
    """On workdays, each hour from 8 to 17, up to a moment."""
    hours = range(hour(last) - weeks * 168, hour(last) + 1)
    came = [h for h in hours if 8 <= h % 24 <= 17 and (h // 24 + 3) % 7 < 5]
    return Past(came, set(range(came[0] // 24, came[-1] // 24 + 15)))


def silent(past, at):
    return silence.find(silence.habit(past), past, at, 1)


def test_a_night_and_a_weekend_are_no_silence_and_a_workday_is():
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    past = office(friday)
    assert silent(past, friday + timedelta(hours=12)) is None
    assert silent(past, datetime(2026, 11, 23, 8, tzinfo=UTC)) is None
    found = silent(past, datetime(2026, 11, 23, 16, tzinfo=UTC))
    assert found.kind is Kind.SILENCE
    assert found.began == friday


def test_a_day_that_stops_after_its_first_hours_is_no_silence_before_a_night_would_be_over():
    came = [h for h in range(hour(NOON) - 1000, hour(NOON)) if 8 <= h % 24 <= 17 and h < hour(NOON) - 2]
    past = Past(came, set(range(came[0] // 24, came[-1] // 24 + 3)))
    assert silent(past, NOON + timedelta(hours=8)) is None
    assert silent(past, NOON + timedelta(hours=20))


def test_a_nightly_paper_is_missed_the_morning_after():
    nights = [NOON.replace(hour=3) - timedelta(days=back) for back in range(50, 0, -1)]
    past = Past([hour(night) for night in nights], set(range(hour(nights[0]) // 24, hour(NOON) // 24 + 1)))
    assert silent(past, NOON.replace(hour=5)) is None
    assert silent(past, NOON)


def test_hours_in_which_nobody_looked_and_holidays_do_not_count():
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    past, monday = office(friday), datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert silent(past, monday)
    assert silent(past.without(range(hour(monday) - 20, hour(monday))), monday) is None


def test_a_source_that_is_new_or_publishes_when_it_likes_is_not_silent_soon():
    young = office(datetime(2026, 11, 20, 17, tzinfo=UTC), weeks=2)
    assert silence.habit(young) is None
    gaps = [3, 40, 5, 100, 7, 60, 2, 150, 30, 9, 80, 4, 12, 200, 6, 50, 90, 3, 20]
    came = [hour(NOON) - sum(gaps[index:]) for index in range(len(gaps) + 1)]
    erratic = Past(came, set(range(came[0] // 24, came[-1] // 24 + 40)))
    assert silent(erratic, NOON + timedelta(days=9)) is None


def at_random(seed, every, weeks=8, heavy=0.0):
    """Once in so many hours, by chance; ``heavy``: how much more the pauses vary, as logarithms."""
    chance = random.Random(seed)
    came, at = [], hour(NOON) - weeks * 168.0
    while at < hour(NOON):
        came.append(int(at))
        at += chance.lognormvariate(math.log(every), heavy) if heavy else chance.expovariate(1 / every)
    came = sorted(set(came))
    return Past(came, set(range(came[0] // 24, came[-1] // 24 + 200)))


def too_long(past):
    """After how many hours without anything it is a silence."""
    last = datetime.fromtimestamp(past.came[-1] * 3600, UTC)
    return next(hours for hours in range(2, 4000) if silent(past, last + timedelta(hours=hours)))


def test_who_publishes_at_random_is_waited_for_ten_times_as_long_as_usual_and_who_pauses_long_for_longer():
    waits = [too_long(at_random(seed, 8)) / 8 for seed in range(12)]
    assert all(6 <= wait <= 30 for wait in waits)
    heavier = [too_long(at_random(seed, 8, heavy=1.4)) / 8 for seed in range(12)]
    assert sorted(heavier)[6] > 2 * sorted(waits)[6]


def test_the_fewer_pauses_are_known_the_longer_one_is_waited_for():
    short = sorted(too_long(at_random(seed, 20, weeks=4)) for seed in range(12))[6]
    assert short > sorted(too_long(at_random(seed, 20)) for seed in range(12))[6]


def test_weeks_before_a_source_began_to_publish_are_none_of_its_pauses():
    past = office(datetime(2026, 11, 20, 17, tzinfo=UTC), weeks=3)
    long_watched = replace(past, watched=set(range(past.came[0] // 24 - 30, past.came[-1] // 24 + 15)))
    monday = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert silent(long_watched, monday)
    assert silence.habit(long_watched).chances == silence.habit(past).chances
    just_begun = replace(long_watched, came=[at for at in past.came if at > past.came[-1] - 5 * 24])
    assert silence.habit(just_begun) is None


def known(share=1.0, weeks=5, per_hour=3):
    """Another source with so many articles an hour, of which a share came on the last day."""
    now = hour(NOON)
    hours = dict.fromkeys(range(now - weeks * 168, now), per_hour)
    hours |= {at: round(per_hour * share) for at in range(now - 24, now)}
    return Known(hours, set(range((now - weeks * 168) // 24, now // 24 + 1)))


def test_a_day_on_which_many_others_bring_half_is_a_holiday_and_one_on_which_few_do_is_none():
    now = hour(NOON)
    kept_by = [known(0.34), known(0.34), known(0), known(), known()]
    assert lull(kept_by, now - 30, now) == set(range(now - 23, now))
    assert lull([known(0.34), known(), known(), known(), known()], now - 30, now) == set()
    assert lull(kept_by[:3], now - 30, now) == set()


def test_others_that_nobody_looked_at_or_that_are_small_tell_of_no_holiday():
    now = hour(NOON)
    unwatched = replace(known(0), watched=set(range(now // 24 - 30, now // 24 - 1)))
    assert lull([unwatched] * 6, now - 20, now) == set()
    assert lull([replace(known(0), hours={now - 30: 1})] * 6, now - 20, now) == set()


def test_a_weekly_is_judged_by_its_first_four_issues():
    issues = [usual(7 * week, new=12) for week in range(1, 5)]
    assert drift.find([usual(0, new=12, signed=0), *issues], NOON).evidence["figures"][0]["figure"] == "signed"
    assert drift.find([usual(0, new=12, words=260), *issues], NOON) is None
    assert flooded(200, issues)
    assert flooded(60, issues) is None
    came = [hour(NOON) - 168 * week for week in range(4)]
    past = Past(sorted({at + each for at in came for each in (0, 1)}), set(range(came[-1] // 24, came[0] // 24 + 40)))
    assert silent(past, NOON + timedelta(days=9)) is None
    assert silent(past, NOON + timedelta(days=16))


def test_what_came_while_nobody_looked_makes_no_pause_of_the_publishers():
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    past = office(friday)
    away = range(hour(friday) - 9 * 24 - 3, hour(friday) - 4 * 24)
    came = [h for h in past.came if h not in away] + [away.stop]
    looked = [h for h in range(came[0], hour(friday) + 200) if h not in away]
    usual = silence.habit(Past(sorted(set(came)), past.watched, looked))
    assert usual.longest_hours == silence.habit(past).longest_hours
    assert usual.most == pytest.approx(silence.habit(past).most, rel=0.2)


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 12, 25), True),
        (date(2027, 1, 1), True),
        (date(2027, 3, 26), True),
        (date(2027, 3, 29), True),
        (date(2038, 4, 25), True),
        (date(2027, 3, 30), False),
        (date(2026, 11, 25), False),
    ],
)
def test_the_days_on_which_papers_do_not_appear_are_known(day, is_one):
    assert is_holiday(day) is is_one


def flooded(new, before=None, *, gap=0, first=TODAY - timedelta(days=30)):
    before = before or [usual(back, new=10 + back % 5) for back in range(1, 29)]
    return flood.find(usual(0, new=new), {9: new}, before, first, gap)


def test_an_archive_offered_as_new_is_a_flood_and_a_busy_day_is_none():
    assert flooded(30) is None
    assert flooded(400).evidence["busiest_day"] == 14


def test_a_first_crawl_and_what_came_while_nobody_looked_are_no_flood():
    assert flooded(400, first=TODAY - timedelta(days=3)) is None
    assert flooded(60, gap=2) is None
    assert flooded(60)


def test_a_flood_over_midnight_is_one_by_both_days():
    before = [usual(back, new=10 + back % 5) for back in range(2, 29)]
    first = TODAY - timedelta(days=30)
    assert flood.find(usual(0, new=45), {0: 45}, before, first, 0) is None
    found = flood.find(usual(0, new=45), {-4: 10, -3: 35, 0: 45}, before, first, 0)
    midnight = datetime.combine(TODAY, time(), UTC)
    assert (found.evidence["new"], found.began) == (90, midnight - timedelta(hours=3))
    assert flood.find(usual(0, new=30), {-3: 30, 0: 30}, before, first, 0) is None


def test_a_flood_begins_in_the_hour_in_which_more_had_come_than_ever():
    before = [usual(back, new=10) for back in range(1, 29)]
    hours = {6: 4, 9: 5, 14: 20, 15: 371}
    found = flood.find(usual(0, new=400), hours, before, TODAY - timedelta(days=30), 0)
    assert found.began == datetime.combine(TODAY, time(14), UTC)
    assert f"from 14:00 UTC on {TODAY.day} {TODAY:%B} on" in found.sentence


def test_a_flood_is_over_after_a_day_of_the_usual_or_usual_after_a_week():
    begun = alarm(flooded(400))
    calm = usual(0, new=12)
    assert flood.ended(begun, calm, calm, NOON + timedelta(hours=6)) is None
    assert flood.ended(begun, calm, usual(1, new=300), NOON + timedelta(days=2)) is None
    assert flood.ended(begun, calm, calm, NOON + timedelta(days=2)) is Ending.OVER
    assert flood.ended(begun, usual(0, new=300), calm, NOON + timedelta(days=8)) is Ending.USUAL


def listing(failures=5, hours=30, last=0, problem="No answer."):
    return Listing("u", NOON - timedelta(hours=last), failures, NOON - timedelta(hours=hours), problem)


def test_a_source_none_of_whose_listings_comes_for_a_day_is_stale():
    assert stale.find([listing()], NOON).began == NOON - timedelta(hours=30)
    assert stale.find([listing(), listing(failures=0)], NOON) is None
    assert stale.find([listing(hours=10)], NOON) is None
    assert stale.find([listing(failures=2)], NOON) is None
    assert stale.find([], NOON) is None


def test_an_hours_outage_after_which_nobody_looked_is_not_stale():
    assert stale.find([listing(hours=40, last=39)], NOON) is None


def pages(**fields):
    return Day("s", TODAY, **{"blocked_since": "2026-11-25T02:00:00Z", "blocked_at": "2026-11-25T08:00:00Z"} | fields)


BEFORE = [Day("s", TODAY - timedelta(days=back), fetched=20, failed=1) for back in range(1, 29)]


def test_pages_refused_for_hours_one_after_the_other_are_a_wall():
    assert blocked.of_pages([pages(blocked=5, failed=5, blocked_in_a_row=5)], BEFORE)
    assert blocked.of_pages([pages(blocked=3, failed=3, blocked_in_a_row=3)], BEFORE) is None
    soon = pages(blocked=9, failed=9, fetched=90, blocked_in_a_row=9, blocked_at="2026-11-25T03:00:00Z")
    assert blocked.of_pages([soon], BEFORE) is None


def test_half_of_the_pages_refused_is_a_wall_unless_that_is_usual():
    half = pages(blocked=20, failed=20, fetched=20)
    assert blocked.of_pages([half], BEFORE)
    always = [Day("s", TODAY - timedelta(days=n), fetched=10, failed=10, blocked=9) for n in range(1, 29)]
    assert blocked.of_pages([half], always) is None


def test_listings_behind_a_wall_are_blocked_and_not_stale():
    day = Day("s", TODAY, looks=6, looks_failed=6, looks_blocked=6)
    found = blocked.of_listings([listing(hours=6)], [day], NOON)
    assert found.kind is Kind.BLOCKED
    timeouts = Day("s", TODAY, looks=6, looks_failed=6, looks_blocked=1)
    assert blocked.of_listings([listing(hours=6)], [timeouts], NOON) is None
    assert blocked.ended(alarm(found), None, 3) is None
    assert blocked.ended(alarm(found), None, 0) is Ending.OVER


def test_a_wall_before_pages_is_down_when_one_comes():
    begun = alarm(blocked.of_pages([pages(blocked=5, failed=5, blocked_in_a_row=5)], BEFORE))
    came = pages(blocked=5, failed=5, fetched=40, answered_at="2026-11-25T18:00:00Z")
    assert blocked.ended(begun, pages(blocked=9, failed=9, blocked_in_a_row=9), 0) is None
    assert blocked.ended(begun, came, 0) is Ending.OVER


def test_the_tail_of_a_share_is_a_probability_and_falls_as_more_hit_it():
    tails = [chance.tail(hits, 20, 0.1, 15) for hits in range(22)]
    assert tails[0] == pytest.approx(1)
    assert tails[-1] == 0
    assert tails == sorted(tails, reverse=True)
