"""Content coding: an answer's body unpacked (RFC 9110, 8.4) without ever holding more than was allowed.

A few hundred bytes can unpack to gigabytes. So every decoder works in small pieces, each layer is counted, and
what goes over the limit ends the work.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from enum import StrEnum
from typing import Protocol

import brotli
import zstandard

PIECE = 65_536
"""Bytes a decoder gives at a time, about."""
ZSTD_INPUT = 64
"""Bytes a zstd decoder takes at a time. It cannot be told how much to give; 4 bytes unpack to at most 128 KiB."""
ZSTD_WINDOW = 8 << 20
"""Bytes, the most a zstd body on the web may ask for (RFC 9659)."""
REST, STEP = 1 << 20, 4_096
"""The event loop gets its turn after this many bytes, where each step counts as some bytes more."""
MAX_LAYERS = 2
"""Of codings on top of each other; one is usual, two are seen by mistake."""

PLAIN = frozenset({"", "identity", "none", "utf-8", "utf8", "binary", "8bit", "aws-chunked"})
"""Names that stand for no coding; all but the first two by servers' mistake, which browsers pass over."""

ACCEPTED = "gzip, deflate, br, zstd"
"""For Accept-Encoding."""


class Problem(StrEnum):
    """Why a body could not be had whole."""

    TOO_LARGE = "too-large"
    BAD_ENCODING = "bad-encoding"


class _UnpackError(Exception):
    """Ends the work on a body; carries the Problem. Never leaves this module."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What can be unpacked so far; an empty piece lets the caller breathe. Raises _UnpackError."""
        ...

    @property
    def whole(self) -> bool:
        """Whether the coded data is complete."""
        ...


class _Zlib:
    """gzip, several members included, and deflate, which servers send both with and without zlib's wrapping."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._inner: zlib._Decompress | None = None
        self._held = b""
        self._members = 0
        self._done = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data = self._held + data
        self._held = b""
        while data and not self._done:
            if self._inner is None:
                if len(data) < 2:  # too little to tell what it is
                    self._held = data
                    return
                self._done = self._members > 0 and not (self._gzip and data.startswith(b"\x1f\x8b"))
                if self._done:  # padding after the end, which is common and harmless
                    return
                self._inner = self._begin(data)
            try:
                yield self._inner.decompress(data, PIECE)
            except zlib.error as error:
                raise _UnpackError(Problem.BAD_ENCODING) from error
            if self._inner.eof:
                data = self._inner.unused_data
                self._inner = None
                self._members += 1
            else:
                data = self._inner.unconsumed_tail

    def _begin(self, data: bytes) -> zlib._Decompress:
        if self._gzip:
            return zlib.decompressobj(31)
        wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0  # RFC 1950, 2.2
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)

    @property
    def whole(self) -> bool:
        return self._inner is None and (self._members > 0 or not self._held)


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while not self._inner.is_finished():
            try:
                piece = self._inner.process(data, output_buffer_limit=PIECE)
            except brotli.error as error:
                raise _UnpackError(Problem.BAD_ENCODING) from error
            yield piece
            data = b""
            # A full piece says that there may be more, even where more input would be taken already.
            if len(piece) < PIECE and self._inner.can_accept_more_data():
                return

    @property
    def whole(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._inner: zstandard.ZstdDecompressionObj | None = None

    def pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), ZSTD_INPUT):
            part = data[start : start + ZSTD_INPUT]
            while part:
                if self._inner is None:
                    self._inner = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
                try:
                    yield self._inner.decompress(part)
                except zstandard.ZstdError as error:
                    raise _UnpackError(Problem.BAD_ENCODING) from error
                part = b""
                if self._inner.eof:
                    part = self._inner.unused_data
                    self._inner = None

    @property
    def whole(self) -> bool:
        return self._inner is None


_DECODERS: dict[str, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(gzip=True),
    "x-gzip": lambda: _Zlib(gzip=True),
    "deflate": lambda: _Zlib(gzip=False),
    "br": _Brotli,
    "zstd": _Zstd,
}


async def decode(chunks: AsyncIterator[bytes], encoding: str, limit: int, *, head: bool = False) -> bytes | Problem:
    """The unpacked body of at most ``limit`` bytes, or what was wrong with it.

    Of one with more, ``head`` gives what had come until then, which is less than the limit by a piece at most.

    ``encoding`` is the value of Content-Encoding. The limit holds for the packed body and for each layer, too.
    Other tasks get their turn while it works. What ``chunks`` raises goes through.
    """
    layers = _layers(encoding)
    if layers is None:
        return Problem.BAD_ENCODING
    room = [limit] * (len(layers) + 1)
    kept: list[bytes] = []
    unrested = 0
    try:
        async for chunk in chunks:
            for piece in _through(layers, room, chunk):
                if piece:
                    kept.append(piece)
                unrested += len(piece) + STEP
                if unrested > REST:
                    unrested = 0
                    await asyncio.sleep(0)
    except _UnpackError as error:
        return b"".join(kept) if head and error.problem is Problem.TOO_LARGE else error.problem
    return b"".join(kept) if all(layer.whole for layer in layers) else Problem.BAD_ENCODING


def decode_whole(body: bytes, encoding: str, limit: int) -> bytes | Problem:
    """The same for a body that is there, for who waits in a thread."""
    layers = _layers(encoding)
    if layers is None:
        return Problem.BAD_ENCODING
    try:
        kept = b"".join(_through(layers, [limit] * (len(layers) + 1), body))
    except _UnpackError as error:
        return error.problem
    return kept if all(layer.whole for layer in layers) else Problem.BAD_ENCODING


def _layers(encoding: str) -> list[_Decoder] | None:
    """What undoes a Content-Encoding, the last first; None where one of them is unknown, or they are too many."""
    names = [name for name in (part.strip().lower() for part in encoding.split(",")) if name not in PLAIN]
    if len(names) > MAX_LAYERS or not all(name in _DECODERS for name in names):
        return None
    return [_DECODERS[name]() for name in reversed(names)]


def _through(layers: list[_Decoder], room: list[int], data: bytes) -> Iterator[bytes]:
    """What comes out of the last layer for ``data`` put into the first; ``room`` is what each place may still take."""
    room[-1 - len(layers)] -= len(data)
    if room[-1 - len(layers)] < 0:
        raise _UnpackError(Problem.TOO_LARGE)
    if not layers:
        yield data
        return
    for piece in layers[0].pieces(data):
        yield from _through(layers[1:], room, piece)
    yield b""  # a decoder past its end swallows in silence
