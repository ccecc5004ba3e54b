"""Timestamps: a date as machines and people write it, into a moment and how precisely it is known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta, timezone

from archive.models import Precision
from crawler.extract import calendars
from crawler.extract.words import words

Moment = tuple[datetime, Precision]

WIDEST = timedelta(hours=14)
"""The zone furthest east of Greenwich."""
WESTERN = timedelta(hours=12)
"""And west of it."""
LONGEST = 300
"""Characters of a text that are searched for a date."""
MONTH_FIRST = frozenset({"en", "en-us", "en-ph", "en-fm", "es-us", "fil", "tl"})
"""Languages and regions that write 10/11 for the eleventh of October; ``en`` alone, because most of it is American."""
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("bst", "ist+1", "west", "cet", "mez", "wat"), 60),
    **dict.fromkeys(("cest", "mesz", "eet", "sast", "cat"), 120),
    **dict.fromkeys(("eest", "msk", "мск", "trt", "eat", "ast+3"), 180),
    **dict.fromkeys(("ist",), 330),
    **dict.fromkeys(("wib",), 420),
    **dict.fromkeys(("hkt", "sgt", "pht", "awst", "wita"), 480),
    **dict.fromkeys(("jst", "kst", "wit"), 540),
    **dict.fromkeys(("aest",), 600),
    **dict.fromkeys(("aedt",), 660),
    **dict.fromkeys(("nzst",), 720),
    **dict.fromkeys(("brt", "art", "adt"), -180),
    **dict.fromkeys(("edt", "ast", "clt"), -240),
    **dict.fromkeys(("est", "et", "cdt", "cot", "pet"), -300),
    **dict.fromkeys(("cst", "ct", "mdt"), -360),
    **dict.fromkeys(("mst", "pdt"), -420),
    **dict.fromkeys(("pst", "pt"), -480),
    **dict.fromkeys(("akst",), -540),
    **dict.fromkeys(("hst",), -600),
}
"""Minutes east of Greenwich. Names without a season (ET) are taken as standard time: an hour off at most."""

_LETTER = r"[^\s\d!-/:-@\[-`{-~–—·•«»،。、]"
"""Of a month's name: ``\\w`` leaves out the vowels that Indic scripts and Thai write as signs of their own."""

# The patterns of dates begin with a digit and look back after it: what begins with a sign is found three times as fast.
_TIME = (
    r"(?:\D{0,14}?(?<!\d)(?P<hour>[01]?\d|2[0-4])\s?(?:[:.h時时]|시\s?)\s?(?P<minute>[0-5]\d)(?!\d)"
    r"(?:[:.](?P<second>[0-5]\d|60)(?:[.,]\d+)?)?\s?(?P<half>[ap]\.?\s?m\b\.?)?"
    r"\s?(?:\(?(?P<zone>Z\b|(?:UTC|GMT)?[+-]\d{1,2}:?\d{2}|(?:UTC|GMT)[+-]\d{1,2}\b|[+-]\d{2}\b|[A-Za-zМСК]{2,4}\b)\)?)?)?"
)
_ISO = re.compile(
    r"(?P<year>\d(?<!\d\d)\d{3})(?P<s>[-/.])(?P<month>\d{1,2})(?P=s)(?P<day>\d{1,2})(?!\d)"
    r"(?:(?:T|\s+|,\s*|\s*-\s*)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d+)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>Z\b|(?:UTC|GMT)?\s*[+-]\d{1,2}:?\d{2}|[+-]\d{2}\b|[A-Z]{3,4}\b)?)?",
    re.IGNORECASE,
)
_PACKED = re.compile(
    r"(?P<year>(?:1(?<!\d1)9|2(?<!\d2)0)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:T?(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?(?P<zone>Z|[+-]\d{4})?)?(?!\d)"
)
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"[\d’'元](?:(?<=\d)\d{3}|(?<=[\d元])\s?年|(?<!\d)\d\d|(?<=\d)\s?[./-]\s?\d{1,2}[./-]\s?\d\d)")
"""What no date is without."""
_EPOCH = re.compile(r"\s*(\d{10})(?:\d{3})?(?:\.\d+)?\s*")
_EAST = re.compile(
    r"(?P<year>\d\d{3})\s?(?:年|년|[.]\s)\s?(?P<month>\d{1,2})\s?(?:月|월|[.]\s)\s?(?P<day>\d{1,2})\s?(?:日|일|[.](?!\d))?"
    + _TIME
)
_ERA = re.compile(
    r"(?P<era>令和|平成|昭和|民[國国])\s?(?P<year>\d{1,3}|元)\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日"
    + _TIME
)
_DAY_MONTH = re.compile(
    r"(?P<day>\d(?<!\d\d)\d?)\s?(?:st|nd|rd|th|er|º|°|ª|-го)?[\s.,/-]{1,3}(?:(?:de|of|tháng|-?an?)\s+|d['’]\s?)?"
    r"(?P<name>(?:\d{1,2}|"
    + _LETTER
    + r"{1,16})(?:\.(?:"
    + _LETTER
    + r"{1,3}\.)?)?(?:\s(?:الثاني|الأول))?)(?:[\s.,/-]{1,3}(?:(?:del?|do|of|năm)\s+)?)(?P<year>\d{4}|[’']\d\d)(?!\d)"
    + _TIME,
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    r"(?<![^\W\d_])(?P<name>"
    + _LETTER
    + r"{3,12})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,\s?|\s)(?:at\s)?(?P<year>\d{4})(?!\d)"
    + _TIME,
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d(?<!\d\d)\d{3})[.,]?\s(?:m\.\s)?(?P<name>"
    + _LETTER
    + r"{3,12})\.?\s(?:mėn\.\s)?(?P<day>\d{1,2})(?!\d)"
    + _TIME,
    re.IGNORECASE,
)
_JS = re.compile(
    r"[A-Z][a-z]{2} (?P<name>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) "
    r"(?P<zone>[A-Z]{3,4})? ?(?P<year>\d{4})"
)
_NUMERIC = re.compile(
    r"(?P<first>\d(?<![\d.]\d)\d?)(?P<s>[./-])\s?(?P<then>\d{1,2})(?P=s)\s?(?P<year>\d{4}|\d\d)(?![\d/])" + _TIME,
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    r"(?<![^\W\d_])(?<!\d\s)(?<!\d\.\s)(?P<name>"
    + _LETTER
    + r"{3,12})\.?,?\s(?:de\s|del\s)?(?P<year>(?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(r"^\s*(?P<year>(?:19|20)\d\d)[-/](?P<month>0?[1-9]|1[0-2])\s*$")


def read(text: str, region: str = "") -> Moment | None:
    """The first date in ``text``, in the zone it names (UTC where it names none); None if there is none.

    ``region`` is the page's language tag (``en-gb``): it decides whose month names count, and which of 10/11 is
    the day. Sources: ISO 8601 and RFC 3339, RFC 5322, Unix time, JavaScript's, then how people write dates.
    """
    return next(every(text, region), None)


def every(text: str, region: str = "") -> Iterator[Moment]:
    """What ``read`` looks through, surest form first; both readings of a date like 10/11."""
    text = text[:LONGEST]
    if (moment := _iso(text)) and not (moment[0].year <= calendars.LAST_SOLAR and _solar("", region)):
        yield moment
        return
    if match := _EPOCH.fullmatch(text):
        yield datetime.fromtimestamp(int(match[1]), UTC), Precision.SECOND
        return
    if not DIGIT.search(text):
        return
    text = _digits(text)
    if not YEAR.search(text):
        return
    for pattern, build in _FORMS:
        for match in pattern.finditer(text):
            moments = [moment for moment in build(match, region) if moment]
            yield from moments
            if moments:
                break


def _iso(text: str) -> Moment | None:
    """The moment in a text that is ISO 8601 and nothing else, as most that machines write."""
    if text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if abs(at.utcoffset() or timedelta(0)) > WIDEST:
        return None
    precision = Precision.SECOND if len(text) > 18 else Precision.DAY if len(text) == 10 else None
    return (at.replace(microsecond=0, tzinfo=at.tzinfo or UTC), precision) if precision else None


def _digits(text: str) -> str:
    """Arabic, Indic and full-width digits as 0 to 9, odd blanks as blanks; letters composed."""
    text = " ".join(text.split())
    if text.isascii():
        return text
    text = "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)
    return unicodedata.normalize("NFC", text)


def _number(name: str, region: str) -> int | None:
    """The month of a name in the page's language, else in any."""
    name = unicodedata.normalize("NFC", name.casefold()).replace("i\u0307", "i")  # of "İ"; folding decomposes
    months = words().months
    for known in (months.get(region.partition("-")[0], {}), months[""]):
        if number := known.get(name) or known.get(name.rstrip(".")):
            return number
    return None


def _named(match: re.Match[str], region: str) -> list[Moment | None]:
    name = match["name"]
    if name.isdigit() and "tháng" not in match[0].casefold():  # Vietnamese numbers its months: "3 tháng 5, 2024"
        return []
    month = int(name) if name.isdigit() else _number(name, region)
    return [_build(match, month, int(match["day"]), solar=_solar(name, region))] if month else []


def _numeric(match: re.Match[str], region: str) -> list[Moment | None]:
    """Both orders, the likelier first: a date after the fetch shows that it was the other."""
    first, second = int(match["first"]), int(match["then"])
    orders = [(second, first), (first, second)]
    if match["s"] != "." and region in MONTH_FIRST:
        orders.reverse()
    return [_build(match, month, day) for month, day in dict.fromkeys(orders)]


def _plain(match: re.Match[str], region: str) -> list[Moment | None]:
    return [_build(match, int(match["month"]), int(match["day"]), solar=_solar("", region))]


def _solar(name: str, region: str) -> bool:
    """Whether years of the Iranian calendar are meant where they can be: by the language, or the month's name."""
    return region[:2] == "fa" or name in words().months["fa-solar"]


def _month(match: re.Match[str], region: str) -> list[Moment | None]:
    groups = match.groupdict()
    number = int(groups["month"]) if "month" in groups else _number(groups["name"], region)
    return [(datetime(int(groups["year"]), number, 1, tzinfo=UTC), Precision.MONTH)] if number else []


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], list[Moment | None]]], ...] = (
    (_ISO, _plain),
    (_EAST, _plain),
    (_ERA, _plain),
    (_JS, _named),
    (_DAY_MONTH, _named),
    (_MONTH_DAY, _named),
    (_YEAR_FIRST, _named),
    (_NUMERIC, _numeric),
    (_PACKED, _plain),
    (_YEAR_MONTH, _month),
    (_MONTH_YEAR, _month),
)


def _build(match: re.Match[str], month: int, day: int, *, solar: bool = False) -> Moment | None:
    groups = match.groupdict()
    era = groups.get("era")
    year = calendars.era(era, groups["year"]) if era else _year(groups["year"])
    hour, minute, second = (groups.get(key) for key in ("hour", "minute", "second"))
    half, zone = (groups.get("half") or "").casefold(), groups.get("zone") or ""
    try:
        if solar and calendars.FIRST_SOLAR <= year <= calendars.LAST_SOLAR:
            at = datetime.combine(calendars.solar(year, month, day), time(), UTC)
        else:
            at = datetime(year, month, day, tzinfo=UTC)
        if hour and minute:
            clock = int(hour) % 12 + 12 * half.startswith("p") if half else int(hour) % 24
            at = at.replace(hour=clock, minute=int(minute), second=min(59, int(second or 0)), tzinfo=_zone(zone))
            if hour == "24":  # the end of the day, in ISO 8601
                at += timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return at, Precision.SECOND if second else Precision.MINUTE if hour and minute else Precision.DAY


def _year(text: str) -> int:
    if len(text) < 4:
        number = int(text.strip("’'"))
        return number + (2000 if number < 70 else 1900)
    number = int(text)
    return number - 543 if 2500 <= number < 2600 else number  # Thai pages count from the Buddha's death


def _zone(text: str) -> timezone:
    """A zone as written; UTC for none and for what is no zone."""
    name = re.sub(r"^(?:utc|gmt)(?=[+-])|\s", "", text.casefold())
    if match := re.fullmatch(r"([+-])(\d{1,2}?):?(\d\d)?", name):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if offset > WIDEST:
            return UTC
        return timezone(-offset if match[1] == "-" else offset)
    return timezone(timedelta(minutes=_ZONES[name])) if _ZONES.get(name) else UTC
