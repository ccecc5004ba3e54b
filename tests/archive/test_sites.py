from __future__ import annotations

import pytest

from archive import sites


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.news.example.co.uk/a", "example.co.uk"),
        ("www.example.com", "example.com"),
        ("www.example.com:8080", "example.com"),
        ("https://Münze.example.de/", "example.de"),
        ("https://a.b.bücher.de/", "xn--bcher-kva.de"),
        ("example.com.", "example.com"),
        ("one.blogspot.com", "one.blogspot.com"),
        ("co.uk", "co.uk"),
        ("https://192.0.2.7/a", "192.0.2.7"),
        ("192.0.2.7:8000", "192.0.2.7:8000"),
        ("http://[2001:db8::1]/", "[2001:db8::1]"),
        ("localhost", "localhost"),
        ("http://localhost:8001/a", "localhost:8001"),
        ("http://herald.localhost:8001/a", "herald.localhost"),
        ("", ""),
        ("exa mple.com", ""),
    ],
)
def test_a_site_is_what_one_owner_registered(address, expected):
    assert sites.site(address) == expected


def test_two_publishers_under_one_suffix_are_two_sites():
    assert sites.same_site("https://www.example.com/a", "feeds.example.com")
    assert not sites.same_site("one.blogspot.com", "two.blogspot.com")
    assert not sites.same_site("https://example.com.evil.example/", "https://example.com/")
    assert not sites.same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")
    assert not sites.same_site("", "")
