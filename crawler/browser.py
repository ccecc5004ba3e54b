"""Browser: pages of sites that need scripts, shown in Chromium; for the rest of the crawl, pages like any other.

A page is fetched as always, by the same Fetcher: its status, headers, redirects and limits are those of HTTP. Then it
is shown in a process of its own (crawler.browser_process), and its body becomes what its scripts made of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from archive.models import Failure, Page, Stage
from config.models import Limits
from crawler import urls
from crawler.browser_child import Child, ChildError
from crawler.fetch import NOBODY, Allowed, Fetcher, Identity, Pause
from crawler.wire import Crumb, Order, Shown

PAGES = 4
"""Shown at the same time."""
LIFE = 200
"""Pages after which Chromium begins anew: what it leaks goes with it."""
IDLE_SECONDS = 60.0
"""After which Chromium is ended where nobody needs it: it holds 300 MB and takes two seconds to start."""
WAIT_SECONDS = 120.0
"""The longest that a page waits for its turn."""
AGAIN_SECONDS = 60.0
"""After which one that did not start is tried again."""

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTALL = (
    "install Cuttings with the extra 'browser' (pip install 'cuttings[browser]') and Chromium (apt install chromium)"
)

_OF_BODY = frozenset({"content-type", "content-length", "content-encoding", "etag", "content-md5", "digest"})
"""Headers that speak of the body as it was fetched. An ETag would hide what scripts changed behind a 304."""
_HTML = ("text/html", "application/xhtml+xml")
_NO_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL
)


class Browser:
    """``async with``, then ``get``. Chromium is started when it is first needed, and ends with this."""

    def __init__(
        self, *, pages: int = PAGES, life: int = LIFE, idle: float = IDLE_SECONDS, executable: str = ""
    ) -> None:
        """``executable``: Chromium's; else what ``$CHROMIUM`` names, else the first of EXECUTABLES on the PATH."""
        self._life, self._idle = life, idle
        self._executable = executable
        self._slots = asyncio.Semaphore(pages)
        self._changing = asyncio.Lock()
        self._child: Child | None = None
        self._problem = ""
        self._again_at = 0.0
        self._ending: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ending:
            self._ending.cancel()
        async with self._changing:
            await self._end()

    @property
    def pid(self) -> int | None:
        """The renderer process's number while there is one: all of Chromium descends from it."""
        return self._child.pid if self._child else None

    async def get(
        self,
        url: str,
        *,
        fetcher: Fetcher,
        user_agent: str,
        limits: Limits,
        allow_private: bool = False,
        max_bytes: int,
        identity: Identity = NOBODY,
        allowed: Allowed | None = None,
        pause: Pause | None = None,
    ) -> Page | Failure:
        """The page at ``url`` as a reader sees it: Fetcher.get's, with its document in UTF-8 for a body.

        What is no HTML is given as it was fetched. Where a page's scripts lead elsewhere, that is a redirect like
        others. ``max_bytes`` holds for the page, for all that it loads and for its document; ``allowed`` is also
        asked for what it loads from its own host, so that robots.txt holds for it. Reasons besides those of
        Fetcher.get: ``no-browser`` where Chromium cannot be had, ``browser`` where it failed on the page.
        """
        left, target = limits.deadline, url

        async def paused(to: str) -> Failure | None:
            nonlocal left
            started = monotonic()
            refusal = await pause(to) if pause else None
            left += monotonic() - started
            return refusal

        for _ in range(limits.redirects + 1):
            # Never in the clear, unless that is how the source itself was configured.
            shown_as = NOBODY if url.startswith("https:") and not target.startswith("https:") else identity
            started = monotonic()
            page = await fetcher.get(
                target, max_bytes=max_bytes, identity=shown_as, allowed=allowed, pause=pause and paused
            )
            left -= monotonic() - started
            if isinstance(page, Failure) or not is_html(page):
                return replace(page, url=url)
            order = Order(
                number=0,
                url=page.final_url,
                status=page.status,
                headers=page.headers,
                user_agent=user_agent,
                allow_private=allow_private,
                seconds=max(left, 1.0),
                max_bytes=max_bytes,
                cookies=crumbs(shown_as, page.final_url),
                body=page.body,
            )
            shown, seconds = await self._show(order, allowed)
            left -= seconds
            if shown.reason:
                return Failure(url, Stage.FETCH, shown.reason, shown.detail)
            if not shown.target:
                return replace(page, url=url, headers=_as_utf8(page.headers), body=shown.body)
            target = urls.canonical(shown.target) or ""
            if refusal := await _refusal(url, target, allowed, pause):
                return refusal
        detail = f"It redirects more than {limits.redirects} times."
        return Failure(url, Stage.FETCH, "too-many-redirects", detail)

    async def _show(self, order: Order, allowed: Allowed | None) -> tuple[Shown, float]:
        """What became of an order, and the seconds it took once its turn had come."""

        async def may(url: str) -> bool:
            return allowed is None or await allowed(url) is None

        async with contextlib.AsyncExitStack() as turn:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await turn.enter_async_context(self._slots)
                    child = await self._ready()
            except TimeoutError:
                return Shown(0, "browser", "Chromium was busy with other pages; it is tried again later."), 0.0
            except ChildError as error:
                return Shown(0, "no-browser", str(error)), 0.0
            started = monotonic()
            try:
                shown = await child.show(order, may)
            except ChildError as error:
                shown = Shown(0, "browser", str(error))
            self._rest_later()
            return shown, monotonic() - started

    async def _ready(self) -> Child:
        """The renderer process, a new one where the old one is worn, dead or not there. Raises ChildError."""
        async with self._changing:
            if self._child and (self._child.dead or self._child.worn or self._child.pages >= self._life):
                await self._child.finish()  # its pages come to their end first: there is one Chromium at a time
                await self._end()
            if self._child is None:
                if monotonic() < self._again_at:
                    raise ChildError(self._problem)
                try:
                    self._child = await Child.start(self._find())
                except ChildError as error:
                    self._problem, self._again_at = str(error), monotonic() + AGAIN_SECONDS
                    raise
            self._child.pages += 1
            self._child.taken += 1
            return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child:
            await child.end()

    def _find(self) -> str:
        """Chromium's executable; raises ChildError that says what to install."""
        if importlib.util.find_spec("playwright") is None:
            raise ChildError(f"A source with render = true needs playwright, which is not installed: {INSTALL}.")
        named = self._executable or os.environ.get("CHROMIUM", "")
        found = shutil.which(named) if named else next(filter(None, map(shutil.which, EXECUTABLES)), None)
        if not found:
            what = f"which is not at {named}" if named else "which is not installed"
            raise ChildError(f"A source with render = true needs Chromium, {what}: {INSTALL}.")
        return str(Path(found).absolute())

    def _rest_later(self) -> None:
        if self._ending:
            self._ending.cancel()
        self._ending = asyncio.get_running_loop().call_later(self._idle, self._rest)

    def _rest(self) -> None:
        task = asyncio.get_running_loop().create_task(self._end_if_idle())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end_if_idle(self) -> None:
        async with self._changing:
            if self._child and not self._child.taken:
                await self._end()


async def _refusal(url: str, target: str, allowed: Allowed | None, pause: Pause | None) -> Failure | None:
    """Why the page at ``url`` is not followed to where its scripts lead; None where it is."""
    if not target:
        return Failure(url, Stage.FETCH, "bad-redirect", "Its scripts lead to what is no http or https URL.")
    for ask in filter(None, (allowed, pause)):
        if refusal := await ask(target):
            return refusal
    return None


def is_html(page: Page) -> bool:
    """Whether a browser would show it as a page with scripts: no feed, no sitemap, nothing that is empty."""
    kind = page.header("content-type").partition(";")[0].strip().lower() or "text/html"
    return kind in _HTML and bool(page.body.strip()) and not _NO_PAGE.match(page.body[:4096])


def crumbs(identity: Identity, url: str) -> tuple[Crumb, ...]:
    """The cookies that a browser may show to the site of ``url``, if that is the identity's own.

    Chromium shows each by its host, path and expiry; over https alone where the page came over https. The
    identity's headers go with the page alone: Chromium could not keep them from where a request is redirected.
    """
    if not identity.shown_to(url):
        return ()
    parts = urlsplit(url)
    sealed, own = parts.scheme == "https", parts.hostname or ""
    site = identity.site if own.endswith(f".{identity.site}") else own
    filed = (
        Crumb(
            it.name, it.value, _reach(it.domain, it.subdomains), it.path, it.secure or sealed, it.http_only, it.expires
        )
        for it in identity.jar
    )
    named = (
        Crumb(name, value, _reach(site), "/", sealed, http_only=True, expires=0) for name, value in identity.cookies
    )
    return (*filed, *named)


def _reach(host: str, subdomains: bool = True) -> str:  # named by the field that it is
    """A cookie's domain as Chromium wants it: with a dot before it if the hosts below see it; an address has none."""
    name = "." in host and ":" not in host and not host.replace(".", "").isdigit()
    return f".{host}" if name and subdomains else host


def _as_utf8(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    other = [(name, value) for name, value in headers if name not in _OF_BODY]
    return (("content-type", "text/html; charset=utf-8"), *other)
