from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.models import Article, Failure, Link, Page
from archive.tasks import Task, TaskKind
from config.models import Rules, Source
from crawler.pool import Pool
from crawler.reading import Order, read
from crawler.schedule import PASSING
from crawler.worker import send
from tests.publisher import Story

URL = "https://news.example/a"
# Three nested :has() over 400 nested blocks cost the parser's selectors about 80 s.
RULES = (Rules(body="div:has(div:has(div:has(x)))"),)
SLOW = Source("slow", "https://news.example/", rules=RULES)
NESTED = "<article><h1>A headline</h1>" + "<div><p>Some words of a story that goes on.</p>" * 400


def order(html=None, source=None):
    body = (html or Story(1).html()).encode()
    page = Page(URL, URL, 200, (("content-type", "text/html"),), body, datetime.now(UTC))
    return Order(Task(1, TaskKind.ARTICLE, URL, "news", link=Link(URL, "news", "")), page, source, links=10)


@pytest.fixture
def pool():
    with Pool(0.5, workers=1) as pool:
        yield pool


OTHERS: set[int] = set()
"""Workers of pools that other tests keep."""


@pytest.fixture(autouse=True)
def others():
    OTHERS.clear()
    OTHERS.update(workers())


def workers(parent=None):
    """Process numbers of the workers of a process, this one by default."""
    parent = parent or os.getpid()
    found = set()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has just ended
            ours = f"PPid:\t{parent}\n" in (command.parent / "status").read_text()
            if ours and b"crawler.worker" in command.read_bytes():
                found.add(int(command.parent.name))
    return sorted(found - OTHERS)


def begun():
    while not workers():
        time.sleep(0.01)


async def test_a_page_is_read_in_another_process_as_in_this_one(pool):
    assert await pool.read(order()) == read(order())
    assert len(workers()) == 1


async def test_a_page_that_takes_forever_is_given_up_and_its_worker_replaced(pool):
    before = await pool.read(order())
    slow, after = await asyncio.gather(pool.read(order(NESTED, SLOW)), pool.read(order()))
    assert isinstance(slow.result, Failure)
    assert (slow.result.reason, slow.result.url, pool.kills) == ("too-hard", URL, 1)
    assert after == before


async def test_a_slow_page_holds_up_only_the_worker_that_reads_it():
    with Pool(5, workers=2) as pool:
        await pool.read(order())
        slow = asyncio.create_task(pool.read(order(NESTED, SLOW)))
        others = [await pool.read(order()) for _ in range(5)]
        assert not slow.done()
        assert all(isinstance(other.result, Article) for other in others)
        assert isinstance((await slow).result, Failure)


async def test_a_worker_that_was_killed_while_it_waited_is_replaced_and_no_page_blamed(pool):
    await pool.read(order())
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, worker, os.WEXITED | os.WNOWAIT)  # dead, and nobody has noticed
    assert isinstance((await pool.read(order())).result, Article)
    assert pool.kills == 0


async def test_a_worker_that_was_killed_while_it_read_is_replaced_and_the_page_read_after_all():
    with Pool(20, workers=1) as pool:
        reading = asyncio.create_task(pool.read(order()))
        await asyncio.to_thread(begun)
        os.kill(workers()[0], signal.SIGKILL)
        assert isinstance((await reading).result, Article)
        assert pool.kills == 1


async def test_a_page_for_which_no_process_can_be_had_is_tried_again_later(pool, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    failure = (await pool.read(order())).result
    assert failure.reason in PASSING
    assert "No such file or directory" in failure.detail


async def test_the_workers_end_with_the_pool(pool):
    await pool.read(order())
    assert workers()
    pool.close()
    assert not workers()


def test_no_worker_outlives_a_killed_program_not_even_a_busy_one():
    code = (
        "import asyncio; from crawler.pool import Pool; from tests.crawler.test_pool import NESTED, SLOW, order\n"
        "pool = Pool(3, workers=2)\n"
        "async def main():\n"
        "    await asyncio.gather(pool.read(order()), pool.read(order()))\n"
        "    print('ready', flush=True)\n"
        "    await pool.read(order(NESTED, SLOW))\n"
        "asyncio.run(main())"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "."}
    )
    assert program.stdout.readline() == b"ready\n"
    left = workers(program.pid)
    assert left
    program.kill()
    program.communicate()
    end = time.monotonic() + 60
    while any(Path(f"/proc/{worker}/cmdline").exists() for worker in left):
        assert time.monotonic() < end, "a worker is left"
        time.sleep(0.05)


def test_a_worker_whose_program_was_killed_while_it_read_ends_without_a_word():
    command = [sys.executable, "-m", "crawler.worker", "20"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    worker.stdout.close()
    send(worker.stdin, order())
    worker.stdin.close()
    assert (worker.wait(60), worker.stderr.read()) == (0, b"")
    worker.stderr.close()


async def test_a_worker_does_not_take_modules_from_the_folder_it_is_started_in(pool, tmp_path, monkeypatch):
    (tmp_path / "pickle.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert isinstance((await pool.read(order())).result, Article)


async def test_a_page_is_not_blamed_for_a_worker_that_somebody_killed_over_it(pool):
    await pool.read(order())
    (worker,) = workers()
    os.kill(worker, signal.SIGSTOP)
    reading = asyncio.create_task(pool.read(order()))
    await asyncio.sleep(0.2)
    os.kill(worker, signal.SIGKILL)
    assert isinstance((await reading).result, Article)


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
async def test_a_page_is_not_blamed_where_no_worker_can_be_begun(pool, monkeypatch, program):
    """As on a machine that has no room for a process, or where the program is being replaced by a newer one."""
    monkeypatch.setattr(sys, "executable", program)
    found = (await pool.read(order())).result
    assert (found.reason, found.reason in PASSING) == ("interrupted", True)
    monkeypatch.undo()
    assert isinstance((await pool.read(order())).result, Article)


async def test_closing_waits_for_no_page():
    pool = Pool(60, workers=1)
    await pool.read(order())
    slow = asyncio.create_task(pool.read(order(NESTED, SLOW)))
    await asyncio.sleep(0.2)
    await asyncio.wait_for(asyncio.to_thread(pool.close), 20)
    assert not workers()
    await slow
