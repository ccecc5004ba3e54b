from __future__ import annotations

from tests.bench.hour import Hour
from tests.bench.hour_promises import judge


def test_a_minute_with_a_web_of_misbehaving_sites_loses_and_hangs_nothing(tmp_path):
    """The whole hour is ``python -m tests.bench.hour``."""
    report = judge(Hour(tmp_path, minutes=0.9, tell=print).run())
    assert report["broken"] == []
