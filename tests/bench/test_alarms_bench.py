from __future__ import annotations

from tests.bench import alarms
from tests.bench.watch import measure


def test_faults_of_all_kinds_are_found_and_what_is_none_is_left_alone():
    """The whole of it, 200 sources for 60 days, is ``python -m tests.bench.alarms``."""
    found = alarms.measure(501, sources=24, faults=8, days=22)
    assert found.faults >= 5
    assert found.found >= found.faults - 1
    assert len(found.false) <= 1


def test_a_broken_promise_is_said_and_is_the_exit_status(capsys, monkeypatch):
    deaf = alarms.Score(seed=1, faults=40, found=37, months=400, delays=[1.0])
    monkeypatch.setattr(alarms, "measure", lambda *_: deaf)
    assert alarms.main([]) == 1
    assert "37 of 40 found" in capsys.readouterr().err


def test_a_look_over_many_sources_raises_nothing_and_reads_closely_only_where_there_is_news():
    took = measure(sources=60, days=40)
    assert set(took) == {"first", "nothing new", "all have news", "night"}
