"""Robots: what one host's robots.txt lets us do (RFC 9309). No I/O: the caller fetches and keeps it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from protego import Protego

from archive.models import Failure, Page

TOKEN = "Cuttings"  # noqa: S105  # the product token that robots.txt calls us by
PARSED_BYTES = 500 * 1024
"""What is read of a robots.txt: the least that RFC 9309, 2.5, asks for."""
CRAWL_DELAY_LIMIT = 120.0
"""Seconds. A longer Crawl-delay counts as this."""

_AGENT = re.compile(r"[ \t]*user[- ]?agent[ \t]*:[ \t]*([^#]*)", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z_-]+")

# The status to be remembered for a Failure that means: no rules to be had here (RFC 9309, 2.3.1.2 and 2.3.1.3).
_STATUSES = dict.fromkeys(("not-found", "too-many-redirects", "bad-redirect", "not-html"), 404)
_STATUSES |= {"gone": 410, "forbidden": 403, "client-error": 400, "rate-limited": 429}


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
        # 429 is in the range that RFC 9309 calls unavailable, but it says "not now" and not "no rules".
        return self.status is None or self.status >= 500 or self.status == 429

    def allows(self, url: str, token: str = TOKEN) -> bool:
        """Whether ``url``, which is on this host, may be fetched. robots.txt itself always may."""
        if self.unreachable:
            return False
        return not self.text or bool(_parse(self.text, token).can_fetch(url, token))

    def crawl_delay(self, token: str = TOKEN) -> float | None:
        """Seconds between requests that the host asks for, as written; None where it does not."""
        delay: float | None = _parse(self.text, token).crawl_delay(token) if self.text else None
        return delay

    def sitemaps(self) -> tuple[str, ...]:
        """The sitemap URLs it names, in order and as written, each once."""
        return tuple(dict.fromkeys(_parse(self.text, TOKEN).sitemaps)) if self.text else ()


def answer(result: Page | Failure) -> tuple[int | None, bytes]:
    """What to remember of a fetched robots.txt: for Host.robots_status and robots_body, and Robots.from_answer."""
    if isinstance(result, Page):
        return result.status, _cut(result.body)
    return _STATUSES.get(result.reason), b""


def _cut(body: bytes) -> bytes:
    """The part of a file that is read, in whole lines: half a rule might say the opposite."""
    if len(body) <= PARSED_BYTES:
        return body
    head = body[:PARSED_BYTES]
    return head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]


@functools.lru_cache(maxsize=64)
def _parse(text: str, token: str) -> Protego:
    return Protego.parse("\n".join(_ours(line, token) for line in re.split(r"\r\n|\r|\n", text)))


def _ours(line: str, token: str) -> str:
    """A User-agent line with just ``token`` or ``*`` in it, or else a name that is not ours.

    Groups go by the whole product token (RFC 9309, 2.2.1), whatever version follows it; protego would also take
    a group for ``cut`` as meant for ``cuttings`` and one for ``cuttings/1.0`` as not.
    """
    match = _AGENT.match(line)
    if not match:
        return line
    value = match[1].strip()
    product = _PRODUCT.match(value)
    if product and product[0].lower() == token.lower():
        return f"User-agent: {token}"
    return "User-agent: *" if value.startswith("*") else "User-agent: /"
