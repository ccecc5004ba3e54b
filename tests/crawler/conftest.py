from __future__ import annotations

import pytest

from tests.polite import Clock


@pytest.fixture
def db(tmp_path):
    return tmp_path / "archive.db"


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)
