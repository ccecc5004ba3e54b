"""The last pages of a source are the same in memory as when they are read again, and no more of them than that."""

from __future__ import annotations

import sqlite3

import pytest
from kept import Kept

from archive.window import BITS, TIDY, WINDOW, Past, Window, keep, window

AT = "2026-11-24T08:15:00Z"


@pytest.fixture
def db(tmp_path):
    kept = Kept(tmp_path / "press.db")
    kept.archive.close()
    with sqlite3.connect(kept.path, isolation_level=None) as connection:
        yield connection
    connection.close()


def shown(some: Window) -> tuple[list[int], dict[int, list[int]]]:
    where = {mark: [page.number for page in some.on(pages)] for mark, pages in some.where.items()}
    return [page.number for page in some.pages.values()], where


def test_pages_that_were_added_one_by_one_are_those_that_another_process_reads(db):
    known = Window()
    for number in range(1, 3 * BITS):
        how = {-(2**63) + 7: 1, number % 7: 2, 2**62 + number: 65_535}
        keep(db, "news", Past(number, 1, AT, "", "", 100, b"", b""), how, known)
        assert shown(known) == shown(window(db, "news", number))
        numbers, where = shown(known)
        assert numbers == list(range(max(1, number - number % TIDY - WINDOW + 1), number + 1)), "all that are due"
        assert where[-(2**63) + 7] == numbers
        assert set(where) == {-(2**63) + 7, *[each % 7 for each in numbers], *[2**62 + each for each in numbers]}
        assert len(numbers) < BITS
        assert db.execute("SELECT count(*) FROM recent_pages").fetchone() == (len(numbers),)


def test_how_something_stood_is_read_by_its_mark(db):
    known = Window()
    how = {2**63 - 1: 258, 2**62: 3, -1: 65_535}
    keep(db, "news", Past(1, 1, AT, "", "", 100, b"", b""), how, known)
    (page,) = window(db, "news", 1).pages.values()
    assert {mark: page.how(mark.to_bytes(8, "little", signed=True)) for mark in how} == how
