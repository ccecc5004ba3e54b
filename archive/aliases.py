"""Aliases: whether two URLs look like two addresses of one story: for phones, for AMP, to print, with another headline.

Looks alone tie nothing together: a page has to claim it as well, or the texts have to be the same. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from archive.sites import same_site

_HOSTS = {"www": "", "amp": "amp", "m": "mobile", "mobile": "mobile", "mob": "mobile", "touch": "mobile"}
_HOSTS |= {"wap": "mobile", "print": "print"}
"""First labels of a host → which variant of the site it has."""
_WORDS = {"amp": "amp", "amphtml": "amp", "m": "mobile", "mobile": "mobile", "print": "print", "printable": "print"}
_WORDS |= {"printview": "print", "print-view": "print", "printer": "print", "printer-friendly": "print"}
"""What the first or last part of a path, an ending, a parameter or its value is called → which variant that is."""
_FORMATS = frozenset(
    {"output", "outputtype", "view", "format", "device", "mode", "type", "layout", "template", "version"}
)
"""Parameters whose value says which variant it is."""
_OFF = frozenset({"0", "false", "no", "off"})
_ENDING = re.compile(r"[._](amp|print|mobile)(?=\.\w{2,5}$|$)")
_INDEX = re.compile(r"index\.(?:x?html?|php|aspx?|jsp)$")

_ID = re.compile(
    r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{12,40}(?![0-9a-z])|\d{6,}"
)
"""A UUID, a long hexadecimal number or a number of six digits or more."""
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:\d{2}(?:\d{4}(?:\d{2})?)?)?")
_LETTERS = re.compile(r"[^\W\d_]+")
_STORY = frozenset({"story", "article", "articles", "artikel", "articulo", "news", "post", "doc", "item", "content"})
"""What stands beside a story's number in a folder."""
_SLUG = 4
"""Words of a headline in an address that nobody writes twice for two stories of one day and site."""


@dataclass(frozen=True, slots=True)
class Look:
    """A URL without what makes it a variant."""

    bare: str
    variant: str
    """``amp``, ``mobile``, ``print``; empty for the page itself."""


def look(url: str) -> Look:
    """What is left of a canonical URL, and which variant of the page it is."""
    authority, _, rest = url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    variants = []
    label, _, domain = authority.partition(".")
    if label in _HOSTS and "." in domain:
        variants.append(_HOSTS[label])
        authority = domain
    parts = [part for part in _INDEX.sub("", path).split("/") if part]
    if len(parts) > 1 and parts[-1].lower() in _WORDS:
        variants.append(_WORDS[parts.pop().lower()])
    if len(parts) > 1 and parts[0].lower() in _WORDS:
        variants.append(_WORDS[parts.pop(0).lower()])
    if parts and (ending := _ENDING.search(parts[-1].lower())):
        variants.append(ending[1])
        parts[-1] = parts[-1][: ending.start()] + parts[-1][ending.end() :]
    asked = {parameter: _asked(parameter) for parameter in query.split("&") if parameter}
    variants += asked.values()
    kept = "&".join([parameter for parameter, found in asked.items() if not found])
    bare = f"{authority}/{'/'.join(parts)}" + (f"?{kept}" if kept else "")
    return Look(bare, next(filter(None, variants), ""))


def _asked(parameter: str) -> str:
    """Which variant a parameter asks for."""
    name, _, value = parameter.lower().partition("=")
    if name in _FORMATS:
        return _WORDS.get(value, "")
    return _WORDS.get(name, "") if value not in _OFF and len(name) > 1 else ""


def variants(one: str, other: str) -> bool:
    """Whether two URLs are one, but for what makes one of them a variant."""
    return one == other or (look(one).bare == look(other).bare and same_site(one, other))


def relatives(one: str, other: str) -> bool:
    """Whether two URLs of one site have the same long number in them, or are variants.

    It is the story's number in most; in some, that of a place or a person.
    """
    if variants(one, other):
        return True
    first, second = _number(one), _number(other)
    return bool(first) and first == second and same_site(one, other)


def namesakes(one: str, other: str) -> bool:
    """Whether two URLs of one site have the same headline in them, or differ in their query alone."""
    if one.partition("?")[0] == other.partition("?")[0]:
        return True
    first, second = _slug(one), _slug(other)
    return bool(first) and first == second and same_site(one, other)


def _number(url: str) -> str:
    """The last long number in a URL's path and query that is no date; empty if there is none.

    That of a folder with a name is a place's or a topic's: ``/riverside-7654321/bridge-closed``.
    """
    rest = url.partition("://")[2].partition("/")[2].lower()
    *folders, last = rest.partition("?")[0].rstrip("/").split("/")
    folders = [
        folder for folder in folders if all(len(word) < 3 or word in _STORY for word in _LETTERS.findall(folder))
    ]
    told = "/".join([*folders, last, rest.partition("?")[2]])
    numbers = [number for number in _ID.findall(told) if not _DATE.fullmatch(number)]
    return numbers[-1] if numbers else ""


def _slug(url: str) -> str:
    """The longest part of a URL's path, if it is of several words."""
    path = unquote(url.partition("://")[2].partition("/")[2].partition("?")[0]).lower()
    longest = re.sub(r"\.\w{2,5}$", "", max(path.split("/"), key=len))
    words = [word for word in re.split(r"[-_.+ ]+", longest) if word.isalpha()]
    return " ".join(words) if len(words) >= _SLUG else ""
