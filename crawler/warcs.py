"""WARC files into an archive: opened, known again, and taken in the order of their dates."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from archive.database import reading
from archive.formats import warc
from archive.formats.members import Position
from archive.store import Archive
from config.models import Config
from crawler import clock
from crawler.backfill import Backfill, HeldUpError, Report
from crawler.captures import Left
from crawler.masks import masked
from crawler.readers import readers
from crawler.selection import Selection

HEAD = 1 << 12
"""Bytes by which a file is known again, also before it is whole: the first record's own number and date are there."""
STDIN = "-"
_NAMED = 5
"""Records of a file that are named one by one, among what could not be read of it."""

Told = Callable[[str, int, int], None]
"""(file, bytes read, of how many; 0 where that is not known)."""


class Dead(Protocol):
    """Where what could not be read is listed."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...


class _Headed:
    """Standard input, of which the beginning was read already."""

    def __init__(self, file: IO[bytes], head: bytes) -> None:
        self._file, self._head = file, head

    def read(self, count: int) -> bytes:
        given, self._head = self._head[:count], self._head[count:]
        return given or self._file.read(count)

    def seekable(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    file: IO[bytes]
    head: str
    """SHA-256 of its beginning."""
    size: int
    """0 where it is not known."""


def import_files(
    db: Path,
    config: Config,
    selection: Selection,
    names: Iterable[str],
    *,
    stop: threading.Event,
    limit: int | None = None,
    told: Told = lambda _what, _done, _of: None,
    dead: Dead | None = None,
    cluster: str = "",
) -> Report:
    """Take the selected pages of these files into the archive at ``db``, made if it is not there.

    They are taken in the order of their dates, whatever order they are named in, so that a page that is in several has
    its versions in theirs. ``cluster`` has a scheduler's address, whose workers read them, or it is read here. Raises
    ArchiveError, CrewError; what was stored stays, and the next run goes on from there.
    """
    with Archive(db) as archive, reading(db) as reader, readers(config.limits.reading, cluster) as pool:
        archive.sync_sources(config, clock.now())
        run = archive.start_run("import", clock.now(), clock.began())
        fill = Backfill(archive, reader, config, selection, pool, run, stop, limit)
        try:
            for name in _in_order(names, fill.report):
                _take_in(name, fill, told, dead)
                if fill.report.stopped:
                    break
        except HeldUpError:
            fill.report.problems.append("There was no process to read pages in; run the same command again to go on.")
        finally:
            archive.end_run(run, clock.now())
        return fill.report


def _take_in(name: str, fill: Backfill, told: Told, dead: Dead | None) -> None:
    problems: list[str] = []
    more = 0

    def note(position: Position, url: str, left: Left) -> None:
        nonlocal more
        where = f"byte {position.at:,}" + (f" (+{position.within:,} unpacked)" if position.within else "")
        if len(problems) < _NAMED:
            problems.append(masked(f"{name}, {where}{', ' + url if url else ''}: {left.detail or left.reason}"))
        else:
            more += 1
        if dead:
            said = {"file": name, "offset": position.at, "within": position.within}
            said |= {"url": url, "reason": left.reason, "detail": left.detail}
            dead.write(json.dumps(said, ensure_ascii=False) + "\n")
            dead.flush()  # before the archive says that this part of the file is done

    try:
        with _opened(name) as file:
            begun = fill.archive.begin_import(Path(name).name, file.head, fill.selection.text(), clock.now())
            fill.over(file.file, begun, lambda at: told(name, at.at, file.size), note)
    except OSError as error:
        problems.append(f"{name}: {error.strerror or error}.")
    fill.report.problems += problems
    if more:
        fill.report.problems.append(f"{name}: {more:,} more records could not be read; --dead FILE lists all of them.")


def _in_order(names: Iterable[str], report: Report) -> list[str]:
    """By the date of their first record; what can't be opened is a problem, and left out."""
    found: list[tuple[str, int, str]] = []
    for number, name in enumerate(dict.fromkeys(names)):
        date = ""
        if name != STDIN:
            try:
                with Path(name).open("rb") as file:
                    first = next(warc.read(file, lambda _: False, 0), None)
            except OSError as error:
                report.problems.append(f"{name}: {error.strerror or error}.")
                continue
            date = first.headers.get("warc-date", "") if first else ""
        found.append((date, number, name))
    return [name for _, _, name in sorted(found)]


@contextmanager
def _opened(name: str) -> Iterator[_File]:
    with ExitStack() as stack:
        source = sys.stdin.buffer if name == STDIN else stack.enter_context(Path(name).open("rb"))
        head = source.read(HEAD)
        known = hashlib.sha256(head).hexdigest()
        if name != STDIN and source.seekable():
            size = source.seek(0, 2)
            source.seek(0)
            yield _File(name, source, known, size)
        else:
            yield _File(name, _Headed(source, head), known, 0)  # type: ignore[arg-type]
