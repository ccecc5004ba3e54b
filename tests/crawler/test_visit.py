from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from archive import sites
from archive.tasks import Host
from archive.tasks import Site as Known
from config.models import Config, Limits, Politeness
from crawler import clock, robots, ruleset
from crawler.errand import fetch_page
from crawler.visit import Terms, Visit
from tests.site import Raw, Site, redirect

MANNERS = Politeness(delay=30.0, jitter=0.0, obey_robots=False)
TERMS = Terms(Limits(), "Cuttings/test", allow_private=True)


@pytest.fixture
def site():
    with Site() as site:
        yield site


def visit(site, **options):
    known = Known(sites.site(site.url()), abandoned=options.pop("abandoned", False))
    manners = options.pop("manners", MANNERS)
    return Visit(known, (), TERMS, manners, **({"stopping": asyncio.Event()} | options))


def pause(visit):
    return (visit.site.next_at - clock.now()).total_seconds()


@pytest.mark.parametrize("path", ["/hangs", "/robots.txt"])
async def test_the_pause_after_a_request_that_was_cut_off_is_kept(site, path):
    came = threading.Event()

    def hang(_, connection):
        came.set()
        site.closing.wait(20)

    site.routes |= dict.fromkeys(("/robots.txt", "/hangs"), Raw(hang))
    manners = replace(MANNERS, obey_robots=path == "/robots.txt")
    async with Visit(Known("s"), (), TERMS, manners, stopping=asyncio.Event(), patience=timedelta(seconds=60)) as cut:
        request = asyncio.create_task(cut.get(site.url("/hangs"), max_bytes=1000))
        await asyncio.to_thread(came.wait, 10)
        request.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await request
        assert 28 < pause(cut) <= 30.1


@pytest.mark.parametrize("stopped", [True, False])
async def test_that_another_process_may_just_have_asked_is_not_forgotten_by_a_visit_that_asked_nothing(site, stopped):
    stopping = asyncio.Event()
    async with visit(site, abandoned=True, stopping=stopping, patience=timedelta(seconds=60 if stopped else 1)) as idle:
        if stopped:
            asyncio.get_running_loop().call_later(0.1, stopping.set)
        assert await idle.get(site.url("/a"), max_bytes=1000) is None
        assert 28 < pause(idle) <= 30.1
    assert not site.requests


def test_redirects_on_a_host_keep_its_pace_too_and_the_time_they_wait_for_it_is_not_the_servers(site):
    hops = {f"/{n}": redirect(f"/{n + 1}") for n in range(3)}
    site.routes |= hops | {"/3": "<p>There.", "/robots.txt": redirect("/rules"), "/rules": "User-agent: x"}
    config = Config(allow_private=True, politeness=Politeness(delay=0.4, jitter=0), limits=Limits(deadline=1.0))
    page = asyncio.run(fetch_page(site.url("/0"), config))
    assert page.final_url == site.url("/3")
    pauses = [b.at - a.answered[-1] for a, b in zip(site.requests, site.requests[1:], strict=False)]
    assert len(pauses) == 5
    assert min(pauses) >= 0.39  # 10 ms of clock granularity


async def test_a_long_robots_txt_is_read_beside_the_event_loop(site, monkeypatch):
    threads = []

    def parse(text, token):
        threads.append(threading.current_thread())
        return ruleset.parse(text, token)

    monkeypatch.setattr(robots, "_parsed_long", functools.lru_cache(parse))
    rules = b"User-agent: *\n" + b"".join(b"Disallow: /no/%d\n" % n for n in range(3000))
    host = Host(site.host, 200, rules, clock.now())
    manners = replace(MANNERS, obey_robots=True)
    async with Visit(Known("s"), (host,), TERMS, manners, stopping=asyncio.Event()) as one:
        assert (await one.get(site.url("/no/77"), max_bytes=1000)).reason == "robots"
    assert threads
    assert threading.main_thread() not in threads


async def test_a_long_robots_txt_and_a_long_address_hold_nobody_else_up(site):
    rules = "".join(f"Disallow: *{'a' * (n % 9 + 2)}b{n}\n" for n in range(25_000))
    site.routes |= {"/robots.txt": f"User-agent: *\n{rules}", "/1": redirect(f"/{'a' * 8_000}?/"), "*": "<p>here"}
    latest = 0.0

    async def watch():
        nonlocal latest
        while True:
            before = clock.elapsed()
            await asyncio.sleep(0.01)
            latest = max(latest, clock.elapsed() - before - 0.01)

    async with visit(site, manners=Politeness(delay=0.0, jitter=0.0)) as calm:
        await calm.get(site.url("/0"), max_bytes=1000)  # robots.txt is read
        watching = asyncio.create_task(watch())
        page = await calm.get(site.url("/1"), max_bytes=1000)
        watching.cancel()
    assert page.body == b"<p>here"
    assert latest < 0.3  # the address alone takes twice as long to judge
