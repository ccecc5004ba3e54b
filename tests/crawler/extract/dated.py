"""What is shared by tests of dates: pages that were fetched on one day, and the dates that are read from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from crawler.extract import metadata

FETCHED = datetime(2024, 5, 3, 12, tzinfo=UTC)
URL = "https://gazette.example/news/bridge"


def read(html, url=URL, **given):
    given = {"hint": None, "fetched_at": FETCHED, "rules": None} | given
    return metadata.read(LexborHTMLParser(html), url, **given)


def ld(**fields):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def meta(name, content):
    return f'<meta property="{name}" content="{content}">'


def day(stamp):
    return stamp and stamp.at.date().isoformat()
