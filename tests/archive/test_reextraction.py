from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kept import NEWS, NOON, TEXT, article, at, page

from archive import outdated, read, reextraction
from archive.check import check
from archive.database import reading
from archive.dedupe import mark
from archive.effects import Effects, Said, effect, moved
from archive.models import Change, Failure, Seen, Stage
from archive.outdated import Choice
from archive.reextraction import Anew, Read
from archive.tasks import Stale
from config.models import Rules

URL = "https://news.example/bridge"
NOTICE = "Sign up for the morning letter."
OLD = f"{TEXT}\n\n{NOTICE}"
"""What an earlier extractor made of the page, and EDITED_OLD of the page that the publisher corrected."""
EDITED = TEXT.replace("two years", "three years")
EDITED_OLD = f"{EDITED}\n\n{NOTICE}"
CHALLENGE = Failure(URL, Stage.EXTRACT, "blocked", "It is a check for robots.")


def anew(*results, first=1, rules=""):
    """Stored pages of article 1 as read today; snapshots are numbered in the order in which they came."""
    return Anew(1, {number: Read(result, rules) for number, result in enumerate(results, first)})


def apply(kept, read, extractor="2"):
    number = kept.archive.begin_reextraction(extractor, "{}", 1, kept.now)
    (done,) = kept.archive.reextract([read], extractor, kept.now, number)
    return done


def everything(kept):
    tables = ("articles", "revisions", "snapshots", "links", "fetches", "replaced", "refused", "boilerplate")
    return {table: kept.rows(f"SELECT * FROM {table}") for table in tables}


def test_an_article_knows_the_extractor_the_rules_and_the_template_that_made_it(kept):
    kept.write("UPDATE sources SET template = 4 WHERE name = 'news'")
    kept.put(rules="abc")
    made = "SELECT extractor, rules, template FROM articles"
    assert kept.rows(made) == [("1", "abc", 4)]
    kept.put(article(text=EDITED), rules="abc")
    assert kept.rows(made) == [("1", "abc", 4)]


def test_a_newer_extractor_between_two_looks_at_an_unchanged_page_makes_no_revision(kept):
    kept.put(article(text=OLD))
    kept.later(hours=1)
    before = everything(kept)
    assert kept.put(extractor="2") == Stale(1)
    assert everything(kept) == before, "nothing may be written before the stored page was read anew"
    assert kept.put(extractor="2", anew=anew(article())).change is Change.UNCHANGED
    assert kept.rows("SELECT text, extractor, revision FROM articles") == [(TEXT, "2", 1)]
    assert kept.rows("SELECT article, revision, reextraction, text, extractor, at FROM replaced") == [
        (1, 1, None, OLD, "1", "2026-11-24T13:00:00Z")
    ]
    assert kept.rows("SELECT count(*) FROM revisions") == [(0,)]
    assert kept.put(extractor="2").change is Change.UNCHANGED
    assert check(kept.path).problems == ()


def test_an_edit_at_the_same_time_is_one_revision_with_the_publishers_change_alone(kept):
    kept.put(article(text=OLD))
    assert kept.put(article(text=EDITED), extractor="2") == Stale(1)
    assert kept.put(article(text=EDITED), extractor="2", anew=anew(article())).change is Change.REVISED
    assert kept.rows("SELECT number, change, text FROM revisions ORDER BY number") == [
        (1, "first", TEXT),
        (2, "rewrite", EDITED),
    ]
    assert check(kept.path).problems == ()


@pytest.mark.parametrize("made", ["template", "rules"])
def test_other_rules_or_boilerplate_learned_meanwhile_make_no_revision_either(kept, made):
    kept.put(article(text=OLD))
    rules = "abc" if made == "rules" else ""
    if made == "template":
        kept.write("UPDATE sources SET template = 1 WHERE name = 'news'")
    assert kept.put(rules=rules) == Stale(1)
    assert kept.put(rules=rules, anew=anew(article(), rules=rules)).change is Change.UNCHANGED
    assert kept.rows("SELECT rules, template, revision FROM articles") == [(rules, int(made == "template"), 1)]


def test_a_page_of_an_article_made_in_the_same_way_is_compared_at_once(kept):
    kept.put()
    assert kept.put(article(text=EDITED)).change is Change.REVISED


def test_an_article_without_a_stored_page_is_compared_as_it_is(kept):
    kept.put(article(text=OLD))
    kept.write("UPDATE articles SET snapshot = NULL")
    assert kept.put(extractor="2").change is Change.REVISED


def test_where_the_stored_page_is_refused_the_article_is_compared_as_it_is_and_not_asked_for_again(kept):
    kept.put(article(text=OLD))
    assert kept.put(extractor="2") == Stale(1)
    failed = Failure(URL, Stage.EXTRACT, "too-hard", "It takes too long.")
    assert kept.put(article(text=OLD), extractor="2", anew=anew(failed)).change is Change.UNCHANGED
    assert kept.rows("SELECT article, extractor, reason FROM refused") == [(1, "2", "too-hard")]
    assert kept.put(extractor="3", anew=anew(failed)).change is Change.REVISED
    assert kept.rows("SELECT * FROM refused") == [], "the page of its text is another now"


def test_an_article_that_was_refused_once_is_not_stale_at_every_look(kept):
    kept.put(article(text=OLD))
    apply(kept, anew(CHALLENGE))
    assert kept.rows("SELECT text, extractor FROM articles") == [(OLD, "1")]
    assert kept.put(extractor="2").change is Change.REVISED


def test_a_text_that_a_newer_extractor_finds_elsewhere_on_the_page_is_not_taken_for_a_notice_in_its_place(kept):
    box = "Weather forecast for western islands"
    kept.put(article(text="Rain in the west, sunny spells later.", title=box, published=None))
    other = "The committee met again.\n\nIt was the ninth time this year, its chair told those who had come to listen."
    said = article(text=other, title="Ferry prices rise again", published=None)
    kept.later(hours=1)
    assert kept.put(said).change is Change.FAILED, "by the same extractor it would be"
    assert kept.put(said, extractor="2") == Stale(1)
    assert kept.put(said, extractor="2", anew=anew(said)).change is Change.UNCHANGED


def revised(kept):
    kept.put(article(text=OLD))
    kept.later(hours=1)
    kept.put(article(text=EDITED_OLD, title="A newer bridge"))
    kept.later(hours=1)
    kept.store(URL, Failure(URL, Stage.FETCH, "gone"))
    kept.later(hours=1)


def test_every_revision_is_read_anew_and_keeps_its_number_time_and_kind(kept):
    revised(kept)
    what = "SELECT number, seen_at, change FROM revisions ORDER BY number"
    before = kept.rows(what)
    done = apply(kept, anew(article(), article(text=EDITED, title="A newer bridge")))
    assert (done.changed, done.gained, done.lost) == (True, 0, 6)
    assert kept.rows(what) == before
    assert kept.rows("SELECT text, title FROM revisions ORDER BY number") == [
        (TEXT, "A new bridge"),
        (EDITED, "A newer bridge"),
        (EDITED, "A newer bridge"),
    ]
    assert kept.rows("SELECT text, revision, removed FROM articles") == [(EDITED, 3, "2026-11-24T14:00:00Z")]
    assert kept.rows("SELECT revision, text, blocks IS NULL, reextraction FROM replaced ORDER BY revision") == [
        (1, OLD, 1, 1),
        (2, EDITED_OLD, 1, 1),
        (3, EDITED_OLD, 0, 1),
    ]
    assert check(kept.path).problems == ()
    assert kept.rows("SELECT looked, changed, words_gained, words_lost, refused FROM reextractions") == [
        (1, 1, 0, 6, 0)
    ]


def test_neighbours_that_say_the_same_by_the_new_reading_both_stay(kept):
    kept.put(article(text=f"{TEXT}\n\nRead 12 times."))
    kept.put(article(text=f"{TEXT}\n\nRead 3,400 times."))
    apply(kept, anew(article(), article()))
    assert kept.rows("SELECT number, text FROM revisions ORDER BY number") == [(1, TEXT), (2, TEXT)]
    assert check(kept.path).problems == ()


def test_an_earlier_revision_whose_page_is_refused_stays_by_itself(kept):
    revised(kept)
    assert apply(kept, anew(CHALLENGE, article(text=EDITED))).refusal is None
    assert kept.rows("SELECT text FROM revisions ORDER BY number") == [(OLD,), (EDITED,), (EDITED,)]
    assert check(kept.path).problems == ()


def test_a_page_that_is_refused_leaves_the_article_and_its_revisions_as_they_are_and_is_listed(kept):
    revised(kept)
    before = {name: rows for name, rows in everything(kept).items() if name != "refused"}
    assert apply(kept, anew(article(), CHALLENGE)).refusal == CHALLENGE
    assert {name: rows for name, rows in everything(kept).items() if name != "refused"} == before
    assert kept.rows("SELECT article, extractor, reason, detail FROM refused") == [
        (1, "2", "blocked", "It is a check for robots.")
    ]
    apply(kept, anew(article(), article(text=EDITED)), "3")
    assert kept.rows("SELECT * FROM refused") == []


def test_an_article_that_was_revised_while_its_pages_were_read_is_left_alone(kept):
    kept.put(article(text=OLD))
    read = anew(article())
    kept.put(article(text=EDITED_OLD))
    before = everything(kept)
    assert apply(kept, read) is None
    assert everything(kept) == before
    assert kept.rows("SELECT looked FROM reextractions") == [(0,)]


def test_nothing_is_kept_of_a_text_that_stays_as_it_was(kept):
    kept.put()
    done = apply(kept, anew(article()))
    assert not done.changed
    assert kept.rows("SELECT * FROM replaced") == []
    assert kept.rows("SELECT extractor FROM articles") == [("2",)]


def test_authors_tags_search_and_dates_are_by_the_new_reading(kept):
    kept.put(article(text=OLD, authors=("Sign up",), published=at(NOON - timedelta(days=900)), tags=("Menu",)))
    done = apply(kept, anew(article(tags=("Bridges",))))
    assert (done.before.byline, done.after.byline) == ("Sign up", "Ada Fields")
    assert kept.rows("SELECT name FROM authors JOIN article_authors ON author = id") == [("Ada Fields",)]
    assert kept.rows("SELECT name FROM tags JOIN article_tags ON tag = id") == [("Bridges",)]
    assert kept.rows("SELECT published, byline FROM articles") == [("2026-11-24T12:00:00Z", "Ada Fields")]
    assert kept.rows("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'morning'") == [(0,)]
    assert kept.rows("SELECT published, byline FROM replaced") == [("2024-06-07T12:00:00Z", "Sign up")]


def test_what_a_later_look_said_of_the_date_of_change_is_not_unsaid_by_the_page_that_was_kept(kept):
    kept.put(article(text=OLD))
    kept.later(hours=9)
    kept.put(article(text=OLD, modified=at(NOON + timedelta(hours=8))))
    apply(kept, anew(article(modified=at(NOON - timedelta(hours=1)))))
    assert kept.rows("SELECT modified FROM articles") == [("2026-11-24T20:00:00Z",)]


def test_the_address_stays_though_the_page_is_said_to_name_another(kept):
    kept.put(article(text=OLD))
    kept.put(article("https://news.example/other"))
    apply(kept, anew(article("https://news.example/other")))
    assert kept.rows("SELECT id, url FROM articles") == [(1, URL), (2, "https://news.example/other")]


def test_a_batch_is_all_or_nothing(kept):
    kept.put(article(text=OLD))
    kept.put(article("https://news.example/b", OLD))
    before = everything(kept)
    bad = Anew(2, {2: Read(article("https://news.example/b", tags=(b"text",)), "")})
    number = kept.archive.begin_reextraction("2", "{}", 2, kept.now)
    with pytest.raises(TypeError):
        kept.archive.reextract([anew(article()), bad], "2", kept.now, number)
    assert everything(kept) == before


def test_a_look_at_an_article_with_several_texts_does_not_say_that_all_of_them_were_made_anew(kept):
    kept.put()
    kept.put(article(text=EDITED))
    kept.put(article(text=EDITED), extractor="2")
    assert kept.rows("SELECT extractor FROM articles") == [("1",)]
    assert list(chosen(kept).numbers) == [1]


def chosen(kept, extractor="2", **options):
    configured = {NEWS.name: options.pop("source", NEWS)}
    with reading(kept.path) as db:
        return outdated.choose(db, Choice(extractor, configured, **options))


def test_articles_are_chosen_by_what_made_them(kept):
    ruled = replace(NEWS, rules=(Rules(body="article"), Rules(body="main", since=date(2027, 1, 1))))
    digest = Rules(body="article").digest
    kept.put(article("https://news.example/old"))
    kept.put(article("https://news.example/new"), extractor="2")
    kept.put(article("https://news.example/ruled"), extractor="2", rules=digest)
    kept.write("UPDATE articles SET snapshot = NULL WHERE id = 1")
    found = chosen(kept)
    assert (list(found.numbers), found.current, found.pageless) == ([3], 1, 1)
    assert list(chosen(kept, source=ruled).numbers) == [2], "by the rules of the day of the page"
    assert list(chosen(kept, "3").numbers) == [2, 3]
    assert list(chosen(kept, everything=True).numbers) == [2, 3]
    assert list(chosen(kept, "3", sources=frozenset({"other"})).numbers) == []
    assert list(chosen(kept, "3", since=NOON + timedelta(days=1)).numbers) == []
    assert list(chosen(kept, "3", since=NOON - timedelta(days=1)).numbers) == [2, 3]
    with reading(kept.path) as db:
        found = outdated.choose(db, Choice("3", {}, everything=True))
        assert (list(found.numbers), found.unruled) == ([2], 1), "its rules are not known here"
    kept.write("UPDATE sources SET template = 1")
    assert list(chosen(kept).numbers) == [2, 3]


def test_a_page_that_was_refused_is_not_read_again_by_the_same_extractor(kept):
    kept.put()
    apply(kept, anew(CHALLENGE))
    assert list(chosen(kept).numbers) == []
    assert list(chosen(kept, "3").numbers) == [1]
    kept.write("UPDATE sources SET template = 1")
    assert list(chosen(kept).numbers) == [1]
    for extractor, left in (("2", [1]), ("2", [])):
        with reading(kept.path) as db:
            assert list(outdated.moved_on(db, extractor, 9)) == left
        apply(kept, anew(CHALLENGE))


def test_articles_are_looked_through_by_an_index_that_holds_no_texts(kept):
    with reading(kept.path) as db:
        plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {outdated._MADE}")]
    assert any("COVERING INDEX articles_extractor" in line for line in plan)


def test_the_newest_articles_that_were_cleaned_by_an_earlier_template_are_found_without_looking_at_others(kept):
    for number in range(5):
        kept.put(article(f"https://news.example/{number}"))
    kept.write("UPDATE sources SET template = 2")
    kept.write("UPDATE articles SET template = 2 WHERE id = 4")
    with reading(kept.path) as db:
        assert list(outdated.moved_on(db, "1", 3)) == [5, 3, 2]
    kept.write("INSERT INTO sources (name, added, template) VALUES ('b', 'x', 9)")
    kept.write("UPDATE articles SET source = 'b' WHERE id < 3")
    with reading(kept.path) as db:
        assert list(outdated.moved_on(db, "1", 3)) == [5, 2, 3], "no source keeps another waiting"
    kept.write("UPDATE sources SET configured = 0 WHERE name = 'b'")
    with reading(kept.path) as db:
        assert list(outdated.moved_on(db, "1", 3)) == [5, 3], "its rules are not known"
        plan = " ".join(row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {outdated._MOVED_ON}", ["1", 3]))
    assert "COVERING INDEX articles_template (source=? AND template<?)" in plan


def test_a_damaged_page_is_a_failure_that_says_so(kept):
    kept.put()
    kept.write("UPDATE snapshots SET body = x'00'")
    with reading(kept.path) as db:
        assert reextraction.stored(db, 1).page.reason == "damaged"
        assert reextraction.stored(db, 99).page.reason == "damaged"


def test_a_page_is_read_with_what_its_listing_said_of_it(kept):
    kept.put(page_=page(URL))
    with reading(kept.path) as db:
        assert reextraction.stored(db, 1).link.url == URL


def test_words_that_stand_elsewhere_are_neither_gained_nor_lost():
    assert moved("One two. Three four.", "Three four. One two.") == (0, 0)
    assert moved("One two two", "two three 四五") == (3, 2)


def test_of_many_effects_the_ten_that_lose_most_are_kept_and_all_are_counted():
    found = Effects()
    for number in range(300):
        before = Said("A", "B", None, None, "word " * number)
        found.add(effect(f"s{number % 2}", f"https://news.example/{number}", before, replace(before, text="")))
    assert [one.lost for one in found.worst] == list(range(299, 289, -1))
    assert (found.total.looked, found.total.changed, found.total.lost) == (300, 299, sum(range(300)))
    assert found.sources["s1"].looked == 150
    assert len(found._worst) == 10


def test_equal_rules_have_equal_digests_whenever_they_begin():
    one = Rules(body="article", remove=".x")
    assert one.digest == replace(one, since=date(2026, 1, 1)).digest
    assert len({one.digest, Rules(body="article").digest, Rules(remove="article").digest, Rules().digest}) == 4
    assert Rules().digest == ""


def with_headline(url=URL, text=TEXT):
    """An article with a line beside it that is another's headline, which is on its page as it was read."""
    made = article(url, f"{text}\n\nFerry prices rise again this winter")
    seen = tuple(Seen(mark(block.text), "main > p", number, "", block.text) for number, block in enumerate(made.blocks))
    return replace(made, seen=seen)


def test_an_article_that_came_later_and_whose_headline_stands_beside_one_makes_no_revision_of_that(kept):
    kept.put(with_headline())
    kept.put(article("https://news.example/ferry", "The ferry.", title="Ferry prices rise again this winter"))
    assert kept.put(with_headline()) == Stale(1)
    assert kept.put(with_headline(), anew=anew(with_headline())).change is Change.UNCHANGED
    assert kept.rows("SELECT text, revision FROM articles WHERE id = 1") == [(TEXT, 1)]
    assert kept.put(with_headline(text=EDITED)).change is Change.REVISED, "now both are without it"
    assert kept.rows("SELECT text FROM revisions ORDER BY number") == [(TEXT,), (EDITED,)]


def test_its_own_headline_is_no_others_though_its_page_names_another_address(kept):
    title = "Ferry prices rise again this winter"
    kept.put(replace(with_headline(), title=f"Old: {title}"))
    kept.archive._writer.do(lambda db: db.execute("UPDATE articles SET title_mark = ?", [mark(title)]))
    read = with_headline("https://news.example/moved")
    apply(kept, anew(read))
    assert kept.value("SELECT text FROM articles") == read.text


def test_the_mark_by_which_a_headline_is_known_is_of_the_new_one(kept):
    kept.put(article(text=OLD, title="Old: A new bridge"))
    apply(kept, anew(article()))
    assert kept.value("SELECT title_mark FROM articles") == mark("A new bridge")


def test_what_was_cleaned_is_told_with_the_text_before_all_of_that(kept):
    kept.put(article(text=OLD))
    with reading(kept.archive.path) as db:
        assert read.cleaned(db) == ()
    apply(kept, anew(article(text=f"{TEXT}\n\nThat is all.")))
    apply(kept, anew(article(text=TEXT)), extractor="3")
    with reading(kept.archive.path) as db:
        (one,) = read.cleaned(db)
    assert (one.url, one.before, one.after, one.revision) == (URL, OLD, TEXT, 1)
