"""Members: the bytes of a file that may be packed, piece by piece, with where each stands in the file as it lies.

Files of this kind are often gzip with a member for each record, so that one may begin in their middle: a Position is
a member's first byte, and how many unpacked bytes lie between it and what is meant.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import zstandard

PIECE = 1 << 16
"""Bytes that are read, or unpacked, at a time."""
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
DICTIONARY = b"\x5d\x2a\x4d\x18"
"""Begins the frame in which a zstd file of web archives has the dictionary that all others are packed with."""
MEMBER = GZIP + b"\x08"
BEGINNING = 1 << 12
"""Bytes of a member that are enough to see what it begins with."""
WINDOW = 1 << 27
"""Bytes, the most that a zstd file may ask to remember."""
LARGEST = 1 << 24
"""Bytes of a dictionary, unpacked."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file: ``at`` its first byte or that of its gzip member, ``within`` bytes of what is unpacked on."""

    at: int = 0
    within: int = 0


START = Position()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes, and where the first of them stands."""

    position: Position
    data: bytes

    def split(self, count: int, *, packed: bool) -> tuple[Piece, Piece]:
        """The first ``count`` bytes, and the rest."""
        at, within = self.position.at, self.position.within
        rest = Position(at, within + count) if packed else Position(at + count, within)
        return Piece(self.position, self.data[:count]), Piece(rest, self.data[count:])


@dataclass(frozen=True, slots=True)
class Broken:
    """From ``position`` on bytes are lost: up to the next member, or the end of the file."""

    position: Position
    why: str


class BrokenError(Exception):
    """What was to be read is lost in part; the next read goes on after that."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.why)
        self.broken = broken


def joined(pieces: Sequence[Piece]) -> bytes:
    return b"".join([piece.data for piece in pieces])


class _Raw:
    """The file as it lies. What can't be sought in is read through, and never back."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._held = b""
        self._read = 0
        """Bytes of the file up to the end of what is held."""

    @property
    def seekable(self) -> bool:
        return self._file.seekable()

    @property
    def at(self) -> int:
        return self._read - len(self._held)

    def go_to(self, at: int) -> None:
        if self._file.seekable():
            self._held, self._read = b"", self._file.seek(at)
            return
        while self.at < at and (data := self.take()):
            self.give_back(data[len(data) - max(0, self.at - at) :])

    def take(self, count: int = PIECE) -> bytes:
        self.peek(1)
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def read(self, count: int) -> bytes:
        """As a file, for who unpacks by itself."""
        return self.take(count)

    def give_back(self, data: bytes) -> None:
        self._held = data + self._held

    def peek(self, count: int) -> bytes:
        while len(self._held) < count and (more := self._file.read(PIECE)):
            self._read += len(more)
            self._held += more
        return self._held[:count]

    def find(self, mark: bytes) -> bool:
        """Go on to where the mark stands next, after this byte; False, and to the end, where it doesn't."""
        self.take(1)
        while len(self.peek(PIECE)) >= len(mark):
            found = self._held.find(mark)
            self._held = self._held[found if found >= 0 else 1 - len(mark) :]
            if found >= 0:
                return True
            if len(self.peek(len(mark))) < len(mark):
                break
        self._held = b""
        return False


class Stream:
    """What a file holds, unpacked: ``take`` and ``line`` give it in order, ``give_back`` puts some back.

    ``begins``: what a member has to begin with, to be taken for one where the file is damaged.
    """

    def __init__(self, file: IO[bytes], start: Position = START, begins: bytes = b"") -> None:
        self._begins = begins
        self._raw = _Raw(file)
        kind = self._raw.peek(4)
        self.packed = kind.startswith((GZIP, ZSTD, DICTIONARY))
        read = self._gzip if kind.startswith(GZIP) else self._zstd if self.packed else self._plain
        if start.at:
            self._raw.go_to(start.at)
        self._pieces: Iterator[Piece | Broken] = read()
        self._held: deque[Piece | Broken] = deque()
        self._left = start.within
        self._end = start

    @property
    def position(self) -> Position:
        """Where the next byte stands; at the end of the file, that."""
        following = self._next()
        return following.position if following else self._end

    @property
    def ended(self) -> bool:
        return self._next() is None

    def _next(self) -> Piece | Broken | None:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                self._end = max(self._end, Position(self._raw.at))
                return None
            if self._left and isinstance(piece, Piece):  # the start was amid a member
                passed, piece = piece.split(min(self._left, len(piece.data)), packed=self.packed)
                self._left -= len(passed.data)
            if isinstance(piece, Broken) or piece.data:
                self._held.append(piece)
        return self._held[0]

    def take(self, count: int) -> list[Piece]:
        """The next ``count`` bytes; fewer before what is broken, and at the end of the file.

        Raises BrokenError where that is the next, and is past it then.
        """
        taken: list[Piece] = []
        while count and (piece := self._next()):
            if isinstance(piece, Broken) and taken:
                break
            self._held.popleft()
            if isinstance(piece, Broken):
                raise BrokenError(piece)
            if len(piece.data) > count:
                piece, rest = piece.split(count, packed=self.packed)
                self._held.appendleft(rest)
            taken.append(piece)
            count -= len(piece.data)
        return taken

    def pass_over(self, few: bytes) -> bool:
        """Go on to what is none of these bytes; False at the end of the file. Raises BrokenError."""
        while piece := self._next():
            self._held.popleft()
            if isinstance(piece, Broken):
                raise BrokenError(piece)
            if rest := piece.data.lstrip(few):
                self._held.appendleft(piece.split(len(piece.data) - len(rest), packed=self.packed)[1])
                return True
        return False

    def line(self, limit: int) -> bytes:
        """The next line with its end, of ``limit`` bytes at most. Raises BrokenError."""
        parts: list[bytes] = []
        while limit and (piece := self._next()):
            if isinstance(piece, Broken):
                self._held.popleft()
                raise BrokenError(piece)
            end = piece.data.find(b"\n", 0, limit) + 1
            got = self.take(end or min(limit, len(piece.data)))[0].data
            parts.append(got)
            limit -= len(got)
            if end:
                break
        return b"".join(parts)

    def give_back(self, pieces: Sequence[Piece | Broken]) -> None:
        self._held.extendleft(reversed(pieces))

    def _plain(self) -> Iterator[Piece | Broken]:
        while (at := self._raw.at, data := self._raw.take())[1]:
            yield Piece(Position(at), data)

    def _zstd(self) -> Iterator[Piece | Broken]:
        """All of it as one member: how much of the file has been unpacked can't be asked."""
        within = 0
        try:
            unpacker = zstandard.ZstdDecompressor(dict_data=self._dictionary(), max_window_size=WINDOW)
            reader = unpacker.stream_reader(self._raw, read_across_frames=True)  # type: ignore[arg-type]
            while data := reader.read(PIECE):
                yield Piece(Position(0, within), data)
                within += len(data)
        except zstandard.ZstdError:
            yield Broken(Position(0, within), "the file is damaged from here on")

    def _dictionary(self) -> zstandard.ZstdCompressionDict | None:
        head = self._raw.peek(8)
        size = int.from_bytes(head[4:], "little")
        if not head.startswith(DICTIONARY) or size > LARGEST:
            return None
        self._raw.peek(8 + size)
        data = self._raw.take(8 + size)[8:]
        if data.startswith(ZSTD):
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=LARGEST)
        return zstandard.ZstdCompressionDict(data)

    def _gzip(self) -> Iterator[Piece | Broken]:
        while self._raw.peek(1):
            begin, within, why = self._raw.at, 0, ""
            inner = zlib.decompressobj(31)
            while not inner.eof and not why:
                data = self._raw.take()
                try:
                    got = inner.decompress(data, PIECE)
                except zlib.error:
                    why = "its bytes are damaged"
                    break
                self._raw.give_back(inner.unused_data if inner.eof else inner.unconsumed_tail)
                if got:
                    yield Piece(Position(begin, within), got)
                    within += len(got)
                elif not data and not inner.eof:
                    why = "the file ends amid it"
            if why:
                yield Broken(Position(begin, within), why)
                self._find_member(begin)

    def _find_member(self, damaged: int) -> None:
        """Go on to where the next member begins, after the damaged one: its bytes may have led far into others."""
        if self._raw.seekable:
            self._raw.go_to(damaged)
        while self._raw.find(MEMBER):
            try:
                begins = zlib.decompressobj(31).decompress(self._raw.peek(BEGINNING), max(1, len(self._begins)))
            except zlib.error:
                continue
            if begins == self._begins:
                return
