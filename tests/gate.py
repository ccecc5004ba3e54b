"""The gate: the extractor's figures on the labelled pages, held to the floors in ``floors.json``.

    python -m tests.gate                       # compare; exit status 1 if a figure fell
    python -m tests.gate --lower fundus.f1=.95 --reason "the gold of … was mended"

The labelled pages are not in this repository: they belong to their publishers. ``CUTTINGS_BENCH`` names their
folder, ``../shared/bench`` where it is not set; without them there is nothing to hold, and the gate says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).parent.parent


def main() -> int:
    """Score the labelled sets and compare; 0 if every figure is held, 1 if one fell, 2 on bad usage."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--lower", metavar="SET.FIGURE=VALUE", help="lower one floor, with --reason")
    cli.add_argument("--reason", default="")
    args = cli.parse_args()
    floors = json.loads(FLOORS.read_text("utf-8"))
    if args.lower:
        if not args.reason.strip():
            cli.error("a floor is lowered with --reason alone: say why the figure may be worse")
        name, _, value = args.lower.partition("=")
        if name not in floors["floors"]:
            cli.error(f"there is no floor {name}; known: {', '.join(floors['floors'])}")
        floors["lowered"].append({"floor": name, "from": floors["floors"][name], "reason": args.reason})
        floors["floors"][name] = float(value)
        FLOORS.write_text(json.dumps(floors, indent=2) + "\n", "utf-8")
        return 0
    bench = Path(os.environ.get("CUTTINGS_BENCH", ROOT / ".." / "shared" / "bench"))
    if not (bench / "score.py").is_file():
        sys.stdout.write(f"No labelled pages in {bench}: no figure was compared.\n")
        return 0
    fallen = compare(floors["floors"], measure(bench))
    sys.stdout.write("".join(f"{line}\n" for line in fallen) or "Every figure is held.\n")
    return 1 if fallen else 0


def measure(bench: Path) -> dict[str, float]:
    """``set.figure`` → value, as the folder's own ``score.py`` finds them."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "figures.json")
        sets = "fundus,wcxb,trafilatura,readability,other"
        command = [sys.executable, str(bench / "score.py"), "--sets", sets, "--json", str(out)]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        scored = json.loads(out.read_text("utf-8"))
    return {f"{key.split()[0]}.{name}": value for key, row in scored.items() for name, value in row.items()}


def compare(floors: dict[str, float], figures: dict[str, float]) -> list[str]:
    """A line for each figure under its floor, or missing; ``failures`` are held from above."""
    fallen = []
    for name, floor in floors.items():
        value = figures.get(name)
        worse = value is None or (value > floor if name.endswith(".failures") else value < floor)
        if worse:
            fallen.append(f"{name}: {'not measured' if value is None else f'{value:.4f}'}, floor {floor}")
    return fallen


if __name__ == "__main__":
    sys.exit(main())
