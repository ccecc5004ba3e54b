"""Names: the people in a line that signs a text, without what is said around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from crawler.extract.tidy import squeeze
from crawler.extract.words import words

MOST = 20
LONGEST = 60
"""Characters of a name; longer is a sentence."""
LONGEST_BYLINE = 500
"""Characters of a byline that are read."""
BLANKS = " .,;:|/·•–—-\"'*“”„«»‐：，、。"

_SIGNS = frozenset(",;|/•·&、，；／\n")
"""Signs that part names; what else does stands between blanks."""
_URL = re.compile(r"^\S*(?:://|www\.)|^/|^\S+\.(?:com|org|net|de|co\.uk)/|\.html?$")
_EMAIL = re.compile(r"\S+@\S+\.\w+|(?<!\S)@\w+")
_ASIDE = re.compile(r"\([^()]*(?:\)|$)|\[[^\[\]]*(?:\]|$)|（[^（）]*(?:）|$)")
_PLACE = re.compile(r"(?<=\w)\s+(?:in|à|aus|en|em|i)\s+[A-ZÀ-Þ][\w-]+(?:\s[A-ZÀ-Þ][\w-]+)?$")
_OPENS = frozenset("([（")
_PICTURED = "\0"
"""Stands after the name of someone who took the pictures."""
_COMPANY = re.compile(
    r"[^,;|]+&[^,;|]+ (?:AG|SE|KG|GmbH|OHG|Co\.?|Inc\.?|LLC|LLP|Ltd\.?|PLC|plc|S\.?A\.?|SpA|BV|NV|AB|Oy|SARL)"
)
"""A firm with a sign in its name that elsewhere parts names."""
_CODE = re.compile(r"[{}<>=_:\\]|^\W+$")


def clean(values: Iterable[str]) -> tuple[str, ...]:
    """The names in some bylines, each once; agencies whose text it was are among them."""
    names = {name.casefold(): name for value in values for name in split(value)}
    return tuple(names.values())[:MOST]


def desks(values: Iterable[str]) -> tuple[str, ...]:
    """The first signature that names no person: a desk, a team."""
    names = (_bare(value[:LONGEST_BYLINE]) for value in values if not _is_address(value) and not _CODE.search(value))
    return tuple(n for n in names if 1 < len(n) <= LONGEST and n.casefold() not in words().nobody)[:1]


def split(byline: str) -> Iterator[str]:
    """The names in one byline, without what is said around them."""
    byline = byline[:LONGEST_BYLINE]
    if _is_address(byline):
        return
    known = words()
    if (byline.count(" ") > 2 or not byline.isascii()) and (match := known.hands.search(small(byline))):
        byline = byline[: match.start()]
    if "(" in byline:
        byline = known.pictured.sub(_PICTURED, byline)
    text = _ASIDE.sub(" ", _ASIDE.sub(" ", byline)) if not _OPENS.isdisjoint(byline) else byline
    text = _EMAIL.sub(" ", text) if "@" in text else text
    if not text.strip(BLANKS):
        text = byline  # nothing but an address: better than nobody
    whole = (text.count(" ") < 2 and _SIGNS.isdisjoint(text)) or ("&" in text and _COMPANY.fullmatch(text.strip()))
    for part in [text] if whole else _joins().split(text):
        name = _bare(part)
        folded = name.casefold()
        if _PICTURED in part or name.startswith("for ") or (" " in name and any(map(str.isdigit, name.split()))):
            continue
        if not 1 < len(name) <= LONGEST or _CODE.search(name) or _is_address(folded) or folded in known.nobody:
            continue
        if not is_agency(name) and (
            set(folded.replace(".", "").split()) <= known.credentials or set(folded.split()) & known.roles
        ):
            continue
        if name.count("(") == name.count(")") and any(map(str.isalpha, name)) and sum(map(str.isdigit, name)) < 4:
            yield name


def is_person(name: str) -> bool:
    """Whether it is written like a person's name: some capitalised words, or a few characters without case."""
    parts = name.split()
    if set(name.casefold().split()) & words().unlike:
        return False
    if not name or any(map(str.isdigit, name)) or len(name) > 40 or set(name) & set(":?!/"):
        return False
    if not name[0].isupper():
        return name[0].isalpha() and not name[0].islower() and len(name) <= 20 and len(parts) <= 3
    small = {part.casefold() for part in parts if part[0].islower()}
    return 2 <= len(parts) <= 5 and parts[-1][0].isupper() and small <= words().particles


def is_agency(name: str) -> bool:
    """Whether it is a news agency, or a desk that passes texts on."""
    return name.casefold().strip(BLANKS) in words().agencies


def is_desk(name: str) -> bool:
    """Whether it is a newsroom that signs as one."""
    return not words().desks.isdisjoint(name.casefold().split())


def small(text: str) -> str:
    """In lower case, character by character: a search that need not look for both takes a half to a seventh."""
    return text.replace("İ", "i").lower()  # which is two characters in lower case


def _is_address(text: str) -> bool:
    return ("." in text or "/" in text) and _URL.search(text) is not None


def _bare(name: str) -> str:
    """A name without what is written before and after it."""
    name = squeeze(name).strip(BLANKS)
    known = words()
    for _ in range(2):
        match = known.prefixes.match(small(name))
        if match is None:
            break
        name = name[match.end() :].strip(BLANKS)
    if name.endswith(known.suffixes):
        for suffix in known.suffixes:
            if name.endswith(suffix) and len(name) > len(suffix) + 1:
                name = name.removesuffix(suffix).strip(BLANKS)
    return _PLACE.sub("", name) if name.count(" ") > 1 else name


@cache
def _joins() -> re.Pattern[str]:
    joins = "|".join(map(re.escape, words().joins))
    return re.compile(rf"\s*[,;|/•·&\n、，；／]\s*|\s+[-–—+]\s+|\s+(?:{joins})\s+", re.IGNORECASE)
