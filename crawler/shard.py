"""Shard: a process that takes turns for crawler.shards: calls come by standard input, what they gave by the output.

Each is a pickle after its length (crawler.worker). It ends with its standard input, whatever it is about.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from crawler.remote import close, hurry, work
from crawler.worker import receive, send

CALLS = {function.__name__: function for function in (work, hurry)}
THREADS = 2_000
"""Turns at once, which wait for their event loop; threads are made as they are needed."""


def _answer(number: int, call: Callable[..., Any], args: tuple[Any, ...], out: IO[bytes], one: threading.Lock) -> None:
    try:
        answer: tuple[int, bool, object] = number, True, call(*args)
    except Exception as error:  # noqa: BLE001  # told to who asked
        answer = number, False, f"{type(error).__name__}: {error}"
    with one, contextlib.suppress(OSError):  # who asked is gone, and so are we in a moment
        send(out, answer)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # what is in flight is finished: who asked says when it is to end
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whoever prints must not print into an answer
    gc.freeze()
    threads, one = ThreadPoolExecutor(THREADS), threading.Lock()
    while True:
        try:
            asked = receive(stdin)
        except EOFError:
            close()
            os._exit(0)  # turns under way are nobody's any more
        assert isinstance(asked, tuple)
        serial, name, args = asked
        threads.submit(_answer, serial, CALLS[name], args, stdout, one)


if __name__ == "__main__":
    main()
