"""Storing: steps 3 and 6 of the path: what became of a task into the archive, what it leads to into the queue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archive.models import Failure, Moved, Stage, Verdict
from archive.outcomes import in_the_end
from archive.reextraction import Anew
from archive.store import Archive
from archive.tasks import Outcome, Scope, Stale, TaskKind
from config.models import Limits
from crawler import __version__, answers, clock, urls
from crawler.plan import Plan


@dataclass(slots=True)
class Storing:
    """Of one run. ``scope`` grows by what is found through the URLs in it."""

    archive: Archive
    run: int
    plan: Plan
    limits: Limits
    scope: Scope
    revisit_before: datetime | None = None

    def store(self, outcome: Outcome, anew: Anew | None = None) -> tuple[Outcome, Verdict | Stale]:
        """The outcome as it was in the end, for logs, and its verdict.

        Stale: it is to be called again, with the article's stored pages read ``anew``. Raises ArchiveError; it may then
        be called again.
        """
        now = clock.now()
        if outcome.task.kind is TaskKind.AUTO and isinstance(outcome.result, tuple):
            outcome = self._turned_out_a_listing(outcome, now)
        if outcome.task.kind is TaskKind.LISTING and outcome.page:
            fresh_for = answers.fresh_for(outcome.page, now)
            outcome = replace(outcome, ttl=max(filter(None, (outcome.ttl, fresh_for)), default=None))
        if isinstance(outcome.result, Moved):
            outcome = self._queue_moved(outcome, outcome.result, now)
        self._widen(outcome)
        verdict = self.archive.store(
            outcome,
            run=self.run,
            now=now,
            plan=self.plan,
            extractor=__version__,
            revisit_before=self.revisit_before,
            revisit_days=self.plan.schedule(outcome.task.source).revisit_days,
            links_per_day=self.limits.links_per_day,
            anew=anew,
        )
        return outcome if isinstance(verdict, Stale) else in_the_end(outcome, verdict), verdict

    def _turned_out_a_listing(self, outcome: Outcome, now: datetime) -> Outcome:
        task = outcome.task
        # Due until it is stored, in case that this is as far as we get.
        number = self.archive.add_listing(task.url, task.source, due_at=now)
        links = len(outcome.result) if isinstance(outcome.result, tuple) else 0
        note = Failure(task.url, Stage.DISCOVER, "listing", f"It is a list of {links} links, which are followed.")
        self.archive.settle(task.id, note, now)
        return replace(outcome, task=replace(task, id=number, kind=TaskKind.LISTING, link=None))

    def _queue_moved(self, outcome: Outcome, moved: Moved, now: datetime) -> Outcome:
        """A redirect to another host is queued for that host, whose robots and pace hold for it."""
        task, target = outcome.task, urls.canonical(moved.target)
        if target is None:
            failure = Failure(moved.url, Stage.FETCH, "bad-redirect", "It redirects to what is no http or https URL.")
            return replace(outcome, result=failure)
        if task.link and task.link.moves >= self.limits.redirects:
            said = f"It was sent from host to host more than {self.limits.redirects} times."
            return replace(outcome, result=Failure(moved.url, Stage.FETCH, "too-many-redirects", said))
        if task.link:
            found_in, moves = task.link.found_in and task.url, task.link.moves + 1
            link = replace(task.link, url=target, found_in=found_in, moves=moves)
            self.archive.enqueue([link], now, revisit_before=self.revisit_before)
        else:
            self.archive.move_listing(target, task.source, now, parent=task.id, before=self.revisit_before)
        if not self.scope.everything and task.url in self.scope.urls:
            self.scope = replace(self.scope, urls=self.scope.urls | {target})
        return outcome

    def _widen(self, outcome: Outcome) -> None:
        """What was found through a URL of the scope belongs to it."""
        if not self.scope.everything and outcome.task.url in self.scope.urls:
            found = {link.url for link in outcome.result} if isinstance(outcome.result, tuple) else set()
            self.scope = replace(self.scope, urls=self.scope.urls | found | {link.url for link in outcome.more})
