from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import timestamps


def said(text, region=""):
    found = timestamps.read(text, region)
    return (found[0].isoformat(), found[1].value) if found else None


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2024-05-03T14:30:05Z", "2024-05-03T14:30:05+00:00", "second"),
        ("2024-05-03T14:30:05.123456789+02:00", "2024-05-03T14:30:05+02:00", "second"),
        ("2024-05-03T14:30:05-0430", "2024-05-03T14:30:05-04:30", "second"),
        ("2024-05-03 14:30", "2024-05-03T14:30:00+00:00", "minute"),
        ("2024-05-03 02:30 PM", "2024-05-03T14:30:00+00:00", "minute"),
        ("2024-05-03 12:05 a.m.", "2024-05-03T00:05:00+00:00", "minute"),
        ("2024-05-03T24:00:00Z", "2024-05-04T00:00:00+00:00", "second"),
        ("2024-05-03", "2024-05-03T00:00:00+00:00", "day"),
        ("20240503", "2024-05-03T00:00:00+00:00", "day"),
        ("20240503T143005Z", "2024-05-03T14:30:05+00:00", "second"),
        ("2024-05", "2024-05-01T00:00:00+00:00", "month"),
        ("1714746605", "2024-05-03T14:30:05+00:00", "second"),
        ("1714746605000", "2024-05-03T14:30:05+00:00", "second"),
        ("Fri, 03 May 2024 14:30:05 +0200", "2024-05-03T14:30:05+02:00", "second"),
        ("Fri, 3 May 2024 14:30:05 EDT", "2024-05-03T14:30:05-04:00", "second"),
        ("Fri May 03 2024 14:30:05 GMT+0200 (CEST)", "2024-05-03T14:30:05+02:00", "second"),
        ("Fri May 03 14:30:05 CEST 2024", "2024-05-03T14:30:05+02:00", "second"),
    ],
)
def test_what_machines_write_is_read_in_its_own_zone(text, at, precision):
    assert said(text) == (at, precision)


@pytest.mark.parametrize(
    "text",
    [
        "3. Mai 2024",
        "Freitag, 03.05.2024",
        "May 3, 2024",
        "Friday 3rd May 2024",
        "le 3 mai 2024",
        "3 de mayo de 2024",
        "3 de maio de 2024",
        "3 maggio 2024",
        "3 mei 2024",
        "3 maj 2024",
        "3. toukokuuta 2024",
        "3 maja 2024",
        "3. května 2024",
        "3 svibnja 2024",
        "2024. május 3.",
        "3 mai 2024",
        "3 мая 2024 г.",
        "3 травня 2024",
        "3 май 2024",
        "3 Μαΐου 2024",
        "3 Mayıs 2024",
        "3 Mei 2024",
        "2024 m. gegužės 3 d.",
        "٣ مايو ٢٠٢٤",
        "3 במאי 2024",
        "३ मई २०२४",
        "3 พฤษภาคม 2567",
        "3 मे 2024",
        "3 મે 2024",
        "3 ਮਈ 2024",
        "3 மே 2024",
        "3 మే 2024",
        "3 ಮೇ 2024",
        "3 മേയ് 2024",
        "3 මැයි 2024",
        "3 مئی 2024",
        "3 مه 2024",
        "3 may 2024",
        "3 мамыр 2024",
        "3 მაისი 2024",
        "3 մայիսի, 2024",
        "3 мај 2024",
        "Mayo 3, 2024",
        "3 ΜΑΪΟΥ 2024",
        "3 MAYIS 2024",
        "3 พ.ค. 2567",
        "3 tháng 5, 2024",
        "2024年5月3日",
        "2024년 5월 3일",
        "２０２４年５月３日",
    ],
)
def test_a_day_is_read_in_the_languages_of_the_news(text):
    assert said(text) == ("2024-05-03T00:00:00+00:00", "day")


@pytest.mark.parametrize(
    "text", ["3 जून 2024", "३ जून २०२४", "৩ জুন ২০২৪", "3 มิถุนายน 2567", "3 มิ.ย. 2567", "प्रकाशित: 3 जून 2024, 14:30 IST"]
)
def test_months_are_read_in_scripts_that_write_vowels_as_signs(text):
    assert said(text)[0].startswith("2024-06-03T")


@pytest.mark.parametrize("text", ["3 KASIM 2024", "3 Kasım 2024", "3 ΝΟΕΜΒΡΙΟΥ 2024", "3 Νοεμβρίου 2024"])
def test_months_are_read_in_capitals_that_lose_an_accent_or_gain_a_dot(text):
    assert said(text)[0].startswith("2024-11-03T")
    assert said("3 HAZİRAN 2024")[0].startswith("2024-06-03T")


@pytest.mark.parametrize(
    ("text", "region", "day"),
    [
        ("令和6年5月3日", "ja", "2024-05-03"),
        ("令和元年5月1日", "ja", "2019-05-01"),
        ("平成30年5月3日", "ja", "2018-05-03"),
        ("中華民國113年05月03日", "zh", "2024-05-03"),
        ("۱۴ اردیبهشت ۱۴۰۳", "fa", "2024-05-03"),
        ("۱۴ اردیبهشت ۱۴۰۳", "", "2024-05-03"),
        ("۱۴۰۳/۰۲/۱۴", "fa", "2024-05-03"),
        ("1403-02-14", "fa-ir", "2024-05-03"),
        ("2024-05-03", "fa", "2024-05-03"),
        ("1403-02-14", "it", "1403-02-14"),
        ("۳۰ اسفند ۱۳۹۹", "fa", "2021-03-20"),
    ],
)
def test_the_years_of_other_calendars_are_the_webs(text, region, day):
    assert said(text, region) == (f"{day}T00:00:00+00:00", "day")


@pytest.mark.parametrize("text", ["۳۰ اسفند ۱۴۰۰", "۳۲ خرداد ۱۴۰۰", "令和6年13月3日"])
def test_a_day_that_a_calendar_does_not_have_is_none(text):
    assert said(text, "fa") is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("3. Mai 2024, 14:30 Uhr", "14:30"),
        ("Stand: 03.05.2024 - 14.30 Uhr", "14:30"),
        ("May 3, 2024 at 2:30 p.m.", "14:30"),
        ("3 mai 2024 à 14h30", "14:30"),
        ("3 мая 2024, 14:30", "14:30"),
        ("2024年5月3日 14:30", "14:30"),
    ],
)
def test_a_time_after_the_day_is_read_with_it(text, hour):
    assert said(text) == (f"2024-05-03T{hour}:00+00:00", "minute")


@pytest.mark.parametrize(
    ("region", "day"),
    [
        ("en-us", "2024-10-11"),
        ("en", "2024-10-11"),
        ("en-gb", "2024-11-10"),
        ("de", "2024-11-10"),
        ("fr-ca", "2024-11-10"),
    ],
)
def test_the_region_says_which_number_is_the_day(region, day):
    assert said("10/11/2024", region) == (f"{day}T00:00:00+00:00", "day")


def test_a_number_over_twelve_is_the_day_in_any_region():
    assert said("05/13/2024", "de")[0][:10] == said("13/05/2024", "en-us")[0][:10] == "2024-05-13"


def test_a_month_name_that_two_languages_share_is_the_pages_own():
    assert said("12 listopada 2024", "hr")[0][:10] == "2024-10-12"
    assert said("12 listopada 2024", "pl")[0][:10] == "2024-11-12"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "5 of 12 people",
        "0000-00-00T00:00:00",
        "9999-99-99",
        "31. Februar 2024",
        "call 555-0199",
        "May",
        "²³. Mai ²⁰²⁴",
    ],
)
def test_what_is_no_date_gives_none(text):
    assert said(text) is None


def test_an_impossible_zone_is_left_out():
    assert said("2024-05-03T10:00:00+99:99") == ("2024-05-03T10:00:00+00:00", "second")


@given(st.text(max_size=400), st.sampled_from(["", "en-us", "de", "vi", "xx-yy"]))
def test_no_text_raises(text, region):
    for at, _ in timestamps.every(text, region):
        assert at.tzinfo is not None


@given(st.text(alphabet="0123456789 .:-/TZ+年月May,", max_size=300))
def test_no_nearly_date_raises(text):
    list(timestamps.every(text, "en"))
