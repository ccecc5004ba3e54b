from __future__ import annotations

import pytest
from kept import Kept


@pytest.fixture
def kept(tmp_path):
    kept = Kept(tmp_path / "archive.db")
    yield kept
    kept.archive.close()
