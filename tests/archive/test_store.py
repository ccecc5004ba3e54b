from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from kept import FEED, NOON, TEXT, article, at, link, page

from archive.models import Change, Dropped, Failure, Precision, Stage
from archive.revisions import RESTLESS

EDITED = TEXT.replace("two years", "three years")


def gone(url="https://news.example/bridge"):
    return Failure(url, Stage.FETCH, "gone", "The publisher took it down (410).")


def test_a_new_article_is_kept_with_everything_that_was_read(kept):
    verdict = kept.put(article(tags=("Traffic", "Bridges"), authors=("Ada Fields", "Bo Lund"), section="Local"))
    assert (verdict.change, verdict.revision) == (Change.NEW, 1)
    assert kept.rows("SELECT title, byline, published, language, section, text, word_count FROM articles") == [
        ("A new bridge", "Ada Fields, Bo Lund", "2026-11-24T12:00:00Z", "en", "Local", TEXT, 38)
    ]
    assert kept.rows("SELECT name, position FROM authors JOIN article_authors ON author = id ORDER BY position") == [
        ("Ada Fields", 1),
        ("Bo Lund", 2),
    ]
    assert kept.rows("SELECT name FROM tags JOIN article_tags ON tag = id ORDER BY name") == [
        ("Bridges",),
        ("Traffic",),
    ]


def test_a_second_look_at_the_same_page_adds_nothing(kept):
    kept.put()
    tables = ("articles", "revisions", "snapshots", "dictionaries", "links", "authors", "boilerplate")
    before = [kept.value(f"SELECT count(*) FROM {table}") for table in tables]
    kept.later(hours=1)
    assert kept.put().change is Change.UNCHANGED
    assert [kept.value(f"SELECT count(*) FROM {table}") for table in tables] == before
    assert kept.value("SELECT last_seen FROM articles") == "2026-11-24T13:00:00Z"


def test_an_edit_becomes_a_revision_and_the_old_text_is_kept(kept):
    kept.put()
    kept.later(hours=1)
    verdict = kept.put(article(text=EDITED))
    assert (verdict.change, verdict.revision) == (Change.REVISED, 2)
    assert kept.rows("SELECT number, change, text, seen_at FROM revisions ORDER BY number") == [
        (1, "first", TEXT, "2026-11-24T12:00:00Z"),
        (2, "rewrite", EDITED, "2026-11-24T13:00:00Z"),
    ]
    assert kept.rows("SELECT text, revision FROM articles") == [(EDITED, 2)]
    assert kept.put(article(text=TEXT)).revision == 3
    assert kept.value("SELECT count(*) FROM revisions") == 3


def counted(number: int, text: str = TEXT) -> str:
    return f"{text}\n\nRead {number} times"


def test_a_counter_in_a_text_is_noted_a_few_times_and_then_once_a_day(kept):
    for number in range(20):
        kept.put(article(text=counted(number)))
        kept.later(minutes=20)
    assert kept.value("SELECT revision FROM articles") == RESTLESS
    for number in range(20, 120):
        kept.later(hours=1)
        kept.put(article(text=counted(number)))
    assert kept.value("SELECT revision FROM articles") == RESTLESS + 4
    assert kept.value("SELECT count(*) FROM snapshots") == RESTLESS + 4


def test_an_edit_beside_a_counter_is_a_revision_at_once(kept):
    for number in range(20):
        kept.put(article(text=counted(number)))
    assert kept.put(article(text=counted(20, EDITED))).change is Change.REVISED
    assert kept.value("SELECT text FROM articles") == counted(20, EDITED)
    assert kept.put(article(text=counted(21, EDITED), title="Another title")).change is Change.REVISED


def test_a_text_that_grows_or_changes_in_other_places_is_revised_at_each_look(kept):
    """As a live report does, and a brief whose toll rises."""
    lines = [f"Line {number} of what was said that day." for number in range(20)]
    for number in range(2, 20):
        kept.put(article(text="\n\n".join(lines[:number])))
    assert kept.value("SELECT revision FROM articles") == 18
    toll = link("/toll").url
    for number in range(12):
        kept.put(article(toll, f"At least {number} people were hurt, the police said.\n\n{number} are in hospital."))
    assert kept.value("SELECT revision FROM articles WHERE url = ?", toll) == 12


@pytest.mark.parametrize("change", [{"title": "Another title"}, {"authors": ("Bo Lund",)}])
def test_a_new_title_or_byline_is_a_revision(kept, change):
    kept.put()
    assert kept.put(article(**change)).change is Change.REVISED


@pytest.mark.parametrize("change", [{"modified": at(NOON + timedelta(hours=9))}, {"section": "Home"}, {"tags": ("x",)}])
def test_what_else_changes_is_updated_without_a_revision(kept, change):
    kept.put()
    assert kept.put(article(**change)).change is Change.UNCHANGED
    assert kept.value("SELECT count(*) FROM revisions") == 0
    column = next(iter(change))
    if column == "tags":
        assert kept.rows("SELECT name FROM tags JOIN article_tags ON tag = id") == [("x",)]
    else:
        assert kept.value(f"SELECT {column} FROM articles") in {"2026-11-24T21:00:00Z", "Home"}


def test_white_space_alone_is_no_change(kept):
    kept.put()
    assert kept.put(article(text=TEXT.replace("\n\n", " \n\n ").replace(" ", "\u00a0"))).change is Change.UNCHANGED


def test_a_date_that_the_page_no_longer_gives_is_kept(kept):
    kept.put()
    kept.put(article(published=None))
    assert kept.value("SELECT published FROM articles") == "2026-11-24T12:00:00Z"


def test_a_second_url_of_an_article_is_the_same_article(kept):
    first = kept.put()
    second = kept.put(article(text=EDITED), via="https://m.news.example/bridge")
    assert (second.change, second.article_id) == (Change.UNCHANGED, first.article_id)
    assert kept.rows("SELECT state, article, due_at FROM links WHERE url LIKE '%//m.%'") == [("alias", 1, None)]
    assert kept.value("SELECT text FROM articles") == TEXT, "the phone's page must not revise the article"
    assert kept.put(article(text=EDITED), via="https://m.news.example/bridge").change is Change.UNCHANGED


def test_the_canonical_url_takes_over_from_the_link_that_came_first(kept):
    kept.put(via="https://m.news.example/bridge")
    assert kept.put(article(text=EDITED)).change is Change.UNCHANGED
    assert dict(kept.rows("SELECT url, state FROM links")) == {
        "https://m.news.example/bridge": "alias",
        "https://news.example/bridge": "stored",
    }
    assert kept.put(article(text=EDITED)).change is Change.REVISED


def test_an_article_that_moves_to_another_canonical_url_stays_one_article(kept):
    kept.put()
    moved = article("https://news.example/2026/bridge")
    assert kept.put(moved, via="https://news.example/bridge").change is Change.UNCHANGED
    assert kept.rows("SELECT id, url FROM articles") == [(1, "https://news.example/2026/bridge")]
    assert kept.put(moved).article_id == 1


def test_the_same_text_at_another_url_is_a_duplicate_of_the_first(kept):
    kept.put()
    copy = kept.put(article("https://news.example/copy", title="Bridge: a copy"))
    again = kept.put(article("https://news.example/copy-2"))
    assert (copy.change, again.change) == (Change.DUPLICATE, Change.DUPLICATE)
    assert kept.rows("SELECT id, duplicate_of FROM articles ORDER BY id") == [(1, None), (2, 1), (3, 1)]
    assert kept.put(article("https://news.example/copy-2")).change is Change.UNCHANGED


def test_a_few_words_that_stand_on_many_pages_make_no_duplicates(kept):
    kept.put(article("https://news.example/a", "Subscribe to read on.", title="A"))
    assert kept.put(article("https://news.example/b", "Subscribe to read on.", title="B")).change is Change.NEW


def test_what_a_publisher_takes_down_is_marked_once_and_its_text_kept(kept):
    kept.put()
    kept.later(days=1)
    assert kept.store("https://news.example/bridge", gone()).change is Change.REMOVED
    kept.later(days=1)
    assert kept.store("https://news.example/bridge", gone()).change is Change.UNCHANGED
    assert kept.rows("SELECT removed, text, revision FROM articles") == [("2026-11-25T12:00:00Z", TEXT, 2)]
    assert kept.rows("SELECT number, change FROM revisions") == [(1, "first"), (2, "removed")]
    assert kept.rows("SELECT state, reason FROM links") == [("gone", "gone")]


def test_what_comes_back_is_no_longer_removed(kept):
    kept.put()
    kept.store("https://news.example/bridge", gone())
    assert kept.put().change is Change.REVISED
    assert kept.rows("SELECT removed, revision FROM articles") == [(None, 3)]
    assert kept.value("SELECT state FROM links") == "stored"
    assert kept.put(article(text=EDITED)).revision == 4
    assert [row[0] for row in kept.rows("SELECT change FROM revisions ORDER BY number")] == [
        *("first", "removed", "restored", "rewrite")
    ]


@pytest.mark.parametrize(
    ("stage", "reason"),
    [(Stage.FETCH, "server-error"), (Stage.EXTRACT, "not-an-article"), (Stage.ROBOTS, "robots"), (Stage.STORE, "bug")],
)
def test_a_failure_never_touches_an_article(kept, stage, reason):
    kept.put()
    before = kept.rows("SELECT * FROM articles")
    kept.later(hours=1)
    failure = Failure("https://news.example/bridge", stage, reason)
    verdict = kept.store("https://news.example/bridge", failure, page(status=500, body=b"<h1>Error"))
    assert (verdict.change, verdict.article_id) == (Change.FAILED, 1)
    assert kept.rows("SELECT * FROM articles") == before
    assert kept.value("SELECT count(*) FROM snapshots") == 1
    assert kept.rows("SELECT state, tries, reason, due_at FROM links") == [
        ("stored", 1, reason, "2026-11-24T14:00:00Z")
    ]


def test_a_link_that_fails_is_due_when_another_try_makes_sense(kept):
    kept.enqueue(link())
    failure = Failure("https://news.example/bridge", Stage.FETCH, "timeout")
    kept.store("https://news.example/bridge", failure, due_at=NOON + timedelta(minutes=5))
    assert kept.rows("SELECT state, tries, due_at FROM links") == [("failed", 1, "2026-11-24T12:05:00Z")]
    kept.store("https://news.example/bridge", failure)
    assert kept.rows("SELECT state, tries, due_at FROM links") == [("failed", 2, None)]
    kept.put()
    assert kept.rows("SELECT state, tries, reason FROM links") == [("stored", 0, "")]


def test_what_is_no_article_is_refused_and_not_asked_for_again(kept):
    kept.enqueue(link())
    kept.store("https://news.example/bridge", Failure("", Stage.EXTRACT, "not-an-article"), page())
    assert kept.rows("SELECT state, due_at, reason FROM links") == [("refused", None, "not-an-article")]


def test_a_304_says_that_the_article_is_still_there(kept):
    kept.put(page_=page(etag='"1"'))
    kept.later(hours=2)
    assert kept.store("https://news.example/bridge", None, page(status=304, body=b"")).change is Change.UNCHANGED
    assert kept.value("SELECT last_seen FROM articles") == "2026-11-24T14:00:00Z"
    assert kept.rows("SELECT etag, due_at FROM links") == [('"1"', "2026-11-24T15:00:00Z")]


def test_the_next_look_depends_on_publication_and_the_last_change(kept):
    asked = []

    def again(published, changed, now):
        asked.append((published, changed, now))

    kept.put(article(published=at(NOON - timedelta(days=2))), again=again)
    kept.later(hours=1)
    kept.put(article(text=EDITED, published=at(NOON - timedelta(days=2))), again=again)
    before = NOON - timedelta(days=2)
    assert asked == [(before, before, NOON), (before, kept.now, kept.now)]


def test_a_listing_puts_its_links_and_children_into_the_queue(kept):
    child = link("/sitemap-2.xml")
    kept.store(FEED, (link("/a"), link("/b"), link("/a")), page(FEED, etag='"f"'), more=(child,), due_at=NOON)
    assert [url for (url,) in kept.rows("SELECT url FROM links ORDER BY id")] == [link("/a").url, link("/b").url]
    assert kept.rows("SELECT url, kind, parent, due_at FROM feeds WHERE id > 1") == [
        (child.url, "feed", 1, "2026-11-24T12:00:00Z")
    ]
    assert kept.rows("SELECT links, etag, new_at, status FROM feeds WHERE id = 1") == [
        (3, '"f"', "2026-11-24T12:00:00Z", 200)
    ]


def test_a_listing_that_fails_keeps_count_and_says_why(kept):
    failure = Failure(FEED, Stage.FETCH, "timeout", "It did not answer for 60 seconds.")
    kept.store(FEED, failure, due_at=NOON + timedelta(hours=1))
    kept.store(FEED, failure, due_at=NOON + timedelta(hours=2))
    assert kept.rows("SELECT failures, problem, due_at FROM feeds") == [(2, failure.detail, "2026-11-24T14:00:00Z")]
    kept.store(FEED, (), page(FEED))
    assert kept.rows("SELECT failures, problem FROM feeds") == [(0, "")]


def test_runs_and_the_log_count_what_happened(kept):
    run = kept.archive.start_run("crawl", kept.now)
    kept.put(run=run)
    kept.put(article(text=EDITED), run=run)
    kept.put(article("https://news.example/b"), run=run)
    kept.store(FEED, (), page(FEED), run=run)
    kept.store("https://news.example/b", Failure("", Stage.FETCH, "timeout"), run=run)
    kept.archive.end_run(run, kept.now)
    assert kept.rows("SELECT fetched, new, revised, unchanged, duplicate, removed, failed FROM runs") == [
        (4, 2, 1, 0, 0, 0, 1)
    ]
    assert [row[0] for row in kept.rows("SELECT outcome FROM fetches ORDER BY id")] == [
        *("new", "revised", "new", "listed", "failed")
    ]


def test_text_that_no_database_can_hold_is_kept_as_far_as_it_can_be(kept):
    kept.enqueue(link("/x", title="\ud83d lone"))
    kept.put(article(title="A \ud800 b\0c", tags=("\udfff",), authors=("\ud800",), dropped=(Dropped("x", "\ud800"),)))
    assert kept.value("SELECT title FROM articles") == "A \ufffd b\ufffdc"
    assert kept.put(article(title="A \ud800 b\0c", tags=("\udfff",), authors=("\ud800",))).change is Change.UNCHANGED


def test_an_outcome_that_cannot_be_stored_leaves_no_trace(kept):
    kept.enqueue(link())
    with pytest.raises(TypeError):
        kept.put(article(tags=(b"text",)))
    assert kept.value("SELECT count(*) FROM articles") == 0
    assert kept.value("SELECT count(*) FROM snapshots") == 0
    assert kept.put().change is Change.NEW


def test_what_a_page_asks_of_robots_is_kept_with_its_article_for_as_long_as_it_asks(kept):
    kept.put(robots="noarchive, noindex")
    assert kept.value("SELECT robots FROM articles") == "noarchive, noindex"
    kept.put()
    assert kept.value("SELECT robots FROM articles") == ""


def test_a_notice_in_place_of_several_articles_becomes_no_revision_of_them(kept):
    other = link("/harbour").url
    kept.put()
    kept.put(article(other, text=TEXT.replace("bridge", "harbour"), title="The harbour"))
    notice = "We value your privacy. With your consent we and our partners use cookies to show you what you like most."
    assert kept.put(article(text=notice)).change is Change.REVISED, "it may be a correction"
    assert kept.put(article(other, text=notice, title="The harbour")).change is Change.FAILED
    assert kept.rows("SELECT reason FROM links WHERE url = ?", other) == [("blocked",)]
    assert kept.rows("SELECT outcome, stage, reason FROM fetches ORDER BY id DESC LIMIT 1") == [
        ("failed", "extract", "blocked")
    ]
    assert "harbour" in kept.value("SELECT text FROM articles WHERE url = ?", other)


def test_a_correction_of_agency_copy_reaches_all_that_carry_it(kept):
    other = link("/copy").url
    kept.put()
    assert kept.put(article(other)).change is Change.DUPLICATE
    assert kept.put(article(text=EDITED)).change is Change.REVISED
    assert kept.put(article(other, text=EDITED)).change is Change.REVISED


def test_an_article_of_the_last_day_that_can_be_told_is_stored(kept):
    said = article(published=at(datetime(9999, 12, 31, tzinfo=UTC), Precision.DAY))
    assert kept.put(said).change is Change.NEW
