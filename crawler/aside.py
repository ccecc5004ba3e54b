"""Aside: calls that the system may hold up for as long as it likes, in threads that no end of the process waits for.

The look-up of a name, or a file on a drive that is gone, cannot be cut off. At its end Python waits for the threads of
every executor, asyncio's own too, so that a stop would take as long as the slowest of them.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Aside:
    """Up to ``most`` threads, begun when they are needed."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._begun = 0

    async def call(self, work: Callable[[], T]) -> T:
        """What ``work`` gives or raises, once a thread is free for it. Cancelled, it is left to itself."""
        future: Future[T] = Future()
        self._calls.put((future, work))
        if self._begun < self._most and not self._idle.acquire(blocking=False):
            self._begun += 1
            threading.Thread(target=self._work, name=f"{self._name}-{self._begun}", daemon=True).start()
        return await asyncio.wrap_future(future)

    def _work(self) -> None:
        while True:
            try:
                future, work = self._calls.get_nowait()
            except queue.Empty:
                self._idle.release()
                future, work = self._calls.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001  # the caller's
                    future.set_exception(error)
            del future, work
