"""Gate: a password for the whole room, by HTTP's own means.

Basic (RFC 7617) is for people, Bearer (RFC 6750) for programs. It is compared by digest, in a time that tells nothing
of it. Not a plugin that hashes it slowly: that is for files that keep passwords, would be done for each request, and
takes longer than any page.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Iterable
from hashlib import sha256

from datasette.utils.asgi import Response

REFUSED_AFTER = 0.5
"""Seconds that a wrong password waits, so that guessing is slow."""


def opens(password: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request's headers bring the password: as Basic with any user name, or as Bearer."""
    given = next((value for name, value in headers if name.lower() == b"authorization"), b"")
    scheme, _, said = given.partition(b" ")
    if scheme.lower() == b"basic":
        try:
            said = base64.b64decode(said.strip(), validate=True).partition(b":")[2]
        except (binascii.Error, ValueError):
            said = b""
    elif scheme.lower() != b"bearer":
        said = b""
    return hmac.compare_digest(sha256(said).digest(), sha256(password.encode()).digest()) and bool(said)


async def refusal(headers: Iterable[tuple[bytes, bytes]]) -> Response:
    """What is said to who does not bring it; after a while, to who brings another."""
    if any(name.lower() == b"authorization" for name, _ in headers):
        await asyncio.sleep(REFUSED_AFTER)
    challenge = {"WWW-Authenticate": 'Basic realm="Cuttings", charset="UTF-8"'}
    return Response.text("This archive is read with a password.", status=401, headers=challenge)
