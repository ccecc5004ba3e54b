"""Extraction: a page in, an Article or a Failure out. No I/O, and nothing that depends on earlier pages."""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from archive.models import Article, Failure, Link, Stage
from config.models import Rules
from crawler.extract import blocks, boilerplate, charset, dom, metadata, plain, prune, score

TAG = re.compile(r"<(?:[a-zA-Z!/?])[^<>]*>")


def extract(
    html: str | bytes,
    url: str | None = None,
    *,
    content_type: str = "",
    rules: Rules | None = None,
    link: Link | None = None,
    fetched_at: datetime | None = None,
    explain: bool = False,
) -> Article | Failure:
    address = url or ""
    text = charset.decode(html, content_type) if isinstance(html, bytes) else html
    if not text.strip():
        return Failure(address, Stage.EXTRACT, "empty", "The page has no content.")
    if not TAG.search(text):
        return plain.read(text, address)
    parsed = LexborHTMLParser(text)
    meta = metadata.read(parsed, address, hint=link, fetched_at=fetched_at, rules=rules)
    tree = dom.read(parsed)
    titles = tuple(dict.fromkeys(filter(None, (meta.title, *meta.title_candidates))))
    score.weigh(tree, all_parts=True)
    headed = prune.prune(tree, {boilerplate.fold(title) for title in titles})
    score.weigh(tree, all_parts=False)
    choice = score.choose(tree, headed)
    found = blocks.read(choice.root, address)
    kept = boilerplate.cut(found, title=titles, authors=meta.authors)
    return Article(
        url=meta.canonical_url or address,
        title=meta.title,
        authors=meta.authors,
        published=meta.published,
        modified=meta.modified,
        language=meta.language,
        section=meta.section,
        tags=meta.tags,
        image=meta.image,
        description=meta.description,
        blocks=kept.blocks,
        dropped=kept.dropped,
        evidence=(*meta.evidence, ("body", choice.how)),
    )
