"""Alarms in 60 days: python -m tests.bench.alarms [--seeds 1,2,3] [--sources 200] [--faults 40] [--json].

Invented publishers of many rhythms (tests/bench/alarm_world.py) are watched for four weeks and then for 60 days, with
holidays, outages, growth and the like, while faults of all kinds befall some of them. Printed is how many faults were
found within a day of the source's own rhythm after the first request or article that they touched, and how many alarms
were false. Such a day is of 24 hours, or twice the source's longest pause in the four weeks before, and for a drift at
least as long as ten articles take. The country's holidays are not counted, nor the hours in which our own daemon or
network was down.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field

from tests.bench import alarm_run
from tests.bench.alarm_run import Noticed
from tests.bench.alarm_world import DAYS, Fault, Span, World, build
from tests.bench.rhythms import BEFORE, DAY

FOUND, FALSE = 0.95, 1.0
"""Share of faults to be found, and false alarms allowed in 100 source-months."""
AFTERMATH = 3 * DAY
"""Hours after a fault in which another alarm of its source is its doing; or two days of its own rhythm."""


@dataclass(slots=True)
class Score:
    """Of one seed."""

    seed: int
    faults: int = 0
    found: int = 0
    months: float = 0.0
    false: list[Noticed] = field(default_factory=list)
    late: list[tuple[Fault, float]] = field(default_factory=list)
    """Not found within its source's own day, and after how many hours it was."""
    delays: list[float] = field(default_factory=list)
    """In days of the source's own rhythm."""
    hours: dict[str, list[float]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """False alarms in 100 source-months."""
        return 100 * len(self.false) / self.months


def score(world: World, noticed: list[Noticed], seed: int, end: float = DAYS * DAY) -> Score:
    faults = [fault for fault in world.faults if fault.effect < end - fault.own_day]
    result = Score(seed, len(faults))
    sources = {source.name: source for source in world.sources}
    for fault in faults:
        first = fault.begin if fault.kind == "drift" else fault.effect  # pages published before it are read after it
        times = [
            it.at
            for it in noticed
            if (it.source, it.kind) == (fault.source, fault.kind) and first <= it.at <= fault.end + DAY
        ]
        found = min(times, default=math.inf)
        away = world.down + world.cut_off + world.holidays[sources[fault.source].country]
        delay = found - fault.effect - sum(_overlap(span, (fault.effect, found)) for span in away)
        result.hours.setdefault(fault.kind, []).append(delay)
        result.delays.append(delay / fault.own_day)
        if delay <= fault.own_day:
            result.found += 1
        else:
            result.late.append((fault, delay))
    for it in noticed:
        source = sources[it.source]
        fault = source.fault
        hit = fault and fault.begin <= it.at <= fault.end + max(AFTERMATH, 2 * fault.own_day)
        if not hit and not any(begin <= it.at <= finish for begin, finish in source.changes):
            result.false.append(it)
    watched = (min(source.removed, end) - max(source.added, -BEFORE) for source in world.sources)
    result.months = sum(max(0.0, hours) for hours in watched) / (30 * DAY)
    return result


def _overlap(one: Span, other: Span) -> float:
    """Hours that two spans have in common."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


def measure(seed: int, sources: int = 200, faults: int = 40, days: float = DAYS) -> Score:
    world = build(seed, sources, faults, days)
    return score(world, alarm_run.run(world, seed, days * DAY), seed, days * DAY)


def main(arguments: list[str]) -> int:
    """Print the figures; 1 if a promise does not hold."""
    options = _parser().parse_args(arguments)
    results, broken = [], []
    for seed in options.seeds:
        found = measure(seed, options.sources, options.faults)
        results.append(found)
        if found.found < FOUND * found.faults:
            broken.append(f"seed {seed}: {found.found} of {found.faults} found")
        if found.rate > FALSE:
            broken.append(f"seed {seed}: {found.rate:.2f} false alarms in 100 source-months")
        if not options.json:
            _show(found, details=options.details)
    if options.json:
        json.dump({"results": [_plain(each) for each in results], "broken": broken}, sys.stdout, indent=1)
    elif len(results) > 1:
        false, months = sum(len(r.false) for r in results), sum(r.months for r in results)
        print(
            f"all: {sum(r.found for r in results)} of {sum(r.faults for r in results)} found,"
            f" {100 * false / months:.2f} false alarms in 100 source-months"
        )
    for what in broken:
        print(what, file=sys.stderr)
    return int(bool(broken))


def _plain(it: Score) -> dict[str, object]:
    return {
        "seed": it.seed,
        "faults": it.faults,
        "found": it.found,
        "source_months": round(it.months, 1),
        "false": len(it.false),
        "false_in_100_source_months": round(it.rate, 2),
        "median_delay_in_own_days": round(statistics.median(it.delays), 3),
        "median_hours": {kind: round(statistics.median(hours), 1) for kind, hours in sorted(it.hours.items())},
    }


def _show(it: Score, *, details: bool) -> None:
    plain = _plain(it)
    kinds = ", ".join(f"{kind} {hours} h" for kind, hours in plain["median_hours"].items())
    print(
        f"seed {it.seed}: {it.found} of {it.faults} found, {len(it.false)} false in {it.months:.0f} source-months"
        f" ({it.rate:.2f} in 100); delays in own days: median {statistics.median(it.delays):.2f}; {kinds}"
    )
    if details:
        for fault, delay in it.late:
            print(f"   late: {fault.source} {fault.kind} {fault.what}: {delay:.0f} h, own day {fault.own_day:.0f} h")
        for kind, number in Counter(each.kind for each in it.false).items():
            print(f"   false: {number} {kind}")
        for each in it.false:
            print(f"     {each.source} {each.kind} on day {each.at / DAY:.1f}: {each.sentence}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.alarms", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--details", action="store_true", help="what was late, and what was false")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
