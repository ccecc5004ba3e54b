"""A notice in place of an article is none, whoever words it: not at the first look, and not over what is kept."""

from __future__ import annotations

import pytest

from archive.models import Article, Failure, Link, Page
from archive.tasks import Task, TaskKind
from config.models import Source
from crawler import clock, reading
from tests.notices import ABOUT, NOTICES, whole
from tests.polite import config, crawl, manners, on, rows
from tests.publisher import Story
from tests.site import Site

that_day = on(2026, 11, 23)

URL = "https://paper.example/news/2026/11/tram-line-opens-at-last"
DATED = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-20T10:00:00Z">'
)
HARBOUR = "Harbour bridge reopens after four years of repairs"


def html(title: str, inner: str, head: str = "") -> str:
    return f'<!DOCTYPE html><meta charset="utf-8"><title>{title}</title>{head}<body>{inner}'


def read(body: str, listed: str) -> Article | Failure:
    page = Page(URL, URL, 200, (("content-type", "text/html; charset=utf-8"),), body.encode(), clock.now())
    task = Task(1, TaskKind.ARTICLE, URL, "paper", link=Link(URL, "paper", "https://paper.example/feed.xml", listed))
    return reading.read(reading.Order(task, page, None, 100)).result


@pytest.mark.parametrize("listed", ["Tram line opens at last", ""])
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_no_article_and_is_tried_again(name, listed):
    found = read(html(*NOTICES[name]), listed)
    assert isinstance(found, Failure)
    assert found.reason == "blocked"  # which is tried again: the article may be there in an hour


WORDED = {
    "en": ("Closed for today", "Our staff are on a works outing. Come back tomorrow and we shall serve you again."),
    "fi": ("Huoltokatko", "Palvelussa on huoltokatko, joka kestää arviolta kaksi tuntia. Pahoittelemme tilannetta."),
    "tr": ("Bakım çalışması", "Sitemizde bakım çalışması yapılmaktadır. En kısa sürede yeniden sizlerle olacağız."),
    "de": ("Ups!", "Die von Ihnen aufgerufene Seite gibt es wohl nicht mehr, oder sie hat nun eine andere Adresse."),
    "es": ("¡Vaya!", "La noticia que buscas ha cambiado de dirección. Puedes volver a la portada o usar el buscador."),
    "ko": ("점검 안내", "더 나은 서비스를 위해 시스템 점검을 진행하고 있습니다. 이용에 불편을 드려 죄송합니다. " * 3),
    "th": ("ปิดปรับปรุง", "ขณะนี้ระบบกำลังปิดปรับปรุงชั่วคราว ขออภัยในความไม่สะดวก กรุณากลับมาใหม่อีกครั้งในภายหลัง " * 2),
}
"""In words that nobody has listed."""
LISTED = (HARBOUR, "Hafenbrücke nach vier Jahren wieder offen", "港の橋が四年ぶりに再開通した", "เปิดสะพานท่าเรือ")


@pytest.mark.parametrize("language", WORDED)
@pytest.mark.parametrize(
    "listed",
    [HARBOUR, "Hafenbrücke nach vier Jahren wieder offen", "港の橋が四年ぶりに再開通した", "เปิดสะพานท่าเรือหลังซ่อมสี่ปี"],
)
def test_a_notice_in_words_of_its_own_is_known_by_saying_nothing_of_what_was_listed(language, listed):
    title, text = WORDED[language]
    found = read(html(title, f"<h1>{title}</h1><p>{text}</p>"), listed)
    assert isinstance(found, Failure)
    assert found.reason == "blocked"
    assert listed in found.detail


@pytest.mark.parametrize("language", [language for language in WORDED if language not in {"ko", "th"}])
def test_a_notice_in_words_of_its_own_is_known_by_saying_nothing_of_what_is_in_its_address(language):
    title, text = WORDED[language]
    found = read(html(title, f"<h1>{title}</h1><p>{text}</p>"), "")
    assert isinstance(found, Failure)
    assert found.reason == "blocked"
    assert "tram line opens last" in found.detail


@pytest.mark.parametrize("head", [DATED, ""])
@pytest.mark.parametrize(("title", "first", "second"), ABOUT)
def test_a_brief_about_a_notice_is_an_article(title, first, second, head):
    inner = whole(f"{{HEADER}}<main><article><h1>{title}</h1><p>{first}</p><p>{second}</p></article></main>{{FOOTER}}")
    found = read(html(f"{title} | The Paper", inner, head), title)
    assert isinstance(found, Article)
    assert found.text == f"{first}\n\n{second}"


@pytest.mark.parametrize(
    ("listed", "title"),
    [
        ("Live: all about the storm and its damage", "Hurrikan trifft Altmoor"),  # the listing's title is another's
        ("Opinion", "The bridge that nobody needed"),
    ],
)
def test_an_article_that_dates_itself_or_was_listed_without_a_telling_title_is_one(listed, title):
    head = DATED if len(listed) > 20 else ""
    text = "".join(f"<p>{text}</p>" for text in Story(3).paragraphs)
    assert isinstance(read(html(title, f"<article><h1>{title}</h1>{text}</article>", head), listed), Article)


def bare(title: str, *paragraphs: str, head: str = "") -> str:
    return html(title, f"<article><h1>{title}</h1>{''.join(f'<p>{text}</p>' for text in paragraphs)}</article>", head)


PATH = "/news/7-harbour-bridge"
TEXT = Story(7).paragraphs
WHOLE = ("\n\n".join(TEXT), 1, "blocked")


def kept_after(db, first: str, second: str) -> list[tuple]:
    """The text, its revision and why it was refused, after a second look at a page that no listing gave a title."""
    with Site({PATH: first}) as site:
        site.routes["/map.xml"] = f"<urlset><url><loc>{site.url(PATH)}</loc></url></urlset>"
        settings = config(Source("ill", site.url(), sitemaps=(site.url("/map.xml"),), politeness=manners()))
        crawl(db, settings)
        site.routes[PATH] = second
        crawl(db, settings)
    return rows(db, "SELECT text, revision, reason FROM articles JOIN links ON article = articles.id")


@pytest.mark.parametrize("language", WORDED)
def test_a_notice_in_words_of_its_own_is_not_written_over_an_article(db, language):
    title, text = WORDED[language]
    assert kept_after(db, bare(HARBOUR, *TEXT), html(title, f"<h1>{title}</h1><p>{text}</p>")) == [WHOLE]


OFFER = "Subscribe to continue reading. This article is for subscribers only."


@pytest.mark.parametrize("paragraphs", [1, 8])
def test_a_wall_that_has_a_word_of_the_headline_in_common_is_not_written_over_an_article(db, paragraphs):
    title = "Teachers vote to strike in the first week of March"
    said = "In the first week of your visit you may read on after you have signed in with us. We keep what you choose."
    wall = bare("Welcome back, reader", *[f"{said} ({number})" for number in range(paragraphs)])
    assert kept_after(db, bare(title, *TEXT, head=DATED), wall) == [WHOLE]


def test_an_offer_to_subscribe_is_not_written_over_a_text_that_was_whole(db):
    closed = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    teaser = bare(HARBOUR, TEXT[0], OFFER, head=closed)
    assert kept_after(db, bare(HARBOUR, *TEXT), teaser) == [(WHOLE[0], 2, "paywalled")]
    assert rows(db, "SELECT change FROM revisions ORDER BY number") == [("first",), ("paywalled",)]


GATES = [
    "<div><p>Subscribe to read on.</p></div>",
    "<div class=box><h2>Subscribe to read on</h2><p>1 pound a month. Already a subscriber?</p></div>",
    "<section><p>To continue reading, log in or become a member.</p></section>",
    "<div class=gate><p>This article is for subscribers only.</p></div>",
    "<div id=c1><p>You have read your three free articles this month. Sign up for 1 pound a week.</p></div>",
    "<div><p>This article is free for members. Join from £1 a week.</p></div>",
    "<div class=z><p>Dieser Inhalt ist nur für Abonnenten.</p></div>",
    "<div><h3>Jetzt weiterlesen</h3><p>Mit einem Abo lesen Sie alle Artikel. Bereits Abonnent? Anmelden.</p></div>",
]


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("gate", GATES)
def test_a_beginning_beside_a_new_offer_is_paywalled_wherever_the_offer_stands(db, gate, inside):
    teaser = bare(HARBOUR, *TEXT[:2])
    teaser = teaser.replace("</article>", f"{gate}</article>") if inside else f"{teaser}{gate}"
    assert kept_after(db, bare(HARBOUR, *TEXT), teaser) == [(WHOLE[0], 2, "paywalled")]


def test_a_text_that_is_shortened_beside_an_offer_that_was_there_before_was_cut(db):
    offer = "<div><p>Subscribe to our newsletter, and read on tomorrow.</p></div>"
    ((_, revision, reason),) = kept_after(db, bare(HARBOUR, *TEXT) + offer, bare(HARBOUR, *TEXT[:2]) + offer)
    assert (revision, reason) == (2, "")


@pytest.mark.parametrize(
    "now",
    [
        bare(
            "Harbour bridge reopens after five years of repairs",
            "It was five years, the council said on Friday.",
            *TEXT,
        ),
        bare("Correction", *TEXT[1:], "An earlier version named another street, and a sum that was wrong by half."),
        bare("Two hurt as crane falls", *Story(9).paragraphs, *Story(11).paragraphs, *Story(12).paragraphs, *TEXT[:1]),
        bare("Two hurt as crane falls", *Story(9).paragraphs, head=DATED),
    ],
)
def test_an_edit_is_an_edit_however_much_it_changes(db, now):
    ((_, revision, reason),) = kept_after(db, bare(HARBOUR, *TEXT), now)
    assert (revision, reason) == (2, "")
