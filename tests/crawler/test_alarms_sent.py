"""Alarms on their way to whoever is to be told: real addresses, real programs, and what they do wrong."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from archive.alarms.finding import Ending, Finding, Kind
from archive.database import reading
from archive.register import Begun, Over
from archive.store import Archive
from config.models import Alarms, Config, Source
from crawler import alarms, sending
from crawler.cli import main
from crawler.logs import secrets_of
from tests.daemons import daemon
from tests.live import titles, until
from tests.publisher import Story, publish
from tests.site import Response, Site, redirect

NOW = datetime.now(UTC)


@pytest.fixture
def archive(tmp_path):
    with Archive(tmp_path / "archive.db") as archive:
        archive.sync_sources(Config(sources=(Source("town", "https://town.example/"),)), NOW)
        yield archive


def begin(archive, kind=Kind.SILENCE, at=NOW, sentence="Nothing new has come for long.", source="town"):
    found = Finding(
        kind, at - timedelta(days=1), sentence, {"silent_hours": 30, "url": "https://t.example/?token=abcdef"}
    )
    archive.note_alarms([Begun(source, found)], at)


@pytest.fixture
def receiver():
    with Site({"/hook": Response(b"ok")}) as site:
        yield site


def received(site):
    return [json.loads(request.body) for request in site.requests]


def program(tmp_path, code):
    file = tmp_path / "program.py"
    file.write_text(code)
    return (sys.executable, str(file))


async def test_an_alarm_is_sent_at_its_beginning_and_at_its_end_once_each(archive, receiver):
    begin(archive)
    bell, to = alarms.Bell(archive), Alarms(webhook=receiver.url("/hook"))
    assert await bell.ring(to)
    assert await bell.ring(to)
    (said,) = received(receiver)
    assert (said["event"], said["kind"], said["source"], said["id"]) == ("began", "silence", "town", 1)
    assert said["sentence"] == "Nothing new has come for long."
    assert said["evidence"] == {"silent_hours": 30, "url": "https://t.example/?token=***"}
    archive.note_alarms([Over(1, Ending.OVER)], NOW)
    assert await alarms.Bell(archive).ring(to)
    assert await alarms.Bell(archive).ring(to)
    assert [(it["event"], it["outcome"]) for it in received(receiver)] == [("began", ""), ("ended", "over")]


async def test_what_could_not_be_sent_is_sent_later_also_by_another_process(archive, receiver):
    begin(archive)
    receiver.routes["/hook"] = Response(b"no", status=500)
    to, bell = Alarms(webhook=receiver.url("/hook")), alarms.Bell(archive)
    assert not await bell.ring(to)
    receiver.routes["/hook"] = Response(b"ok")
    assert await bell.ring(to), "it waits for two minutes"
    assert len(receiver.requests) == 1
    assert await alarms.Bell(archive).ring(to)
    assert [it["event"] for it in received(receiver)] == ["began", "began"]


async def test_a_receiver_that_is_down_keeps_nothing_from_another_which_is_told_once(archive, receiver):
    begin(archive)
    archive.add_source("village", "https://village.example/", NOW)
    begin(archive, source="village")
    to = Alarms(webhook=receiver.url("/hook"), command=("/no/such/program",))
    for _ in range(3):  # each a process of its own, as cron starts them
        assert not await alarms.Bell(archive).ring(to)
    assert sorted(it["source"] for it in received(receiver)) == ["town", "village"]
    assert await alarms.Bell(archive).ring(Alarms(webhook=to.webhook)), "the program is wanted no more"
    assert len(receiver.requests) == 2


async def test_nor_does_it_where_many_wait_for_it(archive, receiver):
    for number in range(2 * alarms.AT_ONCE + 5):
        archive.add_source(f"village-{number}", f"https://village-{number}.example/", NOW)
        begin(archive, source=f"village-{number}")
    to = Alarms(webhook=receiver.url("/hook"), command=("/no/such/program",))
    for _ in range(2):
        assert not await alarms.Bell(archive).ring(to)
    assert [it["source"] for it in received(receiver)] == [f"village-{n}" for n in range(2 * alarms.AT_ONCE + 5)]


@pytest.mark.parametrize("status", [301, 302, 307])
async def test_a_redirect_is_not_followed_and_not_taken_for_received(archive, receiver, status):
    begin(archive)
    receiver.routes["/hook"] = redirect(receiver.url("/elsewhere"), status)
    assert not await alarms.Bell(archive).ring(Alarms(webhook=receiver.url("/hook")))
    assert receiver.paths == ["/hook"]


async def test_an_address_that_hangs_holds_up_nothing_else(archive, receiver, monkeypatch, caplog):
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    begin(archive)
    answer = threading.Event()
    receiver.routes["/hook"] = lambda request: Response(b"ok" if answer.wait(20) else b"")
    ringing = asyncio.create_task(alarms.Bell(archive).ring(Alarms(webhook=receiver.url("/hook"))))
    archive.add_source("village", "https://village.example/", NOW)
    assert not await ringing
    answer.set()
    assert "did not answer" in caplog.text
    assert receiver.url("/hook") not in caplog.text


async def test_nobody_there_is_said_without_the_address(archive, caplog):
    begin(archive)
    assert not await alarms.Bell(archive).ring(Alarms(webhook="http://127.0.0.1:9/secret-path"))
    assert "could not be reached" in caplog.text
    assert "secret-path" not in caplog.text


async def test_a_program_gets_the_alarm_on_its_standard_input(archive, tmp_path):
    begin(archive)
    out = tmp_path / "out.json"
    code = f"import sys; open({str(out)!r}, 'a').write(sys.stdin.read() + '\\n')"
    assert await alarms.Bell(archive).ring(Alarms(command=program(tmp_path, code)))
    assert json.loads(out.read_text())["kind"] == "silence"


@pytest.mark.parametrize(
    ("code", "said"),
    [("raise SystemExit(3)", "ended with 3"), ("import time; time.sleep(60)", "took longer")],
)
async def test_a_program_that_fails_or_hangs_is_tried_again(archive, monkeypatch, caplog, code, said):
    monkeypatch.setattr(sending, "PATIENCE", 20.0 if "Exit" in code else 0.5)
    begin(archive)
    assert not await alarms.Bell(archive).ring(Alarms(command=program(archive.path.parent, code)))
    assert said in caplog.text
    with reading(archive.path) as db:
        assert db.execute("SELECT told FROM alarms").fetchone()[0] is None


async def test_a_program_that_is_not_there_or_does_not_read_is_no_bug(archive, tmp_path, caplog):
    begin(archive, sentence="x" * 2_000_000)
    assert not await alarms.Bell(archive).ring(Alarms(command=("/no/such/program",)))
    assert "could not be started" in caplog.text
    assert await alarms.Bell(archive).ring(Alarms(command=program(tmp_path, "pass")))


async def test_who_was_told_is_not_told_again_because_another_was_not(archive, receiver, tmp_path, monkeypatch):
    monkeypatch.setattr(alarms, "FIRST", timedelta())
    monkeypatch.setattr(alarms, "LONGEST", timedelta())
    begin(archive)
    out = tmp_path / "out"
    code = f"open({str(out)!r}, 'a').write('x')"
    to, bell = Alarms(webhook=receiver.url("/nowhere"), command=program(tmp_path, code)), alarms.Bell(archive)
    assert not await bell.ring(to)
    receiver.routes["/nowhere"] = Response(b"ok")
    assert await bell.ring(to)
    assert out.read_text() == "x"


async def test_what_began_and_ended_unsent_is_sent_once_and_after_a_week_no_more(archive, receiver):
    to = Alarms(webhook=receiver.url("/hook"))
    for days, sent in ((30, 0), (2, 1)):
        begin(archive, at=NOW - timedelta(days=days + 1))
        number = {30: 1, 2: 2}[days]
        archive.note_alarms([Over(number, Ending.OVER)], NOW - timedelta(days=days))
        assert await alarms.Bell(archive).ring(to)
        assert [it["event"] for it in received(receiver)] == ["ended"] * sent


async def test_without_anybody_to_be_told_nothing_is_noted_as_sent(archive):
    begin(archive)
    assert await alarms.Bell(archive).ring(Alarms())
    with reading(archive.path) as db:
        assert db.execute("SELECT told FROM alarms").fetchone()[0] is None


def test_the_webhook_is_a_secret_of_the_logs():
    assert secrets_of(Config(alarms=Alarms(webhook="https://hooks.example/T0/B0"))) == {"https://hooks.example/T0/B0"}
    assert secrets_of(Config()) == set()


@pytest.mark.parametrize(
    "webhook",
    [
        "ftp://x.example/",
        "file:///etc/passwd",
        "hooks.example",
        "https://a b/",
        "http://[",
        "http://a.example:99999/",
        "http://a.example:x/",
    ],
)
def test_a_webhook_that_is_none_is_refused_without_showing_it(webhook):
    with pytest.raises(ValueError, match="webhook must be") as error:
        Alarms(webhook=webhook)
    assert webhook not in str(error.value)


def test_a_crawl_of_what_is_due_looks_over_all_sources_in_the_end_and_sends_what_it_found(tmp_path, receiver):
    from archive.tasks import Scope
    from crawler.once import crawl_once

    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        archive.sync_sources(Config(sources=(Source("town", "https://town.example/"),)), NOW)
        begin(archive)
    without = Config(alarms=Alarms(webhook=receiver.url("/hook")))
    crawl_once(path, without, Scope(), due_only=True)
    assert received(receiver) == []
    crawl_once(path, without, Scope(), due_only=True, judged=True)
    assert [(it["event"], it["outcome"]) for it in received(receiver)] == [("ended", "unwatched")]


def test_a_daemon_sends_what_was_not_sent_and_a_webhook_that_hangs_stops_neither_crawl_nor_end(tmp_path):
    with Site({}) as site, Archive(tmp_path / "archive.db") as archive:
        publish(site, [Story(0)])
        answer = threading.Event()
        site.routes["/hook"] = lambda request: Response(b"ok" if answer.wait(60) else b"")
        listing = f'home = "{site.url("/")}"\nfeeds = ["{site.url("/feed.xml")}"]\nschedule = {{ every = "1s" }}\n'
        hook = f'[alarms]\nwebhook = "{site.url("/hook")}"\n'
        (tmp_path / "cuttings.toml").write_text(f"{hook}[sources.town]\n{listing}")
        archive.sync_sources(Config(sources=(Source("town", site.url("/")),)), NOW)
        begin(archive)
        with daemon(tmp_path) as process:
            until(lambda: "/hook" in site.paths)
            publish(site, [Story(0), Story(1)])
            until(lambda: Story(1).title in titles(tmp_path))
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        answer.set()
    log = (tmp_path / "daemon.log").read_text()
    assert "/hook" not in log
    assert "Traceback" not in log


def cuttings(*args):
    return CliRunner().invoke(main, [*map(str, args)])


def test_cuttings_alarms_lists_the_open_ones_and_all(archive):
    empty = cuttings("alarms", "--db", archive.path)
    assert (empty.exit_code, empty.output) == (0, "No alarms now; --all shows those that are over.\n")
    begin(archive)
    begin(archive, Kind.DRIFT)
    archive.note_alarms([Over(2, Ending.USUAL)], NOW)
    now, everything = (cuttings("alarms", "town", "--db", archive.path, *more).output for more in ((), ("--all",)))
    assert "silence" in now
    assert "drift" not in now
    assert "(usual)" in everything
    (row,) = json.loads(cuttings("alarms", "--json", "--db", archive.path).output)
    assert row["evidence"]["silent_hours"] == 30
    assert "abcdef" not in json.dumps(row)
    wrong = cuttings("alarms", "village", "--db", archive.path)
    assert wrong.exit_code == 1
    assert "There is no source village" in wrong.output


def test_cuttings_status_shows_open_alarms(archive):
    begin(archive)
    assert "Nothing new has come for long." in cuttings("status", "--db", archive.path).output
    status = json.loads(cuttings("status", "--json", "--db", archive.path).output)
    assert [it["kind"] for it in status["alarms"]] == ["silence"]
    assert "abcdef" not in json.dumps(status)
