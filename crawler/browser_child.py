"""Renderer process, seen from the crawl: started, asked for pages, and ended with everything that came from it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from crawler import processes, wire
from crawler.wire import Order, Permission, Question, Ready, Shown

START_SECONDS = 60.0
"""Chromium takes two; a machine that has just been switched on, more."""
GRACE_SECONDS = 15.0
"""After a page's own time, within which the process has to say what became of it, or is ended."""
END_SECONDS = 8.0

CLEAN = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "FONTCONFIG_PATH", "PLAYWRIGHT_NODEJS_PATH")
"""What is passed on of the environment: the rest may hold secrets, and is none of Chromium's business."""

_ROOT = Path(__file__).resolve().parent.parent
_COMMAND = ("-P", "-W", "ignore", "-m", "crawler.browser_process")

May = Callable[[str], Awaitable[bool]]


class ChildError(Exception):
    """There is no renderer process to show a page; the message is for a person."""


class Child:
    """One renderer process. ``start`` gives one that is ready."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pages = 0
        """That it was given so far."""
        self.taken = 0
        """That it is working on, or is about to be given."""
        self.worn = False
        """It said itself that it should get no more."""
        self.dead = False
        self.pid = process.pid
        self._process = process
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[asyncio.Future[Shown], May]] = {}
        self._free = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(cls, executable: str) -> Self:
        """Start Chromium at a path. Raises ChildError where it does not start."""
        environment = {name: os.environ[name] for name in CLEAN if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *_COMMAND,
            executable,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": str(_ROOT), "CUTTINGS_PURE": os.environ.get("CUTTINGS_PURE", "")},
            start_new_session=True,  # Ctrl-C is for the crawl, which then lets this process finish
        )
        child = cls(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                ready = await child._receive()
        except TimeoutError:
            problem = f"it is not ready after {START_SECONDS:.0f} seconds"
        except asyncio.IncompleteReadError:
            problem = "its process ended at once"
        except BaseException:
            await child.end()
            raise
        else:
            problem = ready.problem if isinstance(ready, Ready) else "its process spoke out of turn"
        if problem:
            await child.end()
            raise ChildError(f"Chromium ({executable}) does not start: {problem}")
        child._reading = asyncio.create_task(child._read())
        return child

    async def show(self, order: Order, may: May) -> Shown:
        """What became of an order, whose number is put in here. Raises ChildError if the process ended meanwhile."""
        number = next(self._numbers)
        future: asyncio.Future[Shown] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future, may
        try:
            await self._send(replace(order, number=number))
            async with asyncio.timeout(order.seconds + GRACE_SECONDS):
                shown = await future
        except TimeoutError:
            self._kill()
            return Shown(number, "timeout", f"Its scripts did not come to rest within {order.seconds:.0f} seconds.")
        finally:
            self._waiting.pop(number, None)
            self.taken -= 1
            if not self.taken:
                self._free.set()
        self.worn = self.worn or shown.worn
        return shown

    async def finish(self) -> None:
        """Wait until it works on nothing."""
        while self.taken and not self.dead:
            self._free.clear()
            await self._free.wait()

    async def end(self) -> None:
        """End it with all that came from it."""
        assert self._process.stdin
        self.dead = True
        self._process.stdin.close()  # which is what tells it to
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._kill()
            await self._process.wait()
        finally:
            self._kill()
        if self._reading:
            await asyncio.gather(self._reading, return_exceptions=True)

    def _kill(self) -> None:
        """By force, if it does not end by itself; of a dead one, what was left in its group."""
        self.dead = True
        if self._process.returncode is None:
            tree = processes.below(self.pid)
            processes.kill(self.pid, *tree)
        with contextlib.suppress(OSError):
            os.killpg(self.pid, 9)

    async def _receive(self) -> wire.Message:
        assert self._process.stdout
        head, body = wire.lengths(await self._process.stdout.readexactly(wire.PREFIX))
        return wire.message(await self._process.stdout.readexactly(head), await self._process.stdout.readexactly(body))

    async def _send(self, message: wire.Message) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(message.frame())
            await self._process.stdin.drain()
        except OSError as error:
            raise ChildError("Chromium's process ended while it showed this page.") from error

    async def _read(self) -> None:
        try:
            while True:
                match await self._receive():
                    case Shown() as shown:
                        if (waiting := self._waiting.get(shown.number)) and not waiting[0].done():
                            waiting[0].set_result(shown)
                    case Question() as question:
                        task = asyncio.create_task(self._permit(question))
                        self._answers.add(task)
                        task.add_done_callback(self._answers.discard)
        except asyncio.IncompleteReadError:
            pass  # it ended
        finally:
            self._kill()
            for future, _ in self._waiting.values():
                if not future.done():
                    future.set_exception(ChildError("Chromium's process ended while it showed this page."))
            self._free.set()

    async def _permit(self, question: Question) -> None:
        waiting = self._waiting.get(question.number)
        granted = waiting is not None and await waiting[1](question.url)
        with contextlib.suppress(ChildError):
            await self._send(Permission(question.number, question.asked, granted))
