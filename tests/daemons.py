"""Daemons: ``cuttings daemon`` as it is, in a folder with its configuration and archive; it logs to daemon.log."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from tests.live import running

ENV = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")} | {
    "CUTTINGS_ALLOW_PRIVATE": "true",
    "CUTTINGS_POLITENESS__DELAY": "0",
    "PYTHONPATH": str(Path.cwd()),
}


def daemon(folder: Path, *args: str, **env: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "crawler", "daemon", *args]
    return running(command, folder, ENV | env, folder / "daemon.log")
