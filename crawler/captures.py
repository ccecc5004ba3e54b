"""Captures: the records of a WARC file as Pages, as they would have been fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from archive.formats.warc import Headers, Record
from archive.models import Page
from crawler import answers
from crawler.decoding import Problem, decode_whole

HTML = frozenset({"text/html", "application/xhtml+xml", ""})
"""Types of what may hold an article; one that is not given is looked at."""
ROOM = 1 << 18
"""Bytes of a block besides its page: HTTP's headers, the lengths of chunks."""
IMPORTED = "imported"
"""Page.permit of what came from a file: who fetched it, and by what, is not known."""
FIRST_WEB = datetime(1991, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
"""By so much the clock of who fetched it may have been wrong; more, and it knows no time."""

_LINES = re.compile("\r?\n")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t][^\r\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class Left:
    """Why a record gives no page. ``dead``: something is wrong with it, which a person may want to see."""

    reason: str
    detail: str = ""
    dead: bool = False


def kind(headers: Headers) -> Left | None:
    """Whether a record may be a page, by its header; None if it may."""
    if headers.get("warc-type", "").lower() not in {"response", "resource"}:
        return Left("other-records")
    if not urlsplit(target(headers)).scheme.startswith("http"):
        return Left("other-records")
    return None


def target(headers: Headers) -> str:
    """The URL of a record as it stands there; some write it in pointed brackets."""
    return headers.get("warc-target-uri", "").strip().removeprefix("<").removesuffix(">")


def fetched_at(headers: Headers, now: datetime) -> datetime | None:
    """When it was fetched; None where that is not said, or cannot be."""
    try:
        at = datetime.fromisoformat(headers.get("warc-date", ""))
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return min(at, now) if FIRST_WEB < at < now + _AHEAD else None


def page(record: Record, url: str, at: datetime, limit: int) -> Page | Left:
    """The page of a record of ``url``, its canonical form, as it would have been fetched then.

    Nothing but pages that may hold an article: another status, or a picture, is Left. ``limit``: of the body.
    """
    block = record.block or b""
    if record.headers.get("warc-type", "").lower() == "resource":
        headers: tuple[tuple[str, str], ...] = (("content-type", record.headers.get("content-type", "")),)
        status, body = 200, block
    else:
        answer = _STATUS.match(block)
        end = _END.search(block, answer.end() - 2) if answer else None
        if not answer or not end:
            return Left("no-http", "It holds no HTTP answer.", dead=True)
        status, headers = int(answer[1]), _headers(block[answer.end() : end.start()])
        body = block[end.end() :]
    said = dict(reversed(headers))
    if status in {204, 205, 304} or answers.failure(url, status, said, at):
        return Left("other-status")
    if said.get("content-type", "").partition(";")[0].strip().lower() not in HTML:
        return Left("no-html")
    unpacked = _unpacked(body, said, limit)
    if isinstance(unpacked, Left):
        return unpacked
    return Page(url, url, status, headers, unpacked, at, IMPORTED)


def _headers(lines: bytes) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in _LINES.split(lines.decode("latin-1")):
        if line[:1] in {" ", "\t"} and found:  # a line that is folded
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            found.append((name.strip().lower(), value.strip()))
    return tuple(pair for pair in found if pair[0] != "set-cookie")


def _unpacked(body: bytes, headers: Mapping[str, str], limit: int) -> bytes | Left:
    """Without what it was packed in to be sent. Of many files that was undone before, and the headers say it still."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        joined = _joined(body)
        if joined is None:
            return Left("truncated", "The page broke off on its way: its last chunks are missing.", dead=True)
        body = joined
    unpacked = decode_whole(body, headers.get("content-encoding", ""), limit)
    if unpacked is Problem.BAD_ENCODING and body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        unpacked = body
    if unpacked is Problem.TOO_LARGE or (isinstance(unpacked, bytes) and len(unpacked) > limit):
        return Left("too-large", f"Its body has more than limits.page_bytes allows, {limit:,} bytes.", dead=True)
    if isinstance(unpacked, Problem):
        return Left("bad-encoding", "Its body cannot be unpacked by its Content-Encoding.", dead=True)
    return unpacked


def _joined(body: bytes) -> bytes | None:
    """The chunks of a body put together; as it is where it is in none; None where it breaks off."""
    at = 0
    parts: list[bytes] = []
    while size := _CHUNK.match(body, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        at = size.end() + length
        if at > len(body):
            return None
        parts.append(body[size.end() : at])
        at += 2 if body[at : at + 2] == b"\r\n" else body[at : at + 1] == b"\n"
    return None if parts else body
