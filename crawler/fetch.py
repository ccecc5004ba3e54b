"""Fetch: one URL in, one Page or Failure out, within limits that a hostile server cannot stretch.

The only module that speaks HTTP, over a transport of ours (crawler.transport) and not by httpx's client, which would
keep cookies between fetches, follow redirects on its own terms and unpack bodies without a limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

import ada_url
import httpx

from archive.models import Failure, Page, Stage
from archive.sites import site
from config.models import Cookie, Limits, Source
from crawler import __version__, answers, clock, missing, walls
from crawler.decoding import ACCEPTED, Problem, decode
from crawler.network import RefusedAddressError, Resolve, guarded_transport, resolve
from crawler.urls import host

# It writes every header of a request, a subscriber's cookies too, into the debug log.
logging.getLogger("hpack").setLevel(logging.INFO)

MAX_URL = 16_384
"""Characters of a URL that is still asked for."""
MAX_HEADERS = 32_768
"""Bytes of an answer's headers that are kept with the page."""
MAX_COOKIES = 40
"""Cookies that a site may set on the way through its redirects."""
CONNECT_SECONDS = 15.0
JUDGED_SECONDS, JUDGED_BYTES = 5.0, 4 * walls.SMALL
"""Of the body of an answer that brings no page: read to see whether it is a check for robots."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2

_PLAIN = frozenset({404, 410, 451, *range(500, 600)}) - {503}
"""Statuses that mean what they say: no check for robots comes with them."""

Allowed = Callable[[str], Awaitable[Failure | None]]
"""Asked for every URL a redirect leads to; a Failure ends the fetch."""
Pause = Allowed
"""Awaited before each of them is asked for, for as long as it takes; a Failure ends the fetch."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a subscriber shows to one site and to no other: never in a repr, a Failure or a log."""

    site: str = ""
    """Registrable domain, as archive.sites.site gives it."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cookies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    jar: tuple[Cookie, ...] = field(default=(), repr=False)
    """Of a cookie file: each has its own hosts, path and expiry. ``cookies`` go before those of the same name."""

    @classmethod
    def of(cls, source: Source | None) -> Identity:
        if source is None or not (source.headers or source.cookies or source.jar):
            return NOBODY
        return cls(site(source.home), source.headers, source.cookies, source.jar)

    def __post_init__(self) -> None:
        for name, value in (*self.headers, *self.cookies):
            if not _TOKEN.fullmatch(name) or not value.isprintable() or value != value.strip():
                raise ValueError(f"header or cookie {name!r}: its name or value cannot be sent over HTTP")

    def shown_to(self, url: str) -> bool:
        return bool(self.site) and site(url) == self.site

    def cookies_for(self, url: str, at: float) -> dict[str, str]:
        """Those that ``url``, absolute and on its site, is shown at ``at``, seconds since 1970."""
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        fitting = [it for it in self.jar if it.fits(host, parts.path or "/", secure=secure, at=at)]
        # Of one name, that of the longest path (RFC 6265, 5.4, puts it first, and that is the one servers take).
        return {it.name: it.value for it in sorted(fitting, key=lambda it: len(it.path))} | dict(self.cookies)


NOBODY = Identity()


@dataclass(frozen=True, slots=True)
class _Ask:
    """What does not change between the hops of one fetch."""

    url: str
    max_bytes: int
    validators: tuple[tuple[str, str], ...]
    identity: Identity
    cookies: dict[tuple[str, str], str]
    """Those set on the way, by (site, name): some sites redirect until theirs come back."""
    redirects: int
    """That are followed."""

    @property
    def rules(self) -> bool:
        """Whether this is a robots.txt, whose status says it all (RFC 9309, 2.3.1) or its first lines."""
        return self.url.split("/", 3)[-1] == "robots.txt"


def user_agent(contact: str = "") -> str:
    """``Cuttings/VERSION (+contact)``; its first word is the token that robots.txt knows us by."""
    clean = "".join(char for char in contact if char.isascii() and char.isprintable() and char not in "()")
    return f"Cuttings/{__version__}" + (f" (+{clean})" if clean else "")


class Fetcher:
    """The connections to one host, and to those it redirects to; ``async with``, then ``get``."""

    def __init__(
        self,
        *,
        user_agent: str,
        limits: Limits,
        allow_private: bool = False,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._limits = limits
        self._now = now or clock.now
        self._transport = guarded_transport(allow_private=allow_private, resolve=resolve, tls=tls)
        self._headers = (
            ("user-agent", user_agent),
            ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.5"),
            ("accept-encoding", ACCEPTED),
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        etag: str = "",
        last_modified: str = "",
        identity: Identity = NOBODY,
        allowed: Allowed | None = None,
        pause: Pause | None = None,
        redirects: int | None = None,
    ) -> Page | Failure:
        """The page at ``url``, after redirects, unpacked; 304 (only if a validator was given) has an empty body.

        ``max_bytes`` is the most its body may have; ``redirects`` goes before the limits'. Whatever the server does,
        it takes no longer than the limits' deadline, pauses aside, and ends in a Failure of stage ``fetch`` (or what
        ``allowed`` or ``pause`` gave), whose reason is one of: bad-url, refused-address, unreachable, tls, timeout,
        bad-redirect, too-many-redirects, too-large, bad-encoding, not-html, not-found, gone, forbidden, paywalled,
        rate-limited, server-error, client-error, blocked, soft-404 (the last two: see crawler.walls and
        crawler.missing; a robots.txt is never called so, and cut off in place of too-large).
        """
        start = _absolute(url)
        if not start:
            return _failure(url, "bad-url", "This is not an http or https URL that can be asked for.")
        validators = (("if-none-match", etag), ("if-modified-since", last_modified))
        usable = tuple((name, value) for name, value in validators if value.isascii() and value.isprintable() and value)
        most = self._limits.redirects if redirects is None else redirects
        try:
            async with asyncio.timeout(self._limits.deadline) as limit:
                ask = _Ask(url, max_bytes, usable, identity, {}, most)
                return await self._follow(ask, start, allowed, pause and _untimed(limit, pause))
        except TimeoutError:
            return _failure(url, "timeout", f"Not complete after {self._limits.deadline:g} seconds.")
        except RefusedAddressError as error:
            return _failure(url, "refused-address", f"{error}; the setting allow_private would let it be fetched.")
        except (httpx.TransportError, httpx.InvalidURL) as error:
            return _failure(url, *answers.explain(error))

    async def _follow(self, ask: _Ask, url: str, allowed: Allowed | None, pause: Pause | None) -> Page | Failure:
        for _ in range(ask.redirects + 1):
            response = await self._transport.handle_async_request(self._request(ask, url))
            try:
                if response.status_code not in answers.REDIRECTS:
                    return await self._read(ask, url, response)
                _keep_cookies(ask, url, response)
                target = _absolute(response.headers.get("location", ""), url)
            finally:
                await response.aclose()
            if not target:
                return _failure(ask.url, "bad-redirect", "It redirects to what is no http or https URL.")
            if refusal := _astray(ask, url, target):
                return refusal
            if allowed and (refusal := await allowed(target)):
                return refusal
            if pause and (refusal := await pause(target)):
                return refusal
            url = target
        return _failure(ask.url, "too-many-redirects", f"It redirects more than {ask.redirects} times.")

    def _request(self, ask: _Ask, url: str) -> httpx.Request:
        # httpx would write the host in Unicode first, which fails for names that browsers and DNS know: xn--ls8h.la.
        headers = {"host": urlsplit(url).netloc} | dict((*self._headers, *ask.validators))
        cookies = {name: value for (owner, name), value in ask.cookies.items() if owner == site(url)}
        # Never in the clear, unless that is how the source itself was configured.
        if ask.identity.shown_to(url) and (url.startswith("https:") or ask.url.startswith("http:")):
            headers |= {name.lower(): value for name, value in ask.identity.headers}
            cookies |= ask.identity.cookies_for(url, self._now().timestamp())
        if cookies:
            own = [headers["cookie"]] if "cookie" in headers else []
            headers["cookie"] = "; ".join([*own, *(f"{name}={value}" for name, value in cookies.items())])
        return httpx.Request(
            "GET",
            url,
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            extensions={"timeout": {"connect": min(CONNECT_SECONDS, self._limits.deadline)}},  # ``get`` has the rest
        )

    async def _read(self, ask: _Ask, url: str, response: httpx.Response) -> Page | Failure:
        status, headers = response.status_code, response.headers
        if failure := answers.failure(ask.url, status, headers, self._now()):
            told = "" if ask.rules or status in _PLAIN else walls.check(await self._glimpse(ask, url, response))
            return replace(failure, reason="blocked", detail=f"{failure.detail} {told}") if told else failure
        if status == 304 and not ask.validators:
            return _failure(ask.url, "client-error", "The server answered 304 (Not Modified) without being asked.")
        body: bytes | Problem = b""
        if status != 304:
            if answers.binary(headers.get("content-type", "")):
                return _failure(ask.url, "not-html", f"It is {headers['content-type'][:80]!r}.")
            length = headers.get("content-length", "")
            if length.isdigit() and int(length[:18]) > ask.max_bytes and not ask.rules:
                body = Problem.TOO_LARGE
            else:
                body = await _body(response, ask.max_bytes, head=ask.rules)
        if body is Problem.TOO_LARGE:
            return _failure(ask.url, body, f"It has more than the {ask.max_bytes:,} bytes allowed.")
        if isinstance(body, Problem):
            return _failure(ask.url, body, "What it was packed with is unknown, or the data is damaged.")
        page = Page(ask.url, url, status, _kept(headers), body, self._now())
        if status != 304 and not ask.rules and (told := walls.check(page)):
            return replace(
                _failure(ask.url, "blocked", told),
                retry_at=answers.retry_after(headers.get("retry-after", ""), self._now()),
            )
        return page

    async def _glimpse(self, ask: _Ask, url: str, response: httpx.Response) -> Page:
        """An answer that brings no page with the beginning of its body, or without if that does not come by itself."""
        body: bytes | Problem = b""
        with contextlib.suppress(TimeoutError, httpx.TransportError):
            async with asyncio.timeout(JUDGED_SECONDS):
                body = await _body(response, JUDGED_BYTES)
        known = b"" if isinstance(body, Problem) else body
        return Page(ask.url, url, response.status_code, _kept(response.headers), known, self._now())


def _untimed(limit: asyncio.Timeout, pause: Pause) -> Pause:
    """``pause``, whose time is none of the server's."""

    async def paused(target: str) -> Failure | None:
        loop = asyncio.get_running_loop()
        left = (limit.when() or loop.time()) - loop.time()
        limit.reschedule(None)
        try:
            return await pause(target)
        finally:
            limit.reschedule(loop.time() + left)

    return paused


async def _body(response: httpx.Response, limit: int, *, head: bool = False) -> bytes | Problem:
    # As it is, whatever it is declared as; httpx's own aiter_raw puts a layer more between.
    raw = cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
    async with contextlib.aclosing(raw) as chunks:
        return await decode(chunks, response.headers.get("content-encoding", ""), limit, head=head)


def _astray(ask: _Ask, url: str, target: str) -> Failure | None:
    """Why a redirect is not followed though it might be: it ends at a wall, or at another host's front page."""
    if ask.rules:
        return None
    if told := walls.leads_to(target):
        return _failure(ask.url, "blocked", told)
    if host(target) != host(url) and (told := missing.lost(ask.url, target)):
        return _failure(ask.url, "soft-404", told)
    return None


def _failure(url: str, reason: str, detail: str) -> Failure:
    return Failure(url, Stage.FETCH, str(reason), detail)


def _absolute(url: str, base: str = "") -> str:
    """An http(s) URL as the WHATWG standard writes it, without credentials and fragment; empty if it is none."""
    if not url or len(url) > MAX_URL:
        return ""
    try:
        parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError:
        return ""
    if parsed.protocol not in {"http:", "https:"} or not parsed.hostname:
        return ""
    return f"{parsed.protocol}//{parsed.host}{parsed.pathname}{parsed.search}"


def _kept(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    """The headers that are kept with a page, in their order: where they are too many, the biggest fall out."""
    found = [(name, value) for name, value in headers.multi_items() if name != "set-cookie"]
    if sum(len(name) + len(value) for name, value in found) <= MAX_HEADERS:
        return tuple(found)
    kept, room = set(), MAX_HEADERS
    for place in sorted(range(len(found)), key=lambda place: len(found[place][1])):
        room -= len(found[place][0]) + len(found[place][1])
        if room < 0:
            break
        kept.add(place)
    return tuple(one for place, one in enumerate(found) if place in kept)


def _keep_cookies(ask: _Ask, url: str, response: httpx.Response) -> None:
    for header in response.headers.get_list("set-cookie")[:MAX_COOKIES]:
        name, equals, value = header.partition(";")[0].strip().partition("=")
        fits = len(ask.cookies) < MAX_COOKIES and len(header) < 4_096
        if equals and name and fits and header.isascii() and header.isprintable():
            ask.cookies[site(url), name] = value
