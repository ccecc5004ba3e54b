"""How long pages take where many archives are read together: python -m tests.bench.several [ARCHIVES] [ARTICLES].

Beside one archive with as many articles as all of them have; both invented (tests.bench.reading_world). Prints the
median and the worst of five, in milliseconds, within one process.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from archive.serve import app
from tests.bench.reading_world import World, build

TIMES = 5


def pages(articles: int) -> dict[str, str]:
    """What is looked at → its address."""
    world = World(articles)
    often, seldom = world.words[0], world.words[900]
    return {
        "front page": "/",
        "search, a word that nearly all have, best match": f"/search?q={often}",
        "the same, newest": f"/search?q={often}&order=newest",
        "search, a rarer word, best match": f"/search?q={seldom}",
        "the same, page 10": f"/search?q={seldom}&page=10",
        "search, the beginning of a word": f"/search?q={seldom[:3]}*",
        "latest changes": "/changes",
        "a source's page": "/source/paper7",
    }


async def took(ds, url: str) -> list[float]:
    found = []
    for _ in range(TIMES + 1):
        started = time.perf_counter()
        response = await ds.client.get(url)
        assert response.status_code == 200, response.text
        found.append(1000 * (time.perf_counter() - started))
    return found[1:]


async def compare(one, several, count: int, articles: int) -> None:
    print(f"{articles:,} articles: median and worst, ms {'one archive':>24} {f'{count} archives':>20}")
    for what, url in pages(articles // count).items():
        alone, all_ = await took(one, url), await took(several, url)
        shown = [f"{statistics.median(some):8.0f} {max(some):8.0f}" for some in (alone, all_)]
        print(f"{what:50} {shown[0]} {shown[1]:>20}", flush=True)


def main(count: int, articles: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.db"
        build(whole, articles)
        parts = [Path(folder) / f"part{number}.db" for number in range(count)]
        for path in parts:
            build(path, articles // count)
        asyncio.run(compare(app(whole), app(parts), count, articles))


if __name__ == "__main__":
    main(*(int(argument) for argument in [*sys.argv[1:], *("20", "100000")[len(sys.argv) - 1 :]]))
