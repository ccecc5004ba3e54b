"""How long pages of the reading room take with very many articles, while a crawl writes; beside plain Datasette.

    python -m tests.bench.reading                           a million articles: 15 minutes and 10 GB to make them, once
    python -m tests.bench.reading --articles 100000
    python -m tests.bench.reading --archive big.db          keep it there, or take the one that is there

The archive is invented (tests.bench.reading_world). Two servers read the same file, each a process of its own: ours,
and Datasette without our plugin and metadata but for what it needs to search. Another process writes articles into it
all the while. Each page is asked for in turn, ours and theirs alternately; what is printed is the median and the worst
of all but the first, in milliseconds, over a real socket.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from archive import finding
from archive.database import connect, reading
from archive.wanted import Wanted
from tests.bench import reading_world as world

ROOT = Path(__file__).parents[2]
_OURS = "import sys; from pathlib import Path; from archive.serve import run; run(Path(sys.argv[1]), port=0)"
_PLAIN = """
import socket, sys, uvicorn
from datasette.app import Datasette
tables = {"articles": {"fts_table": "articles_fts", "fts_pk": "id"}}
metadata = {"databases": {"archive": {"tables": tables}}}
it = Datasette([sys.argv[1]], metadata=metadata, settings={"sql_time_limit_ms": 60000})
listening = socket.create_server(("127.0.0.1", 0))
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
name = next(iter(set(it.databases) - {"_internal", "_memory"}))
print(f"at http://127.0.0.1:{listening.getsockname()[1]}/ {name}", flush=True)
uvicorn.Server(uvicorn.Config(it.app(), log_level="warning")).run(sockets=[listening])
"""
_WRITER = """
import sys, time
from pathlib import Path
from archive.database import connect, transaction
from tests.bench import reading_world as world
db, made, number = connect(Path(sys.argv[1])), world.World(1), int(sys.argv[2])
while True:
    with transaction(db):
        for _ in range(5):
            number += 1
            title, text = made.article(number)
            world.one(db, number, title, text)
    time.sleep(.2)
"""


def pages(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(What it is, our address, plain Datasette's for the same question, or none); words by how many have them."""
    last = db.execute("SELECT max(id) FROM snapshots").fetchone()[0]
    changed = db.execute("SELECT article FROM revisions ORDER BY id DESC LIMIT 1 OFFSET 50").fetchone()[0]
    day = db.execute("SELECT happened FROM timeline WHERE article = ?", [last // 2]).fetchone()[0][:10]
    found = [
        ("front", "/", "/{db}/articles?_sort_desc=published"),
        ("front, a day amid", f"/day/{day}", f"/{{db}}/articles?published__startswith={day}"),
        ("article", f"/article/{last}", f"/{{db}}/articles/{last}"),
        ("changes", f"/article/{changed}/changes", f"/{{db}}/revisions?article={changed}"),
        ("side by side", f"/article/{changed}/changes?view=side", ""),
        ("snapshot", f"/article/{last}/snapshot/page", ""),
        ("latest changes", "/changes", "/{db}/revisions?_sort_desc=seen_at"),
        ("source", "/source/paper3", "/{db}/articles?source=paper3"),
        ("sources", "/sources", "/{db}/sources"),
        ("author", "/author/7", "/{db}/article_authors?author=7"),
        ("tag, of many", "/tag/1", "/{db}/article_tags?tag=1"),
        ("status", "/status", ""),
    ]
    for word, share in words(db, last):
        found += [
            (f"search, {share:.1%}, best", f"/search?q={word}", f"/{{db}}/articles?_search={word}"),
            (
                f"search, {share:.1%}, newest",
                f"/search?q={word}&order=newest",
                f"/{{db}}/articles?_search={word}&_sort_desc=published",
            ),
        ]
    word = words(db, last)[1][0]
    found += [
        ("search, a beginning", f"/search?q={word[:4]}*", f"/{{db}}/articles?_search={word[:4]}*"),
        ("search, a source", f"/search?q={word}&source=paper3", f"/{{db}}/articles?_search={word}&source=paper3"),
        (
            "search, a year",
            f"/search?q={word}&since=2025&until=2025",
            f"/{{db}}/articles?_search={word}&published__startswith=2025",
        ),
        ("search, a tag", f"/search?q={word}&tag={tag(db)}", ""),
        ("feed of a search", f"/search.atom?q={word}", ""),
        ("table of articles", "/archive/articles", "/{db}/articles?_facet=source&_facet=language&_facet=section"),
        ("table, one source", "/archive/articles?source=paper3", "/{db}/articles?source=paper3&_facet=language"),
    ]
    return found


def words(db: sqlite3.Connection, articles: int) -> list[tuple[str, float]]:
    """Words that half of the articles have, a tenth, a hundredth and a thousandth; with what share has them."""
    made = [word for word in world.World(1).words[:20_000:7] if len(word) > 3]
    sql = f"SELECT term, doc FROM articles_words WHERE term IN ({', '.join('?' * 200)})"
    known = [row for start in range(0, len(made) - 200, 200) for row in db.execute(sql, made[start : start + 200])]
    return [
        (word, count / articles)
        for share in (0.5, 0.1, 0.01, 0.001)
        for word, count in [min(known, key=lambda row: abs(row[1] / articles - share))]
    ]


def tag(db: sqlite3.Connection) -> str:
    return str(db.execute("SELECT name FROM tags WHERE id = 1").fetchone()[0])


@contextlib.contextmanager
def served(code: str, *args: object) -> Iterator[tuple[str, str]]:
    """The address of a server that says it, and the word after it."""
    command = [sys.executable, "-c", code, *map(str, args)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/ ?(\w*)", server.stdout.readline())
        try:
            yield found[1], found[2]
        finally:
            server.terminate()


def ask(client: httpx.Client, url: str, patience: float) -> tuple[float, int]:
    """Seconds, and the answer's status; the patience and 0 where it took longer."""
    start = time.perf_counter()
    try:
        status = client.get(url, timeout=patience).status_code
    except httpx.TimeoutException:
        return patience, 0
    return time.perf_counter() - start, status


def measure(archive: Path, times: int, *, writing: bool = True) -> list[tuple[str, list[float], list[float]]]:
    """For each page: what it is, and the seconds it took from us and from plain Datasette."""
    with contextlib.closing(connect(archive)) as db:
        asked = pages(db)
        last = db.execute("SELECT max(id) FROM articles").fetchone()[0]
    code = _WRITER if writing else "import time; time.sleep(9999)"
    found = []
    with (
        served(_OURS, archive) as (ours, _),
        served(_PLAIN, archive) as (plain, name),
        subprocess.Popen([sys.executable, "-c", code, archive, str(last)], cwd=ROOT) as writer,
        httpx.Client() as client,
    ):
        try:
            for what, our_url, their_url in asked:
                mine, others = [], []
                for _ in range(times + 1):
                    seconds, status = ask(client, ours + our_url, 60)
                    assert status == 200, (our_url, status)
                    mine.append(seconds)
                    if their_url and (not others or max(others) < 5):
                        others.append(ask(client, plain + their_url.format(db=name), 60)[0])
                found.append((what, mine[1:], others[1:] or others))
                print(line(*found[-1]), flush=True)
        finally:
            writer.kill()
    return found


def ranking(archive: Path) -> None:
    """How the best fifty are told, beside bm25 over all hits: time, and how many of the fifty are the same."""
    with reading(archive) as db:
        last = db.execute("SELECT max(id) FROM snapshots").fetchone()[0]
        exact = (
            "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY bm25(articles_fts, 4, 1, 0) LIMIT 50"
        )
        print(
            "\nthe best fifty of a word: ms, bm25 over all hits ms, the same in both, in how many headlines bm25's are"
        )
        for word, share in words(db, last):
            wanted, start = Wanted(word), time.perf_counter()
            ours = finding.best(db, wanted, 50)
            mine, start = time.perf_counter() - start, time.perf_counter()
            theirs = [row[0] for row in db.execute(exact, [wanted.match])]
            seconds = time.perf_counter() - start
            among = "rowid IN (SELECT value FROM json_each(?))"
            said = f"SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ? AND {among}"
            headlines = db.execute(said, [wanted.headline, json.dumps(theirs)]).fetchone()[0]
            same = len({*ours} & {*theirs})
            print(f"{share:26.1%} {1000 * mine:6.0f} {1000 * seconds:6.0f} {same:4} {headlines:4}", flush=True)


def line(what: str, mine: list[float], others: list[float]) -> str:
    median, worst = 1000 * statistics.median(mine), 1000 * max(mine)
    theirs = (
        f"{1000 * statistics.median(others):8,.0f} {statistics.median(others) / statistics.median(mine):7.1f}"
        if others
        else ""
    )
    return f"{what:26} {median:6.0f} {worst:6.0f} {theirs}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--archive", type=Path, help="where to keep it; a temporary folder if not given")
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.archive or Path(folder, "reading.db")
        if not archive.exists():
            start = time.perf_counter()
            world.build(archive, options.articles)
            print(f"{options.articles:,} articles made in {time.perf_counter() - start:,.0f} s")
        size = archive.stat().st_size / 1e9
        print(
            f"{size:.1f} GB; ms, median and worst of {options.times}; plain Datasette's median, and how many times ours"
        )
        measure(archive, options.times)
        ranking(archive)


if __name__ == "__main__":
    main()
