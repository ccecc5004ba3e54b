"""A real archive, and Datasette on it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sample_archive import empty, fill

from archive.serve import app


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A filled archive's file."""
    file = tmp_path / "odd ? name #1 100%.db"
    db = empty(file)
    fill(db)
    db.close()
    return file


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
