"""cuttings discover: what a URL would give, before anything is stored."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from archive.models import Failure
from crawler.commands.common import Given, config_option, echo, json_option, load_config, print_json, print_table, say


@click.command()
@click.argument("url", type=Given())
@config_option
@json_option
def discover(url: str, *, config_path: Path | None, as_json: bool) -> None:
    """Print the links that a feed, sitemap, section or home page gives, and the feeds a page names.

    \b
    Examples:
      cuttings discover https://example.org/feed.xml
      cuttings discover https://example.org/ --json
    """
    from crawler.discover import autodiscover, listing  # noqa: PLC0415  # feedparser
    from crawler.errand import fetch_page  # noqa: PLC0415  # httpx: 165 ms
    from crawler.extract import charset  # noqa: PLC0415

    page = asyncio.run(fetch_page(url, load_config(config_path), listing=True))
    if isinstance(page, Failure):
        raise click.ClickException(f"{url}: {page.detail or page.reason}")
    found = listing.read(page, "")
    html = charset.decode(page.body, page.header("content-type"))
    feeds = autodiscover.feeds(html, page.final_url) if found.kind in {"section", "nothing"} else ()
    if as_json:
        print_json(
            {
                "url": page.final_url,
                "kind": found.kind,
                "links": [asdict(link) for link in found.links],
                "more": [asdict(link) for link in found.more],
                "feeds": [asdict(feed) for feed in feeds],
                "problem": found.problem,
            }
        )
    else:
        if feeds:
            print_table(("feeds this page names", "title"), [(feed.url, feed.title) for feed in feeds])
            echo()
        rows = [
            (link.url, link.title, link.published.at.isoformat(" ", "minutes") if link.published else "")
            for link in found.links
        ]
        print_table(("link", "title", "published"), rows, title=f"{found.kind}: {len(rows)} links")
        if found.more:
            print_table(("further listings",), [(link.url,) for link in found.more])
    if found.problem:
        say(found.problem)
    if not found.links and not found.more and not feeds:
        raise click.ClickException(f"{url} gives no links.")
