"""Subscribe: from a site's URL to a Source with its feeds; and whether a source's listings still give anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from archive import sites
from archive.models import Failure, Page, Stage
from config.edit import name_for
from config.load import STARTER, load
from config.models import Config, Source
from crawler import urls
from crawler.discover import autodiscover, listing
from crawler.discover.opml import Outline
from crawler.errand import fetch_page, visit_once
from crawler.extract import charset

FEEDS = 5
"""Feeds of a page that are taken: a page that names more names each section's, and the first ones hold it all."""
PROBES = 6
"""Well-known feed addresses that are tried where a page names none, each after the host's pause."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one listing of a source gave when it was fetched just now."""

    source: str
    url: str
    kind: str = ""
    links: int = 0
    problem: str = ""


def starter(name: str) -> Source | None:
    """A publisher of the starter pack."""
    return load(STARTER, {}).source(name)  # as it is in the pack, whatever the environment sets


async def look_up(
    url: str, config: Config, *, name: str | None = None, feeds: tuple[str, ...] = ()
) -> Source | Failure:
    """A Source for the site at ``url``: its feeds, else a sitemap its robots.txt names, else the page itself."""
    url = url if "://" in url else f"https://{url}"
    page = await fetch_page(url, config, listing=True)
    if isinstance(page, Failure):
        return page
    found = listing.read(page, "")
    chosen = name or name_for(page.final_url, {source.name for source in config.sources})
    home = "/".join(page.final_url.split("/", 3)[:3]) + "/"
    if found.kind in {listing.Offers.SITEMAP, listing.Offers.SITEMAP_INDEX}:
        return Source(name=chosen, home=home, sitemaps=(page.final_url,))
    if found.kind is listing.Offers.FEED:
        return Source(name=chosen, home=home, feeds=(page.final_url,))
    html = charset.decode(page.body, page.header("content-type"))
    source = Source(name=chosen, home=page.final_url, title=_title(html))
    named = feeds or tuple(feed.url for feed in autodiscover.feeds(html, page.final_url))[:FEEDS]
    if named:
        return replace(source, feeds=named)
    return await _probe(source, found.links != (), config)


def _title(html: str) -> str:
    """What a home page calls its site."""
    tree = LexborHTMLParser(html)
    name = tree.css_first('meta[property="og:site_name"]')
    text = name.attributes.get("content") if name else (node.text() if (node := tree.css_first("title")) else "")
    return " ".join((text or "").split())[:80]


async def _probe(source: Source, has_links: bool, config: Config) -> Source | Failure:
    """Try the well-known addresses, then the sitemaps of robots.txt, then the page's own links."""
    limit = config.limits.listing_bytes
    async with visit_once(source.home, config, asked=True) as visit:
        for candidate in autodiscover.candidates(source.home)[:PROBES]:
            page = await visit.get(candidate, max_bytes=limit)
            if isinstance(page, Page) and listing.read(page, "").kind is listing.Offers.FEED:
                return replace(source, feeds=(page.final_url,))
        if sitemaps := visit.robots(urls.host(source.home)).sitemaps():
            return replace(source, sitemaps=sitemaps)
    if has_links:
        return replace(source, sections=(source.home,))
    what = "No feed, sitemap or links to articles were found; if you know a feed, name it with --feed."
    return Failure(source.home, Stage.DISCOVER, "nothing-found", what)


async def check_listings(sources: Iterable[Source], config: Config) -> list[Checked]:
    """Fetch every listing once: sites side by side, a site's listings one after the other."""
    wanted: dict[str, list[tuple[Source, str]]] = {}
    for source in sources:
        for url in (*source.feeds, *source.sitemaps, *source.sections):
            wanted.setdefault(sites.site(url), []).append((source, url))
    room = asyncio.Semaphore(config.limits.hosts)

    async def check_site(listings: list[tuple[Source, str]]) -> list[Checked]:
        async with room, visit_once(listings[0][1], config) as visit:
            return [
                _checked(s, url, await visit.get(url, max_bytes=config.limits.listing_bytes)) for s, url in listings
            ]

    rows = await asyncio.gather(*(check_site(listings) for listings in wanted.values()))
    return sorted((row for of_site in rows for row in of_site), key=lambda row: (row.source, row.url))


def _checked(source: Source, url: str, page: Page | Failure | None) -> Checked:
    if page is None:
        return Checked(source.name, url, problem="the host asks for a longer pause first")
    if isinstance(page, Failure):
        return Checked(source.name, url, problem=page.detail or page.reason)
    found = listing.read(page, source.name)
    wanted = sum(source.wants(link.url) for link in found.links)
    return Checked(source.name, url, found.kind.value, wanted + len(found.more), found.problem)


def from_outlines(outlines: Iterable[Outline], config: Config) -> list[Source]:
    """Sources of an OPML file's feeds, one a site, without the feeds that are configured already."""
    known = {feed for source in config.sources for feed in source.feeds}
    taken = {source.name for source in config.sources}
    by_site: dict[str, Source] = {}
    for outline in outlines:
        feed = urls.canonical(outline.xml_url)
        if feed is None or feed in known:
            continue
        home = urls.canonical(outline.html_url) or "/".join(feed.split("/", 3)[:3]) + "/"
        key = sites.site(home)
        if key not in by_site:
            name = name_for(home, taken)
            taken.add(name)
            by_site[key] = Source(name=name, home=home, title=outline.title)
        if feed not in by_site[key].feeds:
            by_site[key] = replace(by_site[key], feeds=(*by_site[key].feeds, feed))
    return list(by_site.values())
