from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from kept import FEED, article, link, page

from archive.database import reading
from archive.models import Failure, Stage
from archive.status import counts, status
from archive.tasks import Scope
from archive.times import iso


@pytest.fixture
def filled(kept):
    for name in ("bridge", "ferry", "opera"):
        kept.put(article(f"https://news.example/{name}", f"A text about the {name}."))
    kept.later(days=2)
    return kept


def test_status_counts_what_there_is(filled):
    filled.enqueue(link("/waiting"))
    filled.store(FEED, Failure("", Stage.FETCH, "timeout", "No answer."), due_at=filled.now + timedelta(hours=1))
    run = filled.archive.start_run("crawl", filled.now)
    with reading(filled.path) as db:
        seen = status(db, filled.now)
    assert (seen.articles, seen.revised, seen.due) == (3, 0, 4)
    assert seen.next_due == "2026-11-26T13:00:00Z"
    assert seen.queue == {"stored": 3, "waiting": 1}
    assert [(s.name, s.articles, s.waiting, s.problems) for s in seen.sources] == [("news", 3, 1, 1)]
    assert [(p.url, p.problem) for p in seen.problems] == [(FEED, "No answer.")]
    assert seen.runs[0].id == run
    assert json.dumps(asdict(seen))


def test_status_shows_the_sites_that_are_spoken_to(kept):
    (batch,) = kept.take("me:1")
    with reading(kept.path) as db:
        assert [site.leased_by for site in status(db, kept.now).sites] == ["me:1"]
    kept.archive.release(replace(batch.site, errors=2), "me:1", kept.now)
    with reading(kept.path) as db:
        assert [(site.leased_by, site.errors) for site in status(db, kept.now).sites] == [(None, 2)]
    assert kept.archive.pending(Scope(), kept.now) == (1, None)


def test_a_listing_that_is_looked_at_once_a_week_is_said_to_be_parked(kept):
    for days, parked in ((1, False), (7, True)):
        due = kept.now + timedelta(days=days)
        kept.store(FEED, Failure(FEED, Stage.FETCH, "timeout", "No answer."), due_at=due)
        with reading(kept.path) as db:
            (problem,) = status(db, kept.now).problems
            seen = counts(db, kept.now)
        assert (problem.parked, problem.due_at) == (parked, iso(due))
        assert (seen.failing, seen.parked_listings) == ((0, 1) if parked else (1, 0))
    kept.store(FEED, (), page(FEED), due_at=kept.now + timedelta(days=10))
    with reading(kept.path) as db:
        assert counts(db, kept.now).parked_listings == 0, "a feed that is rarely looked at is not parked"


def test_the_counts_are_those_of_the_tables(filled):
    filled.enqueue(link("/waiting"))
    with reading(filled.path) as db:
        seen = counts(db, filled.now + timedelta(seconds=5))
    assert (seen.articles, seen.revisions, seen.sources, seen.listings) == (3, 0, 1, 1)
    assert seen.links == {"stored": 3, "waiting": 1}
    assert (seen.due_links, seen.due_listings) == (4, 1)
    assert seen.oldest_due == timedelta(days=2, seconds=5).total_seconds()
    assert (seen.sites_in_work, seen.parked_sites) == (0, 0)
    filled.take("me:1")
    with reading(filled.path) as db:
        assert counts(db, filled.now).sites_in_work == 1


def test_no_count_reads_the_log_or_a_whole_table_of_texts(filled):
    """The log and the texts are what grows for years; the rest is counted in indexes."""
    with reading(filled.path) as db:
        asked = []
        db.set_trace_callback(asked.append)
        counts(db, filled.now)
        db.set_trace_callback(None)
        plans = [
            row["detail"]
            for sql in asked
            if sql.startswith("SELECT")
            for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")
        ]
    assert plans
    assert not [plan for plan in plans if "fetches" in plan or "snapshots" in plan]
    big = ("articles", "revisions", "links")
    assert not [
        plan for plan in plans if plan.startswith("SCAN") and any(name in plan for name in big) and "INDEX" not in plan
    ]
