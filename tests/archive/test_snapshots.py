from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import article, page

from archive import dictionaries, pages, read, snapshots
from archive.database import reading
from archive.snapshots import DamagedError, Dictionary

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


@settings(max_examples=30, deadline=None)  # level 19 takes its time, more on a busy machine
@given(st.binary(max_size=5_000), st.binary(max_size=5_000))
def test_any_bytes_come_back_as_they_were(body, dictionary):
    assert snapshots.decompress(snapshots.compress(body)) == body
    for level in (snapshots.LEVEL, 12, 19):
        packed = Dictionary(dictionary, len(dictionary), level).pack(body)
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


def put_until(kept, dictionary: int, first: int) -> int:
    """Pages until there is a dictionary; how many."""
    for number in range(first, first + 100):
        put(kept, number, size=20_000)
        if kept.rows("SELECT 1 FROM dictionaries WHERE id = ?", dictionary):
            return number - first
    raise AssertionError


def test_a_dictionary_is_of_several_pages_once_it_has_served_enough_and_renewed_after_a_week(kept):
    assert 10 < put_until(kept, 2, 1) < 30, "the pages by it took eight times as much as it does"
    assert kept.rows("SELECT id, pages FROM dictionaries") == [(1, 1), (2, 4)]
    kept.later(days=8)
    put(kept, 200)
    assert stored(kept)[-1][0] == 2, "a week old, but it has served few pages"
    assert put_until(kept, 3, 201) > 10
    with reading(kept.path) as db:
        for snapshot, _ in enumerate(stored(kept), 1):
            assert read.snapshot(db, snapshot).body.startswith(TEMPLATE)
    for (body,) in kept.rows("SELECT body FROM dictionaries"):
        assert TEMPLATE in snapshots.opened(body), "by itself, and never against another"


def test_a_dictionary_serves_for_years_where_pages_are_few(kept):
    for number in range(1, 12):
        put(kept, number)
        kept.later(days=90)
    assert [dictionary for dictionary, _ in stored(kept)] == [1] * 11


def test_a_page_of_a_site_whose_dictionary_is_damaged_is_kept_with_a_new_one(kept):
    put(kept, 1)
    kept.write("UPDATE dictionaries SET body = x'00'")
    body = put(kept, 2)
    assert stored(kept)[-1][0] == 2
    with reading(kept.path) as db:
        assert read.snapshot(db, 2).body == body


def test_what_is_ready_to_be_compressed_against_is_forgotten_with_a_transaction_that_was_undone(kept):
    def undone(db):
        pages.save(db, page(f"{URL}0", OTHER), kept.now)
        raise KeyError

    with pytest.raises(KeyError):
        kept.archive._writer.do(undone)
    body = put(kept, 1)
    put(kept, 2)
    with reading(kept.path) as db:
        assert read.snapshot(db, 1).body == body


def test_dictionaries_that_are_ready_take_little_memory(kept):
    def save(db):
        for number in range(40):
            body = TEMPLATE + random.Random(number).randbytes(900_000)
            pages.save(db, page(f"https://{number}.example/", body), kept.now)
        return sum(one.memory for _, one in db.dictionaries.values())

    assert 0 < kept.archive._writer.do(save) <= dictionaries._READY


@pytest.mark.parametrize("body", [b"", b"x", bytes(20_000_000), random.Random(3).randbytes(3_000_000)])
def test_a_page_that_is_empty_huge_or_noise_comes_back(kept, body):
    put(kept, 1)
    with reading(kept.path) as db:
        kept.archive._writer.do(lambda writer: pages.save(writer, page(f"{URL}2", body), kept.now))
        assert pages.load(db, 2).body == body


def test_several_pages_together_hold_what_they_share_once_and_the_last_whole():
    texts = [b"<p>" + bytes([65 + number]) * 50 for number in range(4)]
    pages_ = [
        TEMPLATE.replace(b"<", b"") + (b"<p>breaking" if number < 2 else b"") + texts[number] for number in range(4)
    ]
    content = snapshots.together(pages_)
    assert content.endswith(pages_[-1])
    assert len(content) < 1.1 * len(TEMPLATE)
    assert content.count(b"<p>breaking") + content.count(b"p>breaking") >= 1, "two of the others have it"
    assert [text[3:] in content for text in texts] == [False, False, False, True], "no other page has these"


def test_of_a_site_whose_pages_are_little_alike_most_are_compressed_alone_and_some_are_tried():
    chance = random.Random(77)
    dictionary = Dictionary(TEMPLATE, len(snapshots.compress(TEMPLATE)))
    strangers = [chance.randbytes(2_000) for _ in range(20)]
    assert not any(dictionary.pack(body).helps for body in strangers)
    found = [dictionary.pack(TEMPLATE + bytes([number]) * 9).with_dictionary for number in range(1, 20)]
    assert not all(found)
    assert found[8:] == [True] * 11, "its pages are alike again"


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
