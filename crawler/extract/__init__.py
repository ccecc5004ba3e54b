"""Extraction: a page in, an Article or a Failure out. No I/O, and nothing that depends on earlier pages.

guard the parser → parse → read the metadata → find the body → decide whether it is an article.
"""

from __future__ import annotations

import gc
import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from archive.dates import SERVED
from archive.models import FIGURE, Article, Failure, Link, Stage
from config.models import Rules
from crawler.extract import body, charset, dates, guard, language, metadata, plain, quality, verdict

TAG = re.compile(rb"<(?:[a-zA-Z/!?][^<>]*>|!--)")
CONTROLS = bytes({*range(9), *range(14, 27), *range(28, 32)})
"""All but white space and Escape, which begins other character sets."""
START = 4_096
"""Characters that show whether this is text; as many bytes hold a picture's first NULs and broken sequences too."""
MAX_PLAIN = 2_000_000
"""Bytes of plain text that are read: two long novels."""


def extract(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str = "",
    rules: Rules | None = None,
    link: Link | None = None,
    fetched_at: datetime | None = None,
    last_modified: str = "",
    explain: bool = False,
) -> Article | Failure:
    """The article that a page holds, or the reason why there is none. Never raises, whatever the input.

    Args:
        html: The page, or an article's plain text without any tags.
        content_type: The HTTP header, by which bytes are decoded before what the page says of itself.
        url: Where it was fetched from; links are resolved against it.
        rules: What the source's configuration knows about its pages.
        link: What the feed or sitemap said of it.
        fetched_at: The moment after which nothing on it can have been published.
        last_modified: The HTTP header, which dates a page that says nothing of its day.
        explain: Put into ``Article.dropped`` also the parts of the page that were not looked at.
    """
    collects = gc.isenabled()
    gc.disable()  # what is made here has no cycles to be looked for: the search took a twelfth of the time
    try:
        page = charset.utf8(html, content_type) if isinstance(html, bytes) else guard.utf8(html)
        return _read(
            page,
            url or "",
            rules=rules,
            link=link,
            fetched_at=fetched_at,
            last_modified=last_modified,
            explain=explain,
        )
    finally:
        if collects:
            gc.enable()


def _read(
    page: bytes,
    address: str,
    *,
    rules: Rules | None,
    link: Link | None,
    fetched_at: datetime | None,
    last_modified: str,
    explain: bool,
) -> Article | Failure:
    """``extract`` of a page in UTF-8."""
    begin = page[:START]
    start = begin.decode("utf-8", "replace")
    if not start.strip("\0\ufeff \t\r\n") and not page.decode("utf-8", "ignore").strip("\0\ufeff \t\r\n"):
        return Failure(address, Stage.EXTRACT, "empty", "The page has no content.")
    if len(begin) - len(begin.translate(None, CONTROLS)) + start.count("\ufffd") > 0.1 * len(start):
        return Failure(
            address, Stage.EXTRACT, "not-an-article", "This is an image, a PDF or another file without text."
        )
    if not TAG.search(page):
        return plain.read(page[:MAX_PLAIN].replace(b"\0", b"").decode("utf-8", "ignore"), address)
    parsed = LexborHTMLParser(guard.tame(page))
    meta = metadata.read(parsed, address, hint=link, fetched_at=fetched_at, rules=rules)
    found = body.find(parsed, address, meta, rules, explain=explain)
    if refused := verdict.refuse(parsed, found, meta, address, link):
        return refused
    image = meta.image
    shown: tuple[tuple[str, str], ...] = ()
    if not image and (image := next((block.url for block in found.blocks if block.kind is FIGURE), "")):
        shown = (("image", "body"),)
    published, told = meta.published, meta.dates
    if last_modified:
        published, told = dates.served(published, told, last_modified, fetched_at)
        if published is not meta.published:
            shown = (*shown, ("published", SERVED))
    if found.removed:
        shown = (*shown, ("removed", "rules:remove"))
    tongue = language.detect("\n".join(found.texts), meta.language)
    if tongue != meta.language:
        shown = (*shown, ("language", "text"))
    return Article(
        url=meta.canonical_url or address,
        title=meta.title,
        authors=meta.authors,
        published=published,
        modified=meta.modified,
        language=tongue,
        section=meta.section,
        tags=meta.tags,
        image=image,
        description=meta.description,
        blocks=found.blocks,
        evidence=(*meta.evidence, *shown, ("body", found.how)),
        dropped=found.dropped,
        quality=quality.of(found, meta),
        dates=told,
        addresses=meta.addresses,
        seen=found.seen,
    )
