"""Walls, errors in disguise and absurd answers are known for what they are: not stored, and nothing written over."""

from __future__ import annotations

import pytest

from tests.beside import STORIES, beside
from tests.publisher import Story, publish
from tests.site import Response, Site, redirect

STORY = Story(7)
TEXT = "\n\n".join(STORY.paragraphs)


@pytest.fixture
def good():
    with Site() as site:
        publish(site, STORIES)
        yield site


@pytest.fixture
def ill():
    with Site({STORY.path: STORY.html()}) as site:
        yield site


def page(title: str, inner: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body>{inner}</body></html>"


def told(found) -> str:
    """The sentence that the log of fetches has for what failed last."""
    return found.rows("SELECT detail FROM fetches WHERE reason <> '' ORDER BY id DESC LIMIT 1")[0][0]


CHALLENGES = {
    "Cloudflare": Response(page("Just a moment...", "Checking your browser"), {"CF-Mitigated": "challenge"}, 403),
    "AWS WAF": Response(
        page("", "<script>AwsWafIntegration.getToken()</script>"), {"X-Amzn-WAF-Action": "challenge"}, 202
    ),
    "Kasada": Response("<script>window.KPSDK={}</script>", {"X-KPSDK-CT": "1", "Retry-After": "1"}, 429),
    "The site": Response(page("Robot Check", "<p>Type the characters you see in this image"), {}, 503),
    "HUMAN": Response(page("Robot or human?", '<div id="px-captcha"></div>')),
}


@pytest.mark.parametrize("who", CHALLENGES)
def test_a_challenge_page(ill, good, db, who):
    """It is recorded as blocked with whose it is, and the story that was kept before stays as it was."""
    beside(db, ill, [STORY.path], good=good)
    ill.routes[STORY.path] = CHALLENGES[who]
    found = beside(db, ill, good=good)
    found.good_is_whole()
    assert found.reasons == ["blocked"]
    assert told(found).endswith(f"{who} shows a check for robots in place of the page.")
    assert found.stored() == [TEXT]


def test_a_challenge_in_place_of_a_feed(ill, good, db):
    ill.routes["/feed.xml"] = CHALLENGES["HUMAN"]
    found = beside(db, ill, good=good)
    found.good_is_whole()
    assert found.reasons == ["blocked"]
    assert any("HUMAN shows a check for robots" in problem for problem in found.summary.problems)


def test_an_article_in_place_of_several_others(ill, good, db):
    """What passes for one is written over one at most; that the others were refused is said by whoever watches."""
    stories = [Story(n) for n in (10, 11, 12)]
    ill.routes |= {story.path: story.html() for story in stories}
    beside(db, ill, [story.path for story in stories], good=good)
    ill.routes |= {story.path: Story(99).html() for story in stories}
    found = beside(db, ill, good=good)
    found.good_is_whole()
    assert found.reasons == ["revised", "blocked", "blocked"]
    assert len(set(found.stored())) == 3


FORM = page(
    STORY.title,
    "<h1>Welcome</h1><p>We and our 180 partners store and/or access information on a device, such as unique IDs in"
    " cookies, to process personal data. You may accept or manage your choices, also where legitimate interest is"
    " used, at any time in our privacy policy. These choices are signalled to our partners.</p><p>Read on with"
    " advertising, or subscribe to refuse: with your consent we use cookies and show personalised ads.</p>"
    "<button>Accept all</button><button>Manage options</button>" + "<p>We use cookies, with your consent.</p>" * 9,
)


@pytest.mark.parametrize("answer", [redirect("/consent?back=/news"), Response(FORM)])
def test_a_consent_form(ill, good, db, answer):
    beside(db, ill, [STORY.path], good=good)
    ill.routes |= {STORY.path: answer, "/consent": FORM}
    found = beside(db, ill, [STORY.path], good=good)
    found.good_is_whole()
    assert found.reasons == ["blocked"]
    assert "consent form" in told(found)
    assert found.stored() == [TEXT]


def test_a_consent_form_on_a_host_of_its_own(ill, good, db):
    with Site({"*": FORM}) as other:
        ill.routes[STORY.path] = redirect(other.url("/privacygate?back=x"))
        found = beside(db, ill, [STORY.path], good=good)
    found.good_is_whole()
    assert found.reasons == ["blocked"]
    assert other.requests == []


SOFT = {
    "said": Response(page("Page not found | The Paper", f"<h1>Sorry</h1><p>{'Try our front page instead. ' * 9}</p>")),
    "front page": redirect("/"),
    "section": redirect("/news/"),
    "error page": redirect("/404.html"),
}


def test_soft_404s(ill, good, db):
    """No story is marked as removed by a guess, and nothing is written over one."""
    stories = dict(zip(SOFT, map(Story, range(10, 10 + len(SOFT))), strict=True))
    ill.routes |= {story.path: story.html() for story in stories.values()}
    before = beside(db, ill, [story.path for story in stories.values()], good=good).stored()
    front = page("The Paper", "".join(f"<p>{text}</p>" for n in range(3) for text in Story(n).paragraphs))
    ill.routes |= {"/": front, "/news/": front, "/404.html": front}
    ill.routes |= {story.path: SOFT[how] for how, story in stories.items()}
    found = beside(db, ill, good=good)
    found.good_is_whole()
    assert found.reasons == ["soft-404"] * len(SOFT)
    assert found.stored() == before
    assert found.rows("SELECT count(*) FROM articles WHERE removed IS NOT NULL") == [(0,)]


def test_a_soft_404_on_another_host(ill, good, db):
    with Site({"*": Story(8).html()}) as other:
        ill.routes[STORY.path] = redirect(other.url("/"))
        found = beside(db, ill, [STORY.path], good=good)
    found.good_is_whole()
    assert (found.reasons, found.stored(), other.requests) == (["soft-404"], [], [])


def test_empty_200s(ill, good, db):
    stories = [Story(n) for n in (10, 11)]
    ill.routes |= {story.path: story.html() for story in stories}
    before = beside(db, ill, [story.path for story in stories], good=good).stored()
    ill.routes |= {stories[0].path: Response(""), stories[1].path: Response("\n\n")}
    found = beside(db, ill, good=good)
    found.good_is_whole()
    assert found.reasons == ["empty", "empty"]
    assert found.stored() == before != []


def test_a_page_with_markup_around_nothing(ill, good, db):
    ill.routes[STORY.path] = "<html><body>\n</body></html>"
    found = beside(db, ill, [STORY.path], good=good)
    found.good_is_whole()
    assert found.reasons == ["empty"]


def test_dates_in_the_year_9999(ill, good, db):
    late = "Fri, 31 Dec 9999 23:59:59 -1200"
    ill.routes[STORY.path] = (
        STORY.html()
        .replace("article:published_time", "article:modified_time", 1)
        .replace("<h1>", '<meta itemprop="datePublished" content="9999-12-31T23:59:59-12:00"><h1>')
    )
    item = f"<item><link>{ill.url(STORY.path)}</link><pubDate>{late}</pubDate></item>"
    ill.routes["/feed.xml"] = Response(f"<rss><channel>{item}</channel></rss>", {"Content-Type": "text/xml"})
    ill.routes["/map.xml"] = Response(
        f"<urlset><url><loc>{ill.url(STORY.path)}</loc><lastmod>9999-12-31T23:59:59-12:00</lastmod></url></urlset>"
    )
    headers = {"Last-Modified": late, "Expires": late, "Date": late, "Retry-After": late}
    ill.routes["/news/8-busy"] = Response("", headers, 503)
    for _ in range(2):
        found = beside(db, ill, source={"sitemaps": (ill.url("/map.xml"),)}, good=good)
        found.good_is_whole()
        assert found.stored() == [TEXT]
    (dates,) = found.rows("SELECT published, first_seen FROM articles WHERE source = 'ill'")
    assert not any(str(date).startswith("9999") for date in dates)


def test_a_retry_after_in_the_year_9999(ill, good, db):
    ill.routes[STORY.path] = Response("", {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 503)
    found = beside(db, ill, [STORY.path], good=good)
    found.good_is_whole()
    assert found.reasons == ["server-error"]


def test_urls_of_100_kilobytes(ill, good, db):
    long = "/news/" + "a-long-way-" * 10_000
    ill.routes["/news/2-leads-far-away-from-here"] = redirect(long)
    ill.routes["/feed.xml"] = Response(
        "<rss><channel>"
        + "".join(f"<item><link>{ill.url(path)}</link></item>" for path in (long, "/news/2-leads-far-away-from-here"))
        + f"<item><link>{ill.url(STORY.path)}</link></item></channel></rss>"
    )
    ill.routes["/section"] = page(
        "News", f'<main><h2><a href="{long}">A very long way for a short story</a></h2></main>'
    )
    ill.routes["/map.xml"] = f"<urlset><url><loc>{ill.url(long)}</loc></url></urlset>"
    source = {"sections": (ill.url("/section"),), "sitemaps": (ill.url("/map.xml"),)}
    found = beside(db, ill, source=source, good=good)
    found.good_is_whole()
    assert found.reasons == ["bad-redirect"]
    assert found.stored() == [TEXT]
    assert max(len(request.target) for request in ill.requests) < 100
