"""What a source repeats is learned as its boilerplate and left out; what stories have in common is not."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from kept import NOON, Kept, article

from archive import learned
from archive.cleaning import Known, without
from archive.database import reading
from archive.dedupe import mark
from archive.models import Article, Block, Dropped, Inline, Kind, Precision, Quality, Seen, Stamp

NAMES = [field.name for field in fields(Article)]
SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "xa", "zu", "dor", "fen", "gli", "pra", "sto"]
NOTICE = "Glimo ratesu prador, fen vokelo stobami zuxa."
LONG = " ".join(["Zuxado fenlo prasto kemira voglidor nutise."] * 6)


def words(rng: random.Random, count: int) -> str:
    return " ".join("".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) for _ in range(count))


def story(number: int, paragraphs: int = 6) -> list[str]:
    rng = random.Random(number)
    return [words(rng, rng.randint(20, 45)).capitalize() + "." for _ in range(paragraphs)]


class Paper:
    """A source's pages, stored one by one; ``run`` is the crawl that does it."""

    def __init__(self, kept: Kept) -> None:
        self.kept, self.number = kept, 0
        self.crawl()

    def crawl(self) -> None:
        """Begin another crawl, a day later."""
        self.kept.later(days=1)
        self.run = self.kept.archive.start_run("crawl", self.kept.now)

    def page(self, *texts: str, title: str = "", places=None, headings=(), source: str = "news", dropped=()) -> int:
        """Store a page of these blocks; its number. ``places``: text → where it stands, else ``main > p``."""
        self.number += 1
        url = f"https://{source}.example/{self.number}"
        made = article(url, "\n\n".join(texts), title=title or f"Story {words(random.Random(-self.number), 6)}")
        blocks = tuple(
            Block(Kind.HEADING, (Inline(text),), level=2) if text in headings else block
            for text, block in zip(texts, made.blocks, strict=True)
        )
        seen = [Seen(mark(text), (places or {}).get(text, "main > p"), at, "", text) for at, text in enumerate(texts)]
        seen += [Seen(mark(text), place, -1, "promo", text) for text, place in dropped]
        self.kept.put(replace(made, blocks=blocks, seen=tuple(seen)), run=self.run)
        return self.number

    def text(self, number: int | None = None) -> str:
        return self.kept.value("SELECT text FROM articles WHERE url LIKE ?", f"%/{number or self.number}")

    def learned(self) -> dict[str, str]:
        return dict(self.kept.rows("SELECT sample, kind FROM boilerplate WHERE state = 'learned'"))


@pytest.fixture
def paper(kept):
    return Paper(kept)


def closing(paper: Paper, pages: int, notice: str = NOTICE) -> None:
    for _ in range(pages):
        paper.page(*story(paper.number), notice)


def test_what_stands_on_several_pages_is_left_out_once_it_returned_in_a_later_crawl(paper):
    closing(paper, 6)
    assert paper.learned() == {}, "all of it was one crawl"
    paper.crawl()
    closing(paper, 1)
    assert NOTICE not in paper.text(), "also from the page that told"
    assert paper.text() == "\n\n".join(story(paper.number - 1)), "and nothing else is"
    assert paper.learned() == {NOTICE: "text"}


def test_a_daemons_looks_an_hour_apart_are_two_crawls(paper):
    for _ in range(6):
        closing(paper, 1)
        paper.kept.later(minutes=20)
    assert NOTICE not in paper.text()


def test_case_digits_and_white_space_make_no_difference(paper):
    for number in range(8):
        paper.page(*story(number), f"{number * 7} RAGLI  ponto vexa" if number % 2 else f"{number} ragli ponto vexa")
        paper.crawl()
    assert "ponto" not in paper.text()


def test_what_was_left_out_is_noted_with_its_reason(paper):
    closing(paper, 3)
    paper.crawl()
    closing(paper, 3)
    dropped = paper.kept.value("SELECT dropped FROM articles WHERE url LIKE '%/6'")
    assert dropped == f'[["site:text", "{NOTICE}"]]'


def test_a_text_that_copies_share_as_a_whole_is_kept(paper):
    for crawl in range(4):
        closing(paper, 3)
        paper.page(*story(1000), f"Added later {crawl}.", title=f"The same story {crawl}")
        paper.crawl()
    assert story(1000)[0] in paper.text(paper.number)
    assert not set(story(1000)) & set(paper.learned())


def test_a_copy_under_a_second_url_with_the_sites_notice_is_kept_whole(paper):
    for _ in range(4):
        closing(paper, 3)
        paper.crawl()
    text = story(500)
    for _ in range(4):
        paper.page(*text, f"Extra {paper.number} {words(random.Random(paper.number), 12)}.", NOTICE)
        assert set(text) <= set(paper.text().split("\n\n"))
        assert NOTICE not in paper.text()
        paper.crawl()


def test_a_sentence_that_returns_in_a_few_of_hundreds_of_articles_is_kept(paper):
    quote = "“Ratenu kelo vo prador,” glimi ra fenti."
    for number in range(150):
        body = story(number)
        if number % 40 in (5, 6):
            body.insert(1 + number % 7 % 5, quote)
        paper.page(*body, NOTICE)
        if number % 10 == 0:
            paper.crawl()
    assert paper.learned() == {NOTICE: "text"}


def test_the_background_of_a_running_affair_is_kept(paper):
    background = "Ra kelo nuti fendor voglipra stomi zuxa kera, lobami tise vodor prafen glinu. " * 3
    closing(paper, 8)
    for number in range(30):
        body = story(number + 100)
        if number % 6 == 0:
            body.insert(1 + number // 6 % 4, background.strip())
        paper.page(*body, NOTICE)
        if number % 5 == 0:
            paper.crawl()
    assert background.strip() in paper.text(9 + 24)
    assert paper.learned() == {NOTICE: "text"}


def test_a_series_intro_with_a_place_of_its_own_is_kept(paper):
    intro = "Vogli prado: kera nutise lobami."
    for number in range(60):
        paper.page(*([intro, *story(number)] if number % 3 == 0 else story(number)), places={intro: "main > p.lead"})
        paper.crawl()
    assert intro in paper.text(58)
    assert paper.learned() == {}


def test_a_series_intro_is_kept_and_goes_where_it_stands_on_nearly_all_pages(paper):
    intro = "Vogli prado: kera nutise lobami."
    for number in range(30):
        body = story(number)
        paper.page(*([intro, *body] if number % 5 == 0 else body))
        paper.crawl()
    assert intro in paper.text(26)
    for number in range(45):
        paper.page(intro, *story(number + 100))
        paper.crawl()
    assert intro not in paper.text()


@pytest.mark.parametrize("dateline", ["BERLIN", "Pellworth (fen) –", "ΑΘΗΝΑ", "Kera –"])
def test_a_dateline_is_kept(paper, dateline):
    for number in range(16):
        paper.page(dateline, *story(number))
        paper.crawl()
    assert paper.text().startswith(dateline)


def test_a_heading_over_text_is_kept_and_one_over_boilerplate_goes_with_it(paper):
    for number in range(12):
        body = story(number)
        paper.page(
            *body[:2], "Kera nuti", *body[2:4], "Vodo gli", NOTICE, *body[4:], headings=("Kera nuti", "Vodo gli")
        )
        paper.crawl()
    assert "Kera nuti" in paper.text()
    assert "Vodo gli" not in paper.text()
    assert paper.learned() == {NOTICE: "text", "Vodo gli": "heading"}


def test_headings_that_stand_in_turn_over_a_notice_are_the_storys_own(paper):
    heads = ["The cost of it", "What comes next"]
    for number in range(40):
        paper.crawl()
        texts = story(number)
        paper.page(*texts[:3], heads[number % 2], NOTICE, *texts[3:], headings=heads)
    assert NOTICE not in paper.text()
    assert heads[1] in paper.text()
    assert paper.learned() == {NOTICE: "text"}


@pytest.mark.parametrize("at", [0, 3, 6])
def test_what_the_pages_own_look_left_out_on_most_pages_is_left_out_of_the_rest(paper, at):
    for number in range(100):
        paper.crawl()
        texts = story(number)
        if number % 21 == 20:
            paper.page(*texts[:at], NOTICE, *texts[at:])
            assert NOTICE not in paper.text()
        else:
            paper.page(*texts, dropped=[(NOTICE, "main > p")])
    assert paper.learned() == {NOTICE: "text"}


def test_a_headline_of_another_article_is_left_out_and_its_own_is_not(paper):
    first = paper.page(*story(1), title="Kelora prado vogli nutise")
    assert first
    paper.page(*story(2), "Kelora prado vogli nutise", title="Zuxa fendor mira keto")
    assert paper.text() == "\n\n".join(story(2))
    paper.page(*story(3), "Stoba kera lomi tise nudo", title="Stoba kera lomi tise nudo")
    assert paper.text().endswith("Stoba kera lomi tise nudo")


def test_a_list_of_headlines_is_left_out_though_one_of_them_is_not_known(paper):
    titles = [f"{words(random.Random(number), 5)} {number}" for number in range(4)]
    for number, title in enumerate(titles):
        paper.page(*story(number), title=title)
    items = tuple(
        Block(Kind.ITEM, (Inline(text, href="https://news.example/x"),)) for text in [*titles, "Xa vo ra ke mi"]
    )
    made = article("https://news.example/list", "\n\n".join(story(9)))
    blocks = (*made.blocks, Block(Kind.LIST, children=items))
    seen = tuple(Seen(mark(block.text), "main > p", at, "", block.text) for at, block in enumerate(blocks))
    paper.kept.put(replace(made, blocks=blocks, seen=seen), run=paper.run)
    assert paper.kept.value("SELECT text FROM articles WHERE url LIKE '%/list'") == "\n\n".join(story(9))


def test_a_pointer_to_another_story_is_left_out_with_its_label(paper):
    paper.page(*story(1), title="Kelora prado vogli nutise")
    made = article("https://news.example/with", "\n\n".join(story(9)))
    pointer = Block(
        Kind.PARAGRAPH, (Inline("Zura vo: "), Inline("Kelora prado vogli nutise", href="https://x.example/"))
    )
    blocks = (*made.blocks[:3], pointer, *made.blocks[3:])
    seen = tuple(Seen(mark(block.text), "main > p", at, "", block.text) for at, block in enumerate(blocks))
    paper.kept.put(replace(made, blocks=blocks, seen=seen), run=paper.run)
    assert "Kelora" not in paper.kept.value("SELECT text FROM articles WHERE url LIKE '%/with'")


def test_a_place_that_held_boilerplate_on_nearly_every_page_is_left_out_whatever_it_says(paper):
    for number in range(8):
        paper.page(*story(number), dropped=[(f"Promo {words(random.Random(number), 6)}", "main > div.zip > p")])
        paper.crawl()
    new = "Fendora kelu misto vagli, ra nuti."
    paper.page(*story(50), new, places={new: "main > div.zip > p"})
    assert new not in paper.text()
    assert paper.learned() == {paper.kept.value("SELECT sample FROM boilerplate WHERE kind = 'place'"): "place"}


def test_a_new_template_that_puts_stories_where_boilerplate_stood_loses_none(paper):
    for number in range(12):
        paper.page(*story(number), dropped=[(f"Promo {words(random.Random(number), 6)}", "div.b > p")])
        paper.crawl()
    for number in range(20, 24):
        body = story(number)
        paper.page(*body, places=dict.fromkeys(body, "div.b > p"))
        assert paper.text() == "\n\n".join(body)
    body = story(30)
    paper.page(*body, places=dict.fromkeys(body[:1], "div.b > p"))
    assert paper.text() == "\n\n".join(body), "the place is known to be none any more"


def test_what_a_person_says_is_kept_goes_before_what_was_learned(paper):
    closing(paper, 4)
    paper.crawl()
    closing(paper, 4)
    number = paper.kept.value("SELECT id FROM boilerplate WHERE sample = ?", NOTICE)
    before = paper.kept.value("SELECT template FROM sources WHERE name = 'news'")
    assert paper.kept.archive.rule(number, "keep")
    closing(paper, 20)
    assert NOTICE in paper.text()
    assert paper.kept.value("SELECT template FROM sources WHERE name = 'news'") == before + 1
    assert not paper.kept.archive.rule(9999, "keep")


def test_a_place_in_which_stories_stand_from_now_on_is_left_alone_again(paper):
    for number in range(24):
        promo = f"{words(random.Random(number), 8).capitalize()}."
        paper.page(*story(number), dropped=[(promo, "main > div.box > p")])
        paper.crawl()
    facts = [f"{words(random.Random(-number), 12).capitalize()}." for number in range(60)]
    for number, fact in enumerate(facts):
        paper.page(*story(number + 100), fact, places={fact: "main > div.box > p"})
        paper.crawl()
    assert facts[0] not in paper.text(25), "it was boilerplate on every page"
    assert facts[-1] in paper.text()


def test_what_a_person_says_is_to_go_goes_at_once(paper):
    rare = "Mira kelo zuxa vodo."
    for number in range(10):
        paper.page(*story(number), *([rare] if number % 2 else []))
    assert rare in paper.text()
    paper.kept.archive.rule(paper.kept.value("SELECT id FROM boilerplate WHERE sample = ?", rare), "drop")
    paper.page(*story(10), rare)
    assert rare not in paper.text()


def test_what_is_kept_of_a_source_does_not_grow_with_its_pages(paper):
    sizes = []
    for number in range(200):
        paper.page(*story(number), NOTICE, LONG)
        if number % 50 == 49:
            paper.crawl()
            tables = ("boilerplate", "recent_pages")
            sizes.append([paper.kept.value(f"SELECT count(*) FROM {table}") for table in tables])
    assert all(rows == 2 and pages < 60 for rows, pages in sizes[1:]), sizes


def test_sources_learn_apart(paper):
    closing(paper, 4)
    paper.crawl()
    closing(paper, 4)
    with reading(paper.kept.path) as db:
        assert learned.template(db, "news") > 0
        assert learned.template(db, "other") == 0


def test_a_source_without_a_story_of_its_own_learns_nothing(paper):
    for _ in range(10):
        paper.page(NOTICE, "Ke lo mi.")
        paper.crawl()
    assert NOTICE in paper.text()
    assert paper.kept.now > timedelta(days=1) + paper.kept.now - timedelta(days=2)


def test_what_is_listed_counts_all_pages_up_to_the_last(paper):
    closing(paper, 6)
    paper.crawl()
    closing(paper, 7)
    with reading(paper.kept.path) as db:
        (row,) = learned.listed(db, "news", everything=False)
    assert (row["sample"], row["pages"]) == (NOTICE, 13)
    assert row["last_seen"] > row["first_seen"]


@pytest.mark.parametrize("odd", ["\ud800", "\0", "\udfff\U0001f600"])
def test_a_title_that_sqlite_can_not_hold_keeps_no_article_out(paper, odd):
    paper.page(*story(1), f"A headline without {odd} a stop", title=f"The story {odd} of a bridge")
    paper.crawl()
    paper.page(*story(2), f"The story {odd} of a bridge", title="Another")
    assert "bridge" not in paper.text()


def test_what_was_left_out_makes_no_article_look_cut_off(paper):
    pointer = "Glimo ratesu prador fen vokelo stobami zuxa ra"
    for number in range(12):
        made = article(
            f"https://news.example/{number}", "\n\n".join([*story(number), pointer]), title=f"About {number}"
        )
        seen = tuple(Seen(mark(block.text), "main > p", at, "", block.text) for at, block in enumerate(made.blocks))
        paper.kept.put(replace(made, seen=seen, quality=Quality(0.7, ("truncated",))), run=paper.run)
        paper.crawl()
    said = dict(paper.kept.rows("SELECT flags, max(text) FROM articles GROUP BY flags"))
    assert set(said) == {'["truncated"]', "[]"}
    assert pointer in said['["truncated"]']
    assert pointer not in said["[]"]


def test_an_article_of_which_something_is_left_out_keeps_all_else():
    stamps = (Stamp(NOON, Precision.DAY, "meta"),)
    pairs = (("title", "og:title"),)
    said = ("Title", ("Ada",), stamps[0], stamps[0], "en", "Local", ("tag",), "https://a.example/i.png", "About")
    seen = tuple(Seen(mark(text), "main > p", at, "", text) for at, text in enumerate((LONG, NOTICE)))
    more = (pairs, (Dropped("promo", "Elsewhere"),), Quality(0.5), stamps, pairs, seen)
    blocks = tuple(Block(Kind.PARAGRAPH, (Inline(text),)) for text in (LONG, NOTICE))
    whole = Article("https://a.example/1", *said, blocks, *more)
    bare, cut = Article("", ""), without(whole, Known(texts=frozenset({mark(NOTICE)})))
    changed = [name for name in NAMES if getattr(cut, name) != getattr(whole, name)]
    assert changed == ["blocks", "dropped", "seen"]
    assert [name for name in NAMES if getattr(whole, name) == getattr(bare, name)] == [], "nothing is left untold above"
