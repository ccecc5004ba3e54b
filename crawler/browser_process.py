"""Renderer process: one Chromium with all that belongs to it, kept apart from the crawl and gone when it is gone.

``python -m crawler.browser_process EXECUTABLE`` speaks crawler.wire over its standard input and output. It ends, with
every process that ever came from it and with their files, as soon as its input is closed: that is what the kernel
does when the crawl dies, however it dies. A thread waits for that, so that nothing a page does can keep it from it.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO, NoReturn

from playwright.async_api import Error, async_playwright

from crawler import processes, wire
from crawler.renderer import Renderer, launch
from crawler.wire import Order, Permission, Question, Ready, Shown

PREFIX = "cuttings-browser-"
"""Of its folder, in the system's folder for temporary files."""
MEMORY = 1_000_000_000
"""Bytes, the most one of its processes may hold for itself: an empty page's holds 25 million."""
WATCH_SECONDS = 0.25


def main() -> None:
    processes.adopt()
    # Whoever else prints must not end up between two frames.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sweep()
    folder, lock = _own_folder()
    os.environ.update(HOME=str(folder), TMPDIR=str(folder))
    with lock:
        _Process(folder, output, sys.argv[1]).run()


def sweep() -> None:
    """Remove what an earlier one had no time to remove: its files, and a process that still uses them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.lstat().st_uid != os.geteuid():
                continue
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                processes.kill(*processes.mentioning(str(folder)))
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # in use, or not ours
            continue


def _own_folder() -> tuple[Path, BinaryIO]:
    """A folder for this process alone, and the open file whose lock says that it is in use."""
    hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))  # from another one's sweep, until it is locked
    lock = (hidden / "lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return hidden.rename(hidden.with_name(hidden.name.removeprefix("."))), lock


class _Process:
    def __init__(self, folder: Path, output: BinaryIO, executable: str) -> None:
        self._folder, self._output, self._executable = folder, output, executable
        self._writing = threading.Lock()
        self._pages = 0
        self._busy = asyncio.Event()
        self._questions: dict[int, asyncio.Future[bool]] = {}
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self) -> None:
        try:
            asyncio.run(self._work())
        finally:
            self._end(1)

    def _end(self, status: int) -> NoReturn:
        processes.kill_below()
        shutil.rmtree(self._folder, ignore_errors=True)
        os._exit(status)

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        # Before Chromium starts: whoever closes the pipe meanwhile is heard.
        messages: asyncio.Queue[wire.Message] = asyncio.Queue()
        threading.Thread(target=self._listen, args=(loop, messages), daemon=True).start()
        try:
            playwright = await async_playwright().start()
            chromium = await launch(playwright.chromium, self._executable)
        except (Error, OSError) as error:
            await self._send(Ready(_reason(error)))
            return
        ended = asyncio.Event()
        chromium.on("disconnected", lambda _: ended.set())
        renderer = Renderer(chromium)
        await self._send(Ready())
        self._start(self._watch())
        self._start(self._dispatch(messages, renderer))
        await ended.wait()

    def _listen(self, loop: asyncio.AbstractEventLoop, messages: asyncio.Queue[wire.Message]) -> None:
        source = sys.stdin.buffer
        while len(prefix := source.read(wire.PREFIX)) == wire.PREFIX:
            head, body = wire.lengths(prefix)
            loop.call_soon_threadsafe(messages.put_nowait, wire.message(source.read(head), source.read(body)))
        self._end(0)

    async def _dispatch(self, messages: asyncio.Queue[wire.Message], renderer: Renderer) -> None:
        while True:
            match await messages.get():
                case Order() as order:
                    self._start(self._show(order, renderer))
                case Permission() as permission:
                    if waiting := self._questions.pop(permission.asked, None):
                        waiting.set_result(permission.granted)

    def _start(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, order: Order, renderer: Renderer) -> None:
        async def may(url: str) -> bool:
            number = next(self._numbers)
            answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            self._questions[number] = answer
            await self._send(Question(order.number, number, url))
            return await answer

        self._pages += 1
        self._busy.set()
        try:
            shown = await renderer.show(order, may)
        except Exception as error:  # noqa: BLE001  # the top of this path: it is said, and the process is replaced
            shown = Shown(order.number, "bug", f"{type(error).__name__}: {error}"[:500], worn=True)
        self._pages -= 1
        if not self._pages:
            self._busy.clear()
        await self._send(shown)

    async def _send(self, message: wire.Message) -> None:
        await asyncio.to_thread(self._write, message.frame())

    def _write(self, frame: bytes) -> None:
        try:
            with self._writing:
                self._output.write(frame)
                self._output.flush()
        except OSError:  # nobody listens any more
            self._end(0)

    async def _watch(self) -> None:
        """While pages are shown, end the process that takes too much memory, which is then the page's failure."""
        while await self._busy.wait():
            for pid in processes.below(os.getpid()):
                if processes.weight(pid) > MEMORY:
                    processes.kill(pid)
            processes.reap()
            await asyncio.sleep(WATCH_SECONDS)


def _reason(error: Exception) -> str:
    """The line in which Chromium or playwright says why it does not start."""
    lines = [line.strip() for line in str(error).splitlines()]
    telling = [line for line in lines if "FATAL" in line or "sandbox" in line.lower() or "No such file" in line]
    return (telling or lines or ["no reason given"])[0][:300]


if __name__ == "__main__":
    main()
