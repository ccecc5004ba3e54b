"""The watch over an archive with a clock that is set by hand: alarms as rows, from their beginning to their end."""

from __future__ import annotations

import json
from datetime import timedelta

from kept import FEED, NEWS, Fixed, article, config, page
from paper import TEXT

from archive import register
from archive.alarms.finding import Ending
from archive.database import reading
from archive.models import Failure, Stage
from archive.register import Over
from archive.tasks import Outcome, Site
from archive.watch import Watch


def test_a_source_that_goes_on_as_ever_gives_no_alarm(paper):
    for _ in range(72):
        paper.hour()
        assert paper.look() == []


def test_a_feed_that_answers_and_brings_nothing_is_silent_by_the_next_day_and_ends_with_the_next_article(paper):
    paper.until("silence", 36, new=0)
    row = paper.kept.rows("SELECT began, sentence, evidence FROM alarms")[0]
    assert row[0] == "2026-12-28T17:00:00Z"
    assert row[1].startswith("Nothing new has come since 17:00 UTC on 28 December")
    assert json.loads(row[2])["days_watched"] > 30
    for _ in range(24):
        paper.hour()
    assert paper.look() == []
    assert paper.kept.rows("SELECT outcome FROM alarms") == [("over",)]


def test_nobody_is_silent_while_nobody_looks(paper):
    paper.kept.later(days=3)
    assert paper.look() == []
    assert paper.look(Watch()) == []


def test_pages_made_anew_are_a_drift_that_is_over_once_they_are_read_well_again(paper):
    paper.until("drift", 24, text="Only this is left of it.", authors=())
    figures = json.loads(paper.kept.value("SELECT evidence FROM alarms"))["figures"]
    assert {"length", "signed"} <= {figure["figure"] for figure in figures}
    for _ in range(48):
        paper.hour()
    assert paper.look() == []


def test_a_source_that_cannot_be_reached_is_stale_and_not_silent(paper):
    paper.until("stale", 24, listing=Failure(FEED, Stage.FETCH, "timeout", "No answer."))
    for _ in range(48):
        paper.hour(listing=Failure(FEED, Stage.FETCH, "timeout", "No answer."))
        assert paper.look() == ["stale"]
    paper.hour()
    assert paper.look() == []


def test_a_wall_is_blocked_and_neither_stale_nor_silent(paper):
    wall = Failure(FEED, Stage.FETCH, "blocked", "A check for robots.")
    assert paper.until("blocked", 24, listing=wall) <= 6
    for _ in range(48):
        paper.hour(listing=wall)
        assert paper.look() == ["blocked"]
    paper.hour()
    assert paper.look() == []


def test_an_old_archive_offered_as_new_is_a_flood_within_the_hour(paper):
    for _ in range(9):
        paper.hour()
    paper.hour(new=200)
    assert paper.look() == ["flood"]


def test_an_old_archive_offered_as_new_before_and_after_midnight_is_a_flood(paper):
    kept = paper.kept
    while kept.now.hour != 23:
        paper.hour()
    for moment in range(2):
        for number in range(40 + 10 * moment):
            kept.put(article(f"https://news.example/old/{moment}/{number}", f"{moment} {number} {TEXT}"))
        assert paper.look() == ["flood"] * moment
        kept.later(hours=1)


def test_the_first_day_after_days_without_a_look_is_compared_with_none(paper):
    kept = paper.kept
    kept.later(hours=48)
    for _ in range(12):
        paper.hour(authors=())
        assert "drift" not in paper.look()
    for _ in range(24):
        paper.hour(authors=())
    assert "drift" in paper.look()


def test_many_sources_that_fail_at_once_are_our_own_network(kept):
    feeds = [f"https://{name}.example/feed" for name in "abcdef"]
    sources = [
        type(NEWS)(name, f"https://{name}.example/", feeds=(feed,)) for name, feed in zip("abcdef", feeds, strict=True)
    ]
    kept.archive.sync_sources(config(*sources), kept.now)
    for _ in range(30):
        kept.later(hours=1)
        for feed in feeds:
            failure = Failure(feed, Stage.FETCH, "unreachable", "No route.")
            kept.archive.store(
                Outcome(kept.task(feed), Site("x"), failure),
                run=None,
                now=kept.now,
                plan=Fixed(kept.now),
                extractor="1",
            )
    with reading(kept.path) as db:
        assert Watch().look(db, kept.now) == []
    for feed in feeds[1:]:
        kept.store(feed, (), page(feed), due_at=kept.now)
    kept.later(hours=1)
    for feed in feeds[1:]:
        kept.store(feed, (), page(feed), due_at=kept.now)
    kept.store(feeds[0], Failure(feeds[0], Stage.FETCH, "unreachable", "No route."), due_at=kept.now)
    with reading(kept.path) as db:
        assert [change.source for change in Watch().look(db, kept.now)] == ["a"]


def test_a_day_on_which_others_are_silent_as_well_is_a_holiday(paper):
    """Five more sources, of which the days are written down as the paper's were."""
    kept = paper.kept
    names = ["b", "c", "d", "e", "f"]
    sources = [type(NEWS)(name, f"https://{name}.example/", feeds=(f"https://{name}.example/feed",)) for name in names]
    kept.archive.sync_sources(config(NEWS, *sources), kept.now)
    monday = kept.now.date().isoformat()
    for name in names:
        kept.archive._writer.do(
            lambda db, name=name: db.execute(
                "INSERT INTO days (source, day, looks, looked, new, hours) SELECT :name, day, looks, looked, new, hours"
                " FROM days WHERE source = 'news' AND day <= :day",
                {"name": name, "day": monday},
            )
        )
    for _ in range(40):
        paper.hour(new=0)
        for name in names:
            kept.store(f"https://{name}.example/feed", (), page(f"https://{name}.example/feed"), due_at=kept.now)
    assert paper.look() == []
    kept.archive.sync_sources(config(NEWS), kept.now)
    assert paper.look(Watch()) == ["silence"]


def test_alarms_of_a_source_that_is_taken_out_end(paper):
    paper.until("silence", 36, new=0)
    paper.kept.archive.sync_sources(config(), paper.kept.now)
    assert paper.look() == []
    assert paper.kept.rows("SELECT outcome FROM alarms") == [("unwatched",)]


def test_two_processes_that_notice_the_same_make_one_alarm(paper):
    paper.until("silence", 36, new=0)
    with reading(paper.kept.path) as db:
        open_now = register.open_alarms(db)
    assert len(open_now["news"]) == 1
    paper.kept.archive.note_alarms([Over(1, Ending.OVER)], paper.kept.now)
    with reading(paper.kept.path) as db:
        again = Watch().look(db, paper.kept.now)
    for _ in range(2):
        paper.kept.archive.note_alarms(again, paper.kept.now)
    assert paper.kept.value("SELECT count(*) FROM alarms WHERE ended IS NULL") == 1


def test_a_clock_that_was_set_back_raises_nothing(paper):
    paper.kept.now -= timedelta(days=20)
    assert paper.look() == []
    assert paper.look(Watch()) == []
