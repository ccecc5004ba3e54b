"""Shown: the dates that readers see on a page, and what they say against the one that machines are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import chain, islice

from selectolax.lexbor import LexborNode

from archive.models import Precision, Stamp
from crawler.extract import timestamps
from crawler.extract.around import Around
from crawler.extract.clock import Clock
from crawler.extract.head import Head
from crawler.extract.part import Part
from crawler.extract.select import attribute, brief
from crawler.extract.words import words

MOST = 60
"""``<time>`` elements looked at."""
SHORT = 60
"""Characters of a line that is a date and little else."""
LONG = 150
"""Characters of one that may have a byline beside it."""
ALONE = 30
"""Characters of one that is nothing else."""
BELOW, ABOVE = 15, 3
"""Lines next to the headline in which such a line dates the article."""
LABELLED = 40
"""Characters of one that need not say what day it is: longer ones were of another matter on 4 of 4 pages."""
MOST_DAYS = 2
"""Different days in those lines beyond which they are a list of other texts."""
_ENDS = (".", "!", "?", "。", "।", "؟", "۔")
"""Of a sentence, which tells of some day; but "a.m." and "p.m." end a date."""
EITHER_WAY = re.compile(r"(?<!\d)\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4}(?!\d)")
"""A day and a month in figures: which is which is not said."""
QUARTER = timedelta(minutes=15)
"""Zones lie a multiple of this apart."""
LAST_YEAR = 9999
"""No zone can be added to a moment in it, or in the first."""
_NOTHING, _HOUR, _ONE_DAY = timedelta(0), timedelta(hours=1), timedelta(days=1)
_UTC_TIMES = frozenset({Precision.SECOND, Precision.MINUTE})


def times(page: Head, clock: Clock, part: Part, *, few: int = 0) -> Iterator[Stamp]:
    """``<time>`` elements that are not those of other texts, those after the headline first, changes last.

    ``few``: of so many elements alone, without changes.
    """
    nodes = page.times[:MOST]
    head = next((i for i, node in enumerate(nodes) if node.tag == "h1"), 0)
    late: list[Stamp] = []
    for node in [*nodes[head:], *nodes[:head][::-1]][: few + 1 if few else MOST]:
        if node.tag == "h1" or part.excludes(node):
            continue
        text = brief(node, limit=200)
        stamp = clock.stamp(attribute(node, "datetime", "content", "title"), "time") or clock.stamp(
            text, "time", weak=True
        )
        if stamp and words().changed.search(f"{_around(node)} {text}".lower()):
            late.append(stamp)
        elif stamp:
            yield stamp
    if not few:
        yield from late


def lines(clock: Clock, near: Around) -> Iterator[Stamp]:
    """Dates in the lines around the headline: next to it first, below before above; those of a change last."""
    late: list[Stamp] = []
    for some in _parts(near):
        before = ""
        for line in some:
            if (
                6 <= len(line) <= LONG
                and not _is_sentence(line)
                and timestamps.YEAR.search(line)
                and (stamp := clock.stamp(line, "text", weak=True))
            ):
                if words().changed.search(line.lower()) or (
                    words().changed.search(before[-40:].lower()) and not any(map(str.isdigit, before))
                ):
                    late.append(stamp)
                else:
                    yield stamp
            before = line
    yield from late


def _is_sentence(line: str) -> bool:
    return len(line) > SHORT and line.endswith(_ENDS) and not line.endswith("m.")


def _parts(near: Around) -> Iterator[Iterable[str]]:
    yield near.below(BELOW)
    yield near.above(ABOVE)
    yield islice(near.below(), BELOW, None)
    yield islice(near.above(), ABOVE, None)


def _dated(near: Around, longest: int) -> Iterator[tuple[str, str]]:
    """The lines next to the headline that name a year, each with what says of what it is the day, in lower case."""
    before = ""
    for line in chain(near.below(BELOW), near.above(ABOVE)):
        if 6 <= len(line) <= longest and not _is_sentence(line) and timestamps.YEAR.search(line):
            yield line, f"{before[-20:]} {line}".lower()
        before = line


def at_headline(clock: Clock, near: Around, told: set[date], changed: Stamp | None) -> Stamp | None:
    """The day that readers see next to the headline, beside those that the page has ``told`` in other places.

    None for that of a change. A day and a month that can be read either way are those that were told. Of 1,277 dated
    pages 900 show one, and 7 show one that differs by more than a day from all that they declare.
    """
    for line, label in _dated(near, LONG):
        if words().changed.search(label) or (len(line) > LABELLED and not words().published.search(label)):
            continue
        stamp = clock.stamp(line, "text", weak=True)
        if stamp is None or (changed and stamp.at.date() == changed.at.date() not in told):
            continue
        day = stamp.at.date()
        if (
            day not in told
            and day.day <= 12
            and EITHER_WAY.search(line)
            and (turned := day.replace(month=day.day, day=day.month)) in told
        ):
            return replace(stamp, at=stamp.at.replace(month=turned.month, day=turned.day))
        return stamp
    return None


def anywhere(clock: Clock, texts: Iterable[tuple[str, str]]) -> Iterator[Stamp]:
    """Where nothing else dates a page: the dates in it that say what they are, else the only day that stands alone."""
    late: list[Stamp] = []
    alone: dict[date, Stamp] = {}
    for line, before in texts:
        label = f"{before} {line}".lower()
        if not 6 <= len(line) <= SHORT or not (stamp := clock.stamp(line, "text", weak=True)):
            continue
        if words().changed.search(label):
            late.append(stamp)
        elif words().published.search(label):
            yield stamp
        elif len(line) <= ALONE and stamp.precision is Precision.DAY:
            alone[stamp.at.date()] = stamp
    yield from late
    if len(alone) == 1:
        yield from alone.values()


def settle(clock: Clock, near: Around, published: Stamp, changed: Stamp | None, *, news: bool) -> Stamp:
    """The declared date, or the one that stands at the headline and contradicts it.

    Who declares a time in UTC shows the day of the place it is published in. And texts that are kept up to date
    show the day of the last change, which readers take for theirs; but on news that is no day of publication.
    Measured where a page shows another day than it declares: the shown one was right on 42 of 54 pages, and on 9
    of 9 where a zone explains it.
    """
    first: Stamp | None = None
    days: set[date] = set()
    told = False
    for line, label in _dated(near, SHORT):
        for at, precision in timestamps.every(line, clock.region):
            if at.date() == published.at.date():
                if not words().changed.search(label):
                    return published
                told = True
                break
            if precision is Precision.MONTH:
                continue
            days.add(at.date())
            if local := _local(published, at, precision):
                return local
            stamp = clock.stamp(line, "text", weak=True)
            if stamp and words().published.search(label) and not words().changed.search(label) and not news:
                return stamp
            first = first or stamp
    if told or news or first is None or len(days) > MOST_DAYS:
        return published
    return replace(changed, how=first.how) if changed and changed.at.date() == first.at.date() else first


def _local(published: Stamp, at: datetime, precision: Precision) -> Stamp | None:
    """The declared moment in the zone in which it is shown, if that explains why the shown day is another."""
    if precision is Precision.DAY:
        return beside(published, at.date(), "text")
    apart = at.replace(second=0, tzinfo=UTC) - published.at.replace(second=0, microsecond=0)
    if not in_utc(published) or abs(apart) > timestamps.WIDEST or apart % QUARTER:
        return None
    return Stamp(published.at.astimezone(timezone(apart)), published.precision, published.how)


def beside(published: Stamp, day: date, how: str) -> Stamp | None:
    """The declared moment on the day before or after its own in UTC, if a zone has it there."""
    if not in_utc(published) or not 1 < day.year < LAST_YEAR:
        return None
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    early, late = begin - published.at, published.at - begin - _ONE_DAY
    if _NOTHING < early <= timestamps.WIDEST:
        shift = -(-early // _HOUR) * _HOUR
    elif _NOTHING <= late < timestamps.WESTERN:
        shift = -(late // _HOUR + 1) * _HOUR
    else:
        return None
    return Stamp(published.at.astimezone(timezone(shift)), Precision.DAY, how)


def in_utc(stamp: Stamp) -> bool:
    """Whether it is a time in UTC, whose day may be another where it was published."""
    return stamp.precision in _UTC_TIMES and not stamp.at.utcoffset() and 1 < stamp.at.year < LAST_YEAR


def _around(node: LexborNode) -> str:
    """Names of a node and its parent, and what is said before it."""
    up, before = node.parent, node.prev
    names = [attribute(one, "class") + " " + attribute(one, "id") for one in (node, up) if one is not None]
    return " ".join([*names, brief(before)[-40:] if before is not None else ""])
