"""Evidence: all that proves what one article said, as files that anybody can check with sha256sum alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from archive import digests, pages, versions
from archive.database import ArchiveError
from archive.digests import START, Named, Row
from archive.verify import held_of

_README = """\
What {url} said, as it was kept by Cuttings, and how to check it.

  version-N-*.txt       the article's text; its headline, byline and times are in the .json beside it
  page-N.body           the page as the server sent it, byte for byte and unpacked; the text was read from it
  headers-N.json        the server's answer without its body
  robots-N.txt          what the site's robots.txt said when the page was fetched ("permit" in page-N.json tells what
                        followed from it: allowed; none: there is none; former: the one before was asked; ignored;
                        imported: somebody else fetched it, and it was taken from a file)
  *.json                the records, as they were noted in the archive's ledger
  ledger-DAY.txt        the ledger from the first of these records to the day's end

1. A text, a page and a robots.txt stand in their record by their SHA-256:

     sha256sum version-1-*.txt page-*.body robots-*.txt

   gives what the .json beside each has as text_sha256 or sha256.

2. Each record stands in the ledger by its own SHA-256: what

     sha256sum version-*.json page-*.json robots-*.json

   gives is the last word of a line of a ledger-DAY.txt.

3. Each line of the ledger begins with the SHA-256 of the line before. This prints the SHA-256 of each:

     while IFS= read -r line; do printf %s "$line" | sha256sum | cut -c -64; done < ledger-DAY.txt

   and each is the first word of the next line. The last is the day's seal:

{seals}
A seal that was noted elsewhere on its day, by somebody you trust, proves that nothing here was altered since. Without
that, it proves no more than that these files belong together. What another reader was shown at that time, and who
sent it, no archive can prove.
"""


def files(db: sqlite3.Connection, article: int) -> Iterator[tuple[str, bytes]]:
    """(name, contents) of each. Raises ArchiveError where something of it is not as it was kept."""
    noted = db.execute("SELECT * FROM ledger WHERE article = ? AND id > 0 ORDER BY id", [article]).fetchall()
    held = held_of(db, article, noted, db.execute("SELECT min(day) FROM ledger").fetchone()[0])
    if wrong := list(versions.wrong(held)):
        raise ArchiveError(f"Article {article}: {wrong[0]}; 'cuttings verify' tells more.")
    rows, snapshots = list[Named](), dict[int, None]()
    for entry, record, text in versions.kept(held):
        rows.append(entry)
        name = f"version-{entry['number']}-{entry['kind']}-{entry['day']}"
        yield f"{name}.json", digests.line(record)
        yield f"{name}.txt", text["text"].encode()
        if text["snapshot"] is not None:
            snapshots[text["snapshot"]] = None
    for number in snapshots:
        for name, contents, row in _page(db, number):
            rows += [row] if row else []
            yield name, contents
    seals = list[str]()
    for name, contents, seal in _ledger(db, rows):
        seals.append(f"     {name}  {seal}\n")
        yield name, contents
    yield "README.txt", _README.format(url=held.article["url"], seals="".join(seals)).encode()


def _page(db: sqlite3.Connection, number: int) -> Iterator[tuple[str, bytes, sqlite3.Row | None]]:
    """Files of a raw page and its robots.txt, and the rows of the ledger that they are noted in."""
    row = db.execute("SELECT * FROM snapshots WHERE id = ?", [number]).fetchone()
    page = pages.load(db, number) if row else None
    if page is None:
        raise ArchiveError(f"Raw page {number} is lost; 'cuttings verify' tells more.")
    yield f"page-{number}.body", page.body, None
    yield f"headers-{number}.json", json.dumps(page.headers, ensure_ascii=False, indent=1).encode(), None
    yield f"page-{number}.json", *_noted(db, "page", digests.page(row), number)
    if row["robots"] is not None:
        said = db.execute("SELECT * FROM robots WHERE id = ?", [row["robots"]]).fetchone()
        yield f"robots-{said['id']}.txt", said["body"], None
        yield f"robots-{said['id']}.json", *_noted(db, "robots", digests.robots(said), said["id"])


def _noted(db: sqlite3.Connection, column: str, record: digests.Fields, number: int) -> tuple[bytes, sqlite3.Row]:
    find = f"SELECT * FROM ledger WHERE {column} = ? AND digest = ?"  # noqa: S608  # one of two names
    row = db.execute(find, [number, digests.digest(record)]).fetchone()
    if row is None:
        raise ArchiveError(f"{column} {number} is not what was kept; 'cuttings verify' tells more.")
    return digests.line(record), row


def _ledger(db: sqlite3.Connection, rows: Iterable[Named]) -> Iterator[tuple[str, bytes, str]]:
    """(name, lines, the seal that they lead to) for each day on which one of the rows was noted."""
    end = db.execute("SELECT id, day, chain FROM ledger ORDER BY id DESC LIMIT 1").fetchone()
    firsts: dict[int, int] = {}
    for row in rows:
        seal = db.execute("SELECT min(last) FROM seals WHERE last >= ?", [row["id"]]).fetchone()[0] or end["id"]
        firsts[seal] = min(row["id"], firsts.get(seal, row["id"]))
    for last, first in sorted(firsts.items()):
        before = db.execute("SELECT chain FROM ledger WHERE id = ?", [first - 1]).fetchone()
        chain, lines = before["chain"] if before else START, []
        for row in db.execute("SELECT * FROM ledger WHERE id BETWEEN ? AND ? ORDER BY id", [first, last]):
            lines.append(digests.chain_line(chain, Row(*row[:-1])) + "\n")
            chain, day = row["chain"], row["day"]
        yield (
            f"ledger-{day}.txt",
            "".join(lines).encode(),
            chain.hex() + ("" if _is_sealed(db, last) else " (not over)"),
        )


def _is_sealed(db: sqlite3.Connection, last: int) -> bool:
    return db.execute("SELECT 1 FROM seals WHERE last = ?", [last]).fetchone() is not None
