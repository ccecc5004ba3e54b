"""Compaction: which stored pages are to be compressed anew, and the small transactions in which they are."""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from archive import snapshots
from archive.repack import Shelf
from archive.rows import Value, insert, update
from archive.times import iso

_AT_A_TIME = 500
"""Rows of which the sites are read in one statement: a reader that stays open keeps the -wal file growing."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pages to be compressed anew."""

    sites: dict[str, array[int]]
    """Host → numbers of its snapshots, in the order in which they came."""
    upto: int
    """The last snapshot there was."""
    done: int
    """Pages that an earlier compaction compressed."""

    @property
    def count(self) -> int:
        return sum(map(len, self.sites.values()))


@dataclass(frozen=True, slots=True)
class Stored:
    """A page as it is stored."""

    id: int
    body: bytes
    """Decompressed, and by its SHA-256 what was fetched."""
    dictionary: int | None
    packed: int
    """Bytes that it takes."""
    at: str
    """When it was fetched."""


Repack = tuple[Stored, bytes, bool]
"""A page, its new body, and whether that is by the new dictionary."""


def chosen(db: sqlite3.Connection, *, everything: bool) -> Chosen:
    """Those that no compaction has come to, or all."""
    upto = db.execute("SELECT coalesce(max(id), 0) FROM snapshots").fetchone()[0]
    ended = "SELECT coalesce(max(upto), 0) FROM compactions WHERE ended IS NOT NULL"
    last = 0 if everything else db.execute(ended).fetchone()[0]
    done = db.execute("SELECT count(*) FROM snapshots WHERE id <= ?", [last]).fetchone()[0]
    stopped = "SELECT id FROM dictionaries WHERE compaction IN (SELECT id FROM compactions WHERE ended IS NULL)"
    made = {row[0] for row in db.execute(stopped)}
    sites: dict[str, array[int]] = {}
    find = "SELECT id, final_url, dictionary FROM snapshots WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
    while rows := db.execute(find, [last, upto, _AT_A_TIME]).fetchall():
        for row in rows:
            if row["dictionary"] in made and not everything:
                done += 1
            else:
                sites.setdefault(urlsplit(row["final_url"]).netloc, array("q")).append(row["id"])
        last = rows[-1]["id"]
    return Chosen(sites, upto, done)


def stored(db: sqlite3.Connection, numbers: Iterable[int]) -> list[Stored]:
    """The pages, without those that are damaged: these stay as they are, for 'cuttings check' to name."""
    contents: dict[int | None, bytes] = {}
    found = []
    for number in numbers:
        row = db.execute(
            "SELECT snapshots.*, dictionaries.body AS siblings FROM snapshots"
            " LEFT JOIN dictionaries ON dictionaries.id = dictionary WHERE snapshots.id = ?",
            [number],
        ).fetchone()
        try:
            if row["siblings"] is not None and row["dictionary"] not in contents:
                contents = {row["dictionary"]: snapshots.opened(row["siblings"])}
            body = snapshots.decompress(row["body"], contents.get(row["dictionary"]))
        except snapshots.DamagedError:
            continue
        if len(body) == row["size"] and hashlib.sha256(body).hexdigest() == row["sha256"]:
            found.append(Stored(number, body, row["dictionary"], len(row["body"]), row["fetched_at"]))
    return found


def shares(db: sqlite3.Connection, pages: Sequence[Stored]) -> float:
    """Bytes that the pages' dictionaries take for them: of one that others need, too, in proportion."""
    numbers = [page.dictionary for page in pages if page.dictionary is not None]
    total = 0.0
    for number in set(numbers):
        size, users = db.execute(
            "SELECT length(body), (SELECT count(*) FROM snapshots WHERE dictionary = ?1)"
            " FROM dictionaries WHERE id = ?1",
            [number],
        ).fetchone() or (0, 1)
        total += size * numbers.count(number) / max(users, 1)
    return total


def shelf(db: sqlite3.Connection, site: str) -> Shelf | None:
    """The latest dictionary of a site that a compaction made."""
    row = db.execute(
        "SELECT id, body, pages FROM dictionaries WHERE site = ? AND compaction IS NOT NULL ORDER BY id DESC LIMIT 1",
        [site],
    ).fetchone()
    if row is None:
        return None
    try:
        return Shelf(snapshots.opened(row["body"]), row["body"], row["pages"], row["id"])
    except snapshots.DamagedError:
        return None


def begin(db: sqlite3.Connection, upto: int, now: datetime) -> int:
    return insert(db, "compactions", started=iso(now), upto=upto)


def keep(db: sqlite3.Connection, compaction: int, site: str, made: Shelf, at: str) -> int:
    """A new dictionary, of pages up to a time; its id. In one transaction with the first pages that need it."""
    _count(db, compaction, 0, -len(made.packed))
    values: dict[str, Value] = {"body": made.packed, "pages": made.pages, "compaction": compaction}
    return insert(db, "dictionaries", site=site, created=at, **values)


def replace(db: sqlite3.Connection, compaction: int, dictionary: int, pages: Sequence[Repack]) -> int:
    """Give pages their new bodies unless another compaction did; how many."""
    count = saved = 0
    for page, body, with_dictionary in pages:
        number = dictionary if with_dictionary else None
        changed = db.execute(
            "UPDATE snapshots SET body = ?, dictionary = ? WHERE id = ? AND dictionary IS ?"
            " AND EXISTS (SELECT 1 FROM dictionaries WHERE id = ?)",
            [body, number, page.id, page.dictionary, dictionary],
        ).rowcount
        count += changed
        saved += changed * (page.packed - len(body))
    _count(db, compaction, count, saved)
    return count


def _count(db: sqlite3.Connection, compaction: int, pages: int, saved: int) -> None:
    counted = "UPDATE compactions SET pages = pages + ?, saved = saved + ? WHERE id = ?"
    db.execute(counted, [pages, saved, compaction])


def free(db: sqlite3.Connection, compaction: int, numbers: Iterable[int]) -> None:
    """Let go of those of these dictionaries that no page needs.

    Never of the last there is: its number would be given again, and who has it in memory would take one for the other.
    """
    for number in numbers:
        freed = db.execute(
            "DELETE FROM dictionaries WHERE id = ? AND id < (SELECT max(id) FROM dictionaries)"
            " AND NOT EXISTS (SELECT 1 FROM snapshots WHERE dictionary = dictionaries.id)"
            " AND NOT EXISTS (SELECT 1 FROM inbox WHERE dictionary = dictionaries.id) RETURNING length(body)",
            [number],
        ).fetchone()
        if freed:
            _count(db, compaction, 0, freed[0])


def unneeded(db: sqlite3.Connection) -> list[int]:
    """Dictionaries that no page needs, and by which none will be compressed: their site has a later one."""
    rows = db.execute(
        "SELECT id FROM dictionaries AS one WHERE NOT EXISTS (SELECT 1 FROM snapshots WHERE dictionary = one.id)"
        " AND EXISTS (SELECT 1 FROM dictionaries AS other WHERE other.site = one.site"
        " AND (other.created, other.id) > (one.created, one.id))"
    )
    return [row[0] for row in rows]


def end(db: sqlite3.Connection, compaction: int, now: datetime) -> None:
    update(db, "compactions", compaction, ended=iso(now))
