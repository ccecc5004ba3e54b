import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sites
from crawler import urls


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://News.Example.COM:80/a/../b#top", "http://news.example.com/b"),
        ("https://news.example.com:443", "https://news.example.com/"),
        ("https://news.example.com:8443/x", "https://news.example.com:8443/x"),
        ("  https://news.example.com/a\n ", "https://news.example.com/a"),
        ("https://user:secret@news.example.com/a", "https://news.example.com/a"),
        ("https://news.example.com./a", "https://news.example.com/a"),
        ("https://bücher.example.com/ä", "https://xn--bcher-kva.example.com/%C3%A4"),
        ("https://news.example.com/%7euser/%c3%a4", "https://news.example.com/~user/%C3%A4"),
        ("https://news.example.com/%2e%2e/a/%2E/b", "https://news.example.com/a/b"),
        ("https://news.example.com/a;jsessionid=1F2E?id=3", "https://news.example.com/a?id=3"),
        ("http://127.1/a", "http://127.0.0.1/a"),
        ("http://[0:0::1]:8000/a", "http://[::1]:8000/a"),
        ("https:\\\\news.example.com\\a", "https://news.example.com/a"),
    ],
)
def test_one_address_has_one_form(given_url, expected):
    assert urls.canonical(given_url) == expected


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=rss&utm_medium=feed",
        "UTM_Campaign=x",
        "fbclid=abc&gclid=1&mc_cid=2&mc_eid=3",
        "at_medium=RSS&at_campaign=KARANGA",
        "ns_campaign=a&ns_mchannel=b",
        "xtor=RSS-3208",
        "wt.mc_id=x&wt_zmc=y",
        "utm%5Fsource=x",
        "ref=rss&source=newsletter&mod=rss_world",
        "amp;utm_medium=rss",
        "utm_a=1&amp;utm_b=2",
        "&&",
        "",
    ],
)
def test_trackers_leave_nothing_behind(query):
    assert urls.canonical(f"https://news.example.com/story?{query}") == "https://news.example.com/story"


@pytest.mark.parametrize(
    "query",
    [
        "id=7", "p=123", "article=9&page=2", "b=2&a=1", "story", "id=", "q=a+b", "ref=12345", "source=reuters",
        "cid=4401", "tid=5", "linkid=6", "lang=de", "feed=rss2", "utmost=1", "attack=1", "mcid=3", "x=%26utm_source=1",
    ],
)  # fmt: skip
def test_parameters_that_may_tell_articles_apart_stay_in_their_order(query):
    url = f"https://news.example.com/story?{query}"
    assert urls.canonical(f"{url}&utm_source=x") == url


@pytest.mark.parametrize(
    "hostile",
    [
        "", "   ", "#", "story", "/story", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
        "mailto:a@b.example", "data:text/html,x", "ftp://example.com/a", "file:///etc/passwd", "blob:https://a.example/1",
        "http://exa mple.com/", "http://a%20b.com/", "http://a..b/", "http://.example.com/", "http:///", "http://",
        "http://" + "a" * 64 + ".com/", "http://" + "a." * 130 + "com/", "http://example.com:99999/",
        "http://1.2.3.4.5/", "http://[::1/", "https://example.com/" + "a" * 2_048, "https://example.com/\ud800",
        "https://example.com/?utm_x=" + "a" * 20_000,
    ],
)  # fmt: skip
def test_what_cannot_be_an_article_has_no_form(hostile):
    assert urls.canonical(hostile) is None


def test_a_long_tracker_tail_does_not_cost_the_article():
    assert urls.canonical("https://news.example.com/a?utm_x=" + "a" * 5_000) == "https://news.example.com/a"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("../b?id=1", "https://news.example.com/b?id=1"),
        ("//other.example.org/c", "https://other.example.org/c"),
        ("?page=2", "https://news.example.com/x/y?page=2"),
        ("http://plain.example.org/", "http://plain.example.org/"),
        ("javascript:void(0)", None),
        ("tel:+123", None),
    ],
)
def test_a_link_is_resolved_against_its_page(link, expected):
    assert urls.canonical(link, "https://news.example.com/x/y") == expected


def test_a_base_that_is_none_refuses_instead_of_raising():
    assert urls.canonical("/a", "no url") is None
    assert urls.canonical("/a", "mailto:x@y.example") is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["", "https://news.example.com/a/b?c"]))
def test_no_text_raises_and_the_form_is_its_own_form(text, base):
    for candidate in (text, f"https://{text}", f"https://news.example.com/{text}", f"https://news.example.com/?{text}"):
        first = urls.canonical(candidate, base)
        assert first is None or urls.canonical(first) == first
        assert isinstance(urls.host(candidate), str)
        assert isinstance(sites.site(candidate), str)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="%4125eEcC3a&=;?./", max_size=14))
def test_escapes_within_escapes_settle_at_once(tail):
    first = urls.canonical(f"https://news.example.com/{tail}")
    assert first is None or urls.canonical(first) == first


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://WWW.Example.com:443/a", "www.example.com"),
        ("http://www.example.com:443/a", "www.example.com:443"),
        ("http://[::1]:8000/", "[::1]:8000"),
        ("https://good.example@evil.example/", "evil.example"),
        ("no url", ""),
    ],
)
def test_the_host_is_who_is_asked(url, expected):
    assert urls.host(url) == expected
