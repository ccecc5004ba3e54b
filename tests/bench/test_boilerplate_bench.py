"""The publishers of the boilerplate benchmark: that they are what they are said to be, and that it measures."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from statistics import median

import pytest
from selectolax.lexbor import LexborHTMLParser

from archive import learned
from archive.models import Article, Link
from crawler.extract import extract
from tests.bench import boilerplate
from tests.bench.papers.furniture import KINDS
from tests.bench.papers.known import Known, alike
from tests.bench.papers.newsroom import DECK
from tests.bench.papers.parts import Box, paragraph
from tests.bench.papers.press import Press, State, unlearned
from tests.bench.papers.site import Paper, papers
from tests.bench.papers.templates import TEMPLATES
from tests.bench.papers.truth import Tally, Text, total

PAGES = 24
SEED = 3


@pytest.fixture(scope="module")
def made():
    return papers(SEED, PAGES)


@pytest.fixture(scope="module")
def alone(made):
    """Paper → what extraction finds on every third of its pages, each by itself."""
    tallies = {}
    for paper in made:
        tally = tallies[paper.name] = Tally()
        for number in range(0, PAGES, 3):
            sheet, at = paper.sheet(number), paper.times[paper.crawl_of(number)]
            link = Link(sheet.url, paper.name, paper.home, sheet.title)
            said = extract(paper.html(sheet, paper.crawl_of(number)), sheet.url, link=link, fetched_at=at)
            assert isinstance(said, Article), (sheet.url, said)
            assert (said.url, said.title, said.authors) == (sheet.url, sheet.title, (sheet.author,))
            tally.add(sheet, paper.stories[number].kind, said.text)
    return tallies


def test_single_page_extraction_finds_each_article_and_is_fooled_by_what_stands_amid_it(alone):
    whole = total(alone.values())
    assert whole.share_lost < 0.005
    assert 0.4 < whole.share_left < 0.9
    assert all(tally.share_left > 0.1 for tally in alone.values()), "each template fools it"


def test_there_are_many_templates_scripts_and_all_kinds_of_boilerplate_and_of_stories(made, alone):
    whole = total(alone.values())
    assert len({paper.template.name for paper in made}) == len(TEMPLATES) >= 12
    assert len({paper.room.tongue.script.code for paper in made}) == 8
    assert set(whole.blocks) == set(KINDS)
    assert set(whole.paragraphs) == set(DECK)


def test_pages_are_as_long_as_pages_of_news_and_have_as_many_elements(made):
    pages = [paper.html(paper.sheet(5), 0) for paper in made]
    assert all(150_000 < len(page) < 300_000 for page in pages)
    assert 800 < median(len(LexborHTMLParser(page).css("body *")) for page in pages) < 1_200


def test_every_block_of_the_truth_is_shown_by_the_page(made):
    for paper in made:
        sheet = paper.sheet(7)
        parsed = LexborHTMLParser(paper.html(sheet, paper.crawl_of(7)))
        shown = "".join(parsed.body.text().split())
        for unit in (*sheet.article, *(text for _, text in sheet.boilerplate)):
            assert all("".join(part.split()) in shown for part in unit.split(" | ")), (paper.name, unit)


def test_a_seed_gives_the_same_pages_again_and_another_one_gives_others():
    def page(seed):
        paper = Paper(4, seed, PAGES)
        return paper.html(paper.sheet(9), 2)

    assert page(1) == page(1) != page(2)


def test_by_the_seed_a_template_has_other_kinds_of_boilerplate_in_other_places():
    fixtures = [
        {(fixture.kind, fixture.where, fixture.after) for fixture in Paper(6, seed, PAGES).fixtures}
        for seed in range(6)
    ]
    assert len(set(map(frozenset, fixtures))) == 6


def test_agency_copy_stands_on_two_publishers_and_under_two_addresses_of_one():
    sites = [Paper(number, SEED, 72) for number in (0, 1)]
    copies = [[tuple(story.parts) for story in paper.stories if story.kind == "agency"] for paper in sites]
    assert set(copies[0]) & set(copies[1])
    assert len(set(copies[0])) < len(copies[0])


def test_what_is_to_be_kept_returns_on_fewer_pages_than_what_is_not():
    paper = Paper(2, SEED, 240)
    pages = defaultdict(set)
    for number in range(paper.pages):
        for part in paper.stories[number].parts:
            if part.shape == "paragraph" and not part.lines[0].text[0].isdigit():
                pages[alike(part.lines[0].text)].add(number)
    assert 0.06 < max(map(len, pages.values())) / paper.pages < 0.12, "the series' intro and the stock sentence"


def test_a_deploy_half_way_renames_what_a_program_names():
    paper = next(paper for paper in papers(SEED, PAGES) if paper.template.hashed)
    sheet = paper.sheet(3)

    def classes(crawl):
        names = LexborHTMLParser(paper.html(sheet, crawl)).css("article [class]")
        return {node.attributes["class"] for node in names}

    assert classes(0) == classes(1)
    assert not {name for name in classes(0) & classes(paper.crawls - 1) if name != "meta"}


def test_a_text_holds_a_block_by_half_of_its_words_in_one_paragraph():
    text = Text("one two three four five six seven\n\neight nine ten")
    assert text.has("Two three four five and no more")
    assert not text.has("two four six eight ten one nine three")
    assert not text.has("five six seven eight nine ten eleven twelve thirteen")
    assert text.has("Eight nine ten")
    assert not text.has("nine ten"), "so few words have to be a line"
    assert Text("鮫浆砘叼炡呠固蜧逓晪歞黐").has("鮫浆砘叼炡呠齉")
    assert not Text("鮫浆砘叼炡呠固蜧逓晪歞黐").has("砘叼炡呠")


def test_a_paragraph_is_lost_if_it_stands_there_less_often_than_in_the_story_or_not_whole():
    text = Text("a refrain\nof two lines\n\nnews\n\n- an item\n\nA | 1 | 2")
    assert [text.count(unit) for unit in ("a refrain of two lines", "an item", "A | 1 | 2", "new")] == [1, 1, 1, 0]


def test_of_a_refrain_that_is_said_three_times_two_are_lost_if_it_stands_there_once(made):
    refrain = paragraph("glen fos tar")
    tally = Tally()
    tally.add(
        replace(made[0].sheet(0), flow=(refrain, paragraph("Vol."), refrain, refrain)), "poem", "glen fos tar\n\nVol."
    )
    assert (tally.paragraphs["poem"], tally.lost["poem"]) == (4, 2)


def test_a_block_of_words_that_the_article_has_too_is_not_judged(made):
    box = Box("share", (paragraph("glen fos tar mun bel kor"),))
    sheet = replace(made[0].sheet(0), flow=(paragraph("So glen fos tar it was, and bel mun."), box))
    tally = Tally()
    assert tally.add(sheet, "news", "So glen fos tar it was, and bel mun.") == []
    assert (tally.blocks.total(), tally.share_lost) == (0, 0)


def test_with_the_truth_for_a_learner_nothing_is_left_and_nothing_more_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.bench.papers.press.KNOWN", 0)
    press = Press(tmp_path / "a.db", papers(SEED, PAGES)[::3])

    def clean_of(db, article, source):
        paper, number = press.places[article.url]
        units = {" ".join(text.split()) for _, text in paper.sheet(number).boilerplate}
        kept = [block for block in article.blocks if not all(line in units for line in lines(block))]
        return replace(article, blocks=tuple(kept), seen=())

    monkeypatch.setattr(learned, "clean_of", clean_of)
    results = press.run()
    assert not any(result.refused for result in results)
    off, new, old = (total(getattr(result, reading) for result in results) for reading in ("off", "new", "old"))
    assert (new.left.total(), old.left.total()) == (0, 0)
    assert off.lost == new.lost == old.lost, "what extraction loses, where an appeal is longer than the story"
    assert old.blocks.total() > 1_500
    assert old.paragraphs.total() > 1_500


def lines(block):
    return [line.removeprefix("- ").removeprefix("• ") for line in block.text.split("\n")]


def test_a_learner_that_drops_whatever_it_saw_twice_loses_what_articles_say_again(tmp_path, monkeypatch):
    seen = defaultdict(set)

    def clean_of(db, article, source):
        for block in article.blocks:
            seen[source, alike(block.text)].add(article.url)
        kept = [block for block in article.blocks if len(seen[source, alike(block.text)]) < 2]
        return replace(article, blocks=tuple(kept), seen=())

    monkeypatch.setattr(learned, "clean_of", clean_of)
    results = Press(tmp_path / "a.db", papers(SEED, PAGES, 4)).run()
    whole = total(result.old for result in results)
    assert {"agency", "update", "series", "sports"} <= set(whole.lost)
    assert whole.share_lost > 0.05
    assert any("paragraphs are lost" in what for what in boilerplate.failings(results, 0.01, []))


def test_what_was_stored_without_learning_is_what_one_page_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(learned, "clean_of", lambda db, article, source: article)
    monkeypatch.setattr(learned, "observe", lambda db, article, *_: article)
    for result in Press(tmp_path / "a.db", papers(SEED, PAGES, 3)).run():
        assert (result.off.left, result.off.lost) == (result.new.left, result.new.lost)
        assert result.stored == PAGES


def test_a_notice_is_too_new_to_be_known_until_it_stood_on_three_pages_of_two_crawls():
    plain = next(paper for paper in papers(SEED, PAGES) if paper.template.name == "plain")
    known = Known(plain)

    def sheet(number, *texts):
        box = Box("notice", tuple(paragraph(text) for text in texts))
        return replace(plain.sheet(number), url=f"https://plain.example/{number}", flow=(box,))

    assert known.fresh(sheet(1, "Xorb", plain.titles[3]), 0) == {"Xorb"}, "a headline is known at once"
    assert known.fresh(sheet(2, "Xorb"), 0) == {"Xorb"}
    assert known.fresh(sheet(3, "Xorb"), 0) == {"Xorb"}
    assert known.fresh(sheet(4, "xorb"), 1) == set()


def test_a_place_of_its_own_is_known_whatever_stands_there_until_the_program_names_it_anew():
    react = next(paper for paper in papers(SEED, PAGES) if paper.template.name == "react")
    known = Known(react)

    def fresh(number, crawl):
        box = Box("shifting", (paragraph(f"Xorb flim {'abcdefgh'[number]}"),))
        return known.fresh(replace(react.sheet(0), url=f"https://react.example/{number}", flow=(box,)), crawl)

    assert [bool(fresh(number, crawl)) for number, crawl in enumerate((0, 0, 1, 1, 4))] == [
        True,
        True,
        False,
        False,
        True,
    ]


def test_of_what_could_not_be_read_everything_is_lost(made):
    tally = Tally()
    sheet = made[0].sheet(0)
    tally.add(sheet, "news", unlearned(extract(b"", sheet.url)))
    assert tally.share_lost == 1


def test_a_promise_that_does_not_hold_is_said_and_is_the_exit_status(capsys, monkeypatch):
    monkeypatch.setattr(learned, "clean_of", lambda db, article, source: article)
    assert boilerplate.main(["--pages", "24", "--papers", "2", "--growth", "0", "--json"]) == 1
    out, err = capsys.readouterr()
    assert "all papers, old: " in err
    assert json.loads(out)["papers"]["blog"]["off"]["left"] > 0.1


def test_what_was_left_most_often_is_shown_with_its_paper_and_kind(capsys, monkeypatch):
    monkeypatch.setattr(learned, "clean_of", lambda db, article, source: article)
    boilerplate.main(["--pages", "24", "--papers", "1", "--growth", "0", "--wrong", "3", "--daemon"])
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("old left")]
    assert len(shown) == 3
    assert " × blog, " in shown[0]


def test_after_twenty_pages_what_a_site_repeats_is_gone_from_new_and_old_articles_and_no_paragraph_is_lost(tmp_path):
    results = Press(tmp_path / "a.db", papers(5, 2 * PAGES)[::2]).run()
    assert boilerplate.failings(results, 0.0, []) == []
    assert total(result.off for result in results).share_left > 0.5, "what one page alone leaves"


@pytest.mark.parametrize("wrong", [["--pages", "20"], ["--papers", "0"], ["--growth", "-1"]])
def test_too_few_pages_to_tell_anything_are_refused(wrong):
    with pytest.raises(SystemExit) as refused:
        boilerplate.main(wrong)
    assert refused.value.code == 2


def test_what_grows_with_the_pages_is_told(tmp_path):
    states = boilerplate.growth(tmp_path, SEED, 24, 1)
    assert [state.pages for state in states] == [24, 48, 96]
    assert all(state.rows for state in states)
    grown = [State(24, 100, 1), State(48, 150, 1), State(96, 201, 1)]
    assert boilerplate.failings([], 0.0, grown) == ["there are 2.0 times as many rows after four times as many pages"]
    assert boilerplate.failings([], 0.06, []) == ["learning took 6.0% of the CPU time of extraction"]


def test_a_box_is_told_from_the_article_in_what_a_page_shows(made):
    flow = made[0].sheet(0).flow
    assert any(isinstance(part, Box) for part in flow)
    assert not {text for _, text in made[0].sheet(0).boilerplate} & set(made[0].sheet(0).article)
