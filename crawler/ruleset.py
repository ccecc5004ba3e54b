"""Ruleset: what the text of a robots.txt tells one crawler (RFC 9309, 2.1 to 2.2). Pure.

Where the RFC leaves a choice, Google's parser (google/robotstxt) is followed, and of two readings the stricter one is
taken. Nothing in a file is an error: what is no rule is skipped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"\r\n|\r|\n")  # 2.2: these end a line; what else Unicode calls an end does not
_BLANK = re.compile(r"[ \t]+")
_PRODUCT = re.compile(r"[A-Za-z_-]+")  # 2.2.1; whatever version follows is left out
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")

_AGENT, _ALLOW, _DISALLOW, _DELAY, _SITEMAP = "user-agent", "allow", "disallow", "crawl-delay", "sitemap"
_NAMES = {name: name for name in (_AGENT, _ALLOW, _DISALLOW, _DELAY, _SITEMAP)}
# Misspellings that are common, and that Google reads as meant.
_NAMES |= dict.fromkeys(("useragent", "user agent"), _AGENT) | {"crawl delay": _DELAY}
_NAMES |= dict.fromkeys(("dissallow", "dissalow", "disalow", "diasllow", "disallaw"), _DISALLOW)
_NAMES |= dict.fromkeys(("sitemaps", "site-map"), _SITEMAP)

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986, 2.3
_OCTET = re.compile(rb"%([0-9A-Fa-f]{2})|(.)", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")


@dataclass(frozen=True, slots=True)
class Rule:
    """An Allow or Disallow line: a path's beginning, in the form that paths are compared in."""

    allows: bool
    parts: tuple[str, ...]
    """Between the wildcards, one ``*`` or more."""
    whole: bool
    """Whether it ended in ``$``: it is to match up to the path's end."""
    octets: int
    """By which the longest match is found, wildcards included."""

    def matches(self, path: str) -> bool:
        first, *rest = self.parts
        if not path.startswith(first):
            return False
        if not rest:
            return not self.whole or path == first
        at, last = len(first), rest.pop()
        for part in rest:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if self.whole:
            return len(path) - len(last) >= at and path.endswith(last)
        return path.find(last, at) >= 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules of the groups for one crawler, and what stands beside them."""

    rules: tuple[Rule, ...] = ()
    """The longest first, Allow before Disallow: the first that matches decides (RFC 9309, 2.2.2)."""
    delay: float | None = None
    """Seconds, the longest Crawl-delay of these groups."""
    sitemaps: tuple[str, ...] = ()
    """As written, each once; they belong to no group."""

    def allows(self, target: str) -> bool:
        """Whether a path, with its query, may be fetched. /robots.txt always may."""
        target = target.partition("#")[0]
        if target.partition("?")[0] == "/robots.txt":
            return True
        paths = _comparable(target)
        return next((rule.allows for rule in self.rules if any(map(rule.matches, paths))), True)


def parse(text: str, token: str) -> Ruleset:
    """What ``text`` says to the crawler whose product token is ``token``, in any case.

    All groups that name it are one; where none does, all groups for ``*`` are. A group ends where a User-agent line
    follows a rule: other lines, be they Crawl-delay or unknown, do not part it (2.2.4). So the delay holds for the
    whole group, too.
    """
    own: list[tuple[str, str]] | None = None
    common: list[tuple[str, str]] = []
    sitemaps: dict[str, None] = {}
    ours = everyones = ruled = False
    for name, value in _fields(text):
        if name == _SITEMAP:
            if value:
                sitemaps[value] = None
        elif name == _AGENT:
            if ruled:
                ours = everyones = ruled = False
            everyones = everyones or bool(re.match(r"\*(?:\s|$)", value))
            product = _PRODUCT.match(value)
            if product and product[0].lower() == token.lower():
                ours, own = True, own or []
        else:
            ruled = ruled or name != _DELAY
            if ours and own is not None:
                own.append((name, value))
            if everyones:
                common.append((name, value))
    group = common if own is None else own
    rules = sorted(filter(None, map(_rule, group)), key=lambda rule: (-rule.octets, not rule.allows))
    delays = [seconds for name, value in group if name == _DELAY and (seconds := _seconds(value)) is not None]
    return Ruleset(tuple(dict.fromkeys(rules)), max(delays, default=None), tuple(sitemaps))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """(name, value) of the lines that mean something, names as in the RFC."""
    for line in _END.split(text):
        said = line.partition("#")[0].strip(" \t")
        name, _, value = said.partition(":")
        if name := _named(name):
            yield name, value.lstrip(" \t")
        elif len(words := _BLANK.split(said, 2)) == 2 and (name := _named(words[0])):  # the colon was forgotten
            yield name, words[1]


def _named(field: str) -> str:
    return _NAMES.get(" ".join(field.lower().split()), "") if len(field) < 100 else ""


def _rule(field: tuple[str, str]) -> Rule | None:
    """A rule, or None where nothing is said: no path, or what is none since it does not begin with ``/`` or ``*``."""
    name, value = field
    if name not in {_ALLOW, _DISALLOW} or not value.startswith(("/", "*")):
        return None
    whole = value.endswith("$")
    path, mark, query = value.removesuffix("$").partition("?")
    parts = [_octets(part, "/") for part in path.split("*")]
    if mark:
        first, *more = (_query(part) for part in query.split("*"))
        parts = [*parts[:-1], f"{parts[-1]}?{first}", *more]
    octets = sum(map(len, parts)) + value.count("*") + whole
    while "" in parts[1:-1]:  # ** is *
        parts.pop(parts.index("", 1))
    return Rule(name == _ALLOW, tuple(parts), whole, octets)


def _comparable(target: str) -> tuple[str, ...]:
    """The form of a URL's path and query in which it is compared: twice, where the query has slashes.

    Slashes in a query may be escaped or not, which is the same (RFC 9309, 2.2.2, table); a rule that begins with a
    wildcard does not tell whether its own are meant for the path, where it is not.
    """
    path, mark, query = target.partition("?")
    if not path.startswith("/"):
        path = f"/{path}"
    path = _octets(path, "/") + mark
    query = _query(query)
    return (path + query, path + query.replace("/", "%2F")) if "/" in query else (path + query,)


def _query(text: str) -> str:
    return _octets(text, "/").replace("%2F", "/")


def _octets(text: str, kept: str) -> str:
    """``text`` with unreserved characters as they are and all others escaped, in capitals, but for those ``kept``.

    A percent sign that escapes nothing counts as one that was escaped.
    """
    if _PLAIN.fullmatch(text):
        return text
    spared = _UNRESERVED | frozenset(kept.encode())

    def one(match: re.Match[bytes]) -> bytes:
        if match[1]:
            octet = int(match[1], 16)
            return bytes((octet,)) if octet in _UNRESERVED else b"%%%02X" % octet
        return match[2] if match[2][0] in spared else b"%%%02X" % match[2][0]

    return _OCTET.sub(one, text.encode("utf-8", "surrogatepass")).decode("ascii")


def _seconds(value: str) -> float | None:
    """A number of seconds; None for anything else, infinity included."""
    seconds = float(value) if _SECONDS.fullmatch(value) else math.inf
    return seconds if math.isfinite(seconds) else None
