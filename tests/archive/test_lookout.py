"""What watches find: what is new, what was changed so that it matches, once each; and what is no match."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kept import CONFIG, TEXT, Kept, article, page

from archive import deliveries, lookout, matches, passages
from archive.database import reading
from archive.deliveries import Lane
from archive.reextraction import Anew, Read
from config.models import Config, Source
from config.watches import Watch

BRIDGE = Watch("bridge", "bridge")


def with_watches(*watches: Watch, origin: str = "ours.toml") -> Config:
    return replace(CONFIG, watches=watches, origin=origin)


@pytest.fixture
def town(kept):
    """An archive with one article of before the watch begins."""
    kept.put(article("https://news.example/old", "The old bridge stands."))
    kept.later(minutes=1)
    return kept


def sync(kept: Kept, *watches: Watch, **options) -> None:
    kept.archive.sync_sources(with_watches(*watches, **options), kept.now)


def look(kept: Kept, *watches: Watch) -> int:
    count = 0
    with reading(kept.path) as db:
        while step := lookout.step(db, watches):
            assert not step.failed
            count += kept.archive.note_matches(step, {watch.name: ("webhook",) for watch in watches}, kept.now)
    return count


def found(kept: Kept, watch: str = "bridge") -> list[str]:
    sql = "SELECT url FROM matches JOIN articles ON articles.id = article WHERE watch = ? ORDER BY matches.id"
    return [row[0].rpartition("/")[2] for row in kept.rows(sql, watch)]


def put(kept: Kept, name: str, text: str, **fields) -> None:
    said = article(f"https://news.example/{name}", text, **({"title": f"News of {name}"} | fields))
    kept.put(said, page_=page(said.url, text.encode()))
    kept.later(minutes=10)


def test_a_new_watch_finds_what_comes_from_now_on_and_nothing_of_before(town):
    sync(town, BRIDGE)
    assert look(town, BRIDGE) == 0
    put(town, "a", "The council wants a bridge over the river at last.")
    put(town, "b", "The mayor opened a new school for the town.")
    assert look(town, BRIDGE) == 1
    assert found(town) == ["a"]
    assert look(town, BRIDGE) == 0
    assert town.rows("SELECT watch, receiver, state FROM deliveries") == [("bridge", "webhook", "waiting")]


def test_the_passage_is_kept_with_what_was_found_marked(town):
    sync(town, BRIDGE)
    put(town, "a", "Of \x02forged\x03 marks.\n\nThe council wants a bridge over <i>the</i> river.")
    look(town, BRIDGE)
    passage = town.value("SELECT passage FROM matches")
    assert passages.plain(passage) == "Of forged marks. The council wants a bridge over <i>the</i> river."
    assert "wants a <mark>bridge</mark> over &lt;i&gt;the&lt;/i&gt; river" in passages.html(passage)
    assert "<mark>forged" not in passages.html(passage)


def test_what_stands_in_the_headline_alone_is_found_and_shown_by_how_the_text_begins(town):
    sync(town, BRIDGE)
    put(town, "a", "The council has decided at last.", title="A bridge")
    assert look(town, BRIDGE) == 1
    assert town.value("SELECT passage FROM matches").startswith("The council has decided")


@pytest.mark.parametrize(
    ("watch", "names"),
    [
        (Watch("w", author="ada fields"), ["a", "c"]),
        (Watch("w", author="Ada"), []),
        (Watch("w", tag="ÉCOLE"), ["b"]),
        (Watch("w", language="FR"), ["c"]),
        (Watch("w", sources=("news",)), ["a", "b", "c"]),
        (Watch("w", sources=("other",)), []),
        (Watch("w", "council", author="Ada Fields"), ["a"]),
        (Watch("w", "council OR school -mayor"), ["a"]),
        (Watch("w", '"wants a" brid*'), ["a"]),
    ],
)
def test_a_watch_finds_what_fits_its_words_and_filters_whatever_the_case(town, watch, names):
    sync(town, watch)
    put(town, "a", "The council wants a bridge over the river at last.")
    put(town, "b", "The mayor opened a new school for the town.", authors=("Bo Quill",), tags=("École",))
    put(town, "c", "Un pont sur le fleuve est construit par la commune.", language="fr")
    look(town, watch)
    assert found(town, "w") == names


def test_an_article_is_found_when_its_publisher_adds_the_word_and_once(town):
    sync(town, BRIDGE)
    put(town, "a", "The council met on Tuesday, and it spoke of this and that for hours.")
    assert look(town, BRIDGE) == 0
    put(town, "a", "The council met on Tuesday, and it spoke of the bridge for hours and hours.")
    assert look(town, BRIDGE) == 1
    assert town.rows("SELECT revision, title FROM matches") == [(2, "News of a")]
    put(town, "a", "The council met on Tuesday, and spoke of the bridge and of nothing else for hours on end.")
    assert town.value("SELECT count(*) FROM revisions") == 3
    assert look(town, BRIDGE) == 0
    assert found(town) == ["a"]


def test_an_old_article_that_had_the_word_is_no_match_for_being_changed_elsewhere(town):
    sync(town, BRIDGE)
    put(town, "old", "The old bridge stands, and will for many years to come, says the mayor of the town.")
    assert town.value("SELECT count(*) FROM revisions") == 2
    assert look(town, BRIDGE) == 0


def test_an_author_who_is_added_later_makes_a_match_and_a_watch_for_sources_alone_finds_no_changes(town):
    watches = Watch("w", author="Bo Quill"), Watch("s", sources=("news",))
    sync(town, *watches)
    put(town, "old", "The old bridge stands, and will for many years to come.", authors=("Bo Quill",))
    assert look(town, *watches) == 1
    assert found(town, "w") == ["old"]


def test_what_was_revised_between_looks_is_seen_as_it_is_now_and_compared_with_what_was_looked_at(town):
    sync(town, BRIDGE)
    put(town, "a", "The council met on Tuesday, and it spoke of this and that for hours.")
    look(town, BRIDGE)
    put(town, "a", "The council met on Tuesday, and it spoke of the bridge for hours and hours.")
    put(town, "a", "The council met on Tuesday, and spoke of the bridge and of nothing else for hours on end.")
    assert look(town, BRIDGE) == 1
    assert town.value("SELECT revision FROM matches") == 3


def test_an_article_that_is_read_anew_is_no_new_match(town):
    sync(town, BRIDGE)
    put(town, "a", "The council met on Tuesday.")
    look(town, BRIDGE)
    row = town.rows("SELECT id, snapshot FROM articles WHERE url LIKE '%/a'")[0]
    anew = Anew(row[0], {row[1]: Read(article("https://news.example/a", "The council met on the bridge."), "")})
    assert town.archive.reextract([anew], "2", town.now, town.archive.begin_reextraction("2", "{}", 1, town.now))[0]
    assert "bridge" in town.value("SELECT text FROM articles WHERE id = ?", row[0])
    assert look(town, BRIDGE) == 0


def test_a_copy_is_found_too_and_is_told_with_whose_it_is(town):
    sync(town, BRIDGE)
    put(town, "a", TEXT)
    put(town, "b", TEXT, title="Another headline")
    assert look(town, BRIDGE) == 2
    tellings = [town.archive.claim(Lane("bridge", "webhook"), town.now, "me:1:1")]
    town.archive.delivered([tellings[0][0].delivery], town.now)
    tellings.append(town.archive.claim(Lane("bridge", "webhook"), town.now, "me:1:1"))
    assert [one.copy_of and one.copy_of["title"] for (one,) in tellings] == [None, "News of a"]


def test_a_watch_that_is_edited_goes_on_from_where_it_is(town):
    sync(town, BRIDGE)
    put(town, "a", "The council wants a bridge over the river at last.")
    look(town, BRIDGE)
    put(town, "b", "The mayor opened a new school for the town.")
    edited = Watch("bridge", "bridge OR school OR council")
    sync(town, edited)
    assert look(town, edited) == 1
    assert found(town) == ["a", "b"]
    assert "school" in town.value("SELECT search FROM watches")


def test_a_watch_that_is_taken_out_stops_and_what_it_found_stays(town):
    sync(town, BRIDGE)
    put(town, "a", "The council wants a bridge over the river at last.")
    look(town, BRIDGE)
    sync(town)
    put(town, "b", "Another bridge is wanted over the river further down.")
    assert look(town, BRIDGE) == 0
    assert town.rows("SELECT state FROM deliveries") == [("dropped",)]
    assert town.rows("SELECT configured FROM watches") == [(0,)]
    sync(town, BRIDGE)
    assert look(town, BRIDGE) == 0, "nothing old is sent when it is put back"
    put(town, "c", "A third bridge would be better than the other two, says the council.")
    assert look(town, BRIDGE) == 1
    assert found(town) == ["a", "c"]


def test_a_crawl_with_another_configuration_takes_nobody_s_watches_out(town):
    sync(town, BRIDGE)
    put(town, "a", "The council wants a bridge over the river at last.")
    look(town, BRIDGE)
    sync(town, origin="other.toml")
    assert town.rows("SELECT state FROM deliveries") == [("waiting",)]
    put(town, "b", "Another bridge is wanted over the river further down.")
    sync(town, BRIDGE)
    assert look(town, BRIDGE) == 1


def test_a_receiver_that_is_taken_out_gets_nothing_more(town):
    with_hook = replace(BRIDGE, webhook="https://hooks.example/T0-hush", email=("desk@example.org",))
    sync(town, with_hook)
    put(town, "a", "The council wants a bridge over the river at last.")
    with reading(town.path) as db:
        town.archive.note_matches(lookout.step(db, [BRIDGE]), {"bridge": tuple(matches.receivers(with_hook))}, town.now)
    sync(town, replace(BRIDGE, email=("desk@example.org",)))
    states = dict(town.rows("SELECT receiver, state FROM deliveries"))
    assert states.pop("webhook") == "dropped"
    assert list(states.values()) == ["waiting"]


def test_the_archive_has_neither_a_webhook_s_address_nor_one_of_mail(town):
    secret = replace(BRIDGE, webhook="https://hooks.example/T0-hush", email=("whisper@example.org",))
    sync(town, secret)
    put(town, "a", "The council wants a bridge over the river at last.")
    with reading(town.path) as db:
        step = lookout.step(db, [secret])
        town.archive.note_matches(step, {"bridge": tuple(matches.receivers(secret))}, town.now)
        kept = "\n".join(db.iterdump())
    town.archive.close()
    for word in ("T0-hush", "hooks.example", "whisper"):
        assert word not in kept
        assert word.encode() not in town.path.read_bytes()


def test_a_long_way_is_looked_at_in_steps_and_two_processes_note_each_match_once(town, monkeypatch):
    monkeypatch.setattr(lookout, "STEP", 2)
    sync(town, BRIDGE)
    for number in range(5):
        put(town, f"n{number}", f"The council of village {number} wants bridge number {number} to be built.")
    with reading(town.path) as one, reading(town.path) as other:
        for _ in range(2):
            steps = [lookout.step(db, [BRIDGE]) for db in (one, other)]
            assert steps[0] == steps[1]
            assert len(steps[0].matches) == 2
            notes = [town.archive.note_matches(step, {"bridge": ("webhook",)}, town.now) for step in steps]
            assert notes == [2, 0]
    assert look(town, BRIDGE) == 1
    assert town.value("SELECT count(*) FROM deliveries") == 5


def test_a_step_that_is_cut_off_notes_all_of_a_watch_or_nothing(town, monkeypatch):
    sync(town, BRIDGE)
    put(town, "a", "The council wants a bridge over the river at last.")

    def fail(*args):
        raise KeyError

    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "add", fail)
        with pytest.raises(KeyError):
            look(town, BRIDGE)
    assert found(town) == []
    assert look(town, BRIDGE) == 1


def test_a_query_that_sqlite_refuses_keeps_nothing_from_another_watch(town, monkeypatch):
    sync(town, BRIDGE, Watch("bad", "school"))
    put(town, "a", "The council wants a bridge over the river at last.")
    right = lookout.fts5
    monkeypatch.setattr(lookout, "fts5", lambda query: '"' if query == "school" else right(query))
    with reading(town.path) as db:
        step = lookout.step(db, [BRIDGE, Watch("bad", "school")])
    assert step.watches == ("bridge",)
    assert list(step.failed) == ["bad"]


def test_without_watches_nothing_is_read_or_written(town):
    with reading(town.path) as db:
        assert lookout.step(db, []) is None
    assert town.rows("SELECT * FROM watches") == []


def test_what_a_watch_would_have_found_is_told_without_noting_it(town, monkeypatch):
    monkeypatch.setattr(lookout, "STEP", 2)
    since = town.now
    for number in range(5):
        put(town, f"n{number}", f"The council of village {number} wants bridge number {number} to be built.")
    with reading(town.path) as db:
        assert len(list(lookout.found_since(db, BRIDGE, since))) == 5
        assert len(list(lookout.found_since(db, Watch("w", author="Ada Fields"), since))) == 5
        assert len(list(lookout.found_since(db, BRIDGE, since.replace(year=2000)))) == 6
        assert list(lookout.found_since(db, BRIDGE, town.now)) == []
    assert town.rows("SELECT * FROM matches") == []


def test_sources_that_are_no_more_configured_are_no_trouble(kept):
    kept.archive.sync_sources(Config(sources=(Source("x", "https://x.example/"),), watches=(BRIDGE,)), kept.now)
    assert look(kept, BRIDGE) == 0


def test_a_word_of_a_script_without_blanks_is_found_amid_others_and_shown_without_the_breaks(town):
    watch = Watch("w", "東京")
    sync(town, watch)
    put(town, "a", "きのう東京都知事が会見し、新しい橋の計画を発表した。", language="ja")
    put(town, "b", "きのう京都府知事が会見し、新しい橋の計画を発表した。", language="ja")
    assert look(town, watch) == 1
    assert passages.html(town.value("SELECT passage FROM matches")).startswith("きのう<mark>東京</mark>都知事")
    with reading(town.path) as db:
        assert len(list(lookout.found_since(db, watch, town.now.replace(year=2000)))) == 1
