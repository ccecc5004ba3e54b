"""Telling: a match as its receivers are told of it, for tests of what they get."""

from __future__ import annotations

from archive import passages
from archive.telling import Telling


def telling(title: str = "Harbour council votes", number: int = 1, **fields: object) -> Telling:
    plain = {
        "delivery": number,
        "tries": 1,
        "match": number,
        "at": "2026-11-25T12:00:00Z",
        "revision": 1,
        "passage": f"The {passages.OPEN}harbour{passages.CLOSE} council <b>voted</b>\n\non Tuesday…",
        "article": number,
        "title": title,
        "url": f"https://town.example/{number}?a=1&b=%22",
        "byline": "Ada Quill",
        "source": "town",
        "published": "2026-11-25",
        "first_seen": "2026-11-25T11:00:00Z",
        "copy_of": None,
    }
    return Telling(**plain | fields)
