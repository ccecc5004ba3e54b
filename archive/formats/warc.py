"""WARC, the files in which web archives are kept (ISO 28500): record by record, whatever is damaged among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from archive.formats.members import START, BrokenError, Piece, Position, Stream, joined

HEAD = 1 << 16
"""Bytes of a record's header at most; usual are some hundreds."""
STEP = 1 << 16
MARK, END, BLANK = b"WARC/", b"\r\n\r\n", b"\r\n"
_VERSION = re.compile(rb"WARC/\d\.\d+\s*")
_BEGINS = re.compile(rb"(?=WARC/\d\.\d+\r?\n)")
_NEXT = re.compile(rb"\n(?=WARC/\d\.\d+\r?\n)")
_LONGEST_MARK = 16

Headers = Mapping[str, str]
"""By name in lower case."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``after`` is where the next begins."""

    at: Position
    after: Position
    headers: Headers
    length: int
    block: bytes | None
    """None where it was not wanted, or longer than wanted."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read of a file, and where the reader went on; where there was nothing more, that is ``at``."""

    at: Position
    after: Position
    why: str
    headers: Headers
    """Of the record, as far as they are known."""


class _DamageError(Exception):
    """Ends the reading of a record."""


def read(
    file: IO[bytes], wanted: Callable[[Headers], bool], limit: int, start: Position = START
) -> Iterator[Record | Damage]:
    """All records from ``start`` on, with the blocks of those that are ``wanted`` and of ``limit`` bytes at most.

    The file may be plain, gzip (a member a record, or any other way) or zstd. What is damaged is a Damage, and the
    reader goes on where the next record begins. Never more than one record is held.
    """
    stream = Stream(file, start, MARK)
    while True:
        headers: dict[str, str] = {}
        at = stream.position
        try:
            if not stream.pass_over(BLANK):
                return
            at = stream.position
            headers |= _headers(stream)
            yield _record(stream, at, headers, wanted, limit)
        except BrokenError as error:
            why = error.broken.why
        except _DamageError as error:
            why = str(error)
        else:
            continue
        while True:  # what is lost may be lost in several places
            try:
                _find_next(stream)
            except BrokenError:
                continue
            break
        # A file that ends too soon may be had whole one day: it is read on from what it broke off in.
        yield Damage(at, at if stream.ended else stream.position, why, headers)


def _headers(stream: Stream) -> dict[str, str]:
    line = stream.line(_LONGEST_MARK)
    if not _VERSION.fullmatch(line):
        raise _DamageError("no record begins here: it is damaged, or no WARC file")
    found: dict[str, str] = {}
    name, left = "", HEAD
    while (line := stream.line(left)).strip(b"\r\n"):
        left -= len(line)
        text = line.decode("utf-8", "replace").strip("\r\n")
        if not line.endswith(b"\n"):
            raise _DamageError("its header has no end")
        if text[:1] in " \t" and name:  # a line that is folded
            found[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon:
            raise _DamageError("its header is damaged")
        found.setdefault(name, value.strip())
    if not line:
        raise _DamageError("the file ends amid its header" if left > 0 else "its header has no end")
    return found


def _record(
    stream: Stream, at: Position, headers: dict[str, str], wanted: Callable[[Headers], bool], limit: int
) -> Record:
    said = headers.get("content-length", "")
    if not (said.isascii() and said.isdigit() and len(said) < 19):
        raise _DamageError("its header does not say how long it is")
    length = left = int(said)
    kept = length <= limit and wanted(headers)
    taken: list[Piece] = []
    while left and (some := stream.take(min(left, STEP))):
        left -= sum(len(piece.data) for piece in some)
        taken += some if kept else []
    _see_end(stream, taken, missing=left)
    return Record(at, stream.position, headers, length, joined(taken) if kept else None)


def _see_end(stream: Stream, taken: list[Piece], *, missing: int) -> None:
    """A record ends with two empty lines, with the file, or at least before the next.

    Where it doesn't, what was ``taken`` for it goes back: it is longer or shorter than it says.
    """
    why = "the file ends amid it" if missing else ""
    try:
        end = stream.take(0 if missing else len(END))
        if not missing and joined(end) != END:
            stream.give_back(end)
            if stream.pass_over(BLANK):
                following = stream.take(len(MARK))
                stream.give_back(following)
                if joined(following) != MARK:
                    why = "it is not as long as its header says"
    except BrokenError as error:
        stream.give_back([error.broken])  # of another record, it is told when that is come to
        if taken and stream.packed and error.broken.position.at == taken[-1].position.at:
            why = error.broken.why
    if why:
        stream.give_back(taken)
        raise _DamageError(why)


def _find_next(stream: Stream) -> None:
    """Go on to where a record begins, or to the end of the file."""
    held: list[Piece] = []
    seen = False
    while taken := stream.take(STEP):
        held += taken
        data = joined(held)
        found = (not seen and _BEGINS.match(data)) or _NEXT.search(data)
        seen = True
        keep = found.end() if found else max(0, len(data) - _LONGEST_MARK)
        stream.give_back(held)
        stream.take(keep)
        if found:
            return
        held = stream.take(len(data) - keep)
