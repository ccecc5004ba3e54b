"""Shards: the processes of this machine that take turns, an executor (concurrent.futures) like a cluster's.

A turn goes to the process with the fewest; one that ends has its turns fail, and is begun anew for the next.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from crawler import worker
from crawler.processes import ours

ENDING = 2.0
"""Seconds that a process has to end its own."""

P = ParamSpec("P")
T = TypeVar("T")


class Shards(Executor):
    """``count`` processes, begun when there is work."""

    far = False
    """A turn is never begun twice: who sent it sees that it failed."""
    ends = (BrokenExecutor,)

    def __init__(self, count: int) -> None:
        self._shards = [_Shard() for _ in range(count)]
        self.readers = max(1, min(2, (os.cpu_count() or 1) // count))

    def executor(self) -> Executor:
        return self

    def room(self) -> int | None:
        """How many turns there is room for; None: for as many as are wanted."""
        return None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run one of crawler.shard.CALLS in one of the processes. BrokenExecutor where it ends meanwhile."""
        assert not kwargs
        return min(self._shards, key=lambda shard: len(shard.pending)).ask(fn.__name__, args)

    def each(self, fn: Callable[..., None], *args: object) -> None:
        """Run one of crawler.shard.CALLS in each process that there is."""
        for shard in self._shards:
            if shard.alive:
                shard.ask(fn.__name__, args)

    def give_up(self, future: Future[Any]) -> None:
        """End the process that should have given this long ago, with all that it is about."""
        for shard in self._shards:
            if future in shard.pending.values():
                shard.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # always at once
        for shard in self._shards:
            shard.end()


class _Shard:
    def __init__(self) -> None:
        self.pending: dict[int, Future[Any]] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count()
        self._changing = threading.Lock()
        # Of its own, so that a process that reads nothing holds up no other.
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="shard")
        self._listener: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask(self, name: str, args: tuple[object, ...]) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._changing:
            number = next(self._numbers)
            self.pending[number] = future
            self._sender.submit(self._send, number, name, args)
        return future

    def _send(self, number: int, name: str, args: tuple[object, ...]) -> None:
        try:
            if not self.alive:
                self._close()
                self._begin()
            assert self._process
            assert self._process.stdin
            worker.send(self._process.stdin, (number, name, args))
        except OSError as error:
            self._fail(f"The process that was to take it could not be begun, or ended ({error}).", number)

    def _begin(self) -> None:
        process = self._process = ours("crawler.shard")
        self._listener = threading.Thread(target=self._listen, args=(process,), name="shard", daemon=True)
        self._listener.start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        with contextlib.suppress(EOFError, OSError):
            while True:
                answer = worker.receive(process.stdout)
                assert isinstance(answer, tuple)
                number, well, value = answer
                if future := self.pending.pop(number, None):
                    if well:
                        future.set_result(value)
                    else:
                        future.set_exception(RuntimeError(value))
        process.kill()
        status = process.wait()
        process.stdout.close()
        self._fail(f"The process that worked on it ended ({status}).")

    def _fail(self, said: str, *numbers: int) -> None:
        with self._changing:
            lost = [self.pending.pop(number, None) for number in numbers or list(self.pending)]
        for future in filter(None, lost):
            future.set_exception(BrokenExecutor(said))

    def kill(self) -> None:
        if self._process:
            self._process.kill()

    def end(self) -> None:
        self._sender.shutdown(cancel_futures=True)
        self._close()
        self._fail("It is closing.")

    def _close(self) -> None:
        """Let the process end, if there is one, by itself or in the middle of what it is about."""
        if self._process and self._listener:
            assert self._process.stdin
            with contextlib.suppress(OSError):  # it has what could not be written
                self._process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDING)
            self._process.kill()
            self._listener.join()
