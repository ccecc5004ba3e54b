"""Watches at work: real addresses, a real mail server, real programs; each match once, whatever comes in between."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.database import ArchiveError, reading
from archive.rows import insert
from archive.store import Archive
from archive.times import iso
from config.models import Config, Source
from config.watches import Mail, Watch
from crawler import clock, receivers, sending, watching
from crawler.watching import Watching
from tests.post_office import PostOffice
from tests.site import Response, Site, redirect

NOW = datetime.now(UTC)
TOWN = Source("town", "https://town.example/")


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as archive:
        yield archive


@pytest.fixture
def hook():
    with Site({"/hook": Response(b"ok"), "/other": Response(b"ok")}) as site:
        yield site


@pytest.fixture
def post():
    with PostOffice() as post:
        yield post


@pytest.fixture
def later():
    """Lets time pass."""
    with clock.played() as move:
        yield lambda **by: move(clock.now() + timedelta(**by))


def configured(archive, *watches, post=None):
    server = Mail(host=post.host, port=post.port, security="none", sender="me@example.org") if post else Mail()
    config = Config(sources=(TOWN,), watches=watches, mail=server, origin="ours.toml")
    archive.sync_sources(config, clock.now())
    return config


def publish(archive, *titles, text="The harbour council met on Tuesday."):
    """Puts articles into the archive, as a crawl does."""
    at = iso(clock.now())

    def put(db):
        for title in titles:
            plain = {"blocks": "[]", "word_count": 6, "content_hash": "", "extractor": "1"}
            times = {"first_seen": at, "last_seen": at}
            url = f"https://town.example/{title.replace(' ', '-')}"
            insert(db, "articles", source="town", url=url, title=title, text=text, **plain, **times)

    archive._writer.do(put)


def said(site, path="/hook"):
    return [json.loads(request.body)["title"] for request in site.requests if request.path == path]


def states(archive):
    with reading(archive.path) as db:
        return [tuple(row) for row in db.execute("SELECT receiver, state, problem FROM deliveries ORDER BY id")]


async def work(archive, config):
    """As a process that is started anew."""
    await Watching(archive).finish(config, tell=True)


async def test_a_match_is_sent_once_as_json(archive, hook):
    config = configured(archive, Watch("harbour", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One", "Two")
    for _ in range(3):
        await work(archive, config)
    assert said(hook) == ["One", "Two"]
    body = json.loads(hook.requests[0].body)
    assert (body["event"], body["watch"], body["url"]) == ("match", "harbour", "https://town.example/One")
    assert body["passage_html"] == "The <mark>harbour</mark> council met on Tuesday."
    keys = [request.headers["idempotency-key"] for request in hook.requests]
    assert len(set(keys)) == 2


async def test_a_receiver_that_was_down_gets_all_of_it_later_under_the_same_key_and_in_order(archive, hook, later):
    config = configured(archive, Watch("harbour", "harbour", webhook=hook.url("/hook")))
    hook.routes["/hook"] = Response(b"no", status=500)
    publish(archive, "One", "Two")
    await work(archive, config)
    await work(archive, config)
    assert said(hook) == ["One"], "it is left alone for two minutes, with all that waits for it"
    later(minutes=1)
    publish(archive, "Three")
    await work(archive, config)
    assert said(hook) == ["One"]
    hook.routes["/hook"] = Response(b"ok")
    later(minutes=1, seconds=2)
    await work(archive, config)
    assert said(hook) == ["One", "One", "Two", "Three"]
    keys = [request.headers["idempotency-key"] for request in hook.requests]
    assert keys[0] == keys[1]
    assert {state for _, state, _ in states(archive)} == {"sent"}


async def test_the_pauses_grow_up_to_an_hour(archive, hook, later):
    config = configured(archive, Watch("harbour", "harbour", webhook=hook.url("/hook")))
    hook.routes["/hook"] = Response(b"no", status=503)
    publish(archive, "One")
    tried = []
    for minute in range(4 * 60):
        before = len(hook.requests)
        await work(archive, config)
        if len(hook.requests) > before:
            tried.append(minute)
        later(minutes=1, seconds=0.1)
    assert tried == [0, 2, 6, 14, 30, 62, 122, 182]


async def test_a_receiver_that_is_down_keeps_nothing_from_another_nor_from_another_watch(archive, hook, post):
    hook.routes["/hook"] = Response(b"no", status=500)
    desk = Watch("desk", "harbour", webhook=hook.url("/hook"), email=("desk@example.org",))
    config = configured(archive, desk, Watch("other", "council", webhook=hook.url("/other")), post=post)
    publish(archive, "One", "Two")
    await work(archive, config)
    assert said(hook, "/other") == ["One", "Two"]
    assert [got.message["Subject"] for got in post.letters] == ["desk: 2 new articles"]
    assert said(hook) == ["One"]


@pytest.mark.parametrize("status", [400, 410, 413, 422])
async def test_a_match_that_is_refused_for_good_is_given_up_after_some_tries_and_keeps_none_back(
    archive, hook, later, status, caplog
):
    def answer(request):
        return Response(b"", status=status if b'"One"' in request.body else 200)

    hook.routes["/hook"] = answer
    config = configured(archive, Watch("harbour", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One", "Two")
    await work(archive, config)
    assert said(hook) == ["One", "Two"]
    for _ in range(10):
        later(hours=1, seconds=2)
        await work(archive, config)
    assert said(hook) == ["One", "Two", "One", "One", "One", "One"]
    problem = f"The webhook refused the message: it answered {status}."
    assert states(archive) == [("webhook", "refused", problem), ("webhook", "sent", "")]
    assert "given up" in caplog.text
    assert hook.url("/hook") not in caplog.text


async def test_a_letter_that_one_address_refuses_still_reaches_the_other_once(archive, post, later):
    config = configured(archive, Watch("w", "harbour", email=("a@example.org", "b@example.org")), post=post)
    publish(archive, "One")
    post.answers["."] = iter(["554 no", None]).__next__
    await work(archive, config)
    assert len(post.letters) == 1
    later(minutes=3)
    del post.answers["."]
    await work(archive, config)
    assert sorted(got.to[0] for got in post.letters) == ["a@example.org", "b@example.org"]
    assert len({got.message["Message-ID"] for got in post.letters}) == 2


async def test_a_letter_that_is_tried_again_has_the_same_id_and_what_came_meanwhile_has_its_own(archive, post, later):
    config = configured(archive, Watch("w", "harbour", email=("a@example.org",)), post=post)
    publish(archive, "One", "Two")
    post.answers["."] = "451 later"
    await work(archive, config)
    publish(archive, "Three")
    post.answers.clear()
    later(minutes=3)
    await work(archive, config)
    assert [got.message["Subject"] for got in post.letters] == ["w: 2 new articles", "w: Three"]
    assert len({got.message["Message-ID"] for got in post.letters}) == 2


async def test_many_watches_with_one_server_that_is_gone_wait_for_it_once(archive, monkeypatch, hook):
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    asked = threading.Event()
    hook.routes["/hook"] = lambda request: Response(b"ok" if asked.wait(20) else b"")
    silent = [Watch(f"w{n}", "harbour", webhook=hook.url("/hook")) for n in range(100)]
    with Site({"/good": Response(b"ok")}) as good:
        config = configured(archive, *silent, Watch("z", "harbour", webhook=good.url("/good")))
        publish(archive, "One")
        began = clock.elapsed()
        await work(archive, config)
        took = clock.elapsed() - began
        assert said(good, "/good") == ["One"]
    asked.set()
    assert took < 5
    assert len(hook.requests) <= watching.AT_ONCE
    assert [state for _, state, problem in states(archive)].count("waiting") == 100
    assert all("did not answer" in problem for _, state, problem in states(archive) if state == "waiting")


async def test_a_program_gets_the_match_on_its_standard_input_and_may_refuse_it(archive, tmp_path, later):
    out, file = tmp_path / "out", tmp_path / "program.py"
    file.write_text(
        f"import json, sys\nsaid = json.load(sys.stdin)\nopen({str(out)!r}, 'a').write(said['title'] + ' ')\n"
        "sys.exit(65 if said['title'] == 'Bad' else 0)\n"
    )
    config = configured(archive, Watch("w", "harbour", command=(sys.executable, str(file))))
    publish(archive, "Bad", "Good")
    await work(archive, config)
    assert out.read_text() == "Bad Good "
    assert [state for _, state, _ in states(archive)] == ["waiting", "sent"]


async def test_a_redirect_is_not_followed_and_not_taken_for_received(archive, hook):
    hook.routes["/hook"] = redirect(hook.url("/other"), 307)
    config = configured(archive, Watch("w", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One")
    await work(archive, config)
    assert hook.paths == ["/hook"]
    assert [state for _, state, _ in states(archive)] == ["waiting"]


async def test_two_processes_at_once_send_each_match_once(archive, hook, tmp_path):
    config = configured(archive, *[Watch(f"w{n}", "harbour", webhook=hook.url("/hook")) for n in range(5)])
    publish(archive, *[f"N{n}" for n in range(10)])
    with Archive(archive.path) as other:
        await asyncio.gather(work(archive, config), work(other, config))
    assert len(said(hook)) == 50
    assert len({request.headers["idempotency-key"] for request in hook.requests}) == 50


async def test_what_was_sent_and_could_not_be_noted_is_noted_later_and_not_sent_again(
    archive, hook, monkeypatch, caplog
):
    config = configured(archive, Watch("w", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One", "Two")
    right = Archive.delivered

    def full(self, *args):
        raise ArchiveError("The disk is full.", passing=True)

    desk = Watching(archive)
    monkeypatch.setattr(Archive, "delivered", full)
    assert not await desk.once(config)
    assert not await desk.once(config)
    assert said(hook) == ["One"]
    assert "The disk is full." in caplog.text
    desk._unnoted[0] = lambda: right(archive, (1,), clock.now())
    monkeypatch.setattr(Archive, "delivered", right)
    await desk.finish(config, tell=True)
    assert said(hook) == ["One", "Two"]


async def test_a_message_that_is_under_way_when_we_are_told_to_stop_is_noted_and_not_sent_again(archive, hook):
    config = configured(archive, Watch("w", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One", "Two")
    arrived, answer = threading.Event(), threading.Event()

    def slow(request):
        arrived.set()
        answer.wait(20)
        return Response(b"ok")

    hook.routes["/hook"] = slow
    task = asyncio.create_task(Watching(archive).keep(lambda: config))
    await asyncio.to_thread(arrived.wait, 20)
    task.cancel()
    await asyncio.sleep(0.1)
    answer.set()
    await asyncio.wait({task})
    assert task.cancelled()
    assert [state for _, state, _ in states(archive)] == ["sent", "waiting"]
    await work(archive, config)
    assert said(hook) == ["One", "Two"]


async def test_a_watch_that_was_taken_out_sends_nothing_more(archive, hook):
    config = configured(archive, Watch("w", "harbour", webhook=hook.url("/hook")), Watch("x", "harbour"))
    publish(archive, "One")
    await asyncio.to_thread(Watching(archive).look, config.watches)
    left = replace(config, watches=config.watches[1:])
    archive.sync_sources(left, clock.now())
    await work(archive, left)
    assert hook.requests == []
    with reading(archive.path) as db:
        assert [row[0] for row in db.execute("SELECT watch FROM matches ORDER BY watch")] == ["w", "x"]


async def test_without_watches_the_archive_is_not_even_opened(archive, monkeypatch):
    monkeypatch.setattr(watching, "reading", None)
    assert not await Watching(archive).once(Config())


async def test_a_bug_in_it_is_logged_and_hurts_nobody(archive, monkeypatch, caplog):
    config = configured(archive, Watch("w", "harbour"))
    monkeypatch.setattr(watching.lookout, "step", lambda *args: 1 / 0)
    assert not await Watching(archive).once(config)
    assert "watches could not be looked after" in caplog.text


async def test_a_message_that_cannot_be_made_is_given_up_in_the_end_and_keeps_none_back(
    archive, hook, monkeypatch, caplog
):
    config = configured(archive, Watch("w", "harbour", webhook=hook.url("/hook")))
    publish(archive, "One", "Two")
    right = receivers.message
    monkeypatch.setattr(
        receivers, "message", lambda w, one, event: 1 / 0 if one.title == "One" else right(w, one, event)
    )
    await work(archive, config)
    assert said(hook) == ["Two"]
    assert "watch w: a message could not be made" in caplog.text
