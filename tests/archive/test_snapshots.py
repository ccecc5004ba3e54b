from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept import article, page

from archive import read, snapshots
from archive.database import reading
from archive.snapshots import DamagedError

URL = "https://news.example/"
TEMPLATE = random.Random(1).randbytes(40_000)  # what all pages of a site share
OTHER = random.Random(2).randbytes(40_000)  # the site after its relaunch


def put(kept, number: int, template: bytes = TEMPLATE, size: int = 2_000) -> bytes:
    body = template + random.Random(number).randbytes(size)
    said = article(f"{URL}{number}", f"Text {number}")
    kept.put(said, page_=page(said.url, body))
    return body


def stored(kept):
    return kept.rows("SELECT dictionary, length(body) FROM snapshots ORDER BY id")


@given(st.binary(max_size=5_000), st.binary(max_size=5_000))
def test_any_bytes_come_back_as_they_were(body, dictionary):
    assert snapshots.decompress(snapshots.compress(body)) == body
    packed = snapshots.pack(body, dictionary)
    assert snapshots.decompress(packed.body, dictionary if packed.with_dictionary else None) == body


@given(st.binary(min_size=1), st.binary())
def test_what_is_damaged_is_said_to_be(body, dictionary):
    with pytest.raises(DamagedError):
        snapshots.decompress(b"\x00" + body, dictionary)


def test_a_page_comes_back_byte_for_byte_with_its_headers(kept):
    body = bytes(range(256)) * 300
    whole = dataclasses.replace(
        page(URL + "1", body), final_url=URL + "2", headers=(("content-type", "text/html; charset=é"), ("x", ""))
    )
    kept.put(article(URL + "1"), page_=whole)
    with reading(kept.path) as db:
        assert read.snapshot(db, 1) == whole


def test_pages_of_a_site_are_kept_against_one_of_them(kept):
    bodies = [put(kept, number) for number in range(1, 6)]
    assert [dictionary for dictionary, _ in stored(kept)] == [1] * 5
    assert sum(size for _, size in stored(kept)) < 10_000, "the template is kept once, as the dictionary"
    with reading(kept.path) as db:
        assert [read.snapshot(db, number).body for number in range(1, 6)] == bodies


def test_a_dictionary_is_renewed_after_a_week(kept):
    put(kept, 1)
    kept.later(days=6)
    put(kept, 2)
    kept.later(days=2)
    put(kept, 3)
    assert [dictionary for dictionary, _ in stored(kept)] == [1, 1, 2]


def test_a_page_unlike_the_others_is_kept_alone_and_a_relaunch_gets_a_new_dictionary(kept):
    put(kept, 1)
    put(kept, 2, OTHER)
    put(kept, 3)
    kept.later(days=1, minutes=1)
    put(kept, 4, OTHER)
    put(kept, 5, OTHER)
    assert [dictionary for dictionary, _ in stored(kept)] == [1, None, 1, 2, 2]
    with reading(kept.path) as db:
        assert read.snapshot(db, 2).body.startswith(OTHER)


def test_a_dictionary_is_a_whole_page_of_its_own_and_no_huge_one(kept):
    put(kept, 1, size=snapshots.MAX_DICTIONARY)
    put(kept, 2)
    assert [dictionary for dictionary, _ in stored(kept)] == [None, 1]
    body = kept.value("SELECT body FROM dictionaries")
    assert snapshots.decompress(body).startswith(TEMPLATE), "readable without another"


def test_an_empty_page_is_kept_too(kept):
    kept.put(article(URL + "1"), page_=page(URL + "1", b""))
    with reading(kept.path) as db:
        assert read.snapshot(db, 1).body == b""


def test_a_snapshot_that_is_not_what_was_stored_is_an_error_and_no_page(kept):
    put(kept, 1)
    kept.archive._writer.do(lambda db: db.execute("UPDATE snapshots SET sha256 = 'x'"))
    with reading(kept.path) as db, pytest.raises(DamagedError, match="not what was stored"):
        read.snapshot(db, 1)


def test_only_new_articles_and_revisions_keep_their_page(kept):
    put(kept, 1)
    put(kept, 1)
    kept.later(minutes=1)
    kept.put(article(f"{URL}1", "Text 1, edited"))
    assert len(stored(kept)) == 2
