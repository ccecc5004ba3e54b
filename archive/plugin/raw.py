"""A raw page: a stored snapshot's bytes, and those bytes as source text to look at."""

from __future__ import annotations

import json
import re
from typing import Any

import webencodings

from archive.snapshots import decompress

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.IGNORECASE)


def body(snapshot: dict[str, Any], dictionary: dict[str, Any] | None) -> bytes:
    """The body of a row of ``snapshots``, byte for byte, with its row of ``dictionaries``. Raises DamagedError."""
    return decompress(snapshot["body"], decompress(dictionary["body"]) if dictionary else None)


def source(page: bytes, headers: str) -> str:
    """A page's bytes as text, by what the HTTP header (JSON of ``snapshots.headers``) or the page itself says."""
    try:
        named = next((value for name, value in json.loads(headers) if name.lower() == "content-type"), "")
    except (ValueError, TypeError, AttributeError):
        named = ""
    said = _CHARSET.search(named.encode()) or _CHARSET.search(page[:2048])
    encoding = webencodings.lookup(said[1].decode()) if said else None
    return str(webencodings.decode(page, encoding or webencodings.UTF8)[0])
