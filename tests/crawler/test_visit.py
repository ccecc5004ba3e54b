from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from archive import sites
from archive.models import Site as Known
from config.models import Limits, Politeness
from crawler import clock
from crawler.visit import Terms, Visit
from tests.site import Raw, Site

MANNERS = Politeness(delay=30.0, jitter=0.0, obey_robots=False)
TERMS = Terms(Limits(), "Cuttings/test", allow_private=True)


@pytest.fixture
def site():
    with Site() as site:
        yield site


def visit(site, **options):
    known = Known(sites.site(site.url()), abandoned=options.pop("abandoned", False))
    terms = {"stopping": asyncio.Event()} | options
    return Visit(known, (), TERMS, options.pop("manners", MANNERS), **terms)


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
        assert 28 < pause(cut) <= 30


@pytest.mark.parametrize("stopped", [True, False])
async def test_that_another_process_may_just_have_asked_is_not_forgotten_by_a_visit_that_asked_nothing(site, stopped):
    stopping = asyncio.Event()
    async with visit(site, abandoned=True, stopping=stopping, patience=timedelta(seconds=60 if stopped else 1)) as idle:
        if stopped:
            asyncio.get_running_loop().call_later(0.1, stopping.set)
        assert await idle.get(site.url("/a"), max_bytes=1000) is None
        assert 28 < pause(idle) <= 30
    assert not site.requests
