"""Clock: turns what a page writes for a date into a moment that can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from archive.models import Precision, Stamp
from crawler.extract import timestamps

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Of dates that are guessed from a URL or from text; what a page declares may be older."""

FURTHEST = 99
"""Years after the fetch of a date that is told; what is further is a field that was not filled in."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads a page's dates by its language and region, and refuses those that lie after it was fetched."""

    region: str
    fetched_at: datetime | None

    def stamp(self, value: str, how: str, *, weak: bool = False) -> Stamp | None:
        """A believable date in ``value``; a weak one is held to the day and to the time of the web."""
        for at, precision in timestamps.every(value, self.region):
            if at == _NEVER or at.year < 1000 or (weak and at < EARLIEST):
                continue  # an empty field printed as a date
            stamp = Stamp(at, precision, how)
            if weak and precision in {Precision.SECOND, Precision.MINUTE}:
                stamp = Stamp(at.replace(hour=0, minute=0, second=0), Precision.DAY, how)
            if limited := self.limited(stamp):
                return limited
        return None

    def ahead(self, value: str, how: str) -> Stamp | None:
        """The date in ``value`` that lies so far after the fetch that it is none of a publication."""
        moment = timestamps.read(value, self.region)
        if self.fetched_at is None or moment is None:
            return None
        stamp = Stamp(*moment, how)
        years = stamp.at.year - self.fetched_at.year
        return stamp if 0 <= years <= FURTHEST and self.limited(stamp) is None else None

    def limited(self, stamp: Stamp) -> Stamp | None:
        """The stamp, moved back to the fetch if a zone explains that it lies after it, else None.

        A local time without its zone, or with a wrong one, looks as far ahead as the widest zone is.
        """
        if self.fetched_at is None or stamp.at <= self.fetched_at:
            return stamp
        if stamp.at - self.fetched_at > timestamps.WIDEST:
            return None
        return Stamp(self.fetched_at.astimezone(stamp.at.tzinfo), Precision.DAY, stamp.how)
