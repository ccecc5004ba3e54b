"""Gauges: what tests.bench.hour reads off a running daemon: its memory, files, threads and processes, its health."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HEALTH_SECONDS, SAMPLE_SECONDS = 2.0, 10.0


@dataclass(frozen=True)
class Sample:
    at: float
    pid: int
    megabytes: float
    """Of the daemon and its workers, pages that they share counted once (PSS)."""
    own: float
    """Of the daemon alone."""
    files: int
    threads: int
    processes: int


def family(pid: int) -> list[int]:
    """A process and its children, those of children too."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            parents[int(stat.parent.name)] = int(stat.read_text("ascii", "replace").rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def sample(pid: int) -> Sample:
    """Raises OSError where the process is gone."""
    members = family(pid)
    own, total = _pss(pid), 0.0
    for one in members[1:]:
        with contextlib.suppress(OSError):
            total += _pss(one)
    threads = next(
        int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "Threads" in line
    )
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Sample(time.time(), pid, round(own + total, 1), round(own, 1), files, threads, len(members))


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


class Gauges:
    """Reads them in threads of its own, until ``close``. ``pid`` is whom they are about; 0: nobody just now."""

    def __init__(self, port: int, every: float = SAMPLE_SECONDS) -> None:
        self.pid, self.samples, self.health = 0, list[Sample](), list[tuple[float, int, str]]()
        self.seen: set[int] = set()
        """Every process that belonged to a daemon."""
        self._url, self._closed = f"http://127.0.0.1:{port}", threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(work, seconds), daemon=True)
            for work, seconds in ((self._sample, every), (self._ask, min(every, HEALTH_SECONDS)))
        ]
        for thread in self._threads:
            thread.start()

    def _repeat(self, work, seconds: float) -> None:
        while not self._closed.wait(seconds):
            work()

    def _sample(self) -> None:
        with contextlib.suppress(OSError):
            if self.pid:
                self.seen |= set(family(self.pid))
                self.samples.append(sample(self.pid))

    def _ask(self) -> None:
        at = time.time()
        self.health.append((at, *self.get("/healthz")))

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 where nobody answered."""
        try:
            with urllib.request.urlopen(self._url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
        except OSError as error:
            return 0, str(error)

    def close(self) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join()
