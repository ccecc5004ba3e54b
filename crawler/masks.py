"""Mask: what text may hold to let one in, taken out before it is logged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

MASK = "***"
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@\"'<>]+(?=@)")
# Also within an address that is itself a parameter, where ? & # = are written %3F %26 %23 %3D. The name's length is
# bounded, so that a text of 100 kB of question marks is looked through once.
_PARAMETER = re.compile(r"(?:[?&;#]|%3F|%26|%23)([^\s=&?;#]{1,80}?)(?:=|(%3D))", re.IGNORECASE)
_VALUE = re.compile(r"[^\s&;#\"'<>]*")
_ENCODED_VALUE = re.compile(r"(?:(?!%26|%23)[^\s&;#\"'<>])*", re.IGNORECASE)
_SECRET = re.compile(
    r"token|secret|passw|pwd|credential|signature|session|jwt|hmac|auth(?!or)|authori[sz]"
    r"|(?:^|[^a-z])(?:key|pass|sig|sid)$|(?:api|access|user|feed|app|rss|private|licen[cs]e)key$",
    re.IGNORECASE,
)
"""Names of parameters whose values let one in: ``key`` and ``apikey``, but neither ``author`` nor ``monkey``."""
_SHORTEST = 6
"""Characters of a secret that is masked wherever it stands; a shorter one stands there by chance."""


def masked(text: str) -> str:
    """Text whose URLs have neither user and password nor the values of parameters named like ``token`` or ``key``."""
    if "://" in text:
        text = _CREDENTIALS.sub(MASK, text)
    parts: list[str] = []
    at = 0
    for found in _PARAMETER.finditer(text):
        name, encoded = found.groups()
        if found.start() >= at and _SECRET.search(unquote(name)):
            parts += text[at : found.end()], MASK
            value = (_ENCODED_VALUE if encoded else _VALUE).match(text, found.end())
            at = value.end() if value else found.end()
    return "".join(parts) + text[at:]


def any_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern of secrets that are known, to be masked wherever they stand; None if there are none."""
    longest_first = sorted({str(value) for value in secrets if len(value) >= _SHORTEST}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
