from __future__ import annotations

import gzip
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.check import check
from archive.verify import verify
from crawler.cli import main
from crawler.lock import only_one

SAMPLE = Path(__file__).parents[1] / "archive" / "first-version.db.gz"


@pytest.fixture
def db(tmp_path):
    """An archive of the first version."""
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return path


def run(*arguments: object):
    return CliRunner().invoke(main, list(map(str, arguments)))


def litter(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("CREATE TABLE litter (x)")
        connection.execute("INSERT INTO litter VALUES (?)", [random.Random(1).randbytes(3_000_000)])
        connection.execute("DROP TABLE litter")
        connection.commit()


def test_an_archive_of_the_first_version_is_compacted_and_stays_sound(db):
    litter(db)
    size = db.stat().st_size
    result = run("compact", "--db", db)
    assert result.exit_code == 0, result.output
    assert "20 pages were looked at" in result.stdout
    assert db.stat().st_size < size - 2_500_000
    assert (check(db).problems, verify(db).problems) == ((), ())


def test_before_and_after_are_said_as_json(db):
    found = json.loads(run("compact", "--db", db, "--json", "--level", 19).stdout)
    assert (found["looked"], found["left"], found["damaged"]) == (20, 0, 0)
    assert found["after"]["pages"] <= found["before"]["pages"]
    again = json.loads(run("compact", "--db", db, "--json").stdout)
    assert (again["looked"], again["done"]) == (0, 20)


def test_a_dry_run_changes_nothing(db):
    run("status", "--db", db)  # brings it up to date
    before = db.read_bytes()
    result = run("compact", "--db", db, "--dry-run")
    assert (result.exit_code, "would be made smaller" in result.stdout) == (0, True)
    assert db.read_bytes() == before


def test_beside_a_daemon_the_file_is_not_written_anew(db):
    litter(db)
    with only_one(db):
        result = run("compact", "--db", db)
        assert result.exit_code == 0
        assert "stop the daemon" in result.stderr
        result = run("compact", "--db", db, "--rebuild")
        assert (result.exit_code, "Stop it first" in result.stderr) == (1, True)


def test_a_damaged_page_is_named_for_what_it_is_and_ends_with_status_1(db):
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("UPDATE snapshots SET body = x'00' WHERE id = 2")
        connection.commit()
    result = run("compact", "--db", db)
    assert (result.exit_code, "damaged and stay as they are: 1" in result.stderr) == (1, True)


def test_no_archive_and_no_such_level_are_said(db, tmp_path):
    assert run("compact", "--db", tmp_path / "none.db").exit_code == 1
    assert run("compact", "--db", db, "--level", 23).exit_code == 2


def test_no_bar_is_drawn_into_a_pipe(db):
    command = [sys.executable, "-m", "crawler", "compact", "--db", db]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "\x1b" not in done.stdout + done.stderr
    assert "compressing" not in done.stderr


def test_sizes_say_what_the_file_is_made_of_by_article(db):
    found = json.loads(run("status", "--sizes", "--json", "--db", db).stdout)
    parts = {part["name"]: part["bytes"] for part in found["parts"] if not part["of"]}
    assert sum(parts.values()) == found["bytes"]
    assert {"text", "search", "raw pages", "indexes", "queue and log"} <= set(parts)
    assert "bytes an article" in run("status", "--sizes", "--db", db).stdout


def test_sizes_are_said_without_dbstat_too(db, monkeypatch):
    from archive import sizes

    monkeypatch.setattr(sizes, "_has_dbstat", lambda _db: False)
    result = run("status", "--sizes", "--db", db)
    assert "without dbstat" in result.stdout
    found = json.loads(run("status", "--sizes", "--json", "--db", db).stdout)
    assert sum(part["bytes"] for part in found["parts"] if not part["of"]) == found["bytes"]
