from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.times import latest


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)),
        ("2028-02", datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)),
        ("9999-12", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-24T08:15Z", datetime(2026, 11, 24, 8, 15, tzinfo=UTC)),
    ],
)
def test_the_latest_that_a_cut_date_can_mean_is_its_end(text, at):
    assert latest(text) == at
