"""Renderer: a fetched page shown in Chromium until its scripts have come to rest, and what it then consists of.

Chromium is given the page as it was fetched and loads nothing but what scripts need, through a Gate. It is never
trusted: whatever a page does, its time, its bytes, its requests and its memory have an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, BrowserType, CDPSession, Error, Page, Request, Route

from crawler import urls
from crawler.network import Guard
from crawler.proxy import Gate
from crawler.wire import Crumb, Order, Shown

QUIET = 0.5
"""Seconds without a request under way and without a change of the document, after which a page is at rest."""
STILL = 2.0
"""Seconds without a change of the document, after which it is at rest though it still loads: some never end."""
SETTLE = 10.0
"""Seconds after which a page that never rests is taken as it stands."""
POLL = 0.1
CLOSE_SECONDS = 5.0
MAX_REQUESTS = 300
"""Of one page, which then is taken as it stands: each costs 3 ms here, and a script can make a thousand a second."""
HEAP_MEGABYTES = 512
"""Of one page's scripts."""

# Without a window that opens windows, and with Chromium's own brakes, which playwright takes off for its tests.
BRAKES = ["--disable-popup-blocking", "--disable-ipc-flooding-protection", "--disable-hang-monitor"]
ARGUMENTS = [
    "--disable-gpu",
    "--mute-audio",
    # Nothing past the gate: no name is resolved here, loopback goes through the proxy too, no UDP.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    # Nothing that Chromium would like to know or tell by itself.
    "--no-pings",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-crash-reporter",
    f"--js-flags=--max-old-space-size={HEAP_MEGABYTES}",
]
NOWHERE = {"server": "http://127.0.0.1:1"}
"""The proxy for what is no page's request: nothing listens there, so Chromium cannot phone home."""

_LOADED = frozenset({"script", "xhr", "fetch", "eventsource"})
"""Kinds of request that make a document. Pictures, films, fonts, frames and beacons do not."""
_TOLD = frozenset({"content-type", "content-language", "content-security-policy", "referrer-policy", "last-modified"})
"""The headers that a page is shown with: those that bear on how it is read, and on what its scripts may do."""

# In a world of its own, whose objects the page's scripts cannot bend; a page can still hide a document's property
# behind an element of that name, so these are taken from the prototype.
_WATCH = """
    globalThis.last = performance.now();
    new MutationObserver(() => { last = performance.now() })
        .observe(document, { subtree: true, childList: true, characterData: true });
    globalThis.own = name => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);
"""
_REST = "[own('readyState') === 'complete', (performance.now() - last) / 1000]"
# <noscript> is what readers with scripts do not see.
_WHOLE = """(max => {
    for (const it of [...Document.prototype.querySelectorAll.call(document, 'noscript')]) it.remove();
    const html = own('documentElement')?.outerHTML ?? '';
    return html.length > max ? null : (own('doctype') ? '<!DOCTYPE html>' : '') + html;
})(%d)"""

May = Callable[[str], Awaitable[bool]]
"""Asked for every URL on the page's own host that the page wants to load."""


async def launch(chromium: BrowserType, executable: str) -> Chromium:
    """The browser. Raises playwright's Error where it does not start."""
    return await chromium.launch(
        executable_path=executable,
        # Its sandbox does not work for root, whom one is in most containers; for everyone else it is on.
        chromium_sandbox=os.geteuid() != 0,
        args=ARGUMENTS,
        ignore_default_args=BRAKES,
        proxy=NOWHERE,  # type: ignore[arg-type]  # a TypedDict that playwright does not export
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


class Renderer:
    """Shows pages in one Chromium, each in a context of its own that is thrown away with all it kept."""

    def __init__(
        self, chromium: Chromium, guard: Callable[[bool], Guard] = lambda private: Guard(allow_private=private)
    ) -> None:
        self._chromium = chromium
        self._guard = guard

    async def show(self, order: Order, may: May) -> Shown:
        """The page's document, when it has come to rest, in UTF-8.

        Else where its scripts went, or one of the reasons timeout, too-large, bad-redirect, browser. Never raises
        for what a page does.
        """
        stuck = asyncio.Event()
        try:
            async with asyncio.timeout(order.seconds):
                shown = await self._show(order, may, stuck)
        except TimeoutError:
            shown = Shown(
                order.number, "timeout", f"Its scripts did not come to rest within {order.seconds:.0f} seconds."
            )
        except Error as error:
            shown = Shown(order.number, "browser", f"Chromium gave up on it: {_first_line(error)}")
        return Shown(order.number, shown.reason, shown.detail, shown.target, stuck.is_set(), shown.body)

    async def _show(self, order: Order, may: May, stuck: asyncio.Event) -> Shown:
        async with (
            Gate(self._guard(order.allow_private), max_bytes=order.max_bytes) as gate,
            self._context(order, gate, stuck) as context,
        ):
            return await _Showing(order, may, gate, context, await context.new_page()).result()

    @contextlib.asynccontextmanager
    async def _context(self, order: Order, gate: Gate, stuck: asyncio.Event) -> AsyncIterator[BrowserContext]:
        context = await self._chromium.new_context(
            proxy={"server": gate.server, "username": gate.user, "password": gate.password},
            user_agent=order.user_agent,
            viewport={"width": 1280, "height": 2000},
            timezone_id="UTC",
            accept_downloads=False,
            service_workers="block",
        )
        try:
            for crumb in order.cookies:
                await _put(context, crumb)
            yield context
        finally:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await context.close()
            except (TimeoutError, Error):
                stuck.set()  # a page that cannot be closed ends with the whole browser


class _Showing:
    """One page on its way to rest."""

    def __init__(self, order: Order, may: May, gate: Gate, context: BrowserContext, page: Page) -> None:
        self._order, self._may, self._gate, self._context, self._page = order, may, gate, context, page
        self._host = urls.host(order.url)
        self._begun = False
        self._away = ""
        self._asked = 0
        self._open: set[Request] = set()
        self._busy_until = monotonic()
        self._crashed = asyncio.Event()
        self._session: CDPSession | None = None

    async def result(self) -> Shown:
        page, number = self._page, self._order.number
        page.on("crash", lambda _: self._crashed.set())
        page.on("request", self._opened)
        for event in ("requestfinished", "requestfailed"):
            page.on(event, self._closed)
        self._context.on("page", lambda other: asyncio.ensure_future(_close(other)))
        await self._context.route("**/*", self._route)
        resting, crashed = asyncio.ensure_future(self._rest()), asyncio.ensure_future(self._crashed.wait())
        try:
            await asyncio.wait((resting, crashed), return_when=asyncio.FIRST_COMPLETED)
            if self._crashed.is_set():
                return Shown(number, "browser", "It took more memory than a page may, or made Chromium fail.")
            html = resting.result()
        finally:
            resting.cancel()
            crashed.cancel()
            await asyncio.gather(resting, crashed, return_exceptions=True)
        if self._away:
            return Shown(number, target=self._away)
        if not page.url.startswith(("http:", "https:")):
            return Shown(number, "bad-redirect", "Its scripts lead to what is no http or https URL.")
        body = html.encode("utf-8", "replace") if html is not None else b""
        if html is None or len(body) > self._order.max_bytes:
            return Shown(
                number, "too-large", f"Its scripts made more than the {self._order.max_bytes:,} bytes allowed."
            )
        return Shown(number, body=body)

    async def _rest(self) -> str | None:
        """Wait until the page is at rest, or has waited long enough; its document, None if it is too large."""
        session = self._session = await self._context.new_cdp_session(self._page)
        session.on("Fetch.requestPaused", lambda paused: asyncio.ensure_future(self._hop(session, paused)))
        session.on("Fetch.authRequired", lambda asked: asyncio.ensure_future(self._sign_in(session, asked)))
        await session.send("Fetch.enable", {"handleAuthRequests": True})
        await self._page.goto(self._order.url, wait_until="commit", timeout=0)
        tree = await session.send("Page.getFrameTree")
        frame = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "cuttings"}
        world = (await session.send("Page.createIsolatedWorld", frame))["executionContextId"]
        await _run(session, world, _WATCH)
        enough = monotonic() + min(SETTLE, self._order.seconds * 0.6)
        while not self._away and self._asked <= MAX_REQUESTS and monotonic() < enough:
            complete, still = await _run(session, world, _REST)
            idle = 0.0 if self._open else monotonic() - self._busy_until
            if (complete and min(idle, still) >= QUIET) or still >= STILL:
                break
            await asyncio.sleep(POLL)
        await self._still()
        html: str | None = await _run(session, world, _WHOLE % self._order.max_bytes)
        return html

    async def _still(self) -> None:
        """Let no script of the page run any more: it works at once, even where answers wait behind many events."""
        if self._session:
            await self._session.send("Emulation.setScriptExecutionDisabled", {"value": True})

    def _opened(self, request: Request) -> None:
        self._open.add(request)

    def _closed(self, request: Request) -> None:
        self._open.discard(request)
        self._busy_until = monotonic()

    async def _route(self, route: Route) -> None:
        with contextlib.suppress(Error):  # the page is over
            request = route.request
            if request.is_navigation_request():
                await self._navigation(route, request)
            elif request.resource_type == "stylesheet":
                # Some scripts wait for it, none needs what is in it.
                headers = {"content-type": "text/css", "access-control-allow-origin": "*"}
                await route.fulfill(status=200, headers=headers, body="")
            elif request.resource_type in _LOADED and await self._loads(request.url):
                await route.continue_()
            else:
                await route.abort("blockedbyclient")

    async def _hop(self, session: CDPSession, paused: dict[str, Any]) -> None:
        """Judge where a request is redirected, of which playwright says nothing; all others were judged already."""
        redirected = "redirectedRequestId" in paused
        with contextlib.suppress(Error):  # the page is over
            if redirected and not await self._loads(paused["request"]["url"]):
                refused = {"requestId": paused["requestId"], "errorReason": "BlockedByClient"}
                await session.send("Fetch.failRequest", refused)
            else:
                await session.send("Fetch.continueRequest", {"requestId": paused["requestId"]})

    async def _sign_in(self, session: CDPSession, asked: dict[str, Any]) -> None:
        """Let a request through the gate, which Chromium asks whoever listens for; no site is told anything."""
        answer = {"response": "CancelAuth"}
        if asked["authChallenge"].get("source") == "Proxy":
            answer = {"response": "ProvideCredentials", "username": self._gate.user, "password": self._gate.password}
        with contextlib.suppress(Error):  # the page is over
            told = {"requestId": asked["requestId"], "authChallengeResponse": answer}
            await session.send("Fetch.continueWithAuth", told)

    async def _navigation(self, route: Route, request: Request) -> None:
        ours = request.frame == self._page.main_frame
        if ours and not self._begun:
            self._begun = True
            headers = {name: value for name, value in self._order.headers if name in _TOLD}
            headers.setdefault("content-type", "text/html")
            await route.fulfill(status=self._order.status, headers=headers, body=self._order.body)
            return
        # A page that loads itself anew, as checks for robots do, is taken as it is.
        if ours and request.url.partition("#")[0] != self._order.url.partition("#")[0]:
            self._away = self._away or request.url
        await route.abort("aborted")

    async def _loads(self, url: str) -> bool:
        self._asked += 1
        if self._asked == MAX_REQUESTS:
            await self._still()
        if self._asked > MAX_REQUESTS or len(url) > urls.MAX_INPUT or not url.startswith(("http:", "https:")):
            return False
        return urls.host(url) != self._host or await self._may(url)


async def _run(session: CDPSession, world: int, expression: str) -> Any:
    answer = await session.send(
        "Runtime.evaluate", {"expression": expression, "contextId": world, "returnByValue": True}
    )
    if "exceptionDetails" in answer:
        raise Error("its document could not be read")
    return answer["result"].get("value")


async def _put(context: BrowserContext, crumb: Crumb) -> None:
    """Put a cookie into the context; one that Chromium refuses, as it would from the site itself, stays away."""
    place: dict[str, Any] = {"name": crumb.name, "value": crumb.value, "domain": crumb.domain, "path": crumb.path}
    place |= {"sameSite": "Lax"}
    place |= {"secure": crumb.secure, "httpOnly": crumb.http_only, "expires": crumb.expires or -1}
    with contextlib.suppress(Error):
        await context.add_cookies([place])  # type: ignore[list-item]  # a TypedDict that playwright does not export


async def _close(page: Page) -> None:
    with contextlib.suppress(Error):
        await page.close()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]
