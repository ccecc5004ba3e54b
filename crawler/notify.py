"""Manager: the service manager that started us, such as systemd, told how we are as sd_notify(3) says."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import MutableMapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manager:
    """Where it listens. Telling it something never fails and never waits: nobody may be there."""

    address: str = ""
    """A Unix datagram socket's path, ``@name`` for one in the abstract namespace; empty: nobody listens."""
    watchdog: float = 0.0
    """Seconds without ``alive`` after which it takes us for hung; 0: it does not watch."""

    @classmethod
    def of(cls, environ: MutableMapping[str, str] = os.environ) -> Manager:
        """The one that the environment names; its variables are taken out, as they are not for our own children."""
        address = environ.pop("NOTIFY_SOCKET", "")
        usec, pid = environ.pop("WATCHDOG_USEC", ""), environ.pop("WATCHDOG_PID", "")
        ours = bool(address) and usec.isdecimal() and pid in {"", str(os.getpid())}
        return cls(address if address[:1] in {"/", "@"} else "", int(usec) / 1e6 if ours else 0.0)

    def ready(self, status: str) -> None:
        """Started, or done with reloading."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        # The moment is what Type=notify-reload, from systemd 253 on, knows the answer to its signal by.
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=Reloading the configuration")

    def alive(self) -> None:
        if self.watchdog:
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1", "STATUS=Finishing what is in flight")

    def _tell(self, *lines: str) -> None:
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        # Not inherited by children, and never waited for: a manager that does not read has other troubles.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)
            line.sendto("\n".join(lines).encode(), address)
