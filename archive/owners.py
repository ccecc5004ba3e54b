"""Owner: the process that a site is leased to, told from a later one that got the same number."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def me() -> str:
    """This process, as ``machine:number:start``."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def boot() -> str:
    """Which start of this machine it is; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def dead(owner: str) -> bool:
    """Whether it is a process of this machine that is no more; of another machine's nothing is known."""
    machine, pid, started = [*owner.split(":"), "", ""][:3]
    if os.name != "posix" or machine != socket.gethostname() or not pid.isdecimal():
        return False  # elsewhere signal 0 is no mere question
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return bool(started) and started != _started(int(pid))


def _started(pid: int) -> str:
    """When a process began, in the kernel's own ticks; empty where the system does not tell so easily.

    A container that is started anew has the name and often the process numbers that it had before.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
