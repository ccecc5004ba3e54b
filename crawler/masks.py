"""Mask: what text may hold to let one in, taken out before it is logged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

MASK = "***"
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s\"'<>]+(?=@)")  # up to the last @: a password may have one, too
# Also within an address that is itself a parameter, where ? & # = are written %3F %26 %23 %3D, or %253F and so on where
# that is another's. The name's length is bounded, so that a text of 100 kB of question marks is looked through once.
_PARAMETER = re.compile(r"(?:[?&;#]|%(?:25)*(?:3F|26|23))([^\s=&?;#]{1,80}?)(?:=|(%(?:25)*3D))", re.IGNORECASE)
_VALUE = re.compile(r"[^\s&;#\"'<>]*")
_ENCODED_VALUE = re.compile(r"(?:(?!%(?:25)*(?:26|23))[^\s&;#\"'<>])*", re.IGNORECASE)
_SECRET = re.compile(
    r"token|secret|passw|pwd|credential|signature|sess(?:ion|id)|jwt|hmac|bearer|ticket|auth(?!or)|authori[sz]"
    r"|(?:^|[^a-z])(?:key|pass|pw|pin|otp|sig|sid|sess)$|(?:api|access|user|feed|app|rss|private|licen[cs]e)key$",
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
    return re.compile("|".join(map(_written, longest_first))) if longest_first else None


def _written(secret: str) -> str:
    """A pattern of a secret as it is, and as it stands in an address, where any of its signs may be escaped."""
    return "".join(char if char.isascii() and char.isalnum() else _sign(char) for char in secret)


def _sign(char: str) -> str:
    if char == " ":
        return r"(?:[ +]|%(?:25)*20)"
    escaped = "".join(f"%(?:25)*{octet:02X}" for octet in char.encode("utf-8", "surrogatepass"))
    return f"(?:{re.escape(char)}|(?i:{escaped}))"
