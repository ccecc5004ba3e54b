from __future__ import annotations

import shutil

import pytest
from kept import Kept
from paper import Paper
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


@pytest.fixture(scope="session")
def five_weeks(tmp_path_factory):
    """An archive with a source that was watched for so long: from 8 to 17 on all days, two articles each hour."""
    kept = Kept(tmp_path_factory.mktemp("paper") / "archive.db")
    kept.now = kept.now.replace(hour=0)
    paper = Paper(kept, 0)
    for _ in range(35 * 24):
        paper.hour()
    kept.archive.close()
    return kept.path, kept.now, paper.number


@pytest.fixture
def paper(five_weeks, tmp_path):
    path, now, number = five_weeks
    kept = Kept(shutil.copy(path, tmp_path / "paper.db"))
    kept.now = now
    yield Paper(kept, number)
    kept.archive.close()
