"""Cuttings beside other extractors, on labelled pages: how right, how often wrong, at what cost.

    python -m tests.bench.extraction --peers trafilatura,readability-lxml,newspaper4k,resiliparse --data FOLDER
    python -m tests.bench.extraction --peers trafilatura --checkout fundus=DIR --checkout wcxb=DIR

The peers are installed, at fixed versions, into an environment of their own (build/peers). Every extractor gets the
same decoded pages, one after the other on each page, in a process of its own that may open no connection; the cost
is CPU time. Prints one Markdown table. FOLDER holds data/SET.jsonl.gz (default: CUTTINGS_BENCH, ../shared/bench);
DIR is a git checkout of a public benchmark (tests/bench/checkouts.py names them).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from tests.bench.checkouts import READERS
from tests.bench.metrics import figures
from tests.bench.peers import REQUIREMENTS
from tests.bench.sets import SETS, Page, bench_folder, labelled
from tests.bench.workers import ENVIRONMENT, Worker, install

METADATA = {
    "fundus": ("title", "date", "authors", "tags"),
    "wcxb": ("title", "date", "authors"),
}  # as people labelled it
WARM_UP = 5  # pages before the clock counts: imports, compiled patterns
Sources = dict[str, Callable[[], Iterator[Page]]]


def main(argv: list[str] | None = None) -> int:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--peers", default="", metavar="NAME,…", help=f"of {', '.join(REQUIREMENTS)}")
    cli.add_argument("--data", type=Path, metavar="FOLDER", help="a folder of labelled pages")
    cli.add_argument("--checkout", action="append", default=[], metavar="NAME=DIR", help=f"of {', '.join(READERS)}")
    cli.add_argument("--sets", metavar="SET,…", help=f"of {', '.join(SETS)}; default: all that are there")
    cli.add_argument("--step", type=int, default=1, metavar="N", help="every N-th page alone")
    cli.add_argument(
        "--environment", type=Path, default=ENVIRONMENT, metavar="DIR", help="where the peers are installed"
    )
    cli.add_argument("--json", type=Path, metavar="FILE", help="write every figure")
    args = cli.parse_args(argv)
    peers = [name for name in args.peers.split(",") if name]
    if unknown := set(peers) - set(REQUIREMENTS):
        cli.error(f"there is no peer {', '.join(sorted(unknown))}; known: {', '.join(REQUIREMENTS)}")
    try:
        found = sources(args.data, args.checkout)
    except ValueError as error:
        cli.error(str(error))
    names = args.sets.split(",") if args.sets else list(found)
    if not names or set(names) - set(found):
        cli.error(
            f"no labelled pages for {', '.join(set(names) - set(found)) or 'any set'}; --data or --checkout names them"
        )
    python = install(peers, args.environment) if peers else None
    measured: dict[str, dict[str, dict[str, float]]] = {}
    with ExitStack() as stack:
        workers = {"cuttings": stack.enter_context(Worker("cuttings"))}
        workers |= {name: stack.enter_context(Worker(name, python)) for name in peers}
        for name in names:
            sys.stderr.write(f"{name} …\n")
            measured[name] = compare(name, found[name], workers, args.step)
    sys.stdout.write(table(measured))
    if args.json:
        args.json.write_text(json.dumps(measured, indent=1), "utf-8")
    return 0


def sources(data: Path | None, checkouts: list[str]) -> Sources:
    """Set → its pages. Checkouts that are given stand alone, unless a folder is given too; they go before its sets."""
    found: Sources = {}
    folder = data or (None if checkouts else bench_folder())
    if folder:
        found |= {
            name: partial(labelled, folder, name) for name in SETS if (folder / "data" / f"{name}.jsonl.gz").is_file()
        }
    for checkout in checkouts:
        name, _, path = checkout.partition("=")
        if name not in READERS or not Path(path).is_dir():
            raise ValueError(f"--checkout {checkout}: no folder, or none of {', '.join(READERS)}")
        found |= {each: partial(read, Path(path)) for each, read in READERS[name].items()}
    return {name: found[name] for name in SETS if name in found}


def compare(
    name: str, source: Callable[[], Iterator[Page]], workers: dict[str, Worker], step: int
) -> dict[str, dict[str, float]]:
    """Extractor → its figures on a set, with ``ms`` a page; each page goes to all of them before the next one."""
    for page in islice(source(), WARM_UP):
        for worker in workers.values():
            worker.ask(page)
    pages, answers = [], {who: [] for who in workers}
    for page in islice(source(), 0, None, step):
        pages.append(replace(page, html=""))  # the gold alone: a set's HTML is some hundred megabytes
        for who, worker in workers.items():
            answers[who].append(worker.ask(page))
    return {
        who: figures(name, pages, given)
        | {"ms": 1000 * sum(answer.seconds for answer in given) / len(pages), "pages": len(pages)}
        for who, given in answers.items()
    }


def table(measured: dict[str, dict[str, dict[str, float]]]) -> str:
    """A column an extractor, a row a figure; a dash where an extractor does not give it."""
    who = list(next(iter(measured.values())))
    heads = ["Cuttings", *(REQUIREMENTS[name][0].replace("==", " ").replace("[all]", "") for name in who[1:])]
    lines = [["", *heads], ["---", *("---:" for _ in who)]]
    for name, row in measured.items():
        pages = int(row["cuttings"]["pages"])
        label, key = ("refused", "refused") if name == "other" else ("F1", "f1")
        lines.append([f"{name}, {pages} pages: {label}", *(score(row[each][key]) for each in who)])
    for name, keys in METADATA.items():
        rows = {key: [measured[name][each].get(key, 0) for each in who] for key in keys if name in measured}
        lines += ([f"{name}: {key}", *map(score, values)] for key, values in rows.items())
    lines.append(["failures", *(str(sum(int(row[each]["failures"]) for row in measured.values())) for each in who)])
    for name, row in measured.items():
        base = row["cuttings"]["ms"]
        cells = (
            f"{row[each]['ms']:.1f}" + (f" ({row[each]['ms'] / base:.1f}×)" if n else "") for n, each in enumerate(who)
        )
        lines.append([f"{name}: ms a page", *cells])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def score(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value else "–"


if __name__ == "__main__":
    sys.exit(main())
