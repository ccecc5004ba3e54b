"""Pool: the processes in which pages are read, so that one that takes forever is ended and holds up nobody else."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from archive.models import Failure, Stage
from crawler import worker
from crawler.reading import Contents, Order

PAGES = 2_000
"""After so many a worker is replaced, whatever it may have gathered: .3 s of CPU in 15 of reading."""
PATIENCE = 10
"""Times the seconds of CPU: when the clock says so, a worker is ended from here, for its alarm counts CPU alone."""


class Pool:
    """Reads pages in ``workers`` processes, made when there is work. ``kills``: how many had to be ended."""

    def __init__(self, seconds: float, workers: int = 0) -> None:
        count = workers or min(4, os.cpu_count() or 1)
        self.kills = 0
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(count):
            self._free.put(_Worker(seconds))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what they are about is lost, and read again at the next start."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not self._free.empty():
            self._free.get().end()
        self._threads.shutdown()
        while not self._free.empty():
            self._free.get().end()

    async def read(self, order: Order) -> Contents:
        """What a page says; a Failure ``too-hard`` where reading it took too long, or ended the process."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, order)

    def _read(self, order: Order) -> Contents:
        one = self._free.get()
        try:
            return self._tried(one, order) or self._tried(one, order) or self._too_hard(order)
        finally:
            self._free.put(one)

    def _tried(self, one: _Worker, order: Order) -> Contents | None:
        """What the page says; None where its process ended, which may be another's doing: the system's, for memory."""
        try:
            one.ready()
        except OSError as error:
            said = f"No process could be started to read it ({error.strerror}); it is tried again later."
            return Contents(Failure(order.task.url, Stage.EXTRACT, "interrupted", said))
        try:
            return one.ask(order)
        except (OSError, EOFError) as error:
            ended_by = one.end()
            self.kills += 1
            too_long = isinstance(error, TimeoutError) or ended_by == -signal.SIGPROF
            return self._too_hard(order) if too_long else None

    def _too_hard(self, order: Order) -> Contents:
        said = f"Reading it took more than {self._seconds:g} seconds, or ended the process; it is left alone."
        return Contents(Failure(order.task.url, Stage.EXTRACT, "too-hard", said))


class _Worker:
    """One process, begun when it is first needed, and anew after its end."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def ready(self) -> None:
        """Have a process that waits for a page. Raises OSError where none can be had."""
        if self._process is None or self._process.poll() is not None or self._pages >= PAGES:
            self.end()
            self._begin()

    def ask(self, order: Order) -> Contents:
        """Raises TimeoutError where it takes too long, OSError or EOFError where the process ended over it."""
        assert self._process
        assert self._process.stdin
        assert self._process.stdout
        self._pages += 1
        worker.send(self._process.stdin, order)
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        if not waiting.poll(1000 * PATIENCE * self._seconds):
            raise TimeoutError
        contents = worker.receive(self._process.stdout)
        assert isinstance(contents, Contents)
        return contents

    def _begin(self) -> None:
        self._pages = 0
        # -P: not from the folder that we happen to be in, which may have a ``config`` or a ``queue.py`` of its own.
        command = [sys.executable, "-P", "-m", "crawler.worker", str(self._seconds)]
        ours = str(Path(__file__).resolve().parent.parent)
        env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))}
        # A session of its own: a terminal's Ctrl-C is for who may decide what is finished first.
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=env
        )

    def end(self) -> int | None:
        """End the process; what it ended with, as subprocess has it, if there was one."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.communicate()
        return process.returncode
