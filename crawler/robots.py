"""Robots: what one host's robots.txt lets us do (RFC 9309). No I/O: the caller fetches and keeps it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.models import Failure, Page
from crawler import ruleset
from crawler.ruleset import Ruleset

TOKEN = "Cuttings"  # noqa: S105  # the product token that robots.txt calls us by
PARSED_BYTES = 500 * 1024
"""What is read of a robots.txt: the least that RFC 9309, 2.5, asks for."""
FETCHED_BYTES = 2 * PARSED_BYTES
"""After which one is not listened to any longer: what has come by then is more than PARSED_BYTES."""
LONG = 32 * 1024
"""Bytes of a robots.txt from which on reading it takes longer than an event loop may be held up."""
REDIRECTS = 5
"""That are followed at least on the way to a robots.txt (RFC 9309, 2.3.1.2)."""
CRAWL_DELAY_LIMIT = 120.0
"""Seconds. A host with a longer Crawl-delay is parked: at that pace even its feed could hardly be read."""
GOOD_FOR = timedelta(days=30)
"""How long the last copy that could be read stands in for one that cannot be had (RFC 9309, 2.3.1.4)."""

# The status to be remembered for a Failure that means: no rules to be had here (RFC 9309, 2.3.1.2 and 2.3.1.3).
_STATUSES = dict.fromkeys(("not-found", "too-many-redirects", "bad-redirect", "not-html"), 404)
_STATUSES |= {"gone": 410, "paywalled": 402, "forbidden": 403, "client-error": 400, "rate-limited": 429}
_SAID = re.compile(r"The server answered (5\d\d) ")  # crawler.answers.failure, of a server's error


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's robots.txt as it was last seen; ``Robots(None)`` where it could not be had."""

    status: int | None
    """HTTP status; None: unreachable, or an error of the server, so that nothing is allowed."""
    text: str = ""

    @classmethod
    def from_answer(cls, status: int | None, body: bytes = b"") -> Robots:
        """From what was received, or from Host.robots_status and robots_body. Never raises."""
        if status is None or not 200 <= status < 300:
            return cls(status)
        kept = _cut(body).removeprefix(b"\xef\xbb\xbf")
        return cls(status, kept.decode("utf-8", "replace"))

    @property
    def unreachable(self) -> bool:
        """Whether there may be rules that we could not get to see, so that nothing is allowed."""
        # 429 is in the range that RFC 9309 calls unavailable, but it says "not now" and not "no rules".
        return self.status is None or self.status >= 500 or self.status == 429

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Whether ``url``, which is on this host, may be fetched. robots.txt itself always may."""
        if self.unreachable:
            return False
        return not self.text or _parsed(self.text, token).allows(_target(url))

    def crawl_delay(self, token: str = TOKEN) -> float | None:
        """Seconds between requests that the host asks for, as written; None where it does not."""
        return _parsed(self.text, token).delay if self.text else None

    def sitemaps(self) -> tuple[str, ...]:
        """The sitemap URLs it names, in order and as written, each once."""
        return _parsed(self.text, TOKEN).sitemaps if self.text else ()


def effective(current: Robots, good: Robots | None, good_at: datetime | None, now: datetime) -> Robots:
    """What holds now: ``current``, or, where that could not be had, the last good copy if it is not too old.

    ``good`` is the last one that answered 2xx and ``good_at`` when it was fetched; None if there never was one. After
    GOOD_FOR nothing is allowed until the host answers again. A copy from the future tells of a clock that was set
    back, and counts by its distance.
    """
    if not current.unreachable or good is None or good_at is None or abs(now - good_at) > GOOD_FOR:
        return current
    return good


def parked(crawl_delay: float | None, configured: float) -> str:
    """Why a host is not crawled at all, in a sentence for ``status``; empty if it is.

    That is so where it asks for a longer pause than we wait within a crawl, unless ``configured`` (seconds) is as long.
    """
    if crawl_delay is None or crawl_delay <= max(CRAWL_DELAY_LIMIT, configured):
        return ""
    return (
        f"Its robots.txt asks for {crawl_delay:,.0f} seconds between requests, more than the {CRAWL_DELAY_LIMIT:.0f}"
        " that are waited, so it is left alone; a delay as long in the source's settings has it crawled at that pace."
    )


def answer(result: Page | Failure) -> tuple[int | None, bytes]:
    """What to remember of a fetched robots.txt: for Host.robots_status and robots_body, and Robots.from_answer."""
    if isinstance(result, Page):
        return result.status, _cut(result.body)
    if result.reason == "server-error" and (said := _SAID.match(result.detail)):
        return int(said[1]), b""
    return _STATUSES.get(result.reason), b""


def _cut(body: bytes) -> bytes:
    """The part of a file that is read, in whole lines: half a rule might say the opposite."""
    if len(body) <= PARSED_BYTES:
        return body
    head = body[:PARSED_BYTES]
    return head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]


def _parsed(text: str, token: str) -> Ruleset:
    return (_parsed_long if len(text) > LONG else _parsed_short)(text, token)


# Of a file of 500 KiB, which takes .13 s, 6 MB are kept.
_parsed_long = functools.lru_cache(maxsize=8)(ruleset.parse)
_parsed_short = functools.lru_cache(maxsize=256)(ruleset.parse)


def _target(url: str) -> str:
    """Path and query of an absolute URL; a path is given back as it is."""
    _, mark, rest = url.partition("://")
    if not mark or url.startswith("/"):
        return url
    ends = [at for at in map(rest.find, "/?#") if at >= 0]
    return rest[min(ends) :] if ends else "/"
