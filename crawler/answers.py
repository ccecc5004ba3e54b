"""Answer: what one that brings no page means, or that none came, and when the server may be asked again."""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from archive.models import Failure, Page, Stage
from crawler.politeness import LONGEST_WAIT

_MAX_AGE = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})")

_SEVERAL = re.compile(r"[0-9]+(?:\s*,\s*[0-9]+)*")

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_REASONS = {401: "forbidden", 402: "paywalled", 403: "forbidden", 404: "not-found", 410: "gone", 429: "rate-limited"}
_REASONS |= {451: "forbidden"}

# Of an answer that cannot hold an article, a feed or a sitemap. A gzipped sitemap comes as octet-stream or gzip.
_BINARY = (
    *("image/", "video/", "audio/", "font/", "application/pdf", "application/zip", "application/msword"),
    *("application/vnd.ms-", "application/vnd.openxmlformats", "application/epub", "application/vnd.rar"),
)


def failure(url: str, status: int, headers: Mapping[str, str], now: datetime) -> Failure | None:
    """The Failure that a final answer's status stands for; None for a page (2xx) and for 304.

    ``headers`` are looked up by lower-case name.
    """
    if status == 206:
        return Failure(url, Stage.FETCH, "server-error", "The server answered 206, with a part that nobody asked for.")
    if 200 <= status < 300 or status == 304:
        return None
    reason = _REASONS.get(status, "server-error" if status >= 500 else "client-error")
    retry_at = retry_after(headers.get("retry-after", ""), now) if status == 429 or status >= 500 else None
    known = HTTPStatus(status).phrase if status in set(HTTPStatus) else "a status that HTTP does not define"
    return Failure(url, Stage.FETCH, reason, f"The server answered {status} ({known}).", retry_at)


def retry_after(value: str, now: datetime) -> datetime | None:
    """The moment that a Retry-After header names (RFC 9110, 10.2.3), in seconds or as a date; None if unreadable.

    Never before ``now`` and never more than a day after it.
    """
    value = value.strip()
    if _SEVERAL.fullmatch(value):  # of several, as a proxy's beside the server's, the longest
        return now + min(timedelta(seconds=max(int(each.strip()[:9]) for each in value.split(","))), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return max(now, min(at, now + LONGEST_WAIT))


def fresh_for(page: Page, now: datetime) -> timedelta | None:
    """For how long an answer says that it stays as it is (RFC 9111, 5.2 and 5.3), a day at most; None if it doesn't."""
    control = page.header("cache-control").lower()
    if found := _MAX_AGE.search(control):
        age = page.header("age")
        left = int(found[1]) - (int(age[:9]) if age.isascii() and age.isdigit() else 0)
        return min(max(timedelta(seconds=left), timedelta()), LONGEST_WAIT)
    if "no-cache" in control or "no-store" in control or not page.header("expires"):
        return None
    at = retry_after(page.header("expires"), now)  # a date, as there
    return at - now if at and not page.header("expires").strip().isdigit() else None


def binary(content_type: str) -> bool:
    """Whether a Content-Type is one of files that nobody reads as text: pictures, films, PDF, archives."""
    return content_type.strip().lower().startswith(_BINARY)


def explain(error: Exception) -> tuple[str, str]:
    """The reason and a sentence for what httpx raised; never its own words, which may quote a header."""
    chain = list(_causes(error))
    if isinstance(error, httpx.TimeoutException):
        return "timeout", "The server did not answer in time."
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return "bad-url", "This URL cannot be asked for over HTTP."
    if failed := next((cause for cause in chain if isinstance(cause, ssl.SSLCertVerificationError)), None):
        return "tls", f"The certificate was not accepted: {failed.verify_message}"
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return "tls", "No secure connection could be agreed on."
    if any(isinstance(cause, socket.gaierror | UnicodeError) for cause in chain):
        return "unreachable", "The host's name is unknown."
    if isinstance(error, httpx.ConnectError):
        code = next((cause.errno for cause in reversed(chain) if isinstance(cause, OSError) and cause.errno), 0)
        return "unreachable", "No connection" + (f": {os.strerror(code)}." if code else ".")
    if isinstance(error, httpx.ProtocolError):
        return "unreachable", "The answer broke off, or was not HTTP."
    return "unreachable", "The connection was lost."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
