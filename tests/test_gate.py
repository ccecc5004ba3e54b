"""The gate that holds the extractor's figures."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests import gate
from tests.bench.sets import bench_folder

there = pytest.mark.skipif(
    not (bench_folder() / "data").is_dir(), reason="no labelled pages: CUTTINGS_BENCH names their folder"
)


@pytest.fixture
def floors(tmp_path, monkeypatch):
    file = tmp_path / "floors.json"
    file.write_text(json.dumps({"whole": {"a.f1": 0.9}, "sample": {"a.f1": 0.85}, "lowered": []}))
    monkeypatch.setattr(gate, "FLOORS", file)
    return file


@there
def test_every_eighth_labelled_page_holds_its_floors():
    held = json.loads(gate.FLOORS.read_text())["sample"]
    rows = list(gate.compare(held, gate.measure(gate.sample(bench_folder()))))
    assert [row for row in rows if row[3] != "held"] == [], gate.table(rows)


def test_a_figure_under_its_floor_or_missing_is_named():
    floors = {"a.f1": 0.9, "a.failures": 0, "b.f1": 0.8, "a.times_slower": 5.0}
    measured = {"a.f1": 0.89, "a.failures": 1, "a.times_slower": 5.1}
    verdicts = [(name, verdict) for name, _, _, verdict in gate.compare(floors, measured)]
    assert verdicts == [
        ("a.f1", "FELL"),
        ("a.failures", "FELL"),
        ("b.f1", "not measured"),
        ("a.times_slower", "held"),
    ]


def test_refusing_articles_is_held_from_above_and_refusing_other_pages_from_below():
    floors, measured = {"wcxb.refused": 0.01, "other.refused": 0.6}, {"wcxb.refused": 0.02, "other.refused": 0.7}
    assert [row[3] for row in gate.compare(floors, measured)] == ["FELL", "held"]


def test_every_figure_that_is_promised_has_a_floor():
    held = json.loads(gate.FLOORS.read_text())
    whole = set(held["whole"])
    scores = {f"{name}.f1" for name in gate.COST_SETS} | {"other.refused", "fundus.refused", "wcxb.refused"}
    fields = {f"fundus.{key}" for key in ("title", "date", "authors", "tags")}
    fields |= {f"wcxb.{key}" for key in ("title", "date", "authors")}
    failures = {f"{name}.failures" for name in gate.SETS}
    slower = {f"{name}.times_slower" for name in (*gate.COST_SETS, "all")}
    assert whole == scores | fields | failures | slower
    assert set(held["sample"]) == whole - slower
    assert [held["whole"][name] for name in sorted(failures)] == [0] * len(failures)


def test_without_the_labelled_pages_it_says_that_nothing_was_compared(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CUTTINGS_BENCH", str(tmp_path))
    assert gate.main([]) == 0
    assert "no figure was compared" in capsys.readouterr().out


def test_a_floor_is_not_lowered_without_a_reason(floors, capsys):
    before = floors.read_text()
    with pytest.raises(SystemExit, match="2"):
        gate.main(["--lower", "a.f1=.5"])
    assert "--reason" in capsys.readouterr().err
    assert floors.read_text() == before


@pytest.mark.parametrize(("name", "group"), [("a.f1", "whole"), ("sample.a.f1", "sample")])
def test_a_lowered_floor_is_kept_with_what_it_was_and_why(floors, name, group):
    was = json.loads(floors.read_text())[group]["a.f1"]
    assert gate.main(["--lower", f"{name}=.5", "--reason", "the gold was mended"]) == 0
    held = json.loads(floors.read_text())
    assert held[group]["a.f1"] == 0.5
    assert held["lowered"] == [{"floor": name, "from": was, "to": 0.5, "reason": "the gold was mended"}]


@pytest.mark.parametrize("wish", ["a.f2=.5", "a.f1=.95", "a.f1=much"])
def test_only_a_known_floor_is_lowered_and_only_to_less(floors, wish):
    with pytest.raises(SystemExit, match="2"):
        gate.main(["--lower", wish, "--reason", "why not"])


def test_raising_follows_the_figures_less_a_margin_and_never_goes_back():
    floors = {"a.f1": 0.9, "b.f1": 0.9, "a.refused": 0.01, "a.failures": 0, "a.times_slower": 2.0, "c.f1": 0.7}
    measured = {"a.f1": 0.9512, "b.f1": 0.89, "a.refused": 0.0, "a.failures": 3, "a.times_slower": 4.0}
    assert gate.raised(floors, measured, 0.003) == {
        "a.f1": 0.948,
        "b.f1": 0.9,
        "a.refused": 0.003,
        "a.failures": 0,
        "a.times_slower": 3.8,
        "c.f1": 0.7,
    }
    for name, most in (("all.times_slower", gate.BAR), ("a.times_slower", gate.OF_A_SET)):
        assert gate.raised({name: 4.0}, {name: 9.0}, 0.003) == {name: most}


def test_the_cost_is_that_of_all_pages_once(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(gate.time, "process_time", lambda: clock.now)
    theirs = iter([6.0, 8.0])

    def ours(*_):
        clock.now += 2.0

    def peer(*_):
        clock.now += next(theirs)

    pairs = gate.spent(ours, peer, [("<p>", None), ("<b>", None)])
    assert pairs == [(2.0, 6.0), (2.0, 8.0)]
    assert gate.times_slower(pairs) == (6.0 + 8.0) / 4


def test_of_a_page_the_least_of_all_passes_counts():
    assert gate.least([[(1.0, 9.0), (2.0, 8.0)], [(2.0, 7.0), (1.5, 9.0)]]) == [(1.0, 7.0), (1.5, 8.0)]
