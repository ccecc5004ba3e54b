import pytest

from crawler.discover import sections

HOME = "https://news.example.com/"


def found(body, url=HOME):
    return [
        (link.url.removeprefix("https://news.example.com"), link.title)
        for link in sections.read(body, url, "herald").links
    ]


def page(main, around=""):
    return f"<html><head><title>Herald</title></head><body>{around}<main>{main}</main></body></html>"


def card(path, title, tag="h3"):
    headline = f'<a href="{path}"><img src=x></a><{tag}><a href="{path}">{title}</a></{tag}>'
    return f'<article>{headline}<p>By <a href="/author/ann">Ann</a></p></article>'


@pytest.mark.parametrize(
    "path",
    [
        "/2024/11/05/council-votes-for-new-bridge/",
        "/news/world/council-votes-for-new-bridge-over-river-8812345",
        "/politik/rat-stimmt-fuer-neue-bruecke-a-1234567.html",
        "/articles/c4g8x7p2k9o",
        "/story.php?id=8123",
        "/?p=4711",
        "/news/council-votes-for-new-bridge",
        "/local/bridge-vote.html",
        "/economia/2024-11-05/rischio",
        "/a/665f1f77bcf86cd799439011",
        "/topics/council-votes-for-new-bridge-8812345",
        "/news/council-votes-for-new-bridge/2024/11",
    ],
)
def test_a_headline_with_an_articles_address_is_an_article(path):
    title = "Council votes for a new bridge over the river"
    assert found(page(card(path, title))) == [(path, title)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/">Council votes for a new bridge over the river</a>',
        '<a href="/politics">Council votes for a new bridge over the river</a>',
        '<a href="/tag/bridges-and-other-river-crossings">Council votes for a new bridge</a>',
        '<a href="/author/ann-example-of-the-herald">Ann Example of the Herald staff</a>',
        '<a href="/login?next=/2024/11/05/council-votes-for-new-bridge">Please log in to read this</a>',
        '<a href="/news?page=2">Read all of the older news here</a>',
        '<a href="/news/2024">All that happened in the year 2024</a>',
        '<h2><a href="/2024/11/05/">All that happened on that one day</a></h2>',
        '<h2><a href="/topics/rivers">All that we know of rivers</a></h2>',
        '<h3><a href="/arts-and-books">Arts & Books</a></h3>',
        '<a href="/news/page/2/">Read all of the older news here</a>',
        '<a href="/2024/11/05/council-votes-for-bridge.jpg">Council votes for a new bridge, in pictures</a>',
        '<a href="https://shop.example.org/2024/11/05/best-mattress-of-the-year">The best mattress of this year</a>',
        '<a rel="sponsored" href="/2024/11/05/best-mattress-of-the-year">The best mattress of the whole year</a>',
        '<a href="javascript:open(2024)">Council votes for a new bridge over the river</a>',
        '<a href="#content">Skip to the content of this page</a>',
        '<a href="/videos/2024/11/05/council-votes-for-bridge">Watch the council vote for the bridge</a>',
    ],
)
def test_a_link_that_leads_to_no_article_is_left(link):
    assert found(page(link)) == []


def test_links_around_the_articles_are_left():
    link = '<a href="/2024/11/05/council-votes-for-new-bridge">Council votes for a new bridge over the river</a>'
    for around in (
        f"<nav>{link}</nav>",
        f"<footer>{link}</footer>",
        f"<header>{link}</header>",
        f'<div role="navigation">{link}</div>',
    ):
        assert found(page("", around)) == []


def test_a_cards_own_header_and_footer_belong_to_it():
    link = '<h2><a href="/2024/11/05/council-votes-for-new-bridge">Council votes for a new bridge</a></h2>'
    for part in ("header", "footer"):
        assert len(found(page(f"<article><{part}>{link}</{part}></article>"))) == 1


def test_articles_stand_once_in_the_pages_order_under_their_headline():
    first = card("/2024/11/05/first-long-slug-here", "The first of all the headlines")
    second = card("/2024/11/05/second-long-slug-here?utm_source=home", "The second of all the headlines", "h2")
    again = '<li><a href="/2024/11/05/first-long-slug-here#comments">12 comments on this one so far</a></li>'
    assert found(page(first + second + again)) == [
        ("/2024/11/05/first-long-slug-here", "The first of all the headlines"),
        ("/2024/11/05/second-long-slug-here", "The second of all the headlines"),
    ]


def test_the_headline_within_an_anchor_goes_before_the_rest_of_it():
    anchor = '<a href="/2024/11/05/first-long-slug-here"><span>Politics</span>'
    anchor += "<h3>The headline proper</h3><p>A long summary of it all.</p></a>"
    assert found(page(anchor)) == [("/2024/11/05/first-long-slug-here", "The headline proper")]


def test_links_are_resolved_against_the_pages_base():
    html = '<html><head><base href="/world/"></head>'
    html += '<h2><a href="asia-votes-for-a-bridge-812345">Asia votes for a new bridge</a></h2>'
    assert found(html) == [("/world/asia-votes-for-a-bridge-812345", "Asia votes for a new bridge")]


def test_headlines_without_spaces_count_as_long():
    assert found(page(card("/news/20241105/k10014630001000.html", "市議会が新しい橋の建設を可決"))) != []


@pytest.mark.parametrize(
    "hostile",
    ["<div>" * 100_000, "<a " + " ".join(f"a{n}" for n in range(50_000)) + ">", "<ul><li>" * 20_000, "<b><i>" * 10_000],
)
def test_a_page_built_to_exhaust_the_parser_is_refused(hostile):
    listing = sections.read(hostile + card("/2024/11/05/first-long-slug-here", "The first"), HOME, "herald")
    assert listing.links == ()
    assert "was not read" in listing.problem


def test_a_great_ordinary_page_is_read():
    cards = "".join(
        card(f"/2024/11/05/story-with-a-slug-{n}", f"The headline of story number {n}") for n in range(3_000)
    )
    data = "<div data-props='" + '{"a b": "c d"} ' * 10_000 + "'></div>"
    assert len(found(page(data + cards))) == 3_000
