from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive.models import Change, Failure, Page, Stage, Verdict
from archive.store import Archive
from archive.tasks import Outcome, Site, Task, TaskKind
from crawler import health, pulse
from crawler.health import CONNECTIONS, answering
from crawler.listen import ListenError, listen
from crawler.metrics import Metrics
from crawler.pulse import Pulse
from crawler.tally import Tally
from tests.publisher import DAY

URL = "https://town.example/1"
DOCKERFILE = Path(__file__).parents[2] / "config" / "deploy" / "Dockerfile"


class Watched:
    """What a daemon would have, answered for on a real socket; the requests are made from threads."""

    def __init__(self, folder, listening):
        self.pulse, self.tally = Pulse(folder / "archive.db"), Tally()
        self.metrics = Metrics(self.pulse.archive, self.pulse, self.tally)
        self.port = listening.getsockname()[1]

    def see(self, result, kind=TaskKind.ARTICLE, change=Change.FAILED):
        answer = Page(URL, URL, 200, (), b"12345", DAY)
        outcome = Outcome(Task(1, kind, URL, "town"), Site("town.example"), result, answer, seconds=0.5)
        for watch in (self.pulse.watch, self.tally.watch):
            watch(outcome, Verdict(change, URL))

    async def ask(self, path, method="GET", **headers):
        def request():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with contextlib.closing(connection):
                connection.request(method, path, headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.read()

        return await asyncio.to_thread(request)

    async def health(self):
        status, body = await self.ask("/healthz")
        return status, json.loads(body)

    async def scrape(self):
        _, body = await self.ask("/metrics")
        families = text_string_to_metric_families(body.decode())
        return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@pytest.fixture
async def watched(tmp_path):
    with Archive(tmp_path / "archive.db"):
        pass
    listening = listen("127.0.0.1", 0)
    watched = Watched(tmp_path, listening)
    async with answering(listening, watched.pulse, watched.metrics):
        yield watched


async def test_a_daemon_is_healthy_once_it_ticks_and_says_what_is_wrong_otherwise(watched, monkeypatch):
    assert (await watched.health())[0] == 503
    watched.pulse.tick()
    status, body = await watched.health()
    assert (status, body["status"], body["problems"]) == (200, "ok", [])
    watched.pulse.trouble = "archive.db: the disk is full."
    assert await said(watched) == ["The last look for work failed: archive.db: the disk is full."]
    watched.pulse.tick()
    monkeypatch.setattr(pulse, "STALE", -1.0)
    assert await said(watched) == ["It has not looked for work for 0 seconds."]
    monkeypatch.setattr(pulse, "STALE", 60.0)
    watched.pulse.stopping = True
    assert await said(watched) == ["It is stopping."]


async def said(watched):
    status, body = await watched.health()
    assert (status, body["status"]) == (503, "failing")
    return body["problems"]


async def test_an_archive_that_does_not_take_pages_is_unhealthy_until_it_does(watched):
    watched.pulse.tick()
    watched.see(Failure(URL, Stage.STORE, "bug", "ArchiveError: the disk is full, see https://x.example/?token=abc"))
    assert await said(watched) == [
        "The last page could not be stored: ArchiveError: the disk is full, see https://x.example/?token=***"
    ]
    watched.see(Failure(URL, Stage.FETCH, "timeout"))
    assert (await watched.health())[0] == 200


async def test_a_disk_that_is_almost_full_is_unhealthy_before_it_is_full(watched, monkeypatch):
    watched.pulse.tick()
    monkeypatch.setattr(pulse, "ROOM", 1 << 62)
    (problem,) = await said(watched)
    assert re.fullmatch(r"The archive's disk has \d+ MB left; make room\.", problem)


async def test_a_real_scrape_is_read_by_the_parser_of_prometheus_and_counts_what_happened(watched):
    watched.pulse.tick()
    watched.see((), TaskKind.LISTING, Change.UNCHANGED)
    watched.see(Failure(URL, Stage.FETCH, "timeout"))
    watched.see(Failure(URL, Stage.FETCH, "timeout"))
    watched.tally.workers_killed += 1
    watched.tally.reloads["refused"] += 1
    seen = await watched.scrape()
    assert seen["cuttings_fetches_total", "listing", "listed", ""] == 1
    assert seen["cuttings_fetches_total", "article", "failed", "timeout"] == 2
    assert (seen["cuttings_fetched_bytes_total",], seen["cuttings_fetch_seconds_total",]) == (15, 1.5)
    assert (seen["cuttings_workers_killed_total",], seen["cuttings_reloads_total", "refused"]) == (1, 1)
    assert (seen["cuttings_ticks_total",], seen["cuttings_archive_readable",]) == (1, 1)
    assert (seen["cuttings_articles",], seen["cuttings_due", "article"]) == (0, 0)
    assert seen["cuttings_oldest_due_seconds",] == 0
    assert seen["cuttings_archive_bytes",] > 0
    assert seen["process_resident_memory_bytes",] > 1e6
    assert seen["process_open_fds",] > 3
    watched.see(Failure(URL, Stage.FETCH, "timeout"))
    assert (await watched.scrape())["cuttings_fetches_total", "article", "failed", "timeout"] == 3


async def test_the_archive_is_not_counted_anew_for_each_scrape(watched, monkeypatch):
    seen = await watched.scrape()
    watched.pulse.archive.unlink()
    again = await watched.scrape()
    assert again["cuttings_archive_bytes",] == seen["cuttings_archive_bytes",]
    assert again["cuttings_counts_age_seconds",] > seen["cuttings_counts_age_seconds",]


async def test_an_archive_that_cannot_be_read_leaves_the_other_figures(watched):
    watched.pulse.archive.write_bytes(b"not an archive" * 100)
    seen = await watched.scrape()
    assert seen["cuttings_archive_readable",] == 0
    assert ("cuttings_articles",) not in seen
    assert ("cuttings_ticks_total",) in seen


async def test_the_pauses_of_the_loop_are_measured(watched):
    listening = asyncio.create_task(watched.pulse.listen())
    await asyncio.sleep(0.2)
    time.sleep(0.4)  # noqa: ASYNC251  # it is to be blocked
    await asyncio.sleep(0.2)
    listening.cancel()
    seen = await watched.scrape()
    assert seen["cuttings_loop_lag_max_seconds",] >= 0.3
    assert seen["cuttings_loop_lag_recent_max_seconds",] == seen["cuttings_loop_lag_max_seconds",]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/healthz", 503),
        ("HEAD", "/metrics", 200),
        ("POST", "/healthz", 405),
        ("DELETE", "/metrics", 405),
        ("GET", "/", 404),
        ("GET", "/metrics/..%2f..%2fetc/passwd", 404),
        ("GET", "/healthz?x=" + "y" * 2000, 503),
    ],
)
async def test_there_are_two_paths_which_are_only_read(watched, method, path, status):
    answered, body = await watched.ask(path, method, Host="anything.example")
    assert answered == status
    assert body if method != "HEAD" else not body


async def test_clients_that_say_nothing_are_cut_off_and_lock_nobody_out(watched, monkeypatch):
    monkeypatch.setattr(health, "LONGEST", 1.0)
    watched.pulse.tick()
    with contextlib.ExitStack() as stack:
        silent = [
            stack.enter_context(socket.create_connection(("127.0.0.1", watched.port))) for _ in range(CONNECTIONS * 2)
        ]
        for number, client in enumerate(silent):
            client.settimeout(10)
            client.sendall(b"GET /healthz HTTP/1.1\r\nX: "[: number % 20])
        assert (await watched.health())[0] == 200
        assert [await asyncio.to_thread(rest, client) for client in silent] == [b""] * len(silent)
    assert (await watched.health())[0] == 200


def rest(client):
    """What a client receives before it is cut off."""
    try:
        return client.recv(1000)
    except ConnectionResetError:
        return b""


async def test_what_is_no_http_is_refused_and_a_flood_of_headers_is_not_kept(watched):
    for sent in (b"\x16\x03\x01nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000):
        with socket.create_connection(("127.0.0.1", watched.port), timeout=10) as client:
            with contextlib.suppress(OSError):
                client.sendall(sent)
            assert b" 200 " not in await asyncio.to_thread(rest, client)
    watched.pulse.tick()
    assert (await watched.health())[0] == 200


async def test_the_health_check_of_the_container_tells_well_from_ill(watched):
    code = json.loads(re.search(r"CMD (\[.*healthz.*\])", DOCKERFILE.read_text())[1])[2]
    code = code.replace("9464", str(watched.port))

    def check():
        return subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, check=False).returncode

    assert await asyncio.to_thread(check) == 1
    watched.pulse.tick()
    assert await asyncio.to_thread(check) == 0


def test_an_address_that_cannot_be_listened_on_is_said_in_a_sentence():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=rf"^Can't listen on 127.0.0.1 port {port} for .*in use"):
            listen("127.0.0.1", port)
    with pytest.raises(ListenError, match=r"nowhere.invalid"):
        listen("nowhere.invalid", 1)


@pytest.mark.parametrize("apart", [0.0, 0.1], ids=["at once", "after the answer"])
async def test_what_ceases_to_be_http_is_refused_without_an_error_of_ours(watched, caplog, apart):
    watched.pulse.tick()
    for path in ("/healthz", "/metrics", "/none"):
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.port)
        writer.write(head.encode())
        await asyncio.sleep(apart)
        writer.write(b"zz\r\n" * 100)
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 5)
        writer.close()
    assert (await watched.health())[0] == 200
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


FLOOD = """
import socket, sys
opened = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(900)]
print("all open", flush=True)
"""


async def test_a_flood_of_connections_takes_no_file_descriptors_from_the_crawl(watched):
    def descriptors():
        return len([*Path("/proc/self/fd").iterdir()])

    before = most = descriptors()
    command = (sys.executable, "-c", FLOOD, str(watched.port))
    flood = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    ended = asyncio.ensure_future(flood.communicate())
    while not ended.done():
        most = max(most, descriptors())
        await asyncio.sleep(0)
    assert ended.result()[0] == b"all open\n"
    assert most - before < 4 * CONNECTIONS
    assert (await watched.health())[0] == 503  # it has not ticked so far
