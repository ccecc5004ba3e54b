"""A real archive, and Datasette on it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sample_archive import empty, fill

from archive.serve import app


@pytest.fixture(scope="session")
def filled(tmp_path_factory) -> Path:
    """A filled archive's file, to be copied."""
    file = tmp_path_factory.mktemp("filled") / "a.db"
    db = empty(file)
    fill(db)
    db.close()
    return file


@pytest.fixture
def path(filled: Path, tmp_path: Path) -> Path:
    """A filled archive's file."""
    return Path(shutil.copy(filled, tmp_path / "odd ? name #1 100%.db"))


@pytest.fixture
def datasette(path: Path):
    ds = app(path)
    yield ds
    ds.get_database("archive").close()
    ds.executor.shutdown()


@pytest.fixture
def get(datasette):
    """GET a path, and see that the page is there."""

    async def fetch(url: str, status: int = 200, **options):
        response = await datasette.client.get(url, **options)
        assert response.status_code == status, response.text
        return response

    return fetch


@pytest.fixture
def writer(path: Path):
    """Another connection that writes, as the crawler's does."""
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()
