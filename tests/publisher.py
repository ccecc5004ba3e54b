"""A publisher in a few lines, for tests of the whole path: numbered stories and a feed, served by a Site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from config.models import Config, Politeness, Source
from tests.site import Response, Site

DAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
PLACES = ("the harbour", "the old mill", "the ring road", "the library", "the north field", "the tram depot")
BOILERPLATE = ("Sign up for our newsletter", "Most Popular", "All rights reserved")


SYLLABLES = ("ar", "ben", "cor", "dal", "el", "fen", "gar", "hol", "is", "jun")


def surname(number: int) -> str:
    """Another one for each story: what pages have in common but for their figures is the site's, and left out."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:03}").capitalize()


@dataclass(frozen=True)
class Story:
    number: int
    correction: str = ""

    @property
    def path(self) -> str:
        return f"/news/{self.number}-council-decides"

    @property
    def published(self) -> datetime:
        return DAY - timedelta(hours=self.number)

    @property
    def title(self) -> str:
        return f"Council decides on {PLACES[self.number % len(PLACES)]}, part {self.number}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        place, n, who = PLACES[self.number % len(PLACES)], self.number, surname(self.number)
        return (
            f"The town council voted {n + 7} to {n + 2} to rebuild {place}, as {who} had proposed at midnight.",
            f"Work is to begin in week {n + 1} of next year and will cost {n + 3} million crowns, said mayor {who}.",
            f"Residents of {who} Street {n} had asked for a delay. They fear noise, and for the trees beside {place}.",
            f"The council promised {who} to plant {n + 40} new ones. {self.correction}".strip(),
        )

    def html(self) -> str:
        body = "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)
        at = self.published.isoformat()
        return f"""<!doctype html><html lang="en"><head><title>{self.title} | The Town Paper</title>
<meta property="og:type" content="article"><meta property="article:published_time" content="{at}">
<meta name="author" content="Ada Quill"></head><body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<main><article><h1>{self.title}</h1><p class="byline">By Ada Quill</p>{body}</article>
<aside class="most-popular"><h2>Most Popular</h2><a href="/news/0">Council decides</a></aside></main>
<div class="newsletter"><p>Sign up for our newsletter</p></div><footer>All rights reserved</footer></body></html>"""


def feed(site: Site, stories: Iterable[Story]) -> Response:
    items = "".join(
        f"<item><title>{s.title}</title><link>{site.url(s.path)}</link>"
        f"<pubDate>{format_datetime(s.published)}</pubDate></item>"
        for s in stories
    )
    xml = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Town Paper</title>{items}</channel></rss>'
    return Response(xml, {"Content-Type": "application/rss+xml"})


def publish(site: Site, stories: Iterable[Story]) -> None:
    """Put stories and their feed on the site, in place of what was there under these paths."""
    stories = list(stories)
    site.routes |= {story.path: story.html() for story in stories} | {"/feed.xml": feed(site, stories)}


def config_for(site: Site, *, name: str = "town", delay: float = 0.0, **source: object) -> Config:
    manners = Politeness(delay=delay, jitter=0.0)
    town = Source(name, site.url("/"), "The Town Paper", feeds=(site.url("/feed.xml"),), politeness=manners, **source)
    return Config(allow_private=True, politeness=manners, sources=(town,))
