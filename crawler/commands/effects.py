"""What reading pages anew does, told in the terminal and as JSON, for ``reextract`` and ``rules try``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from archive import revisions
from archive.effects import Counts, Effect, Effects
from crawler.commands.common import echo, plain, print_table, say

_AROUND = 80
"""Characters of what stays the same that are shown before and after a change."""
_AT_MOST = 400
"""Characters of one change that are shown."""
_NAMED = 10
"""Refused pages that are shown; as JSON a hundred are."""


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """The first Ctrl-C or SIGTERM asks to stop; the second is the system's own."""
    event = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        say("Stopping: what was read is finished. Again to cut it off.")
        event.set()

    for number in before:
        signal.signal(number, stop)
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def as_data(effects: Effects) -> dict[str, Any]:
    """For JSON."""
    return {
        "total": asdict(effects.total),
        "sources": {name: asdict(counts) for name, counts in sorted(effects.sources.items())},
        "refused": [_refusal(effect) for effect in effects.refused],
        "worst": [_worst(effect) for effect in effects.worst],
    }


def _worst(effect: Effect) -> dict[str, Any]:
    """With the difference of the texts in place of both."""
    data: dict[str, Any] = {"source": effect.source, "url": effect.url, "gained": effect.gained, "lost": effect.lost}
    for name, said in (("before", effect.before), ("after", effect.after)):
        data[name] = {key: value for key, value in asdict(said).items() if key != "text"}
    return data | {"diff": list(diff(effect))}


def _refusal(effect: Effect) -> dict[str, str]:
    assert effect.refusal
    return {
        "source": effect.source,
        "url": effect.url,
        "reason": effect.refusal.reason,
        "detail": effect.refusal.detail,
    }


def show(effects: Effects, *, change: str) -> None:
    """Counts by source, refused pages and the worst diffs. ``change``: "changed", or "would change"."""
    columns = ("source", "looked at", change, "words gained", "words lost", "titles", "bylines", "dates", "refused")
    rows = [_row(name, counts) for name, counts in sorted(effects.sources.items())]
    print_table(columns, [*rows, _row("all", effects.total)] if len(rows) > 1 else rows)
    if effects.refused:
        echo()
        shown = [(effect.url, *list(_refusal(effect).values())[2:]) for effect in effects.refused[:_NAMED]]
        print_table(("taken for no article any more, and left as it is", "reason", ""), shown)
    for effect in effects.worst:
        echo(f"\n{effect.url}: {effect.lost} words lost, {effect.gained} gained")
        for line in diff(effect):
            click.secho(line, fg={"-": "red", "+": "green"}.get(line[0]))


def _row(name: str, counts: Counts) -> tuple[object, ...]:
    fields = (counts.titles, counts.bylines, counts.dates, counts.refused)
    return (name, counts.looked, counts.changed, counts.gained, counts.lost, *(number or "" for number in fields))


def diff(effect: Effect) -> Iterator[str]:
    """Lines that begin with ``-``, ``+`` or a blank, as a unified diff has them."""
    for name in ("title", "byline", "published", "modified"):
        before, after = getattr(effect.before, name), getattr(effect.after, name)
        if before != after:
            yield _plain(f"- {name}: {before or 'none'}")
            yield _plain(f"+ {name}: {after or 'none'}")
    pieces = revisions.diff(effect.before.text, effect.after.text)
    for number, piece in enumerate(pieces):
        text = _plain(piece.text)
        if piece.op == "same":
            yield "  " + _ends(text, first=number == 0, last=number + 1 == len(pieces))
        elif text:
            more = f" … ({len(text):,} characters)" if len(text) > _AT_MOST else ""
            yield f"{'-' if piece.op == 'removed' else '+'} {text[:_AT_MOST]}{more}"


def _plain(text: str) -> str:
    """On one line, and without what a terminal would obey."""
    return " ".join(plain(text).split())


def _ends(text: str, *, first: bool, last: bool) -> str:
    """Of what is the same, what stands beside a change."""
    if first:
        return f"… {text[-_AROUND:]}" if len(text) > _AROUND else text
    if last:
        return f"{text[:_AROUND]} …" if len(text) > _AROUND else text
    return f"{text[:_AROUND]} … {text[-_AROUND:]}" if len(text) > 2 * _AROUND else text
