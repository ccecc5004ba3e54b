"""How fast WARC files are taken in: python -m tests.bench.backfill [--pages 4000] [--others 20].

Writes a file as Common Crawl's are (a gzip member a record) of the pages of sixteen papers (tests/bench/papers), has
``cuttings import`` take all of them in, and then again, which finds that all is done. A second file has for each page
of one paper so many of others, which are passed over. Prints pages and megabytes a second, the CPU of an article, and
the peak memory of all processes, what they share counted once.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.bench.papers.site import Paper, papers
from tests.bench.pipeline import Run, measure
from tests.warcs import answer, info, record


@dataclass(frozen=True, slots=True)
class Written:
    path: Path
    pages: int
    records: int

    @property
    def megabytes(self) -> float:
        return self.path.stat().st_size / 1e6


def captures(paper: Paper) -> Iterator[bytes]:
    for number in range(paper.pages):
        sheet, crawl = paper.sheet(number), paper.crawl_of(number)
        body = answer(paper.html(sheet, crawl), Content_Type="text/html; charset=utf-8")
        yield record("response", paper.address(number), body, paper.times[crawl] + timedelta(seconds=number))


def write(path: Path, wanted: list[Paper], copies: int = 0) -> Written:
    """``copies``: how often each page stands there under another site's name, too."""
    pages = records = 0
    with path.open("wb") as file:
        file.write(gzip.compress(info(path.name)))
        for paper in wanted:
            for capture in captures(paper):
                file.write(gzip.compress(capture))
                other = gzip.compress(capture.replace(f"{paper.home}/".encode(), b"https://other.site/"))
                file.write(other * copies)
                pages, records = pages + 1, records + 1 + copies
    return Written(path, pages, records)


def take_in(file: Path, db: Path, config: Path, *options: str) -> Run:
    command = [sys.executable, "-m", "crawler", "import", "--warc", str(file), "--db", str(db), "--config", str(config)]
    return measure([*command, *options], db)


def articles(db: Path) -> int:
    with contextlib.closing(sqlite3.connect(db)) as archive:
        return int(archive.execute("SELECT count(*) FROM articles").fetchone()[0])


def main(pages: int, others: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = papers(0, pages // 16)
        config = folder / "cuttings.toml"
        config.write_text(f'[sources.paper]\nhome = "{known[0].home}/"\n')
        full = write(folder / "full.warc.gz", known)
        done = take_in(full.path, folder / "full.db", config, "--all")
        again = take_in(full.path, folder / "full.db", config, "--all")
        print(f"all of {full.pages:,} pages, {full.megabytes:.0f} MB: {articles(folder / 'full.db'):,} articles")
        tell(done, full)
        print(f"  {again.seconds:8,.1f} s to find that it is done")
        rare = write(folder / "rare.warc.gz", known[:1], others)
        done = take_in(rare.path, folder / "rare.db", config)
        print(f"one in {others + 1} of {rare.records:,} pages: {articles(folder / 'rare.db'):,} articles")
        tell(done, rare)


def tell(run: Run, file: Written) -> None:
    print(f"  {file.records / run.seconds:8,.0f} pages/s, {file.megabytes / run.seconds:.0f} MB/s")
    print(f"  {run.cpu / run.pages:8,.1f} ms of CPU an article, all processes")
    print(f"  {run.megabytes:8,.0f} MB at most, all processes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=4_000)
    parser.add_argument("--others", type=int, default=20, help="pages of others beside each that is wanted")
    options = parser.parse_args()
    main(options.pages, options.others)
