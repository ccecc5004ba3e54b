"""Missing: a page that is not there, though the server answered as if it were (a "soft 404"), or that is empty."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from archive.models import Failure, Stage
from crawler.discover import sections
from crawler.glance import Glance

BARE = 2_000
"""Bytes of markup that may stand around nothing."""
PROSE = 150
"""Letters of a line that counts as prose: teasers beside an error have less."""
STORY = 1_000
"""Letters of prose from which on a page has a story to tell, whatever its title says."""
SITE_NAME = 4
"""Words of what may stand beside "Page not found" in a title: the site's name. A headline has more."""

_PARTS = re.compile(r"\s+[|\-–—·•»«:/]+\s+|\s*\|\s*|(?<=404):\s+")
_FRONT = re.compile(
    r"/(?:(?:index|home|default|start|main)(?:\.\w{2,5})?/?)?|/[a-z]{2}(?:[-_][a-z]{2})?/?", re.IGNORECASE
)
_DATED = re.compile(r"(?:/\d{1,4}|/[a-z]{3})*")
_NUMBERED = re.compile(r"(?:^|&)(?:p|id|nid|aid|sid|news_?id|story_?id|article_?id)=\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Words:
    says: re.Pattern[str]
    segments: frozenset[str]


def refuse(glance: Glance) -> Failure | None:
    """``empty`` or ``soft-404`` for a page that was received with a 2xx; None for one that is there. Never raises.

    A soft 404 is a guess: nobody took an article down that was stored from the same URL.
    """
    page = glance.page
    if len(page.body) < BARE and not (glance.title or glance.lines or b"<script" in page.body):
        return Failure(page.url, Stage.FETCH, "empty", f"The server answered {page.status} with nothing in it.")
    if told := lost(page.url, page.final_url) or _says(glance):
        return Failure(page.url, Stage.FETCH, "soft-404", told)
    return None


def lost(asked: str, final: str) -> str:
    """What a redirect away from an article's address says, as a sentence; empty where it may lead to the article."""
    wanted, got = _split(asked), _split(final)
    if wanted == got:
        return ""
    if got[0].rstrip("/").rpartition("/")[2].lower() in _words().segments:
        return f"It redirects to {final}, an error's address."
    if got[1]:
        return ""
    deep = _is_deep(*wanted)
    if _FRONT.fullmatch(got[0]) and (deep or "/" in wanted[0].strip("/")):
        return "It redirects to the front page, as sites do with pages that are gone."
    if not deep:
        return ""
    above = got[0].rstrip("/")
    if above == wanted[0].rstrip("/"):
        return ""
    # A page of a story, its AMP form or its comments may be sent to the story, which has an article's address itself.
    if wanted[0].startswith(f"{above}/") and (sections.shape(final) <= 0 or _DATED.fullmatch(above)):
        return "It redirects to the section that it stood in, as sites do with pages that are gone."
    return ""


def _is_deep(path: str, query: str) -> bool:
    """Whether an address looks like that of one text and not of a section or a front page."""
    if _NUMBERED.search(query):
        return True
    segments = [segment for segment in path.split("/") if segment]
    telling = any(re.search(r"\d{3}|[-_].+[-_]", segment) for segment in segments)
    return len(segments) >= 3 or telling


def _says(glance: Glance) -> str:
    """What the page says of itself in its title or headline, if it says little else."""
    for line in (glance.title, glance.headline):
        if _is_error(line.lower()) and not _tells(glance):
            return f"Its title says {line[:80]!r}, though the server answered {glance.page.status}."
    return ""


def _is_error(title: str) -> bool:
    parts = [part for part in (part.strip() for part in _PARTS.split(title[:200])) if part]
    said = [part for part in (title, *parts) if _words().says.fullmatch(part)]
    return bool(said) and all(part in said or len(part.split()) <= SITE_NAME for part in parts)


def _tells(glance: Glance) -> bool:
    return glance.declared or sum(len(line) for line in glance.lines if len(line) >= PROSE) >= STORY


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.path or "/", parts.query


@cache
def _words() -> _Words:
    data = tomllib.loads(resources.files(__package__).joinpath("missing.toml").read_text("utf-8"))
    return _Words(re.compile("|".join(f"(?:{one})" for one in data["says"])), frozenset(data["segments"]))
