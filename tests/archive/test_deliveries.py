"""Matches on their way: claimed by one process, tried again, given up, and never held up by one another."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from kept import CONFIG, article, page

from archive import deliveries, lookout, owners
from archive.database import reading
from archive.deliveries import LEASE, REFUSALS, TOGETHER, Lane
from config.watches import Watch

BRIDGE = Watch("bridge", "bridge")
HOOK, MAIL = Lane("bridge", "webhook"), Lane("bridge", "email:0123abcd")
SOON = timedelta(minutes=2)


@pytest.fixture
def told(kept):
    """Puts articles into an archive, each of which is to be told."""
    kept.archive.sync_sources(replace(CONFIG, watches=(BRIDGE,)), kept.now)

    def told(count=1, *, lanes=(HOOK,)):
        before = kept.value("SELECT count(*) FROM articles")
        for number in range(before, before + count):
            said = article(f"https://news.example/{number}", f"Bridge {number} is to be built in village {number}.")
            kept.put(said, page_=page(said.url))
        with reading(kept.path) as db:
            while step := lookout.step(db, [BRIDGE]):
                kept.archive.note_matches(step, {"bridge": tuple(lane.receiver for lane in lanes)}, kept.now)
        return kept

    return told


def claim(kept, lane=HOOK, owner=""):
    return kept.archive.claim(lane, kept.now, owner or owners.me())


def numbers(found):
    return [one.delivery for one in found]


def states(kept):
    return [row[0] for row in kept.rows("SELECT state FROM deliveries ORDER BY id")]


def test_what_one_process_sends_no_other_does_until_its_lease_is_over(told):
    kept = told(2)
    assert numbers(claim(kept)) == [1]
    assert claim(kept, owner="elsewhere:1:2") == ()
    kept.later(minutes=LEASE.total_seconds() // 60 + 1)
    (again,) = claim(kept, owner="elsewhere:1:2")
    assert (again.delivery, again.tries) == (1, 2)


def test_what_a_process_claimed_that_is_dead_is_free_at_once(told):
    kept = told()
    child = subprocess.run(
        [sys.executable, "-c", "from archive import owners; print(owners.me())"],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": "."},
    )
    assert numbers(claim(kept, owner=child.stdout.decode().strip())) == [1]
    assert numbers(claim(kept)) == [1]


def test_what_is_sent_is_claimed_no_more_even_if_another_holds_it_by_then(told):
    kept = told()
    found = claim(kept)
    kept.later(minutes=30)
    claim(kept, owner="elsewhere:1:2")
    kept.archive.delivered(numbers(found), kept.now)
    assert states(kept) == ["sent"]
    kept.later(hours=2)
    assert claim(kept) == ()


def test_a_receiver_that_is_down_is_left_alone_with_all_that_waits_and_what_comes_meanwhile(told):
    kept = told(2)
    down = kept.now + SOON
    kept.archive.undelivered(HOOK, numbers(claim(kept)), down, "It is down.")
    told(1)
    assert claim(kept) == ()
    with reading(kept.path) as db:
        assert deliveries.due(db, kept.now) == ()
        assert deliveries.due(db, down) == (HOOK,)
    assert kept.rows("SELECT DISTINCT problem FROM deliveries WHERE id < 3") == [("It is down.",)]
    kept.now = down
    for expected in (1, 2, 3):
        found = claim(kept)
        assert numbers(found) == [expected]
        kept.archive.delivered(numbers(found), kept.now)


def test_a_message_that_is_refused_is_given_up_after_some_tries_and_keeps_none_back(told):
    kept = told(2)
    for number in range(REFUSALS):
        found = claim(kept)
        assert numbers(found) == [1]
        assert kept.archive.undelivered(HOOK, [1], kept.now + SOON, "No.", refused=True) is (number == REFUSALS - 1)
        if number == 0:
            assert numbers(claim(kept)) == [2]
            kept.archive.delivered([2], kept.now)
        kept.now += SOON
    assert states(kept) == ["refused", "sent"]
    assert claim(kept) == ()


def test_a_receiver_that_was_down_for_long_and_then_refuses_is_asked_as_often_as_any_other(told):
    kept = told()
    for _ in range(REFUSALS + 3):
        kept.archive.undelivered(HOOK, numbers(claim(kept)), kept.now, "It is down.")
    claim(kept)
    assert not kept.archive.undelivered(HOOK, [1], kept.now, "No.", refused=True)
    assert states(kept) == ["waiting"]


def test_an_e_mail_has_what_was_found_so_far_and_the_same_at_each_try(told):
    kept = told(2, lanes=[MAIL])
    first = claim(kept, MAIL)
    assert numbers(first) == [1, 2]
    kept.archive.undelivered(MAIL, [1, 2], kept.now, "It is down.")
    told(1, lanes=[MAIL])
    assert numbers(claim(kept, MAIL)) == [1, 2]
    kept.archive.delivered([1, 2], kept.now)
    assert numbers(claim(kept, MAIL)) == [3]


def test_an_e_mail_has_fifty_matches_at_most(told):
    kept = told(TOGETHER + 3, lanes=[MAIL])
    found = claim(kept, MAIL)
    assert len(found) == TOGETHER
    kept.archive.delivered(numbers(found), kept.now)
    assert len(claim(kept, MAIL)) == 3


def test_a_clock_that_is_set_takes_along_when_something_is_tried_again(told):
    kept = told()
    run = kept.archive.start_run("daemon", kept.now, kept.now - timedelta(hours=1))
    kept.archive.undelivered(HOOK, numbers(claim(kept)), kept.now + SOON, "It is down.")
    back = timedelta(days=1)
    kept.archive.follow_clock(kept.now - back, kept.now - timedelta(hours=1) - back)
    kept.archive.end_run(run, kept.now - back)
    kept.now += SOON - back
    assert numbers(claim(kept)) == [1]
