"""Wire: what a Browser and its renderer process say to each other, a message a frame over a pipe.

A frame is the length of its head and of its body, four bytes each, then the head as JSON and the body as it is.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import Any, Self

_LENGTHS = struct.Struct(">II")
PREFIX = _LENGTHS.size


class _Message:
    """Gives its subclasses, which are dataclasses with a body, their frame and takes it apart again."""

    __slots__ = ()

    def frame(self) -> bytes:
        head: dict[str, Any] = asdict(self)  # type: ignore[call-overload]  # every subclass is a dataclass
        body: bytes = head.pop("body", b"")
        packed = json.dumps([type(self).__name__, head]).encode()
        return _LENGTHS.pack(len(packed), len(body)) + packed + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Of the head and the body that follow."""
    head, body = _LENGTHS.unpack(prefix)
    return head, body


@dataclass(frozen=True, slots=True)
class Crumb(_Message):
    """A cookie as Chromium takes it."""

    name: str
    value: str = field(repr=False)
    domain: str
    """With a dot before it where the hosts below see it, too."""
    path: str
    secure: bool
    http_only: bool
    expires: int
    """Seconds since 1970; 0: at the session's end."""


@dataclass(frozen=True, slots=True)
class Order(_Message):
    """A page to be shown: as it was fetched, and on which terms."""

    number: int
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    user_agent: str
    allow_private: bool
    seconds: float
    """After which it is given up."""
    max_bytes: int
    """Of all that it loads, and of the result."""
    cookies: tuple[Crumb, ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, head: dict[str, Any], body: bytes) -> Self:
        head["headers"] = tuple((name, value) for name, value in head["headers"])
        head["cookies"] = tuple(Crumb(**crumb) for crumb in head["cookies"])
        return cls(**head, body=body)


@dataclass(frozen=True, slots=True)
class Question(_Message):
    """Whether a page may load a URL on its own host."""

    number: int
    """Of the order."""
    asked: int
    url: str


@dataclass(frozen=True, slots=True)
class Permission(_Message):
    number: int
    asked: int
    granted: bool


@dataclass(frozen=True, slots=True)
class Shown(_Message):
    """What became of an order: a body, or where the page leads, or why there is none."""

    number: int
    reason: str = ""
    """Of a Failure; empty if it went well."""
    detail: str = ""
    target: str = ""
    """The URL to which the page's scripts went instead."""
    worn: bool = False
    """This process should get no more orders."""
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Ready(_Message):
    """Chromium runs; or, with a reason, it does not."""

    problem: str = ""


Message = Order | Question | Permission | Shown | Ready


def message(head: bytes, body: bytes) -> Message:
    name, values = json.loads(head)
    match name:
        case "Order":
            return Order.of(values, body)
        case "Question":
            return Question(**values)
        case "Permission":
            return Permission(**values)
        case "Shown":
            return Shown(**values, body=body)
        case "Ready":
            return Ready(**values)
    raise ValueError(f"no such message: {name}")
