from __future__ import annotations

import pytest
from kept import Kept
from sealed import make


@pytest.fixture
def kept(tmp_path):
    kept = Kept(tmp_path / "archive.db")
    yield kept
    kept.archive.close()


@pytest.fixture(scope="session")
def sealed_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("sealed") / "archive.db"
    make(path)
    return path


@pytest.fixture
def sealed(sealed_once, tmp_path):
    """The archive of sealed.py, of this test alone."""
    path = tmp_path / "archive.db"
    path.write_bytes(sealed_once.read_bytes())
    return path
