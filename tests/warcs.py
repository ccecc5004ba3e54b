"""WARC files for tests, record by record."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.publisher import Story

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TOWN = "https://town.example"


def record(kind: str, url: str, block: bytes, at: datetime | str = THEN, *, length: int | None = None, **more) -> bytes:
    date = at if isinstance(at, str) else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    head = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": date,
        "WARC-Record-ID": f"<urn:{url} {date} {kind}>",
    }
    head |= {name.replace("_", "-"): value for name, value in more.items()}
    head["Content-Length"] = str(len(block) if length is None else length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def answer(body: bytes, status: str = "200 OK", **headers) -> bytes:
    headers = {"Content_Type": "text/html; charset=utf-8"} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def chunked(body: bytes, size: int = 300) -> bytes:
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def page(body: bytes, path: str = "/news/1-council-decides", at: datetime = THEN, home: str = TOWN, **headers) -> bytes:
    return record("response", home + path, answer(body, **headers), at)


def story(number: int, correction: str = "", at: datetime | None = None, home: str = TOWN) -> bytes:
    """A story's page; of other moments, each a minute after the one before, if none is given."""
    told = Story(number, correction)
    return page(html(told), told.path, at or THEN + timedelta(minutes=number), home)


def html(told: Story) -> bytes:
    """Its page as it was in spring: published at seven in the morning of that day."""
    return told.html().replace(told.published.isoformat(), "2026-03-01T07:00:00+00:00").encode()


def info(name: str, at: datetime = THEN) -> bytes:
    return record("warcinfo", "", f"software: test\r\nfilename: {name}\r\n".encode(), at)


def packed(record: bytes) -> bytes:
    return gzip.compress(record, mtime=0)


def write(path: Path, records: Iterable[bytes], pack=packed, *, at: datetime = THEN) -> Path:
    """A gzip member a record, or by ``pack`` otherwise, of a file that was begun at that time."""
    path.write_bytes(b"".join(map(pack, [info(path.name, at), *records])))
    return path
