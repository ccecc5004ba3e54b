"""A raw page as source text to look at."""

from __future__ import annotations

import re

import webencodings

from archive.models import Page

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.IGNORECASE)


def source(page: Page) -> str:
    """The page's body as text, in the encoding that its header or it itself names, else UTF-8."""
    said = _CHARSET.search(page.header("content-type").encode()) or _CHARSET.search(page.body[:2048])
    encoding = webencodings.lookup(said[1].decode()) if said else None
    return str(webencodings.decode(page.body, encoding or webencodings.UTF8)[0])
