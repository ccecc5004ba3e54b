"""Receiver: one of those whom a watch tells: what it is told, and by which way."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from archive import passages
from archive.telling import Telling
from config.watches import Mail, Watch
from crawler import mail, sending
from crawler.aside import Aside
from crawler.letters import letter
from crawler.sending import UnreachableError

_THREADS = Aside(16, "mail")
"""In which mail is sent: a name that is looked up for minutes holds up no stop."""


def key(watch: str, receiver: str, found: Sequence[Telling]) -> str:
    """What tells one message from all others: the same each time that it is tried."""
    said = [watch, receiver, *(part for one in found for part in (str(one.match), one.at, one.url))]
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:32]


def message(watch: Watch, one: Telling, event: str = "match") -> dict[str, object]:
    """A match as JSON."""
    return {
        "id": one.match,
        "event": event,
        "watch": watch.name,
        "query": watch.query,
        "article": one.article,
        "revision": one.revision,
        "url": one.url,
        "title": one.title,
        "byline": one.byline,
        "source": one.source,
        "published": one.published,
        "first_seen": one.first_seen,
        "duplicate_of": one.copy_of,
        "passage": passages.plain(one.passage),
        "passage_html": passages.html(one.passage),
    }


@dataclass(frozen=True, slots=True)
class Receiver:
    """A way to somebody. ``kind``: webhook, command or email; ``address``: where, for mail."""

    watch: Watch
    server: Mail
    name: str
    """As the archive knows it: archive.matches.receivers."""
    address: str = ""

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def place(self) -> str:
        """What it shares with other receivers that cannot be reached if it cannot be: a server, a program."""
        if self.kind == "webhook":
            parts = urlsplit(self.watch.webhook)
            return f"{parts.scheme}://{parts.netloc}"
        return self.kind if self.kind == "email" else "\0".join(self.watch.command)

    async def send(self, found: Sequence[Telling], *, test: str = "") -> None:
        """One message: a match, or for mail several. Raises UnsentError.

        ``test``: a key of its own, for a message that says that it is one.
        """
        unique = test or key(self.watch.name, self.name, found)
        if self.kind == "email":
            said = letter(self.watch.name, found, self.server.address, self.address, unique, test=bool(test))
            limit = time.monotonic() + sending.PATIENCE
            try:
                async with asyncio.timeout(sending.PATIENCE + 1):
                    await _THREADS.call(partial(mail.send, self.server, said, self.address, limit))
            except TimeoutError:
                raise UnreachableError("The mail server's name could not be looked up in time.") from None
            return
        body = json.dumps(message(self.watch, found[0], "test" if test else "match"), ensure_ascii=False).encode()
        if self.kind == "webhook":
            await sending.post(self.watch.webhook, body, {"Idempotency-Key": unique})
        else:
            await sending.run(self.watch.command, body)
