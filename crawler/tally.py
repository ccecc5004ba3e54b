"""Tally: what this process did since it started, counted for /metrics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from archive.models import Failure, Verdict
from archive.tasks import Outcome, TaskKind
from crawler.logs import ended


@dataclass(slots=True)
class Tally:
    """What this process did since it started."""

    fetches: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(listing or article, outcome, reason) -> how many."""
    bytes: int = 0
    """Of bodies, after decompression."""
    seconds: float = 0.0
    """Of fetches, without waiting for their turns."""
    tick_errors: int = 0
    reloads: Counter[str] = field(default_factory=Counter)
    """done, refused -> how many."""
    workers_killed: int = 0
    """Extraction workers that took too long over a page."""

    def watch(self, outcome: Outcome, verdict: Verdict) -> None:
        kind = "listing" if outcome.task.kind is TaskKind.LISTING else "article"
        reason = outcome.result.reason if isinstance(outcome.result, Failure) else ""
        self.fetches[kind, ended(outcome, verdict), reason] += 1
        self.bytes += len(outcome.page.body) if outcome.page else 0
        self.seconds += outcome.seconds
