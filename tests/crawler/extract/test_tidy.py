from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from crawler import urls
from crawler.extract import tidy
from crawler.extract.site import address

INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff\ufffd]")
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" \n\t\xa0\u200b\u200d\u3000\ufffd\xad\x85ab")))


@given(texts)
def test_the_short_way_gives_what_the_long_one_does(text):
    assert tidy.squeeze(text) == " ".join(INVISIBLE.sub("", text).split())


@given(st.text(max_size=60), st.integers(1, 20))
def test_no_text_is_longer_than_its_limit(text, limit):
    assert len(tidy.tidy(text, limit)) <= limit


PARTS = """
https:// http:// gazette.example xn--a.example 127.0.0.1 -x.example / a .. . ? utm_source=x # :443 A %41 ; //
"""


@given(st.lists(st.sampled_from(PARTS.split()), max_size=8).map("".join))
def test_an_address_that_is_not_parsed_is_what_parsing_gives(url):
    assert address(url) == (urls.canonical(url) or "")


@given(st.from_regex(r"https://[a-z0-9.-]{1,12}/[A-Za-z0-9/_.-]{0,12}", fullmatch=True))
def test_plain_addresses_are_canonical(url):
    assert address(url) == (urls.canonical(url) or "")
