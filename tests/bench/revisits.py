"""Revisits: looks at stored articles for changes, by our rule and by NewsDiffs' tiers, at the same articles.

Both look for 30 days after publication, NewsDiffs at most every 15 minutes, we at most every 10. An edit that is
edited over before the next look is not caught. Ours is what runs in production, through the text that the archive
keeps.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crawler.edits import Edits, Past
from crawler.schedule import look_again
from tests.bench.corrections import DAY, Story
from tests.bench.listings import START, solve

DAYS = 30
FOUND_AFTER = 0.2
"""Hours from publication to the first look."""
TIERS = ((3.0, 0.25), (DAY, 1.0), (7 * DAY, 3.0), (30 * DAY, 3 * DAY), (360 * DAY, 30 * DAY))
"""NewsDiffs: hours since the last change, and between two looks."""


@dataclass(frozen=True, slots=True)
class Catch:
    """What a policy's looks found; the first look at each article is not counted."""

    policy: str
    knob: str
    requests: int
    caught: int

    @property
    def per_request(self) -> float:
        return self.caught / self.requests


@dataclass(slots=True)
class _Article:
    story: Story
    looked: float
    changed: float
    changes: int = 0


Policy = Callable[[str, _Article, float, bool, bool], tuple[str, float | None]]
"""(what it left for the source, the article before this look, now, is it the first, was it changed) -> state, pause."""


def compare(made: Sequence[Sequence[Story]], days: float) -> list[Catch]:
    """Ours, NewsDiffs' tiers as they are, and the tiers stretched to as many requests as ours."""
    mine = run(made, days, ours)
    stretch = solve(lambda x: run(made, days, newsdiffs(x))[0], mine[0], 50, 0.2)
    return [
        Catch("ours", "as it is", *mine),
        Catch("newsdiffs", "as it is", *run(made, days, newsdiffs(1))),
        Catch("newsdiffs", f"pauses x {stretch:.2f}", *run(made, days, newsdiffs(stretch))),
    ]


def run(made: Sequence[Sequence[Story]], days: float, policy: Policy) -> tuple[int, int]:
    """Requests, and changes caught."""
    requests = caught = 0
    for stories in made:
        articles = [_Article(story, story.published, story.published) for story in stories]
        due = [(story.published + FOUND_AFTER, number) for number, story in enumerate(stories)]
        heapq.heapify(due)
        state = ""
        while due:
            now, number = heapq.heappop(due)
            if now >= days * DAY:
                break
            article = articles[number]
            first = article.looked == article.story.published
            changed = not first and _before(article.story, now) > _before(article.story, article.looked)
            requests += not first
            caught += changed
            state, pause = policy(state, article, now, first, changed)
            article.looked = now
            if changed:
                article.changed, article.changes = now, article.changes + 1
            if pause is not None:
                heapq.heappush(due, (now + pause, number))
    return requests, caught


def _before(story: Story, now: float) -> int:
    return bisect_right(story.changes, now)


def ours(state: str, article: _Article, now: float, first: bool, changed: bool) -> tuple[str, float | None]:
    published, at, last = (START + timedelta(hours=hour) for hour in (article.story.published, now, article.changed))
    edits = Edits.parse(state)
    if not first:
        previous = START + timedelta(hours=article.looked)
        edits = edits.observed(Past(published, last, article.changes), previous, at, changed=changed)
    text = edits.text()
    due = look_again(
        published,
        at if changed else last,
        at,
        days=DAYS,
        changes=article.changes + changed,
        edits=Edits.parse(text),
    )
    return text, (due - at).total_seconds() / 3600 if due else None


def newsdiffs(stretch: float) -> Policy:
    def policy(state: str, article: _Article, now: float, first: bool, changed: bool) -> tuple[str, float | None]:
        if now - article.story.published > DAYS * DAY:
            return "", None
        since = 0.0 if changed else now - article.changed
        return "", next((max(pause * stretch, 0.25) for age, pause in TIERS if since < age), None)

    return policy
