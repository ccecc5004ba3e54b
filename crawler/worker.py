"""Worker: a process that reads pages for crawler.pool: an Order comes by standard input, its Contents go by the output.

Each is a pickle after its length. What takes too long, in seconds of CPU so that a busy machine makes no page slow, is
ended by the kernel's own alarm, which no code can hold up, and which rings also when nobody waits any more.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import struct
import sys
from typing import IO

from archive.models import Failure, Stage
from crawler.reading import Contents, Order, read

LENGTH = struct.Struct("!Q")
MEMORY = 2 << 30
"""Bytes of addresses; a page that needs more ends its worker. The hungriest of 2,700 hostile pages took .1 GB."""


def send(stream: IO[bytes], value: object) -> None:
    """Write a value; raises OSError where the other side is gone."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """Read a value; raises EOFError where the other side is gone, also in its middle."""
    head = stream.read(LENGTH.size)
    size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
    data = stream.read(size)
    if not size or len(data) < size:
        raise EOFError
    return pickle.loads(data)  # noqa: S301  # from the process that started this one, or that this one started


def _contents(order: Order) -> Contents:
    try:
        return read(order)
    except MemoryError:
        said = "Reading it takes more memory than a page may; it is left alone."
        return Contents(Failure(order.task.url, Stage.EXTRACT, "too-hard", said))
    except Exception as error:  # noqa: BLE001  # the top of the path in this process: recorded with stage and URL
        detail = f"{type(error).__name__}: {error}"[:500]
        return Contents(Failure(order.task.url, Stage.EXTRACT, "bug", detail))


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # what is in flight is finished: it ends with its standard input
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    seconds = float(sys.argv[1])
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whoever prints must not print into an answer
    while True:
        try:
            order = receive(stdin)
        except EOFError:
            return
        assert isinstance(order, Order)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        contents = _contents(order)
        signal.setitimer(signal.ITIMER_PROF, 0)
        try:
            send(stdout, contents)
        except OSError:  # who asked was killed meanwhile; the page is still in the archive's inbox
            os._exit(0)  # at its end, Python would complain of the answer that it could not write


if __name__ == "__main__":
    main()
