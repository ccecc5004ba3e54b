"""Plan: what the configuration and crawler.schedule make of what was seen (archive.plans.Plan)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.models import Failure, Stage
from archive.plans import Look, Past, Reread
from archive.tasks import Task
from config.models import Schedule, Source
from crawler import schedule
from crawler.edits import Edits
from crawler.rhythm import Rhythm


@dataclass(frozen=True, slots=True)
class Plan:
    """When to look again at the listings and articles of these sources."""

    sources: Mapping[str, Source]
    usual: Schedule
    """For articles of sources that are not configured; their listings are looked at when they are asked for."""

    def schedule(self, source: str) -> Schedule:
        return self.sources[source].schedule if source in self.sources else self.usual

    def listing(self, look: Look) -> tuple[str, datetime | None]:
        failure, rhythm = look.failure, Rhythm.parse(look.rhythm).observed(look.new, look.at)
        kept = look.rhythm if failure else rhythm.text()  # a failure teaches nothing
        if look.task.source not in self.sources:
            return kept, None
        due = schedule.next_look(
            self.schedule(look.task.source),
            look.at,
            rhythm=rhythm,
            failures=look.task.tries + 1 if failure else 0,
            failing_since=look.failing_since,
            ttl=None if failure else look.ttl,
            not_before=failure.retry_at if failure else None,
        )
        return kept, max(due, look.at + min(look.ttl, schedule.DAY))  # an error never makes it sooner

    def article(
        self, source: str, edits: str, past: Past, now: datetime, reread: Reread | None
    ) -> tuple[str, datetime | None]:
        seen = Edits.parse(edits)
        if reread:
            seen = seen.observed(reread.before, reread.previous, now, changed=reread.edited)
        days = self.schedule(source).revisit_days
        due = schedule.look_again(past.published, past.changed, now, days=days, changes=past.changes, edits=seen)
        return (seen.text() if reread else edits), due

    def retry(self, task: Task, failure: Failure, now: datetime) -> datetime | None:
        if failure.stage is Stage.ROBOTS and failure.retry_at:  # nobody was asked for it, however often it is taken up
            return failure.retry_at
        return schedule.retry(failure, task.tries, now)
