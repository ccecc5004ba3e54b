"""Receiver: who is sent messages: an address on the web, an address by mail, or a program of the owner's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
"""Of mail: what is written in practice. Quoted names before the @ are not worth what they may smuggle in."""


def check_webhook(webhook: str) -> None:
    """Raise ValueError unless it is empty or an http or https URL. It is not shown: who knows it may write there."""
    try:
        parts = urlsplit(webhook)
        _ = parts.port  # which may be no number, or too high a one
        good = not webhook or (parts.scheme in {"http", "https"} and bool(parts.hostname))
    except ValueError:
        good = False
    if not good or NOT_IN_URL.search(webhook):
        raise ValueError("webhook must be an http or https URL")


def check_command(command: tuple[str, ...]) -> None:
    """Raise ValueError unless it is empty or begins with the name of a program."""
    if command and not command[0]:
        raise ValueError("command must begin with the name of a program")


def check_address(key: str, address: str) -> None:
    """Raise ValueError unless mail can be sent to it."""
    if not _ADDRESS.fullmatch(address) or not address.isascii():
        raise ValueError(f'{key} has {address!r}, which is no address for mail, as "desk@example.org"')
