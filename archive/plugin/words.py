"""Words for people: dates, times, sizes and languages as the pages say them, and scraped text made harmless to show.

Times in the archive are UTC text cut to their precision (see archive.schema); they are shown in UTC and say so, and
a script says them in the reader's zone.
"""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup, escape

from archive import changes, doubts, passages
from archive.spaced import BREAK

MARK, UNMARK = passages.OPEN, passages.CLOSE
"""Around a hit in a passage; SQLite puts them there, and ``marked`` makes HTML of them."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Primary tags whose usual script runs from right to left (Unicode CLDR, layout/orientation).
_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "glk", "he", "ks", "lrc", "mzn", "nqo", "ps", "sd", "syr", "ug", "ur", "yi")
)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Embeddings, overrides and isolates: they turn the text after them around, where nothing shields it.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_HIT = re.compile(f"{MARK}([^{MARK}{UNMARK}]*){UNMARK}")


def plain(text: object) -> str:
    """Scraped text for places where it can't be isolated, as ``<title>``: without controls and bidi controls."""
    return _BIDI.sub("", _CONTROL.sub("", str(text))).strip()


def bdi(text: object) -> Markup:
    """Scraped text in a line of ours, isolated: whatever direction it takes, the words around it keep theirs."""
    shown = _CONTROL.sub("", str(text)).strip()
    return Markup("<bdi>{}</bdi>").format(shown) if shown else Markup()


def marked(text: str | None) -> Markup:
    """A passage with its hits as ``<mark>``; marks that were in the text itself do no more than mark."""
    html = _HIT.sub(r"<mark>\1</mark>", str(escape((text or "").replace(BREAK, ""))))
    return Markup("<bdi>{}</bdi>").format(Markup(_CONTROL.sub("", html)))  # noqa: S704  # escaped in the line above


def day(when: str) -> str:
    """``Tuesday 24 November 2026``; of what is less precise, as much as is known: ``November 2026``, ``2026``."""
    try:
        if len(when) < 10:
            year, _, month = when.partition("-")
            return f"{_MONTHS[int(month) - 1]} {year}" if month else year
        at = datetime.fromisoformat(when[:10])
    except (ValueError, IndexError):
        return when
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(when: str | None) -> str:
    """``24 November 2026, 08:15 UTC``; without a time where there is none."""
    if not when:
        return "unknown"
    date = day(when).partition(" ")[2] if len(when) >= 10 else day(when)
    return f"{date or when}, {when[11:16]} UTC" if len(when) >= 16 else date or when


def date(when: str) -> str:
    """``Mon 23 Nov``."""
    said = day(when).split()
    return f"{said[0][:3]} {said[1]} {said[2][:3]}" if len(said) == 4 else day(when)


def time(when: str | None) -> Markup:
    """A moment that a script may say in the reader's zone, where the hour is known."""
    return Markup('<time datetime="{}">{}</time>').format(plain(when or ""), plain(moment(when)))


def hour(when: str) -> Markup:
    """Likewise, the hour alone."""
    return Markup('<time class="clock" datetime="{}">{}</time>').format(plain(when), plain(clock(when)))


def clock(when: str) -> str:
    """``08:15``, or nothing if only the day is known."""
    return when[11:16]


def size(count: int) -> str:
    """Bytes in a person's unit."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:,.0f} kB"
    return f"{count / 1_000_000:,.1f} MB" if count < 1_000_000_000 else f"{count / 1_000_000_000:,.1f} GB"


def lang(tag: str) -> str:
    """A value that is safe for ``lang=``: the tag, if it looks like one."""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def direction(tag: str) -> str:
    """A value for ``dir=``: by the language, or left to the text's own letters where that is unknown."""
    if not lang(tag):
        return "auto"
    return "rtl" if tag.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def language(tag: str) -> Markup:
    """Attributes that say in which language a passage is, and from where it runs."""
    known = lang(tag)
    return Markup(' lang="{}" dir="{}"').format(known, direction(tag)) if known else Markup(' dir="auto"')


def doubt(flag: object) -> str:
    """What a doubt means; empty if there is no such."""
    return doubts.MEANING.get(str(flag), "")


def web(url: str | None) -> str:
    """The URL if it can be linked to: http or https and nothing else; otherwise an empty string."""
    return url if url and re.match(r"https?://[^\s/]", url, re.IGNORECASE) and not _CONTROL.search(url) else ""


FILTERS = {
    "change": changes.worded,
    "plain": plain, "bdi": bdi, "marked": marked, "day": day, "clock": clock, "size": size,
    "lang": lang, "language": language, "web": web, "date": date, "time": time, "hour": hour, "doubt": doubt,
}  # fmt: skip
