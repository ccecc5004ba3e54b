"""The gate that holds the extractor's figures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.gate import ROOT, compare


def run(*arguments: str, bench: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.gate", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | {"CUTTINGS_BENCH": str(bench)}, capture_output=True, text=True, check=False
    )


def test_a_figure_under_its_floor_or_missing_is_named() -> None:
    floors = {"a.f1": 0.9, "a.failures": 0.0, "b.f1": 0.8}
    assert compare(floors, {"a.f1": 0.9, "a.failures": 0, "b.f1": 0.8}) == []
    assert compare(floors, {"a.f1": 0.89, "a.failures": 1}) == [
        "a.f1: 0.8900, floor 0.9",
        "a.failures: 1.0000, floor 0.0",
        "b.f1: not measured, floor 0.8",
    ]


def test_without_the_labelled_pages_it_says_that_nothing_was_compared(tmp_path: Path) -> None:
    done = run(bench=tmp_path)
    assert done.returncode == 0
    assert "no figure was compared" in done.stdout


def test_a_floor_is_not_lowered_without_a_reason(tmp_path: Path) -> None:
    done = run("--lower", "fundus.f1=.5", bench=tmp_path)
    assert done.returncode == 2
    assert "--reason" in done.stderr
