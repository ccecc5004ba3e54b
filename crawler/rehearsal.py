"""Rehearsal: what a watch would have found, and a test to each of its receivers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive import lookout, matches, passages
from archive.database import reading
from archive.deliveries import as_told
from archive.telling import Telling
from archive.times import iso
from config.watches import Mail, Watch
from crawler import clock
from crawler.receivers import Receiver
from crawler.sending import UnsentError

ADVICE = {
    "webhook": "Check its address in the configuration, and what its server says of the request.",
    "email": "Check [mail] in the configuration: host, port, security, user and sender; and the address.",
    "command": "Run it by hand with a match on its standard input, as 'cuttings watch test NAME --json' prints them.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a receiver has the test, and if not why, and what to do."""

    receiver: str
    sent: bool
    problem: str = ""
    advice: str = ""


def found(db: Path, watch: Watch, since: datetime) -> tuple[Telling, ...]:
    """What it would have found in the articles that were first seen since then. Raises ArchiveError."""
    with reading(db) as connection:
        now = clock.now()
        return tuple(as_told(connection, match, now) for match in lookout.found_since(connection, watch, since))


async def send(watch: Watch, server: Mail, tellings: Sequence[Telling]) -> tuple[Outcome, ...]:
    """A test to each receiver: the last of what was found, or what is made up."""
    one = tellings[-1] if tellings else _made_up(watch)
    outcomes = []
    for name, address in matches.receivers(watch).items():
        receiver = Receiver(watch, server, name, address)
        try:
            await receiver.send([one], test=secrets.token_hex(16))
        except UnsentError as error:
            outcomes.append(Outcome(address or name, sent=False, problem=str(error), advice=ADVICE[receiver.kind]))
        else:
            outcomes.append(Outcome(address or name, sent=True))
    return tuple(outcomes)


def _made_up(watch: Watch) -> Telling:
    now = iso(clock.now())
    passage = f"A match looks like this: {passages.OPEN}{watch.query or 'an article'}{passages.CLOSE}."
    return Telling(
        delivery=0,
        tries=1,
        match=0,
        at=now,
        revision=1,
        passage=passage,
        article=0,
        title=f"A test of the watch {watch.name}",
        url="https://example.org/",
        byline="",
        source="example",
        published=None,
        first_seen=now,
        copy_of=None,
    )
