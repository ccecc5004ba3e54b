"""The floor: the least that the same duties cost. python -m tests.bench.pipeline_floor DB FEED…

One process, a blocking socket a host, a page of each in turn: gunzip, a parse by Lexbor and the text of the body, a row
with a full-text index, the page by zstd-3, a sketch of the text for near-copies. No robots.txt, limits or extraction.
"""

from __future__ import annotations

import hashlib
import re
import socket
import sqlite3
import sys
import zlib
from urllib.parse import urlsplit

import xxhash
import zstandard
from selectolax.lexbor import LexborHTMLParser

TABLES = """
CREATE TABLE articles (id INTEGER PRIMARY KEY, url TEXT UNIQUE, title TEXT, text TEXT, content_hash TEXT, sketch TEXT);
CREATE TABLE pages (id INTEGER PRIMARY KEY, headers TEXT, body BLOB);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, text, content='articles', content_rowid='id');
"""
ITEM = re.compile(rb"<link>([^<]+)</link>")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
SHINGLE, SKETCH = 3, 32


class Host:
    def __init__(self, netloc: str) -> None:
        name, _, port = netloc.partition(":")
        self._netloc = netloc
        self._socket = socket.create_connection((name, int(port)))

    def get(self, path: str) -> tuple[bytes, bytes]:
        """Headers and body, as they were sent."""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self._netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        data = self._socket.recv(1 << 18)
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._socket.recv(1 << 18)
        length = LENGTH.search(data)
        assert length
        parts, left = [data[end + 4 :]], int(length[1]) - len(data) + end + 4
        while left > 0:
            parts.append(self._socket.recv(1 << 18))
            left -= len(parts[-1])
        return data[:end], b"".join(parts)


def sketch(text: str) -> str:
    words = text.encode().split()
    shingles = (b" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))
    return repr(sorted({xxhash.xxh32_intdigest(shingle) for shingle in shingles})[:SKETCH])


def main(db_file: str, *feeds: str) -> None:
    db = sqlite3.connect(db_file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(TABLES)
    packer = zstandard.ZstdCompressor(level=3)
    queues = []
    for feed in feeds:
        host = Host(urlsplit(feed).netloc)
        _, body = host.get(urlsplit(feed).path)
        queues.append((host, [url.decode() for url in ITEM.findall(zlib.decompress(body, 31))]))
    while queues:
        queues = [(host, urls) for host, urls in queues if urls]
        for host, urls in queues:
            url = urls.pop()
            headers, packed = host.get(urlsplit(url).path)
            body = zlib.decompress(packed, 31)
            tree = LexborHTMLParser(body)
            tree.strip_tags(["script", "style", "svg"])
            text = tree.body.text(separator=" ") if tree.body else ""
            title = node.text() if (node := tree.css_first("title")) else ""
            db.execute("BEGIN IMMEDIATE")
            row = [url, title, text, hashlib.sha256(text.encode()).hexdigest(), sketch(text)]
            sql = "INSERT INTO articles (url, title, text, content_hash, sketch) VALUES (?, ?, ?, ?, ?)"
            number = db.execute(sql, row).lastrowid
            db.execute("INSERT INTO articles_fts (rowid, title, text) VALUES (?, ?, ?)", [number, title, text])
            db.execute("INSERT INTO pages VALUES (?, ?, ?)", [number, headers.decode("latin-1"), packer.compress(body)])
            db.execute("COMMIT")
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
