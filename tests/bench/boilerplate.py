"""Boilerplate that is learned by site: python -m tests.bench.boilerplate [--seed 7] [--pages 60] [--wrong 20] [--json].

Invented publishers (tests/bench/papers) of sixteen templates, in invented words so that no list of words can help, are
crawled into an archive over days. What is left of their boilerplate, and lost of their articles, is told of each page
by its own truth: by extraction of one page alone (off), as pages from a site's 21st on were stored (new), and as all
stored articles are after re-extraction in the end (old).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.papers.press import KNOWN, Press, Result, State
from tests.bench.papers.site import Paper, papers
from tests.bench.papers.templates import TEMPLATES
from tests.bench.papers.truth import Tally, total

MOST_LEFT = 0.01
"""Share of boilerplate that may be left, of all papers together, of what could be known: see ``too_new``."""
MOST_LOST = 0.001
"""Share of the article's paragraphs that may be lost."""
MOST_TIME = 0.05
"""CPU of learning as a share of extraction's."""
MOST_GROWTH = 2.0
"""Times the rows after as many pages that there may be after four times as many: half-way from none to all."""
READINGS = ("off", "new", "old")


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a promise does not hold."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.pages <= KNOWN or options.papers < 1 or options.growth < 0:
        parser.error(f"--pages is to be more than {KNOWN}, --papers 1 at least, and --growth 0")
    with tempfile.TemporaryDirectory() as folder:
        press = Press(
            Path(folder) / "bench.db", papers(options.seed, options.pages, options.papers), daemon=options.daemon
        )
        results = press.run()
        states = growth(Path(folder), options.seed, options.pages, options.growth) if options.growth else []
    broken = failings(results, press.clock.share, states, each=options.each)
    if options.json:
        json.dump(_plain(results, press.clock.share, states, broken), sys.stdout, indent=1)
    else:
        _show(results)
        reading, learning = press.clock.milliseconds
        print(
            f"\nlearning took {learning:.3f} ms of CPU a page, {press.clock.share:.1%} of extraction's {reading:.2f} ms"
        )
        for state in states:
            print(f"learned from {state.pages:5} pages of a site: {state.rows:7,} rows, {state.size:9,} bytes")
        _show_wrong(results, options.wrong)
    for what in broken:
        print(what, file=sys.stderr)
    return int(bool(broken))


def growth(folder: Path, seed: int, pages: int, count: int) -> list[State]:
    """What was learned after ``pages``, twice and four times as many, of sites whose templates stay as they are."""
    made = [Paper(number * 5, seed, 4 * pages, deploys=False) for number in range(count)]
    press = Press(folder / "growth.db", made, compares=False)
    press.run()
    wanted = [min(press.states, key=lambda state: abs(state.pages - times * pages)) for times in (1, 2, 4)]
    return [State(state.pages, state.rows // count, state.size // count) for state in wanted]


def failings(results: Sequence[Result], cost: float, states: Sequence[State], *, each: bool = False) -> list[str]:
    """Which promises do not hold. ``each``: they are to hold for each paper, and not for all of them together."""
    groups = {result.paper.name: [result] for result in results} if each else {"all papers": results}
    told = []
    for name, some in groups.items():
        for reading in ("new", "old"):
            tally = _total(some, reading)
            left = tally.share_left - (too_new(some) if reading == "new" else 0)
            if left > MOST_LEFT:
                told.append(f"{name}, {reading}: {left:.2%} of the boilerplate is left that could be known")
            if tally.share_lost > MOST_LOST:
                told.append(f"{name}, {reading}: {tally.share_lost:.2%} of the articles' paragraphs are lost")
    if cost > MOST_TIME:
        told.append(f"learning took {cost:.1%} of the CPU time of extraction")
    if states and states[-1].rows > MOST_GROWTH * states[0].rows:
        grown = states[-1].rows / max(1, states[0].rows)
        told.append(f"there are {grown:.1f} times as many rows after four times as many pages")
    return told


def _total(results: Sequence[Result], reading: str) -> Tally:
    return total(getattr(result, reading) for result in results)


def _show(results: Sequence[Result]) -> None:
    three = f"{'off':>8}{'new':>8}{'old':>8}"
    print(f"{'':30}{'boilerplate left, %':>24}{'paragraphs lost, %':>36}")
    print(f"{'template':16}{'script':7}{'blocks':>7}{three}{'too new':>9} {three}{'by learning':>13}{'refused':>9}")
    for result in results:
        _row(result.paper.name, result.paper.room.tongue.script.code, [result])
    _row("all", "", results)
    print(f"\n{'kind':20}{'blocks':>8}{'off':>8}{'new':>8}{'old':>8}  boilerplate left, %")
    _kinds(results, lambda tally: tally.blocks, lambda tally: tally.left)
    print(f"\n{'story':20}{'blocks':>8}{'off':>8}{'new':>8}{'old':>8}  paragraphs lost, %")
    _kinds(results, lambda tally: tally.paragraphs, lambda tally: tally.lost)


def _row(name: str, script: str, results: Sequence[Result]) -> None:
    tallies = [_total(results, reading) for reading in READINGS]
    left = "".join(f"{100 * tally.share_left:8.2f}" for tally in tallies)
    lost = "".join(f"{100 * tally.share_lost:8.3f}" for tally in tallies)
    counts = f"{by_learning(results):13}{sum(len(result.refused) for result in results):9}"
    blocks = tallies[2].blocks.total()
    print(f"{name:16}{script:7}{blocks:7}{left}{100 * too_new(results):9.2f} {lost}{counts}")


def too_new(results: Sequence[Result]) -> float:
    """Share of the boilerplate that would be left by one who knows the truth: see ``papers/known.py``.

    The site's is what stood on several pages over more than one crawl. What it said for the first time today is not.
    """
    return sum(result.fresh for result in results) / max(1, _total(results, "new").blocks.total())


def by_learning(results: Sequence[Result]) -> int:
    """Paragraphs lost from pages as they were stored that extraction alone had kept."""
    return max(0, _total(results, "new").lost.total() - _total(results, "off").lost.total())


def _kinds(
    results: Sequence[Result], whole: Callable[[Tally], Counter[str]], wrong: Callable[[Tally], Counter[str]]
) -> None:
    tallies = [_total(results, reading) for reading in READINGS]
    for kind in sorted(whole(tallies[2])):
        shares = (100 * wrong(tally)[kind] / max(1, whole(tally)[kind]) for tally in tallies)
        print(f"{kind:20}{whole(tallies[2])[kind]:8}" + "".join(f"{share:8.2f}" for share in shares))


def _show_wrong(results: Sequence[Result], most: int) -> None:
    """What was left and lost most often, with the paper and its kind."""
    for reading in ("new", "old"):
        for what in ("left", "lost"):
            counts = Counter(
                (result.paper.name, text)
                for result in results
                for how, _, text in getattr(result, reading).seen
                if how == what
            )
            for (name, text), count in counts.most_common(most):
                print(f"{reading} {what} {count:4} × {name}, {text[:140]}")


def _plain(results: Sequence[Result], cost: float, states: Sequence[State], broken: list[str]) -> dict[str, object]:
    rows = {
        result.paper.name: {
            reading: {"left": getattr(result, reading).share_left, "lost": getattr(result, reading).share_lost}
            for reading in READINGS
        }
        for result in results
    }
    grown = [{"pages": state.pages, "rows": state.rows, "bytes": state.size} for state in states]
    return {"papers": rows, "cost": cost, "state": grown, "broken": broken}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.boilerplate", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=7, help="of all that is drawn: words, kinds of boilerplate, places")
    parser.add_argument("--pages", type=int, default=60, help=f"of each publisher, more than {KNOWN}")
    parser.add_argument("--papers", type=int, default=len(TEMPLATES), help="publishers, a template each")
    parser.add_argument(
        "--growth", type=int, default=3, metavar="N", help="publishers that are read four times as long"
    )
    parser.add_argument("--daemon", action="store_true", help="all in one run, and not a run for each crawl")
    parser.add_argument("--each", action="store_true", help="each publisher is to keep the promises")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show what was left, and lost, most often")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
