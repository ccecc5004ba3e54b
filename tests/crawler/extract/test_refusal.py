"""A page that is no article is a Failure that says why; an article never is."""

from __future__ import annotations

import pytest

from archive.models import Article, Failure, Stage
from crawler.extract import extract

P = (
    "The council of Oldmoor voted on Tuesday to reopen the eastern pier, which had been closed since the storms of "
    "March and had cost the town much of its trade, and of its patience."
)
CARD = '<div><h3><a href="/n/{}">Story number {} of the day, with a long headline</a></h3></div>'
LINKS = "".join(CARD.format(n, n) for n in range(30))


def reason(html: str | bytes, url: str = "https://news.example/x") -> str:
    found = extract(html, url)
    assert isinstance(found, Failure), found
    assert found.stage is Stage.EXTRACT
    assert found.detail
    return found.reason


@pytest.mark.parametrize("html", ["", b"", "   \n", "\0\0", "\ufeff", b"\xef\xbb\xbf"])
def test_nothing_is_empty(html):
    assert reason(html) == "empty"


@pytest.mark.parametrize("html", ["<html><body></body></html>", "<div id=root></div><script>app()</script>"])
def test_a_page_that_only_scripts_fill_is_empty(html):
    assert reason(html) == "empty"


def test_other_files_are_no_article():
    assert reason(bytes(range(256)) * 40) == "not-an-article"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Just a moment...", "Checking your browser before accessing the site."),
        ("Access denied", "You do not have permission to view this page."),
        ("Page not found", "We could not find what you were looking for, sorry about that, please try the search."),
        (
            "ページが見つかりません",
            "お探しのページは移動または削除された可能性があります。トップページからお探しください。" * 2,
        ),
        ("页面不存在", "抱歉，您访问的网址有误，或者内容已经移走。请返回首页继续浏览其他内容。" * 2),
        ("الصفحة غير موجودة", "عذرا، ربما تم حذفها أو نقلها. يرجى استخدام البحث أو العودة إلى الصفحة الرئيسية للموقع."),
        (
            "Sayfa bulunamadı",
            "Üzgünüz, adres değişmiş olabilir. Lütfen arama yapın veya ana sayfaya dönün, teşekkürler.",
        ),
        ("Oops!", "Sorry, we couldn’t find that page. The link may be broken, or it may have been removed since then."),
        (
            "503 Service Unavailable",
            "The server cannot answer the request due to maintenance downtime. Please try again later.",
        ),
        (
            "Too Many Requests",
            "You have sent too many requests in a given amount of time. Please wait before you try again.",
        ),
        (
            "Human Verification",
            "Press & hold to confirm you are a human (and not a bot). If this goes on, contact our support.",
        ),
        (
            "Проверка браузера",
            "Процесс автоматический, это займет до пяти секунд. Пожалуйста, включите JavaScript и cookie.",
        ),
        (
            "Sign in",
            "Sign in to your account to continue reading. No account yet? Register now and read three articles.",
        ),
        ("Seite nicht gefunden", "Die Seite gibt es nicht mehr. Bitte suchen Sie auf der Startseite nach dem Artikel."),
    ],
)
def test_a_wall_or_an_error_in_place_of_the_article_is_blocked(title, text):
    assert reason(f"<title>{title}</title><h1>{title}</h1><p>{text}</p>") == "blocked"


@pytest.mark.parametrize(
    "title", ["404 flats for the harbour", "Access denied: the council shuts its park", "Page not found"]
)
def test_a_declared_article_may_have_a_headline_like_an_error(title):
    text = "<p>A tram derailed at the market square on Friday. Nobody was hurt, the police said in the evening.</p>" * 2
    article = f"<article><h1>{title}</h1>{text}</article>"
    declared = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-05-01"}</script>'
    assert isinstance(extract(declared + article, "https://news.example/a/b"), Article)
    assert extract(article, "https://news.example/a/b").reason == "blocked"


def test_a_headline_alone_is_too_short():
    assert reason("<title>Pier</title><article><h1>Pier</h1><p>More soon.</p></article>") == "too-short"


@pytest.mark.parametrize(
    ("url", "head", "inner"),
    [
        ("https://news.example/", "", f"<p>{P}</p>{LINKS}"),
        ("https://news.example/category/coast/", "", f"<p>{P}</p>{LINKS}"),
        ("https://news.example/x", '<meta property="og:type" content="product">', f"<p>{P}</p><p>Price: 5</p>"),
        ("https://forum.example/threads/pier.12/", "", f"<p>{P}</p><p>{P}</p>"),
        (
            "https://news.example/x",
            '<script type="application/ld+json">{"@type":"CollectionPage"}</script>',
            f"<p>{P}</p>",
        ),
    ],
)
def test_listings_shops_and_forums_are_refused(url, head, inner):
    assert (
        reason(f"<html><head><title>Pier</title>{head}</head><body><h1>Pier</h1>{inner}</body></html>", url)
        == "not-an-article"
    )


@pytest.mark.parametrize(
    "url", ["", "https://news.example/2026/pier", "https://news.example/category/coast/pier-reopens"]
)
def test_a_bare_page_with_three_paragraphs_is_an_article(url):
    found = extract(f"<html><title>Pier</title><body><h1>Pier</h1><p>{P}</p><p>{P}</p><p>{P}</p></body></html>", url)
    assert isinstance(found, Article), found


def page(head: str, inner: str) -> str:
    return f"<html><head><title>Pier reopens after storms</title>{head}</head><body><h1>Pier</h1>{inner}</body></html>"


NEWS = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Pier reopens"}</script>'
SIGNED = (
    '<meta name="author" content="Ada Fields"><meta property="article:published_time" content="2026-03-04T09:00:00Z">'
)


@pytest.mark.parametrize("head", [NEWS, SIGNED])
@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/",
        "https://forum.example/threads/pier.12/",
        "https://shop.example/products/pier",
        "https://docs.example/docs/latest/",
        "https://news.example/services/?s=pier",
    ],
)
def test_declared_or_signed_prose_is_an_article_whatever_its_address(head, url):
    found = extract(page(head, f"<article>{f'<p>{P}</p>' * 4}</article>"), url)
    assert isinstance(found, Article), found


def test_an_article_needs_no_address():
    assert isinstance(extract(page("", f"<p>{P}</p>" * 3)), Article)


@pytest.mark.parametrize(
    ("head", "attributes"),
    [
        ('<meta name="generator" content="phpBB">', ""),
        ('<script type="application/ld+json">{"@type":"DiscussionForumPosting"}</script>', ""),
        ("", ' itemscope itemtype="https://schema.org/QAPage"'),
    ],
)
def test_a_forum_is_known_by_its_marks_without_an_address(head, attributes):
    found = extract(page(head, f"<div{attributes}><p>{P}</p><p>{P}</p></div>"))
    assert isinstance(found, Failure), found
    assert found.detail == "It looks like a forum."


def test_a_shop_is_refused_with_reasons_in_words():
    product = (
        '<meta property="og:type" content="website"><script type="application/ld+json">{"@type":"Product"}</script>'
    )
    buttons = '<button class="add-to-cart btn">Add</button><span class="price">$ 5</span>' * 20
    found = extract(page(product, f"<p>{P}</p><ul><li>Oak</li><li>$ 5</li></ul>{buttons}"), "https://x.example/p/17")
    assert isinstance(found, Failure), found
    assert found.reason == "not-an-article"
    assert found.detail.startswith("It looks like a shop's page: ")
    assert "many prices" in found.detail


def test_every_weighted_signal_can_be_named_and_is_measured():
    from crawler.extract import kinds, signals
    from crawler.extract.metadata import Meta
    from crawler.extract.vocabulary import vocabulary

    made = signals.Maker("", frozenset(), frozenset(), "")
    empty = signals.Shape(1.0, (), (), (), 0.0, 1.0, ())
    measured = {*signals.of_page(Meta(), made, empty, "", None), *signals.MARKS}
    assert set(kinds.model().weights) == measured == set(vocabulary().says)
