"""Sending: a message to an address on the web, or to a program of the owner's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping

import httpx

from crawler import __version__
from crawler.network import guarded_transport

PATIENCE = 20.0
"""Seconds that a receiver may take."""
REFUSING = frozenset({400, 410, 413, 422})
"""Answers that mean this message, and not the receiver's state."""
NOT_THIS = 65
"""With which a program ends that will not have this message: EX_DATAERR of sysexits.h."""


class UnsentError(Exception):
    """A message could not be sent; the sentence says why, without the address.

    UnsentError          tried again until it works
    ├── UnreachableError  nobody answers there, to whatever message
    └── RefusedError      the receiver will not have this one
    """


class UnreachableError(UnsentError):
    pass


class RefusedError(UnsentError):
    pass


async def post(url: str, said: bytes, more: Mapping[str, str] | None = None) -> None:
    """To the owner's own address, so that neither robots.txt nor a pace hold; a redirect is not followed.

    ``more``: headers. Raises UnsentError.
    """
    headers = {"Content-Type": "application/json", "User-Agent": f"cuttings/{__version__}", **(more or {})}
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(transport=guarded_transport(allow_private=True), timeout=PATIENCE) as client,
            client.stream("POST", url, content=said, headers=headers) as answer,
        ):
            status = answer.status_code  # its body is of no interest, and may have no end
    except TimeoutError:
        raise UnreachableError(f"The webhook did not answer in {PATIENCE:.0f} seconds.") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as error:
        raise UnreachableError(f"The webhook could not be reached ({type(error).__name__}).") from None
    if status in REFUSING:
        raise RefusedError(f"The webhook refused the message: it answered {status}.")
    if not 200 <= status < 300:
        raise UnsentError(f"The webhook answered {status}.")


async def run(command: tuple[str, ...], said: bytes) -> None:
    """To a program, on its standard input; it is ended with whatever it started. Raises UnsentError."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise UnsentError(f"The program {command[0]} could not be started: {error}.") from None
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(said)
    except TimeoutError:
        raise UnreachableError(f"The program {command[0]} took longer than {PATIENCE:.0f} seconds.") from None
    finally:
        # With whatever it started: also where it ended, and where we are told to stop.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.returncode is None:
            await process.wait()
    if process.returncode == NOT_THIS:
        raise RefusedError(f"The program {command[0]} refused the message: it ended with {NOT_THIS}.")
    if process.returncode:
        raise UnsentError(f"The program {command[0]} ended with {process.returncode}.")
