"""Listen: a socket that others may connect to; apart from what answers on it, which takes 100 ms to import."""

from __future__ import annotations

import socket


class ListenError(Exception):
    """Nobody can be listened to there, in a sentence for a person."""


def listen(host: str, port: int) -> socket.socket:
    """A socket at an address. Raises ListenError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = f"Can't listen on {host} port {port} for /healthz and /metrics: {error.strerror or error}."
        raise ListenError(f"{why} Give --listen another address.") from None
