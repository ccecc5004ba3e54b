from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.spans import back, begin, days, either, end, months, previous, spans
from archive.wanted import Wanted, day

DAYS = st.dates(date(1995, 1, 1), date(2035, 12, 31))


def met(happened: str, wanted: list[str]) -> bool:
    """Whether any of these words finds it; those that end with ``*`` are beginnings."""
    said = keys(happened)
    return any(one in said or (one[-1] == "*" and any(key.startswith(one[:-1]) for key in said)) for one in wanted)


def keys(happened: str) -> set[str]:
    """The words by which the index finds what happened then, as archive.tables.reading.KEYS makes them."""
    digits = (happened[:10].replace("-", "") + "0000")[:8]
    return {f"d{digits}", f"m{digits[:6]}", f"y{digits[:4]}"}


@given(DAYS, DAYS, DAYS, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_a_span_has_the_days_between_its_ends_and_no_others(first, second, tried, short, shorter):
    since, until = sorted((first.isoformat(), second.isoformat()))
    since, until = since[:short], until[:shorter]
    inside = begin(since) <= tried.isoformat() <= end(until)
    assert bool(keys(tried.isoformat()) & set(spans(since, until))) == inside


@given(DAYS, DAYS)
def test_a_day_is_named_once_in_a_span_and_in_few_words(first, second):
    since, until = sorted((first.isoformat(), second.isoformat()))
    found = list(spans(since, until))
    assert len(found) == len(set(found)) <= 150


def test_what_is_known_to_the_month_alone_is_in_a_span_that_has_all_of_it():
    assert keys("2026-11") & set(spans("2026-10-20", "2026-12-01"))
    assert keys("2026-11") & set(spans("2026-11", "2026-11"))
    assert not keys("2026-11") & set(spans("2026-11-02", "2026-11-30"))
    assert keys("2026") & set(spans("2026", "2026"))
    assert not keys("2026") & set(spans("2026-02", "2026-12-31"))


def test_a_span_with_an_open_end_goes_on():
    assert met("2031-05-05", list(spans("2026-11-20", "")))
    for old in ("1950-05-05", "0800", "2003-01"):
        assert met(old, list(spans("", "2026-11-20")))
    assert met("1849-12-31", list(spans("", "1850")))
    assert not met("1851-01-01", list(spans("", "1850")))
    assert not list(spans("", ""))


def test_a_span_that_ends_before_it_begins_has_no_day_and_is_still_a_span():
    for since, until in (("2026-12-01", "2026-11-01"), ("2150", ""), ("", "0800")):
        assert Wanted("harbour", since=since, until=until).expression().count("keys :") == 1
        assert not met("2026-11-15", list(spans(since, until)))


@given(DAYS)
def test_going_back_day_by_day_leaves_none_out(start):
    place, seen = start.isoformat(), []
    for _ in range(450):
        place = previous(place)
        seen.append(place)
    wanted = [(start - timedelta(days=number)).isoformat() for number in range(1, 300)]
    assert set(wanted) <= set(seen)
    assert sorted(seen, reverse=True) == seen


def test_days_and_months_up_to_a_last_one():
    assert days("2026-03-01", 3) == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert months("2026-02", 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert back("2026-03-01", 1) == "2026-02-28"
    assert back("2026-02-31", 0) == "2026-02-31"
    assert back("0001-01-05", 99) == "0001-01-01"


def test_a_date_that_somebody_typed_is_one_or_nothing():
    assert [day(text) for text in ("2026", "2026-11", " 2026-11-24 ")] == ["2026", "2026-11", "2026-11-24"]
    assert {day(text) for text in ("", "2026-13", "2026-02-30", "yesterday", "２０２６", "2026-1-1", "0000")} == {""}


def test_an_expression_has_all_that_is_wanted_and_nothing_of_what_was_typed_unquoted():
    found = Wanted('a" OR keys:y2026', ("x",), language="pt-BR", since="2026-11-24").expression()
    assert found.count("keys :") == 3
    assert "l7074" in found
    assert Wanted("(").match == ""
    assert either([]) == ""
