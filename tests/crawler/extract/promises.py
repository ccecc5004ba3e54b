"""What extract() promises of any page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from archive import render
from archive.models import Article, Failure
from crawler.extract import extract


def held(page: str | bytes, url: str | None = "https://news.example/2024/05/01/pier", **hints) -> Article | Failure:
    """The outcome, if it is one that can be rendered and stored."""
    found = extract(page, url, **hints)
    assert isinstance(found, Article | Failure), type(found)
    shown = [render.markdown(found.blocks), render.html(found.blocks), found.text] if isinstance(found, Article) else []
    for text in (*strings(found), *shown):
        assert "\0" not in text, f"a NUL in {text!r}"
        text.encode("utf-8")
    return found


def strings(value: object) -> Iterator[str]:
    """All texts in a value and in its fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))
