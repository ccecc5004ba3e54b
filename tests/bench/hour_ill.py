"""Ill: a site of tests.bench.hour with its misdeed, and what is to come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.bench.hour_papers import Fresh

A, B, C = (f"/news/{n}-bad-story-of-the-day" for n in (1, 2, 3))
FOREVER = 1e12
XML = {"Content-Type": "application/xml"}


@dataclass
class Ill:
    """A site with its misdeed."""

    source: dict = field(default_factory=dict)
    """Its settings, beside a feed."""
    keeps: tuple[Fresh, ...] | None = ()
    """The stories that are to be in the archive in the end, and no others; None: whatever it is."""
    reasons: frozenset[str] = frozenset()
    """One of these is to be in the log of fetches."""
    stories: tuple[Fresh, ...] = ()
    """What is read of it before it turns bad."""
    falls: Callable[[], None] | None = None
    """What it does then."""
    waits: dict[str, float] = field(default_factory=dict)
    """Path → seconds for which its answers tell us to wait."""
    says: str = ""
    """What ``status`` is to say."""
    barred: float = 0.0
    """Until when, time.monotonic(), nothing but its robots.txt may be asked for."""
    holds: tuple[object, ...] = ()
    """What has to stay as long as it."""


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
