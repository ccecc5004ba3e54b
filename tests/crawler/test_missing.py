"""A page that is not there is known for that, whatever status it has, and a story about missing things is a story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.models import Page
from crawler import missing, walls
from tests.publisher import Story

URL = "https://paper.example/news/2026/tram-line-opens-at-last"


def page(body: str, *, url: str = URL, final: str = "") -> Page:
    return Page(url, final or url, 200, (("content-type", "text/html"),), body.encode(), datetime.now(UTC))


def reason(body: str, **urls) -> str:
    refused = walls.refuse(page(body, **urls))
    return refused.reason if refused else ""


def titled(title: str, inner: str = "<p>Try the search, or go to the front page.</p>") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{inner}</body></html>"


@pytest.mark.parametrize("body", ["", "\n  \r\n", "<html><head></head><body> </body></html>", "<!DOCTYPE html>"])
def test_an_answer_with_nothing_in_it_is_empty(body):
    assert reason(body) == "empty"


@pytest.mark.parametrize("body", ["<div id=app></div><script src=/app.js></script>", "<title>x</title>", "x"])
def test_an_answer_with_something_in_it_is_not(body):
    assert reason(body) == ""


SAID = """
404
404 Not Found
Error 404 (Not Found)!!1
404: Page not found | The Paper
Page not found - The Paper
Page Not Found — BBC News
Oops! That page can’t be found. – The Paper
Sorry, we couldn't find that page
This page does not exist
The page you requested | Not found
Seite nicht gefunden | ZEIT ONLINE
Fehler 404
Die Seite wurde nicht gefunden - Tagblatt
Page introuvable - Le Journal
Erreur 404
Página no encontrada | El Diario
Pagina non trovata - La Gazzetta
Página não encontrada - Jornal
Pagina niet gevonden | De Krant
Nie znaleziono strony - Gazeta
Sidan hittades inte | Bladet
Siden blev ikke fundet
Stránka nenalezena | Noviny
Страница не найдена — Газета
Sayfa bulunamadı
ページが見つかりません
页面不存在
페이지를 찾을 수 없습니다
الصفحة غير موجودة
""".strip().split("\n")


@pytest.mark.parametrize("said", SAID)
def test_a_page_that_says_it_is_not_there_is_a_soft_404(said):
    teasers = "".join(f'<li><a href="/news/{n}">The council votes on part {n} of its plan</a></li>' for n in range(60))
    assert reason(titled(said, f"<ul>{teasers}</ul>")) == "soft-404"
    assert reason(titled("The Paper", f"<h1 class=big>{said}</h1><ul>{teasers}</ul>")) == "soft-404"


HEADLINES = """
Not found: the last tram of Oldmoor
Not found: why nobody misses the pier | The Paper
404 flats for the harbour
404 Media raises money from its readers
Page not found in the minister's diary, says the court
The page that was not found - how an archive lost its oldest book
Seite an Seite: zwei Höfe, ein Acker
Nothing found in the search for the missing boat
Error 404: the art of saying sorry
""".strip().split("\n")


@pytest.mark.parametrize("headline", HEADLINES)
def test_an_article_with_such_words_in_its_headline_is_there(headline):
    assert reason(titled(headline, f"<h1>{headline}</h1><p>{'A short text of a few words. ' * 9}</p>")) == ""


@pytest.mark.parametrize("headline", ["Page not found", "404", "Seite nicht gefunden | Blatt"])
def test_a_story_under_an_errors_very_words_is_there_by_its_length_or_its_declaration(headline):
    long = "".join(f"<p>{' '.join(Story(n).paragraphs)}</p>" for n in range(4))
    assert reason(titled(headline, f"<h1>{headline}</h1>{long}")) == ""
    declared = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-05-01"}</script>'
    assert reason(titled(headline, f"{declared}<p>A tram derailed on Friday.</p>")) == ""


FRONT = "<html><head><title>The Paper</title></head><body><h1>The Paper</h1></body></html>"


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("/news/2026/tram-line-opens-at-last", "/"),
        ("/tram-line-opens-at-last.html", "/index.html"),
        ("/2019/04/07/pier", "/en/"),
        ("/news/pier", "/"),
        ("/?p=12345", "/"),
        ("/politics/2026/05/tram-line-opens", "/politics/"),
        ("/2019/04/07/tram-line-opens", "/2019/04/07/"),
        ("/news/tram-123456", "/news"),
        ("/news/tram-123456", "/404.html"),
        ("/news/tram", "/errors/page-not-found?from=/news/tram"),
    ],
)
def test_an_article_that_is_redirected_to_a_front_page_or_its_section_is_a_soft_404(asked, final):
    base = "https://paper.example"
    assert missing.lost(base + asked, base + final)
    assert reason(FRONT, url=base + asked, final=base + final) == "soft-404"


@pytest.mark.parametrize(
    ("asked", "final"),
    [
        ("/", "/en/"),
        ("/home", "/"),
        ("/news", "/"),
        ("/2019/04/07/#top", "/2019/04/07/"),
        ("/2019/04/07/?utm_source=x", "/2019/04/07"),
        ("/errors/404", "/errors/404"),
        ("/news/", "/news/today/"),
        ("/news/tram-line-opens-at-last/amp", "/news/tram-line-opens-at-last"),
        ("/news/2026/tram-line-opens-at-last/2", "/news/2026/tram-line-opens-at-last"),
        ("/news/tram-123456/comments", "/news/tram-123456"),
        ("/?p=12345", "/2026/11/tram-line-opens"),
        ("/2026/11/tram-line-opens", "/story/tram-line-opens"),
        ("/2026/11/tram-line-opens", "/2026/11/tram-line-opens/"),
        ("/2026/11/tram-line-opens", "/?id=12345"),
    ],
)
def test_other_redirects_may_lead_to_the_article(asked, final):
    assert missing.lost(f"https://paper.example{asked}", f"https://paper.example{final}") == ""


def test_an_address_that_cannot_be_read_is_none():
    assert missing.lost("http://[", "https://paper.example/") == ""
