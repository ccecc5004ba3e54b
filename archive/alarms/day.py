"""Day: what came from a source on one day, UTC, in figures: one row of the table ``days``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of a source."""

    source: str
    day: date
    looks: int = 0
    """At listings, those that failed included."""
    looks_failed: int = 0
    fetched: int = 0
    """Article pages that came."""
    failed: int = 0
    """Article pages that did not, or were none."""
    looks_blocked: int = 0
    """Of those that failed: that were a check for robots, or forbidden."""
    blocked: int = 0
    """Of the pages that failed, likewise."""
    blocked_in_a_row: int = 0
    """Since the last page that came, at the end of the day."""
    blocked_since: str | None = None
    """The first of these on the day."""
    blocked_at: str | None = None
    """And the last."""
    answered_at: str | None = None
    """When the last page came."""
    new: int = 0
    unread: int = 0
    """Article pages asked for the first time that were none, or not there."""
    log_words: float = 0.0
    """Of the new articles, as all that follows: the sum of ln(1 + words)."""
    log_words_squared: float = 0.0
    signed: int = 0
    dated: int = 0
    foreign_language: int = 0
    kept: int = 0
    dropped: int = 0
    log_dropped: float = 0.0
    """The sum of ln(dropped / kept), each from ln LEAST to ln 1 / LEAST."""
    log_dropped_squared: float = 0.0
    by_rule: int = 0
    hours: str = "{}"
