"""Errand: one page for a command that keeps nothing, as politely as a crawl would fetch it."""

from __future__ import annotations

import asyncio

from archive.models import Failure, Moved, Page, Stage
from archive.sites import site
from archive.tasks import Site
from config.models import Config
from crawler import urls, walls
from crawler.visit import Terms, Visit


def visit_once(url: str, config: Config, *, asked: bool = False) -> Visit:
    """A visit for a command that keeps nothing, to a site of which nothing is known but whether it was just asked."""
    known = Site(site(url), abandoned=asked)
    return Visit(known, (), Terms.of(config), config.politeness, stopping=asyncio.Event())


async def fetch_page(url: str, config: Config, *, listing: bool = False) -> Page | Failure:
    """One page for a command that keeps nothing, politely, following redirects from host to host."""
    target = urls.canonical(url)
    limit = config.limits.listing_bytes if listing else config.limits.page_bytes
    asked: set[str] = set()
    for _ in range(config.limits.redirects + 1):
        if target is None:
            return Failure(url, Stage.FETCH, "bad-url", "This is not an http or https URL.")
        async with visit_once(target, config, asked=site(target) in asked) as visit:
            result = await visit.get(target, max_bytes=limit)
        asked.add(site(target))
        if isinstance(result, Page):
            return walls.refuse(result) or result
        if not isinstance(result, Moved):
            return result or Failure(url, Stage.FETCH, "rate-limited", "The host asks for a longer pause first.")
        target = urls.canonical(result.target)
    detail = f"It redirects more than {config.limits.redirects} times."
    return Failure(url, Stage.FETCH, "too-many-redirects", detail)
