"""What becomes a revision, what it is called, and that no row of history is ever written again."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta, timezone

import pytest
from kept import NOON, TEXT, Kept, article, at, link, page

from archive.check import check
from archive.models import Change, Failure, Precision, Quality, Stage, Stamp
from archive.revisions import RESTLESS

URL = link().url
LONG = f"{TEXT}\n\nThe mayor said that nobody was asked. The ferry goes on, and costs 2 crowns as it always did."
CLOSED = Quality(0.9, ("paywalled",))
OFFER = "Subscribe to continue reading."
TEASER = LONG.partition("\n\n")[0]


def gone() -> Failure:
    return Failure(URL, Stage.FETCH, "gone")


def changes(kept: Kept) -> list[str]:
    return [row[0] for row in kept.rows("SELECT change FROM revisions ORDER BY article, number")]


@pytest.mark.parametrize(
    "noise",
    [
        {"text": TEXT.replace("river, ", "ri\u00adver,\u00a0").replace(".", "\u200b.")},
        {"title": "A new  bridge\u200b"},
        {"authors": ("BO LUND", "Ada Fields")},
        {"published": Stamp(NOON, Precision.SECOND, "meta:date")},
        {"published": Stamp(NOON.astimezone(timezone(timedelta(hours=9))), Precision.SECOND, "test")},
        {"published": Stamp(NOON, Precision.DAY, "test")},
        {"published": Stamp(NOON + timedelta(hours=3), Precision.SECOND, "url")},
        {"published": None},
        {"modified": at(NOON + timedelta(hours=3))},
    ],
)
def test_noise_makes_no_revision_and_leaves_the_text_as_it_is(kept, noise):
    kept.put(article(authors=("Ada Fields", "Bo Lund")))
    said = article(**({"authors": ("Ada Fields", "Bo Lund")} | noise))
    assert kept.put(said).change is Change.UNCHANGED
    assert kept.put(said).change is Change.UNCHANGED
    assert kept.rows("SELECT text, revision FROM articles") == [(TEXT, 1)]
    assert check(kept.path).problems == ()


def test_a_story_that_is_dated_anew_is_a_revision_of_the_kind_date(kept):
    kept.put()
    later = at(NOON + timedelta(days=1))
    assert kept.put(article(published=later)).change is Change.REVISED
    assert kept.rows("SELECT change, published FROM revisions ORDER BY number") == [
        ("first", "2026-11-24T12:00:00Z"),
        ("date", "2026-11-25T12:00:00Z"),
    ]
    assert kept.value("SELECT published FROM articles") == "2026-11-24T12:00:00Z", "it was there before that"
    assert kept.put(article(published=later)).change is Change.UNCHANGED


def test_a_date_is_compared_with_what_the_same_place_said(kept):
    """The page's head is as it was, and only another place is believed now."""
    kept.put()
    other = Stamp(NOON + timedelta(days=9), Precision.DAY, "url")
    assert kept.put(article(published=other, dates=(other, at(NOON)))).change is Change.UNCHANGED


def test_a_page_that_is_dated_at_each_look_is_noted_a_few_times_and_then_once_a_day(kept):
    for number in range(30):
        kept.put(article(published=at(NOON + timedelta(minutes=20 * number))))
        kept.later(minutes=20)
    assert kept.value("SELECT revision FROM articles") == RESTLESS


def test_a_revision_says_how_many_words_were_added_and_taken_out(kept):
    kept.put()
    kept.put(article(text=LONG))
    kept.put(article(text=LONG.replace("two years", "some three years")))
    assert kept.rows("SELECT change, words_added, words_removed FROM revisions ORDER BY number") == [
        ("first", 0, 0),
        ("addition", 19, 0),
        ("rewrite", 2, 1),
    ]


def test_a_text_that_is_only_begun_now_is_kept_and_that_is_noted_once(kept):
    kept.put(article(text=LONG), page_=page(etag='"whole"'))
    kept.later(hours=1)
    said = article(text=f"{TEASER}\n\n{OFFER}", quality=CLOSED)
    assert kept.put(said).change is Change.REVISED
    kept.later(hours=1)
    assert kept.put(said).change is Change.UNCHANGED
    assert kept.rows("SELECT text, revision, paywalled, last_seen FROM articles") == [
        (LONG, 2, "2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z")
    ]
    assert changes(kept) == ["first", "paywalled"]
    assert kept.rows("SELECT state, reason, etag, tries, due_at FROM links") == [
        ("stored", "paywalled", "", 0, "2026-11-24T15:00:00Z")
    ]
    assert kept.rows("SELECT outcome, reason FROM fetches ORDER BY id")[1:] == [
        ("revised", "paywalled"),
        ("unchanged", "paywalled"),
    ]
    assert check(kept.path).problems == ()


def test_a_text_in_a_wrong_encoding_is_not_written_over_a_good_one(kept):
    german = f"{LONG} Die Brücke für Fußgänger öffnet früher, als man in Köln gehört hätte."
    kept.put(article(text=german))
    said = kept.put(article(text=german.encode().decode("cp1252", "replace")))
    assert (said.change, said.failure.reason) == (Change.FAILED, "bad-encoding")
    assert kept.rows("SELECT text, revision FROM articles") == [(german, 1)]


def test_when_the_whole_text_shows_again_it_is_no_longer_paywalled(kept):
    kept.put(article(text=LONG))
    teaser = article(text=TEASER, quality=CLOSED)
    kept.put(teaser)
    assert kept.put(article(text=LONG)).change is Change.UNCHANGED
    assert kept.rows("SELECT paywalled, revision FROM articles") == [(None, 2)]
    for _ in range(9):  # open at one look and closed at the next
        kept.put(teaser)
        kept.put(article(text=LONG))
    assert kept.value("SELECT revision FROM articles") == 2
    kept.put(teaser)
    assert kept.put(article(text=LONG.replace("nobody", "everybody"))).change is Change.REVISED
    assert kept.rows("SELECT paywalled, revision FROM articles") == [(None, 3)]


@pytest.mark.parametrize(
    "said",
    [
        article(text=f"{TEASER}\n\n{OFFER}"),
        article(text=f"{TEASER}\n\nJetzt weiterlesen mit dem Probeabo"),
        article(text=f"{TEASER}\n\n続きを読むには会員登録が必要です"),
        article(text=TEASER[:-30] + "…", quality=Quality(0.8, ("truncated",))),
        article(text=TEASER, quality=CLOSED),
        article(text="A bridge is to be built, at last.", quality=CLOSED),
    ],
)
def test_a_beginning_with_an_offer_to_subscribe_is_never_written_over_a_whole_text(kept, said):
    kept.put(article(text=LONG))
    kept.put(said)
    assert kept.value("SELECT text FROM articles") == LONG
    assert changes(kept) == ["first", "paywalled"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,  # its last paragraph was taken out
        f"Correction: This article has been withdrawn, because {OFFER.lower()}",
        LONG.replace("two years", "three years"),
        "The council rebuilds the bridge after all, its mayor says. It opens in spring, and costs nothing at all.",
    ],
)
def test_an_edit_is_no_paywall(kept, text):
    kept.put(article(text=LONG))
    assert kept.put(article(text=text, quality=CLOSED if "withdrawn" in text else Quality())).change is Change.REVISED
    assert kept.value("SELECT text FROM articles") == text
    assert "paywalled" not in changes(kept)


def test_a_poem_of_short_lines_of_which_one_is_another_now_was_edited(kept):
    poem = "The rain is grey.\n\nA door stands open.\n\nWho left it so?\n\nThe cat has gone.\n\nThe milk is cold."
    kept.put(article(title="Winter elegy in an unknown minor scale", text=poem, published=None))
    anew = article(
        title="Winter elegy in an unknown minor scale",
        text=poem.replace("cat has gone", "dog has come"),
        published=None,
    )
    assert kept.put(anew).change is Change.REVISED


WALL = (
    "With your consent, our 180 partners and we store information on your device, such as cookies. You may accept or"
    " manage your choices at any time. These choices are signalled to our partners."
)
HEADLINE = "Council votes to rebuild harbour bridge"
DATED = Stamp(NOON, Precision.SECOND, "json-ld:datePublished")


@pytest.mark.parametrize(
    "said",
    [
        {"text": WALL, "published": DATED},  # a wall in the article's own page
        {"text": f"{WALL} {HEADLINE}", "published": DATED},
        {"text": " ".join([WALL] * 12), "published": None},  # a long one
        {"text": f"We could not find “{HEADLINE}”.", "title": "Sorry", "published": None},
        {"text": f"{WALL} Your reference: 8f3a-91", "title": "Before you go on", "published": None},
    ],
)
def test_a_notice_in_place_of_a_text_is_not_written_over_it(kept, said):
    whole = "\n\n".join([LONG, LONG.replace("bridge", "quay").replace("river", "bay")])
    kept.put(article(title=HEADLINE, text=whole, published=DATED))
    assert kept.put(article(**({"title": HEADLINE} | said))).change is Change.FAILED
    assert kept.rows("SELECT reason FROM links") == [("blocked",)]
    assert kept.rows("SELECT text, revision, paywalled FROM articles") == [(whole, 1, None)]


def test_what_comes_back_is_restored_also_by_a_304_and_not_by_a_copy_for_phones(kept):
    kept.put()
    kept.store(URL, gone())
    phone = "https://m.news.example/bridge"
    assert kept.put(article(), via=phone).change is Change.UNCHANGED
    assert kept.value("SELECT removed FROM articles") is not None
    assert kept.store(URL, None, page(status=304, body=b"")).change is Change.REVISED
    assert kept.value("SELECT removed FROM articles") is None
    kept.store(URL, gone())
    kept.put(article(text=f"{TEXT}\n\nCorrection: It is to last for three years."))
    assert changes(kept) == ["first", "removed", "restored", "removed", "correction"]


def test_what_was_removed_and_is_only_begun_now_is_there_again(kept):
    kept.put(article(text=LONG))
    kept.put(article(text=TEASER, quality=CLOSED))
    kept.store(URL, gone())
    kept.put(article(text=TEASER, quality=CLOSED))
    assert changes(kept) == ["first", "paywalled", "removed", "restored"]
    assert kept.rows("SELECT removed, text FROM articles") == [(None, LONG)]
    assert kept.value("SELECT state FROM links") == "stored"


def test_no_row_of_history_is_ever_written_again(kept):
    """Whatever comes, in whatever order, the rows that were there are there, and as they were."""
    db = sqlite3.connect(kept.path)
    db.execute(
        "CREATE TRIGGER written AFTER UPDATE ON revisions BEGIN SELECT raise(ABORT, 'history was written again'); END"
    )
    db.execute("CREATE TRIGGER torn AFTER DELETE ON revisions BEGIN SELECT raise(ABORT, 'history was torn out'); END")
    db.commit()
    chance = random.Random(5)
    looks = (
        lambda: article(text=LONG),
        lambda: article(text=LONG.replace("two", str(chance.randint(3, 99)))),
        lambda: article(text=TEASER, quality=CLOSED),
        lambda: article(text=LONG, title=f"Bridge {chance.randint(0, 9)}"),
        lambda: article(text=LONG, published=at(NOON + timedelta(days=chance.randint(0, 9)))),
        lambda: article(text=LONG, authors=(f"Bo {chance.randint(0, 9)}",)),
        lambda: article(text=LONG.replace(" ", "\u00a0")),
        gone,
        lambda: Failure(URL, Stage.FETCH, "timeout"),
    )
    kept.put(article(text=LONG))
    before: list[tuple] = []
    for _ in range(150):
        kept.later(minutes=chance.randint(1, 2_000))
        kept.store(URL, chance.choice(looks)(), page())
        rows = kept.rows("SELECT * FROM revisions ORDER BY id")
        assert rows[: len(before)] == before
        before = rows
    db.close()
    assert len(before) > 50
    assert check(kept.path).problems == ()
