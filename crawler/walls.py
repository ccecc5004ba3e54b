"""Wall: a check for robots or a consent form that a site shows in place of a page, known by what it leaves behind."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from archive import likeness
from archive.models import Failure, Page, Stage
from crawler import missing
from crawler.glance import Glance

SMALL = 65_536
"""Bytes of a check's page at most, where its status is that of any page. They have up to 40 kB, mostly scripts."""
FEW_WORDS = 1_500
"""Letters that a check shows at most; an article about checks, with one's source in it, shows more."""
FEWEST_WORDS = 500
"""The same where no vendor is known: forms for comments have captchas, too."""
PARAGRAPHS = 15
"""Of a consent form at most; so most articles need no closer look."""
FORM = 8_000
"""Letters of a consent form, its list of purposes included."""
MOSTLY = 0.6
"""Share of a form's text in lines that ask for consent. Of 1,450 articles, those under consent banners too, none
has more than 0.3."""
LINE = 25
"""Letters from which a line counts in that: a menu's do not."""


@dataclass(frozen=True, slots=True)
class _Check:
    """What one vendor's check is known by (see walls.toml)."""

    name: str
    headers: dict[str, str]
    refusing: dict[str, str]
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    marks: tuple[bytes, ...]
    titles: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Words:
    checks: tuple[_Check, ...]
    headers: frozenset[str]
    """Names of those that any of them is known by."""
    labels: frozenset[str]
    segments: frozenset[str]
    asks: re.Pattern[str]
    answers: re.Pattern[str]


def refuse(page: Page, listed: str = "") -> Failure | None:
    """Why a page that was received with a 2xx is not what was asked for: ``blocked``, ``soft-404`` or ``empty``.

    ``listed`` is the title by which it was listed, if it was.
    """
    glance = Glance(page)
    if told := _check(glance) or _consent(glance, listed):
        return Failure(page.url, Stage.FETCH, "blocked", told)
    return missing.refuse(glance)


def wall(page: Page) -> str:
    """Which wall a page is, as a sentence; empty if it is none. Never raises, whatever the page."""
    glance = Glance(page)
    return _check(glance) or _consent(glance)


def check(page: Page) -> str:
    """The check for robots that an answer of any status is, as a sentence; empty if it is none."""
    return _check(Glance(page))


def _check(glance: Glance) -> str:
    page = glance.page
    refused, failed = 400 <= page.status < 500, page.status >= 400
    headers = dict(page.headers)
    there = _check_at(page.final_url) if page.final_url != page.url else None
    unknown = there is None and _words().headers.isdisjoint(headers)
    for one in () if unknown else _words().checks:
        if there is one or _bears(headers, one.headers) or (refused and _bears(headers, one.refusing)):
            return _told(one.name)
    if len(page.body) > SMALL and not failed:
        return ""
    title = glance.title.lower()
    for one in _words().checks:
        if title in one.titles or any(mark in page.body for mark in one.marks):
            return _told(one.name) if failed or _says_little(glance, one) else ""
    return ""


def _consent(glance: Glance, listed: str = "") -> str:
    """The consent form that a page is, as a sentence; empty for any other, banners over an article included."""
    page, words = glance.page, _words()
    if page.final_url != page.url and _asks_at(page.final_url) and not _asks_at(page.url):
        return _CONSENT
    if page.body.count(b"</p") > PARAGRAPHS:
        return ""
    if glance.declared:
        return ""
    lines = [line.lower() for line in glance.lines]
    long = [line for line in lines if len(line) >= LINE]
    size = sum(map(len, long))
    if size > FORM or not any(map(words.answers.search, lines)):
        return ""
    asking = sum(len(line) for line in long if words.asks.search(line))
    meant = sum(len(line) for line in long if words.asks.search(line) or words.answers.search(line))
    if not asking or meant < MOSTLY * size or likeness.told(listed, " ".join(long)):
        return ""
    return _CONSENT


def leads_to(target: str) -> str:
    """The wall that a redirect to ``target`` ends at, as a sentence; empty if its address is not a wall's."""
    if found := _check_at(target):
        return _told(found.name)
    return _CONSENT if _asks_at(target) else ""


_CONSENT = (
    "The site shows a consent form in place of the page; the cookies of a reader who answered it, given to the source,"
    " would let it be read."
)


def _told(name: str) -> str:
    return f"{name or 'The site'} shows a check for robots in place of the page."


def _bears(headers: dict[str, str], known: dict[str, str]) -> bool:
    return any(name in headers and value in headers[name].lower() for name, value in known.items())


def _says_little(glance: Glance, check: _Check) -> bool:
    most = FEW_WORDS if check.name else FEWEST_WORDS
    return not glance.declared and sum(map(len, glance.lines)) <= most


def _check_at(url: str) -> _Check | None:
    """The check that stands at an address."""
    host, path = _parts(url)
    for one in _words().checks:
        if any(host == known or host.endswith(f".{known}") for known in one.hosts):
            return one
        if any(path == known or path.startswith(f"{known}/") for known in one.paths):
            return one
    return None


def _asks_at(url: str) -> bool:
    host, path = _parts(url)
    return host.partition(".")[0] in _words().labels or not _words().segments.isdisjoint(path.split("/"))


def _parts(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return (parts.hostname or ""), parts.path.strip("/").lower()


@cache
def _words() -> _Words:
    data = tomllib.loads(resources.files(__package__).joinpath("walls.toml").read_text("utf-8"))
    form = data["consent"]
    checks = tuple(_a_check(one) for one in data["check"])
    return _Words(
        checks,
        frozenset(name for one in checks for name in (*one.headers, *one.refusing)),
        frozenset(form["labels"]),
        frozenset(form["segments"]),
        _any_of(form["asks"]),
        _any_of(form["answers"]),
    )


def _a_check(one: dict[str, Any]) -> _Check:
    return _Check(
        name=one["name"],
        headers=one.get("headers", {}),
        refusing=one.get("refusing", {}),
        hosts=tuple(one.get("hosts", ())),
        paths=tuple(one.get("paths", ())),
        marks=tuple(mark.encode() for mark in one.get("marks", ())),
        titles=frozenset(one.get("titles", ())),
    )


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Any of the phrases, as whole words where the script has spaces."""
    ordered = sorted(phrases, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(p)}" + (r"\b" if p < "\u0e00" else "") for p in ordered))
