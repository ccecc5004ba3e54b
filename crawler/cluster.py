"""Cluster: a Dask scheduler and its workers, who take turns through the scheduler's executor.

The workers need this same Cuttings installed, and reach the web; no archive and no configuration.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from distributed import Client, KilledWorker

from crawler import clock
from crawler.away import GoneError

ANSWERING = 5.0
"""Seconds until a scheduler that does not say how many workers it has counts as having none."""
CONNECTING = 10.0
"""Seconds until a scheduler that does not answer is said to be away; it is tried again."""


class Cluster:
    """The workers of the scheduler at ``address``, as ``tcp://scheduler:8786``."""

    far = True
    """Dask begins a call anew where its worker ended, and tells nobody."""
    ends = (KilledWorker,)
    readers = 2
    """To read a page takes two to three times as long as to fetch it."""

    def __init__(self, address: str) -> None:
        """Raises crawler.away.GoneError."""
        self._address = address
        self._connecting = threading.Lock()
        self._failed_at = -CONNECTING
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is wrong with it is said by crawler.away
        self._client = self._connect()

    def _connect(self) -> Client:
        try:
            return Client(self._address, timeout=CONNECTING, set_as_default=False, name="cuttings")
        except (OSError, ValueError, TypeError) as error:
            raise GoneError(f"No Dask scheduler answers at {self._address} ({error}).") from None

    def _running(self) -> Client:
        with self._connecting:
            # It gave up; before that, it connects by itself. Who come while it can't are not all kept waiting for it.
            if self._client.status == "closed" and clock.elapsed() > self._failed_at + CONNECTING:
                self._failed_at = clock.elapsed()
                self._client = self._connect()
        if self._client.status != "running":
            raise GoneError(f"The Dask scheduler at {self._address} is away.")
        return self._client

    def executor(self) -> Executor:
        executor: Executor = self._running().get_executor(pure=False, retries=0)
        return executor

    def room(self) -> int:
        """A turn for each thread of the workers."""
        try:
            client = self._running()
            said = client.sync(client.scheduler.identity, n_workers=0, callback_timeout=ANSWERING)
            return int(said["total_threads"])
        except (GoneError, OSError, TimeoutError, KeyError, AttributeError):  # it is away, or just going
            return 0

    def each(self, fn: Callable[[str], None], owner: str, /) -> None:
        call = partial(self._running().run, fn, owner, wait=False, on_error="ignore")
        threading.Thread(target=call, daemon=True).start()  # it has no limit of its own

    def give_up(self, future: Future[Any], /) -> None:
        """It is cancelled already; whoever has it ends it by its own clock."""

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close(timeout=CONNECTING)
