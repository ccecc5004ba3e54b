"""How what several want written shares a transaction, and how none of them feels the others."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest

from archive.database import reading
from archive.store import Archive
from archive.writer import TOGETHER, Writer

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def note(text: str):
    return lambda db: db.execute("INSERT INTO runs (command, started) VALUES (?, '')", [text]).lastrowid


def refuse(db):
    note("refused")(db)
    raise ValueError("this one is wrong")


def noted(path) -> list[str]:
    with reading(path) as db:
        return [row[0] for row in db.execute("SELECT command FROM runs ORDER BY id")]


@pytest.fixture
def writer(tmp_path):
    writer = Writer(tmp_path / "a.db")
    yield writer
    writer.close()


class Held:
    """Holds the writer, so that others queue up behind it."""

    def __init__(self, writer: Writer) -> None:
        self.commits: list[str] = []
        self._go, begun = threading.Event(), threading.Event()

        def hold(db):
            db.set_trace_callback(lambda sql: self.commits.append(sql) if sql == "COMMIT" else None)
            begun.set()
            self._go.wait(10)

        self.first = writer.submit(hold)
        begun.wait(10)

    def let_go(self) -> None:
        time.sleep(TOGETHER)  # what it does itself takes so long that it is alone
        self._go.set()


def test_what_waits_is_written_in_one_transaction_each_with_its_own_result(writer):
    held = Held(writer)
    asked = [writer.submit(note(f"{number}")) for number in range(50)]
    held.let_go()
    assert [one.result(10) for one in asked] == list(range(1, 51))
    assert noted(writer.path) == [f"{number}" for number in range(50)]
    assert len(held.commits) == 2


def test_one_that_fails_is_undone_alone_and_the_others_are_written_once(writer):
    held = Held(writer)
    asked = [writer.submit(work) for work in (note("a"), refuse, note("b"), refuse, note("c"))]
    held.let_go()
    assert isinstance(asked[1].exception(10), ValueError)
    assert isinstance(asked[3].exception(10), ValueError)
    assert noted(writer.path) == ["a", "b", "c"]
    assert [asked[number].result(10) for number in (0, 2, 4)] == [1, 2, 3]


def test_no_transaction_goes_on_for_ever_while_others_wait(writer):
    held = Held(writer)
    asked = [writer.submit(lambda db: time.sleep(TOGETHER)) for _ in range(4)]
    held.let_go()
    for one in asked:
        one.result(10)
    assert len(held.commits) == 5


def test_what_is_urgent_goes_first_and_is_written_before_the_rest_is_done(writer):
    held = Held(writer)
    seen = []
    slow = writer.submit(lambda db: seen.append(noted(writer.path)))
    urgent = [writer.submit(note(f"urgent {number}"), urgent=True) for number in range(3)]
    held.let_go()
    slow.result(10)
    assert [one.result(10) for one in urgent] == [1, 2, 3]
    assert seen == [["urgent 0", "urgent 1", "urgent 2"]]
    assert len(held.commits) == 3


def test_what_was_asked_for_is_written_though_nobody_waits_for_it_any_more(writer):
    held = Held(writer)
    asked = writer.submit(note("kept"))
    assert not asked.cancel()
    held.let_go()
    writer.do(note("last"))
    assert noted(writer.path) == ["kept", "last"]


def test_each_of_those_that_wait_is_told_that_the_archive_cannot_be_opened(tmp_path):
    writer = Writer(tmp_path / "a.db")
    held = Held(writer)
    asked = [writer.submit(note(f"{number}")) for number in range(3)]
    (tmp_path / "a.db").rename(tmp_path / "b.db")
    held.let_go()
    assert all("moved, deleted or replaced" in str(one.exception(10)) for one in asked)
    writer._file = None
    writer.close()


def test_several_calls_of_an_archive_are_one_transaction_all_or_none(tmp_path):
    with Archive(tmp_path / "a.db") as archive:

        def both():
            archive.add_source("town", "https://town.example/", NOW)
            number = archive.add_listing("https://town.example/feed", "town")
            if fail:
                raise ValueError("after both")
            return number

        fail = True
        with pytest.raises(ValueError, match="after both"):
            archive.begin(both).result(10)
        with reading(archive.path) as db:
            assert db.execute("SELECT count(*) FROM sources").fetchone()[0] == 0
        fail = False
        assert archive.begin(both).result(10) == 1
