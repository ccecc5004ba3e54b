"""Finding: something that is wrong with a source, since when, and by which figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What may be wrong with a source."""

    DRIFT = "drift"
    """Its articles are not what they were: much shorter, without bylines, with other boilerplate."""
    SILENCE = "silence"
    """Its listings can be read, and nothing new comes."""
    FLOOD = "flood"
    """Many times as much comes as on its busiest day."""
    BLOCKED = "blocked"
    """It shows us checks for robots, or forbids us to read."""
    STALE = "stale"
    """None of its listings can be had."""


class Ending(StrEnum):
    """How an alarm ended."""

    OVER = "over"
    """The figures are back to what was usual."""
    USUAL = "usual"
    """It lasted for so long that it is what is usual now."""
    UNWATCHED = "unwatched"
    """The source was taken out of the configuration, or is disabled."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong now."""

    kind: Kind
    began: datetime
    """Since when, as far as the figures tell."""
    sentence: str
    """For a person; without the source's name."""
    evidence: Mapping[str, Any]
    """The figures that it was judged by, for JSON."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that was noted and has not ended."""

    id: int
    source: str
    kind: Kind
    began: datetime
    noticed: datetime
    evidence: Mapping[str, Any]


def many(number: float, what: str) -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{number:,.0f} {what}{'' if round(number) == 1 else 's'}"
