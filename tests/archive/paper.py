"""Paper: a source that is watched hour by hour, with a clock that is set by hand."""

from __future__ import annotations

from datetime import timedelta

from kept import FEED, article, page

from archive.database import reading
from archive.models import Failure
from archive.watch import Watch

TEXT = " ".join(["The council met again about the bridge over the river, and put it off."] * 20)


class Paper:
    def __init__(self, kept, number) -> None:
        self.kept, self.number, self.watch = kept, number, Watch()

    def hour(self, *, new=2, text=TEXT, listing=(), **fields):
        """An hour of the clock: a look at the listing, and what it brought by day."""
        kept = self.kept
        kept.later(hours=1)
        failed = isinstance(listing, Failure)
        kept.store(FEED, listing, page(FEED), due_at=kept.now + timedelta(hours=1))
        if not failed and 8 <= kept.now.hour <= 17:
            for _ in range(new):
                self.number += 1
                kept.put(article(f"https://news.example/{self.number}", f"{self.number} {text}", **fields))

    def look(self, watch=None):
        with reading(self.kept.path) as db:
            changes = (watch or self.watch).look(db, self.kept.now)
        self.kept.archive.note_alarms(changes, self.kept.now)
        return self.open()

    def open(self):
        return [row[0] for row in self.kept.rows("SELECT kind FROM alarms WHERE ended IS NULL ORDER BY id")]

    def until(self, kind, hours, **options):
        """The hours that pass until there is an alarm."""
        for passed in range(1, hours + 1):
            self.hour(**options)
            if kind in self.look():
                return passed
        raise AssertionError(f"no {kind} in {hours} hours: {self.open()}")
