"""Process tree: how ours begin, what descends from one, what it weighs, and its end, wherever its members are.

A process group would not do: Chromium and its helpers begin sessions of their own. A process that adopts its orphans
(``adopt``) keeps all that ever came from it below it. Linux alone knows /proc; elsewhere a tree has no known members.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PAGE = os.sysconf("SC_PAGE_SIZE")
KILL_SECONDS = 5.0


def adopt() -> None:
    """From now on, orphans among this process's descendants become its children, not those of process 1."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def ours(module: str, *args: str) -> subprocess.Popen[bytes]:
    """Begin a module of ours as a process that is spoken to by its input and output. Raises OSError.

    -P: not from the folder that we happen to be in, which may have a ``config`` or a ``queue.py`` of its own. In a
    session of its own: a terminal's Ctrl-C is for who may decide what is finished first.
    """
    root = str(Path(__file__).resolve().parent.parent)
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-P", "-m", module, *args]
    return subprocess.Popen(  # noqa: S603  # our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, env=env
    )


def below(ancestor: int) -> list[int]:
    """Every living process that descends from one, nearest first."""
    children: dict[int, list[int]] = {}
    for pid, parent, state in _all():
        if state not in "ZX":
            children.setdefault(parent, []).append(pid)
    found = [ancestor]
    for pid in found:  # grows while it is walked
        found += children.get(pid, [])
    return found[1:]


def weight(pid: int) -> int:
    """Bytes of memory that a process alone holds (resident, less what it shares); 0 for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)


def kill_below() -> None:
    """End all that descends from this process, which adopts: again until none is left. Takes KILL_SECONDS at most."""
    until = time.monotonic() + KILL_SECONDS
    while (pids := below(os.getpid())) and time.monotonic() < until:
        kill(*pids)
        time.sleep(0.01)
    reap()


def reap() -> None:
    """Take note of the end of adopted orphans, which would stay as zombies."""
    while zombies := [pid for pid, parent, state in _all() if state == "Z" and parent == os.getpid()]:
        for pid in zombies:  # each may leave some of its own
            with contextlib.suppress(OSError):
                os.waitpid(pid, os.WNOHANG)


def mentioning(text: str) -> list[int]:
    """Processes, but for this one, that have ``text`` in their command line."""
    found = []
    for pid, _, _ in _all():
        with contextlib.suppress(OSError):
            if pid != os.getpid() and text.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def _all() -> Iterator[tuple[int, int, str]]:
    """Every process: its number, its parent's, its state. 200 take 4 ms."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            rest = entry.read_text("utf-8", "replace").rpartition(")")[2].split()
            yield int(entry.parent.name), int(rest[1]), rest[0]
