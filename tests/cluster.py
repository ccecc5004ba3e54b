"""A real Dask cluster on loopback: a scheduler and three workers, each a process that can be killed or held up."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.live import until

THREADS = 8


@dataclass
class Machines:
    folder: Path
    port: int
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def begin(self, workers: int = 3) -> None:
        self.scheduler = self._run("scheduler", "--port", str(self.port), "--no-show")
        until(lambda: listens(self.port))
        self.workers += [self.worker() for _ in range(workers)]

    def worker(self, address: str = "") -> subprocess.Popen[bytes]:
        local = ("--nthreads", str(THREADS), "--no-nanny", "--local-directory", str(self.folder))
        return self._run("worker", address or self.address, *local)

    def lose(self) -> None:
        worker = self.workers.pop()
        worker.kill()
        worker.wait()

    def _run(self, what: str, *args: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.dask_{what}", *args, "--host", "127.0.0.1", "--no-dashboard"]
        env = os.environ | {
            "PYTHONPATH": str(Path.cwd()),
            "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false",
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false",
        }
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(line, cwd=self.folder, env=env, stdout=log, stderr=log)

    def end(self) -> None:
        for process in (*self.workers, *filter(None, [self.scheduler])):
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.workers.clear()


class Relay:
    """A line between a worker and its scheduler, which can be cut: at once, or so that neither side is told."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = [self._listening]
        self._dumb = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def silence(self) -> None:
        """What is sent from now on arrives nowhere."""
        self._dumb.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if not self._dumb.is_set():
                    other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    cluster = Machines(folder, free_port())
    try:
        cluster.begin()
        yield cluster
    finally:
        cluster.end()
