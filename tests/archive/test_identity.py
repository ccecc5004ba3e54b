"""Which article a page is: by its addresses, by its text, and whatever it claims."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from kept import FEED, NOON, article

from archive.database import reading
from archive.models import Change, Failure, Link, Precision, Stage, Stamp
from archive.read import article as read_article

SITE = "https://news.example"
DESK = f"{SITE}/local/a-new-bridge-1234567"
AMP = f"{SITE}/amp/local/a-new-bridge-1234567"
PHONE = "https://m.news.example/local/a-new-bridge-1234567"
PRINT = f"{DESK}?print=1"
ON_DESK = (("amp", AMP), ("mobile", PHONE), ("print", PRINT))
SYLLABLES = [a + b for a in "bdfgklmnprst" for b in "aeiou"]


def told(seed: object, words: int = 120) -> str:
    """An invented text, the same for the same seed and unlike any other's."""
    chance = random.Random(str(seed))
    made = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(words)]
    return "\n\n".join(" ".join(made[at : at + 30]).capitalize() + "." for at in range(0, words, 30))


def story(seed: object, url: str, **fields):
    return article(url, told(seed), **({"title": f"Heading of {told(seed, 4)}"} | fields))


def addresses(kept) -> dict[str, tuple]:
    return {url: rest for url, *rest in map(tuple, kept.rows("SELECT url, article, kind FROM addresses"))}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1)])
@pytest.mark.parametrize("agreed", [True, False])
def test_a_story_under_four_urls_is_one_article_whichever_comes_first_and_whatever_its_pages_agree_on(
    kept, order, agreed
):
    pages = [
        (DESK, story(1, DESK, addresses=ON_DESK)),
        *((url, story(1, DESK if agreed else url)) for url in (AMP, PHONE, PRINT)),
    ]
    for number in order:
        url, said = pages[number]
        kept.put(said, via=url)
    assert kept.rows("SELECT id, url FROM articles") == [(1, DESK)]
    assert {url: number for url, (number, _) in addresses(kept).items()} == dict.fromkeys((DESK, AMP, PHONE, PRINT), 1)
    assert dict(kept.rows("SELECT url, state FROM links")) == {
        DESK: "stored",
        AMP: "alias",
        PHONE: "alias",
        PRINT: "alias",
    }
    kept.later(days=1)
    for url, said in pages:
        assert kept.put(said, via=url).change is Change.UNCHANGED
    assert kept.rows("SELECT id, url FROM articles") == [(1, DESK)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DESK, f"{DESK}/amp"),
        (DESK, f"{DESK}?outputType=amp"),
        (DESK, "https://amp.news.example/local/a-new-bridge-1234567"),
        (f"{SITE}/a-story-1234567.html", f"{SITE}/a-story-1234567.amp.html"),
        (f"{SITE}/a-story-1234567", f"{SITE}/another-headline-1234567"),
        (f"{SITE}/local/a-new-bridge-over-the-river", f"{SITE}/news/2026/11/a-new-bridge-over-the-river"),
        (f"{SITE}/story?id=3f2a9c1d0b7e", f"{SITE}/s/3f2a9c1d0b7e"),
    ],
)
def test_pages_that_say_nothing_of_each_other_are_one_by_their_text_and_the_look_of_their_urls(kept, one, other, order):
    for number in order:
        url = (one, other)[number]
        kept.put(story(1, url))
    assert kept.value("SELECT count(*) FROM articles") == 1
    assert set(addresses(kept)) == {one, other}


def test_a_variant_that_waits_to_be_fetched_is_an_alias_once_the_page_has_named_it(kept):
    kept.enqueue(*(Link(url, "news", FEED) for url in (DESK, AMP, PHONE)), Link(PRINT, "news", ""))
    kept.put(story(1, DESK, addresses=ON_DESK))
    states = dict(kept.rows("SELECT url, state FROM links"))
    assert states == {DESK: "stored", AMP: "alias", PHONE: "alias", PRINT: "waiting"}, "by hand is by hand"
    assert kept.rows("SELECT due_at FROM links WHERE url IN (?, ?)", AMP, PHONE) == [(None,), (None,)]


def test_a_variant_that_is_listed_later_is_an_alias_from_the_first(kept):
    kept.put(story(1, DESK, addresses=ON_DESK))
    assert kept.enqueue(Link(AMP, "news", FEED), Link(f"{SITE}/else", "news", FEED)) == 1
    assert kept.rows("SELECT state, article, due_at FROM links WHERE url = ?", AMP) == [("alias", 1, None)]
    assert kept.enqueue(Link(PHONE, "news", "")) == 1
    assert kept.value("SELECT state FROM links WHERE url = ?", PHONE) == "waiting"


def test_an_article_is_read_by_any_of_its_addresses(kept):
    kept.put(story(1, DESK, addresses=ON_DESK))
    with reading(kept.path) as db:
        assert {read_article(db, url).id for url in (DESK, AMP, PHONE, PRINT)} == {1}


def test_a_variant_with_the_beginning_alone_is_its_article(kept):
    kept.put(story(1, DESK))
    beginning = article(AMP, told(1)[:150], title=f"Heading of {told(1, 4)}")
    assert kept.put(beginning).change is Change.NEW, "of its look alone it may be another"
    kept.put(story(2, f"{SITE}/x-2222222", addresses=(("amp", f"{SITE}/y"),)))
    beginning = article(f"{SITE}/y", told(2)[:150], title=f"Heading of {told(2, 4)}")
    assert kept.put(beginning).change is Change.UNCHANGED


def articles(kept) -> dict[str, str]:
    return dict(kept.rows("SELECT url, text FROM articles"))


@pytest.mark.parametrize("claimed", [f"{SITE}/local", f"{SITE}/local/1111111", f"{SITE}/?p=all"])
@pytest.mark.parametrize("rounds", [1, 3])
def test_a_site_that_names_one_canonical_url_on_all_pages_loses_no_story(kept, claimed, rounds):
    urls = [f"{SITE}/local/{number}" for number in range(5)]
    for _ in range(rounds):
        for number, url in enumerate(urls):
            verdict = kept.put(story(number, claimed), via=url)
            assert verdict.article_id == number + 1
        kept.later(hours=1)
    assert articles(kept) == {url: told(number) for number, url in enumerate(urls)}
    assert kept.value("SELECT max(revision) FROM articles") == 1
    assert addresses(kept)[claimed] == [None, "shared"]


@pytest.mark.parametrize("shared", [60, 90, 120])
def test_parts_of_a_series_that_name_the_first_as_canonical_and_share_an_introduction_are_all_kept(kept, shared):
    first = f"{SITE}/series/part-1"
    for part in (1, 2, 3):
        text = f"{told('introduction', shared)}\n\n{told(part, 180 - shared)}"
        kept.put(
            article(first, text, title=f"The river, part {part}: {told(part, 3)}"), via=f"{SITE}/series/part-{part}"
        )
    assert kept.value("SELECT count(*) FROM articles") == 3
    assert kept.value("SELECT count(DISTINCT text) FROM articles") == 3


def test_a_site_that_begins_to_name_one_canonical_url_on_all_pages_changes_no_address(kept):
    urls = [f"{SITE}/local/{number}" for number in range(4)]
    for number, url in enumerate(urls):
        kept.put(story(number, url))
    for _ in range(2):
        for number, url in enumerate(urls):
            assert kept.put(story(number, f"{SITE}/local"), via=url).article_id == number + 1
    assert articles(kept) == {url: told(number) for number, url in enumerate(urls)}


def test_one_og_url_amp_page_and_title_on_all_pages_make_no_two_stories_one(kept):
    named = (("og:url", f"{SITE}/home"), ("amp", f"{SITE}/amp"), ("print", f"{SITE}/print.html"))
    for number in range(4):
        kept.put(story(number, f"{SITE}/local/{number}", title="The Example News", addresses=named))
    assert kept.value("SELECT count(*) FROM articles") == 4
    assert {tuple(addresses(kept)[url]) for _, url in named} == {(None, "shared")}


def test_a_page_that_names_another_storys_url_as_its_own_gets_its_own_when_that_is_fetched(kept):
    x, y = f"{SITE}/x", f"{SITE}/y"
    kept.put(story("x", y), via=x)
    assert articles(kept) == {y: told("x")}, "nothing speaks against it yet"
    assert kept.put(story("y", y)).change is Change.NEW
    assert articles(kept) == {x: told("x"), y: told("y")}
    assert kept.put(story("x", y), via=x).change is Change.UNCHANGED
    assert kept.put(story("y", y)).change is Change.UNCHANGED
    assert articles(kept) == {x: told("x"), y: told("y")}


def test_a_story_fetched_first_is_not_taken_over_by_one_that_names_its_url(kept):
    x, y = f"{SITE}/x", f"{SITE}/y"
    kept.put(story("y", y))
    assert kept.put(story("x", y), via=x).change is Change.NEW
    assert articles(kept) == {x: told("x"), y: told("y")}


@pytest.mark.parametrize(
    "urls",
    [
        (f"{SITE}/2025/old-1234567", f"{SITE}/2026/new-1234567"),
        (f"{SITE}/2025/a-walk-through-the-town", f"{SITE}/2026/a-walk-through-the-town"),
        (f"{SITE}/place/1234567/one", f"{SITE}/place/1234567/two"),
        (f"{SITE}/story?id=1", f"{SITE}/story?id=2"),
        (f"{SITE}/story", f"{SITE}/story/amp"),
    ],
)
def test_a_number_or_a_headline_that_a_site_gives_twice_makes_no_two_stories_one(kept, urls):
    for number, url in enumerate(urls):
        assert kept.put(story(number, url, title="A walk through the town")).change is Change.NEW
    assert articles(kept) == {url: told(number) for number, url in enumerate(urls)}


def test_a_form_filled_in_anew_under_the_same_number_is_another_article(kept):
    def forecast(day: int) -> str:
        figures = [random.Random(f"{day}/{n}").randint(-9, 40) for n in range(9)]
        return " ".join(f"{told(n, 12)} {figure} degrees" for n, figure in enumerate(figures))

    for day in (1, 2):
        url = f"{SITE}/{day}/weather-1234567"
        assert kept.put(article(url, forecast(day), title=f"The weather, day {day}")).change is Change.NEW
    assert kept.rows("SELECT cluster FROM articles") == [(None,), (None,)]


def test_an_alias_whose_page_becomes_another_story_is_an_article_of_its_own(kept):
    short = f"{SITE}/today"
    kept.put(story(1, DESK))
    assert kept.put(story(1, DESK), via=short).change is Change.UNCHANGED
    assert kept.put(story(2, short), via=short).change is Change.NEW
    assert articles(kept) == {DESK: told(1), short: told(2)}
    assert addresses(kept)[short] == [2, "canonical"]


def test_a_story_rewritten_between_two_looks_is_one_article_at_its_address_and_its_phones(kept):
    at, later = (Stamp(one, Precision.SECOND, "json-ld:x") for one in (NOON, NOON + timedelta(hours=1)))
    anew = story("anew", DESK, title="It is all different", published=at, modified=later)
    kept.put(story(1, DESK))
    assert kept.put(anew, via=PHONE).change is Change.UNCHANGED
    assert kept.put(anew).change is Change.REVISED
    assert kept.value("SELECT count(*) FROM articles") == 1


def test_a_story_whose_old_address_is_gone_lives_on_at_its_new_one(kept):
    old, new = f"{SITE}/bridge-closed-1234567", f"{SITE}/bridge-opens-again-1234567"
    kept.put(story(1, old))
    kept.put(story(1, new), via=new)
    kept.later(days=1)
    kept.store(old, Failure(old, Stage.FETCH, "not-found"))
    assert kept.rows("SELECT removed, revision FROM articles") == [(None, 1)]
    due = kept.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert kept.rows("SELECT url, state, due_at FROM links") == [(old, "alias", None), (new, "stored", due)]
    assert kept.put(story(1, new, title="The bridge opens again")).change is Change.REVISED
    assert kept.rows("SELECT url, title FROM articles") == [(new, "The bridge opens again")]
    kept.store(new, Failure(new, Stage.FETCH, "gone"))
    assert kept.value("SELECT removed IS NOT NULL FROM articles") == 1


def test_an_address_moved_to_stays_one_article_with_both(kept):
    kept.put(story(1, DESK))
    moved = f"{SITE}/2026/bridge"
    kept.put(story(1, moved), via=DESK)
    assert articles(kept) == {moved: told(1)}
    assert addresses(kept) == {DESK: [1, "canonical"], moved: [1, "canonical"]}


def test_short_texts_with_one_canonical_url_are_one_if_they_are_the_same_and_else_not(kept):
    kept.put(article(f"{SITE}/local", "A tree fell on the road.", title="Tree falls"), via=f"{SITE}/a")
    again = kept.put(article(f"{SITE}/local", "A tree fell on the road.", title="Tree falls"), via=f"{SITE}/b")
    assert again.change is Change.UNCHANGED
    other = kept.put(article(f"{SITE}/local", "The ferry is late today.", title="Ferry late"), via=f"{SITE}/c")
    assert other.change is Change.NEW


def test_last_seen_is_written_once_a_day(kept):
    kept.put(story(1, DESK))
    kept.later(hours=2)
    kept.put(story(1, DESK))
    assert kept.rows("SELECT first_seen, last_seen FROM addresses") == [("2026-11-24T12:00:00Z",) * 2]
    kept.later(days=1)
    kept.put(story(1, DESK))
    assert kept.rows("SELECT last_seen FROM addresses") == [("2026-11-25T14:00:00Z",)]


def test_stories_that_each_name_the_url_of_the_one_before_are_as_many_articles(kept):
    urls = [f"{SITE}/local/{number}" for number in range(6)]
    for _ in range(2):
        for number in range(1, 6):
            kept.put(story(number, urls[number - 1]), via=urls[number])
    assert {url: text for url, text in articles(kept).items() if url != urls[0]} == {
        url: told(number) for number, url in enumerate(urls) if number > 1
    }
    assert articles(kept)[urls[0]] == told(1)


def test_two_stories_that_name_each_others_urls_are_two_articles(kept):
    x, y = f"{SITE}/x", f"{SITE}/y"
    for _ in range(2):
        kept.put(story("x", y), via=x)
        kept.put(story("y", x), via=y)
    assert articles(kept) == {x: told("x"), y: told("y")}
    assert kept.value("SELECT max(revision) FROM articles") == 1


def test_what_is_published_anew_a_year_later_is_an_article_of_its_own(kept):
    kept.put(story(1, f"{SITE}/2025/the-best-of-all-soups"))
    later = Stamp(NOON + timedelta(days=300), Precision.SECOND, "test")
    assert kept.put(story(1, f"{SITE}/2026/the-best-of-all-soups", published=later)).change is Change.DUPLICATE
    assert kept.rows("SELECT cluster, duplicate_of FROM articles") == [(1, None), (1, 1)]


def test_a_page_that_names_another_address_at_each_look_has_no_more_than_some(kept):
    for number in range(90):
        kept.put(story(1, DESK, addresses=(("og:url", f"{DESK}?session={number}"),)))
    assert len(addresses(kept)) == 50


def test_thousands_of_links_to_one_article_make_no_look_slower(kept):
    kept.put(story(1, DESK))
    links = [Link(f"{DESK}?from={number}", "news", FEED) for number in range(3_000)]
    kept.enqueue(*links)
    kept.archive._writer.do(lambda db: db.execute("UPDATE links SET state = 'alias', article = 1 WHERE id > 1"))
    steps = [0]

    def count():
        steps[-1] += 1

    kept.archive._writer.do(lambda db: db.set_progress_handler(count, 1))
    for via in (f"{DESK}?from=x", f"{DESK}?from=y"):
        steps.append(0)
        assert kept.put(story(1, DESK), via=via).change is Change.UNCHANGED
    assert max(steps) < 30_000, steps


@pytest.mark.parametrize(("precision", "kept_as"), [(Precision.DAY, 2), (Precision.SECOND, 1)])
def test_two_live_pages_of_one_day_that_name_one_address_are_one_only_where_the_time_is_the_same(
    kept, precision, kept_as
):
    title = "Council meeting live: harbour bridge and budget"
    at = Stamp(NOON, precision, "json-ld:datePublished")
    for part in ("morning", "evening"):
        text = f"The council meeting is about the harbour bridge and the budget. {told(part)}"
        said = article(f"{SITE}/live", text, title=title, published=at)
        kept.put(said, via=f"{SITE}/live/{part}")
    assert kept.value("SELECT count(*) FROM articles") == kept_as
