"""Pool: the processes in which pages are read, so that one that takes forever is ended and holds up nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from archive.models import Failure, Stage
from crawler import worker
from crawler.processes import ours
from crawler.reading import Contents, Order

PAGES = 2_000
"""After so many a worker is replaced, whatever it may have gathered: .3 s of CPU in 15 of reading."""
PATIENCE = 10
"""Times the seconds of CPU: when the clock says so, a worker is ended from here, for its alarm counts CPU alone."""
TRIES = 2
"""Who kills a worker (the system, short of memory, or a person) may have meant another; twice, and it is the page."""
ENDING = 1.0
"""Seconds that a process which closed its output has to end, so that its status tells why."""


class Pool:
    """Reads pages in ``workers`` processes, made when there is work. ``kills``: how many ended over a page.

    ``nice``: by how much they stand back behind others (see nice(1)).
    """

    ahead = 0
    """As of crawler.readers.Reader: those that it has are few."""

    def __init__(self, seconds: float, workers: int = 0, nice: int = 0) -> None:
        count = workers or min(4, os.cpu_count() or 1)
        self.kills = 0
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._workers = [_Worker(seconds, nice) for _ in range(count)]
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        for one in self._workers:
            self._free.put(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what they are about is lost, and read again at the next start."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for one in self._workers:
            one.retire()
        self._threads.shutdown()
        for one in self._workers:
            one.end()

    async def read(self, order: Order) -> Contents:
        """What a page says; a Failure ``too-hard`` where reading it took too long, or ended the process.

        ``interrupted`` where there was no process to read it in: that is not the page's fault, and will pass.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, order)

    def begin(self, order: Order) -> Future[Contents]:
        """The same, for who waits in a thread."""
        return self._threads.submit(self._read, order)

    def _read(self, order: Order) -> Contents:
        one = self._free.get()
        try:
            return self._asked(one, order)
        finally:
            self._free.put(one)

    def _asked(self, one: _Worker, order: Order) -> Contents:
        for try_ in range(TRIES):
            try:
                return one.ask(order)
            except _NoProcessError as error:
                said = f"There was no process to read it in ({error}); it is tried again."
                return Contents(Failure(order.task.url, Stage.EXTRACT, "interrupted", said))
            except (OSError, EOFError):
                ended = one.ended()
                one.end()
                self.kills += 1
            if ended >= 0:  # it is told to catch whatever a page may do
                said = f"The process that was to read it ended by itself ({ended}); it is tried again."
                return Contents(Failure(order.task.url, Stage.EXTRACT, "interrupted", said))
            if ended != -signal.SIGKILL or try_ + 1 == TRIES:
                break
        said = f"Reading it took more than {self._seconds:g} seconds, or ended the process; it is left alone."
        return Contents(Failure(order.task.url, Stage.EXTRACT, "too-hard", said))


class _NoProcessError(Exception):
    """None could be begun: the machine has no room for one, or we are closing."""


class _Worker:
    """One process, begun when it is first needed, and anew after its end."""

    def __init__(self, seconds: float, nice: int) -> None:
        self._seconds, self._nice = seconds, nice
        self._process: subprocess.Popen[bytes] | None = None
        self._pages = 0
        self._late = self._retired = False

    def ask(self, order: Order) -> Contents:
        """Raises OSError or EOFError where the process ended over it, _NoProcessError where there is none."""
        if self._process is None or self._process.poll() is not None or self._pages >= PAGES:
            self.end()
            self._begin()
        assert self._process
        assert self._process.stdin
        assert self._process.stdout
        self._pages += 1
        worker.send(self._process.stdin, order)
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        if not waiting.poll(1000 * PATIENCE * self._seconds):
            self._late = True
            raise EOFError
        contents = worker.receive(self._process.stdout)
        assert isinstance(contents, Contents)
        return contents

    def _begin(self) -> None:
        if self._retired:
            raise _NoProcessError("closing")
        self._pages = 0
        try:
            self._process = ours("crawler.worker", str(self._seconds))
        except OSError as error:
            raise _NoProcessError(error.strerror) from error
        if self._nice:
            with contextlib.suppress(OSError):  # it has ended by itself, which is seen when it is asked
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, self._process.pid, own + self._nice)
        if self._retired:  # meanwhile, and by another thread
            self._process.kill()

    def retire(self) -> None:
        """End the process in the middle of its work, from another thread, and begin no other."""
        self._retired = True
        if process := self._process:
            process.kill()

    def ended(self) -> int:
        """Why a process that gives no answer ended: the signal's number, below zero, or its own status."""
        if self._process is None or self._late:
            return -signal.SIGPROF
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING)
        status = self._process.poll()
        return -signal.SIGPROF if status is None else status

    def end(self) -> None:
        self._late = False
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None
