"""An error never makes the next request come sooner: of each reason, beside a success at the same moment."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Article, Block, Failure, Inline, Kind, Link, Page, Stage
from archive.plans import Look
from archive.store import Archive
from archive.tasks import Outcome, Scope, Task, TaskKind
from config.models import Schedule, Source
from crawler.edits import SOONEST
from crawler.plan import Plan
from crawler.politeness import Pace
from crawler.rhythm import Rhythm
from tests.polite import config, rows

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
URL, FEED = "https://paper.test/news/1", "https://paper.test/feed.xml"
FETCHES = """
timeout unreachable tls server-error rate-limited blocked not-found gone forbidden client-error too-large bad-encoding
not-html bad-redirect too-many-redirects bad-url refused-address soft-404 browser no-browser bug moved interrupted
""".split()  # noqa: SIM905  # a word list reads better
READ = ["not-an-article", "too-short", "too-hard", "blocked", "empty", "unreadable"]
ROBOTS = ["robots", "robots-unreachable", "parked", "noarchive"]
REASONS = [(Stage.FETCH, r) for r in FETCHES] + [(Stage.EXTRACT, r) for r in READ] + [(Stage.ROBOTS, r) for r in ROBOTS]
LATER = [None, timedelta(), timedelta(seconds=1), timedelta(hours=3), timedelta(days=1)]

failures = st.builds(
    lambda why, later: Failure(URL, *why, retry_at=None if later is None else NOW + later),
    st.sampled_from(REASONS),
    st.sampled_from(LATER),
)
schedules = st.sampled_from(
    [Schedule(), Schedule(every=timedelta(minutes=1)), Schedule(every=timedelta(days=3)), Schedule(cron="0 6 * * *")]
)


@settings(deadline=None)  # of a busy machine
@given(failures, st.integers(0, 40), st.floats(0, 4_000), st.floats(0, 1), st.integers())
def test_to_a_site(failure, errors, delay, jitter, seed):
    pace = Pace(delay, jitter, NOW, errors)
    good = pace.after(Page(URL, URL, 200, (), b"", NOW), NOW, random.Random(seed)).next_at
    assert pace.after(failure, NOW, random.Random(seed)).next_at >= good


@settings(deadline=None)
@given(failures, schedules, st.integers(0, 40), st.integers(0, 90_000), st.integers(0, 30))
def test_for_a_listing(failure, schedule, tries, rests, looks):
    plan = Plan({"town": Source("town", "https://paper.test/", schedule=schedule)}, Schedule())
    rhythm = Rhythm.parse("")
    for n in range(looks, 0, -1):
        rhythm = rhythm.observed((NOW - timedelta(hours=n),) if n % 3 else (), NOW - timedelta(hours=n - 1))
    look = Look(Task(1, TaskKind.LISTING, FEED, "town", tries=tries), NOW, rhythm.text(), ttl=timedelta(seconds=rests))
    since = NOW - timedelta(days=tries % 7)
    _, good = plan.listing(look)
    kept, bad = plan.listing(replace(look, failure=failure, failing_since=since))
    assert kept == look.rhythm
    assert bad >= good


@settings(deadline=None)
@given(failures, st.integers(0, 10))
def test_for_a_link_that_gave_nothing_so_far(failure, tries):
    """There is no article whose age would tell; no success has one looked at again sooner than this."""
    due = Plan({}, Schedule()).retry(Task(1, TaskKind.ARTICLE, URL, "town", tries=tries), failure, NOW)
    asked = failure.stage is not Stage.ROBOTS
    assert due is None or due >= NOW + (SOONEST if asked else timedelta())


SOURCE = Source("town", "https://paper.test/", feeds=(FEED,))


@pytest.fixture(scope="module")
def stored_once(tmp_path_factory):
    """An archive with an article that was stored an hour after it was published."""
    path = tmp_path_factory.mktemp("stored") / "archive.db"
    with Archive(path) as archive:
        archive.sync_sources(config(SOURCE), NOW)
        archive.enqueue([Link(URL, "town", FEED)], NOW)
        looked_at(archive, article(), NOW)
    return path


@pytest.fixture(scope="module")
def good(stored_once, tmp_path_factory):
    """When it is due after a second look that found it as it was."""
    return stored_twice(stored_once, tmp_path_factory.mktemp("good") / "archive.db", article())


def stored_twice(stored_once, path, second):
    """When the article is due after a second look with this result."""
    shutil.copy(stored_once, path)
    with Archive(path) as archive:
        looked_at(archive, second, NOW + timedelta(hours=2))
    return rows(path, "SELECT due_at FROM links")[0][0]


def looked_at(archive, result, now):
    batches = archive.take(now, "here:1:1", Scope(everything=False, urls=frozenset({URL})), sites=1)
    (task,) = batches[0].tasks
    page = Page(URL, URL, 200, (), b"<p>", now)
    outcome = Outcome(task, batches[0].site, result, page if isinstance(result, Article) else None)
    archive.store(outcome, run=None, now=now, plan=Plan({"town": SOURCE}, Schedule()), extractor="1")
    archive.release(batches[0].site, "here:1:1", now)


def article():
    text = Inline("The council met on Tuesday, and nothing whatever was decided. " * 9)
    return Article(URL, "The council met", blocks=(Block(Kind.PARAGRAPH, (text,)),))


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("why", REASONS, ids="-".join)
def test_for_a_stored_article(stored_once, good, tmp_path, why, later):
    at = None if later is None else NOW + timedelta(hours=2) + later
    bad = stored_twice(stored_once, tmp_path / "archive.db", Failure(URL, *why, retry_at=at))
    assert bad is None or bad >= good
