"""What a daemon costs before it does anything: python -m tests.bench.daemon [SOURCES] [--idle SECONDS] [--lag].

Starts the real command with so many configured sources, in a folder of files and in one file, with an archive that
knows them, and prints the time from its start to its READY=1, and how long the archive takes to get to know them, once.
Then, with every listing due tomorrow, the processor time that it takes to do nothing; and with --lag the longest pause
of its event loop while it reloads.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

PORT = 19464
SOURCE = """title = "Paper {0}"
home = "https://www.paper{0}.example/"
language = "en"
country = "GB"
feeds = ["https://www.paper{0}.example/feed.xml"]
exclude = ["/video/", "/live/"]
"""


def write(folder: Path, count: int) -> dict[str, Path]:
    """The same sources in both forms."""
    (folder / "many" / "sources").mkdir(parents=True)
    for number in range(count):
        (folder / "many" / "sources" / f"paper{number}.toml").write_text(SOURCE.format(number))
    one = folder / "one.toml"
    one.write_text("".join(f"[sources.paper{number}]\n{SOURCE.format(number)}" for number in range(count)))
    return {"files": folder / "many", "one file": one}


def archive_with_nothing_due(config: Path, db: Path) -> float:
    """Nobody is asked for anything by a benchmark: every listing is due tomorrow. Seconds to write the sources down."""
    from archive.store import Archive
    from config.load import load

    loaded = load(config, {})
    with Archive(db) as archive:
        before = time.monotonic()
        archive.sync_sources(loaded, datetime.now(UTC))
        took = time.monotonic() - before
    later = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE feeds SET due_at = ?", [later])
    return took


@contextlib.contextmanager
def daemon(config: Path, db: Path) -> Iterator[tuple[subprocess.Popen[bytes], float, socket.socket]]:
    """A daemon that said that it is ready, the seconds that this took, and where it says more."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/notify")
        manager.settimeout(60)
        environ = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
        command = [sys.executable, "-m", "crawler", "daemon", "--db", db, "--config", config]
        started = time.monotonic()
        process = subprocess.Popen(
            [*command, "--quiet", "--listen", f"127.0.0.1:{PORT}"], env=environ | {"NOTIFY_SOCKET": f"{folder}/notify"}
        )
        try:
            assert manager.recv(1000).startswith(b"READY=1")
            yield process, time.monotonic() - started, manager
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def used(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time, of all its threads."""
    parts = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def metric(name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=10) as answer:
        found = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found
    return float(found[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=int, nargs="?", default=10_000)
    parser.add_argument("--idle", type=float, default=60.0)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--lag", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        forms = write(folder, given.sources)
        for form, config in forms.items():
            db = folder / f"{form}.db"
            once = archive_with_nothing_due(config, db)
            seen = []
            for _ in range(given.times):
                with daemon(config, db) as (process, took, _):
                    seen.append((took, used(process)))
            (wall, cpu), (last, _) = min(seen), max(seen)
            print(f"{given.sources} sources in {form}: ready after {wall:.2f} to {last:.2f} s, {cpu:.2f} s of CPU")
            print(f"to write them down, at the first start: {once:.2f} s")
        with daemon(forms["files"], folder / "files.db") as (process, _, manager):
            time.sleep(2)
            before = used(process)
            time.sleep(given.idle)
            share = (used(process) - before) / given.idle
            print(f"doing nothing with them: {share:.2%} of a core over {given.idle:.0f} s")
            if given.lag:
                process.send_signal(signal.SIGHUP)
                while not manager.recv(1000).startswith(b"READY=1"):
                    pass
                print(f"longest pause of the loop, a reload included: {metric('cuttings_loop_lag_max_seconds'):.3f} s")


if __name__ == "__main__":
    main()
