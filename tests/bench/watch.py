"""How long a look over all sources takes: python -m tests.bench.watch [--sources 10000] [--days 57].

An archive of sources with eight weeks of days each is looked over four times: for the first time, with nothing new,
with something new of each source, and at night, when all are silent.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.database import connect, reading
from archive.times import iso
from archive.watch import Watch

NOW = datetime(2026, 11, 25, 20, tzinfo=UTC)


def fill(db: sqlite3.Connection, sources: int, days: int) -> None:
    """Sources that publish by day, some two dozen articles, all of them healthy."""
    chance = random.Random(7)
    db.execute("BEGIN")
    names = [f"s{number:05}" for number in range(sources)]
    db.executemany(
        "INSERT INTO sources (name, country, added) VALUES (?, ?, '')",
        [(name, f"C{number % 40}") for number, name in enumerate(names)],
    )
    db.executemany(
        "INSERT INTO feeds (source, url, host, due_at, fetched_at) VALUES (?, ?, '', '', ?)",
        [(name, name, iso(NOW - timedelta(minutes=5))) for name in names],
    )
    for back in range(days):
        day = iso(NOW - timedelta(days=back))[:10]
        rows = []
        for name in names:
            hours = {str(hour): chance.randint(1, 4) for hour in range(7, 20) if chance.random() < 0.8}
            new = sum(hours.values())
            rows.append((name, day, 60, new, new, 6.0 * new, 36.5 * new, new, -1.5 * new, 2.4 * new, json.dumps(hours)))
        db.executemany(
            "INSERT INTO days (source, day, looks, fetched, new, log_words, log_words_squared, signed, log_dropped,"
            " log_dropped_squared, hours) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    db.execute("COMMIT")


def measure(sources: int, days: int) -> dict[str, float]:
    """Seconds of CPU for each look."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "archive.db")
        db = connect(path)
        fill(db, sources, days)
        watch, found = Watch(), {}

        def look(name: str, at: datetime) -> None:
            with reading(path) as read:
                began = time.process_time()
                changes = watch.look(read, at)
                found[name] = time.process_time() - began
            assert not changes, changes[:3]

        look("first", NOW)
        look("nothing new", NOW)
        today = iso(NOW)[:10]
        db.execute("UPDATE days SET new = new + 1, log_words = log_words + 6 WHERE day = ?", [today])
        look("all have news", NOW)
        night = NOW + timedelta(hours=3)
        db.execute("UPDATE feeds SET fetched_at = ?", [iso(night)])
        look("night", night)
        db.close()
    return found


def main(arguments: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.watch", description=__doc__.partition("\n")[0])
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=57)
    options = parser.parse_args(arguments)
    for name, seconds in measure(options.sources, options.days).items():
        print(f"{name:16}{seconds:6.2f} s of CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
