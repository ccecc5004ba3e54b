"""Whether two URLs look like two addresses of one story."""

from __future__ import annotations

import pytest

from archive.aliases import look, namesakes, relatives, variants

STORY = "https://news.example/2026/11/24/a-story-of-the-town"


@pytest.mark.parametrize(
    ("url", "variant"),
    [
        (STORY, ""),
        (f"{STORY}/", ""),
        (f"{STORY}/index.html", ""),
        ("https://www.news.example/2026/11/24/a-story-of-the-town", ""),
        ("http://m.news.example/2026/11/24/a-story-of-the-town", "mobile"),
        ("https://amp.news.example/2026/11/24/a-story-of-the-town", "amp"),
        ("https://news.example/amp/2026/11/24/a-story-of-the-town", "amp"),
        (f"{STORY}/amp/", "amp"),
        (f"{STORY}.amp", "amp"),
        (f"{STORY}/print", "print"),
        (f"{STORY}?amp", "amp"),
        (f"{STORY}?amp=1", "amp"),
        (f"{STORY}?outputType=amp", "amp"),
        (f"{STORY}?print=true", "print"),
        (f"{STORY}?view=print", "print"),
        (f"{STORY}?mobile=1", "mobile"),
    ],
)
def test_a_url_is_known_under_what_makes_it_a_variant(url, variant):
    assert variants(url, STORY)
    assert look(url).variant == variant


@pytest.mark.parametrize(
    "url",
    [
        f"{STORY}-2",
        f"{STORY}?page=2",
        f"{STORY}?view=2",
        f"{STORY}?id=amp",
        "https://news.example/",
        "https://news.example/print",
        "https://sport.news.example/2026/11/24/a-story-of-the-town",
        "https://news.example:8443/2026/11/24/a-story-of-the-town",
        "https://other.example/2026/11/24/a-story-of-the-town",
    ],
)
def test_another_page_is_no_variant(url):
    assert not variants(url, STORY)


def test_two_firms_whose_names_are_those_of_variants_are_two():
    assert not variants("https://amp.com.au/story", "https://mobile.com.au/story")


@pytest.mark.parametrize(
    ("one", "other", "related"),
    [
        ("/a-1234567", "/b-1234567", True),
        ("/a-1234567.html", "/story?id=1234567", True),
        ("/a/1234567/photo/7654321", "/b/1234567", False),
        ("/a-1234567", "/b-1234568", False),
        ("/2026/20261124/a", "/2026/20261124/b", False),
        ("/202611/a", "/202611/b", False),
        ("/a-12345", "/b-12345", False),
        ("/a/0b9f4c2e-77aa-4c1d-9d5e-0123456789ab", "/b?u=0b9f4c2e-77aa-4c1d-9d5e-0123456789ab", True),
        ("/a-3f2a9c1d0b7e", "/3f2a9c1d0b7e", True),
        ("/a-story", "/b-story", False),
        ("/riverside-7654321/bridge-closed", "/riverside-7654321/farmers-protest", False),
        ("/news/7654321/bridge-closed", "/news/7654321/bridge-closed-for-good", True),
        ("/story-7654321/bridge-closed", "/story-7654321/bridge-closed-for-good", True),
    ],
)
def test_a_long_number_that_is_no_date_relates_two_urls_of_one_site(one, other, related):
    assert relatives(f"https://news.example{one}", f"https://www.news.example{other}") is related
    assert not relatives(f"https://news.example{one}", f"https://other.example{other}")


def test_a_headline_of_four_words_makes_namesakes_and_one_of_three_does_not():
    assert namesakes("https://a.example/sport/one-two-three-four", "https://a.example/local/one-two-three-four.html")
    assert not namesakes("https://a.example/sport/one-two-three", "https://a.example/local/one-two-three")
    assert not namesakes("https://a.example/x/one-two-three-four", "https://b.example/x/one-two-three-four")


@pytest.mark.parametrize(
    "url", ["", "x", "https://", "https://a", "https://a/?&&=&", "https://[::1]/a/amp", "https://a/%"]
)
def test_no_url_is_too_odd(url):
    assert variants(url, url)
    assert not relatives(url, STORY)
    assert not namesakes(url, STORY)
