"""Daemons: ``cuttings daemon`` in a process of its own, in a folder with its configuration and archive."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ENV = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")} | {
    "CUTTINGS_ALLOW_PRIVATE": "true",
    "CUTTINGS_POLITENESS__DELAY": "0",
    "PYTHONPATH": str(Path.cwd()),
}


@contextlib.contextmanager
def daemon(folder: Path, *args: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    log = (folder / "daemon.log").open("ab")
    command = [sys.executable, "-m", "crawler", "daemon", *args]
    process = subprocess.Popen(command, cwd=folder, env=ENV | env, stderr=log, stdout=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        log.close()


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait for what has to happen, with an end for the test's sake."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
