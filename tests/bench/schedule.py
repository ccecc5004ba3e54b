"""When to look again, beside other programs' rules: python -m tests.bench.schedule [--seeds 11,12,13] [--json].

Invented publishers (tests/bench/rhythms.py) are watched for 60 days by our schedule, at a fixed interval, by Miniflux's
entry_frequency and by StormCrawler's adaptive rule, with as many requests each; and articles that are edited
(tests/bench/corrections.py) are looked at again by our schedule and by NewsDiffs' tiers. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import timedelta

from config.models import Schedule
from config.values import duration
from tests.bench import listings, revisits
from tests.bench.corrections import desks
from tests.bench.listings import Score
from tests.bench.revisits import Catch
from tests.bench.rhythms import TUNED, UNSEEN, publishers

SETS = {"all": TUNED | UNSEEN, "tuned": TUNED, "unseen": UNSEEN}


def main(arguments: list[str]) -> int:
    """Print the tables; 1 if a promise does not hold."""
    options = _parser().parse_args(arguments)
    schedule = Schedule(fastest=duration(options.fastest), slowest=timedelta(days=1))
    results, broken = [], []
    for seed in options.seeds:
        made = publishers(seed, options.sources, options.days, SETS[options.families])
        scores = listings.compare(made, options.days, schedule)
        catches = revisits.compare(desks(seed, options.sources // 5, 30, options.days), options.days)
        broken += [f"seed {seed}: {what}" for what in failings(scores) + shortfalls(catches)]
        results.append({"seed": seed, "listings": _plain(scores), "revisits": _plain(catches)})
        if not options.json:
            print(f"\nseed {seed}: {len(made)} publishers, {options.days:g} days")
            _show(scores, options.sources * options.days)
            _show_catches(catches)
    if options.json:
        json.dump({"results": results, "broken": broken}, sys.stdout, indent=1)
    for what in broken:
        print(what, file=sys.stderr)
    return int(bool(broken))


def failings(scores: list[Score]) -> list[str]:
    """Where another policy, with as many requests, is as good as ours or better."""
    mine, *others = scores
    told = [f"{other.policy} had fewer requests than ours" for other in others if other.requests < mine.requests]
    told += [
        f"{figure}: ours {getattr(mine, figure):.2f} min, {other.policy} {getattr(other, figure):.2f}"
        for other in others
        for figure in ("median", "p95")
        if getattr(mine, figure) >= getattr(other, figure)
    ]
    return told


def shortfalls(catches: list[Catch]) -> list[str]:
    """Where NewsDiffs' tiers catch more by as many requests, or more in all, or as much by a request."""
    mine, tiers, stretched = catches
    told = []
    if stretched.requests < mine.requests or stretched.caught >= mine.caught:
        told.append(f"{stretched.caught} changes caught by {stretched.requests} requests, ours {mine.caught}")
    if mine.caught < tiers.caught:
        told.append(f"{mine.caught} changes caught, the tiers {tiers.caught}")
    if mine.per_request <= tiers.per_request:
        told.append(f"{mine.per_request:.4f} changes a request, the tiers {tiers.per_request:.4f}")
    return told


def _plain(rows: list[Score] | list[Catch]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def _show(scores: list[Score], looks: float) -> None:
    print(
        f"{'policy':14}{'knob':20}{'requests':>9}{'a day':>7}{'median':>9}{'95 %':>9}{'mean':>8}{'lost':>7}  (minutes)"
    )
    for s in scores:
        rate = s.requests / looks
        print(f"{s.policy:14}{s.knob:20}{s.requests:9}{rate:7.1f}{s.median:9.2f}{s.p95:9.2f}{s.mean:8.1f}{s.lost:7}")
    print(f"\n{'rhythm':14}" + "".join(f"{s.policy:>16}" for s in scores) + "  median / 95 %")
    for family in scores[0].families:
        cells = (f"{median:.0f} / {p95:.0f}" for median, p95 in (s.families[family] for s in scores))
        print(f"{family:14}" + "".join(f"{cell:>16}" for cell in cells))


def _show_catches(catches: list[Catch]) -> None:
    print(f"\n{'revisits':14}{'knob':20}{'requests':>9}{'caught':>9}{'caught by 100 requests':>24}")
    for c in catches:
        print(f"{c.policy:14}{c.knob:20}{c.requests:9}{c.caught:9}{100 * c.per_request:24.2f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.schedule", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[11])
    parser.add_argument("--sources", type=int, default=210, help="as many of each rhythm")
    parser.add_argument("--days", type=float, default=60)
    parser.add_argument("--fastest", default="5m", help="our schedule's setting, from which the requests follow")
    parser.add_argument("--families", choices=SETS, default="all")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
