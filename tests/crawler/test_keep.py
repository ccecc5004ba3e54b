from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.daemon import only_one

SAMPLE = Path(__file__).parents[1] / "archive" / "first-version.db.gz"


@pytest.fixture
def db(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return path


def run(*arguments: object):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_a_sound_archive_is_said_to_be_sound(db):
    result = run("check", "--db", db)
    assert result.exit_code == 0
    assert "Nothing is wrong" in result.stderr
    assert "17 articles" in result.stderr
    found = json.loads(run("check", "--db", db, "--quick", "--json").stdout)
    assert (found["problems"], found["quick"], found["tables"]["articles"]) == ([], True, 17)


def test_what_is_wrong_is_said_and_ends_with_status_1(db):
    connection = sqlite3.connect(db)
    connection.execute("UPDATE links SET state = 'odd' WHERE id = 1")
    connection.commit()
    connection.close()
    result = run("check", "--db", db)
    assert result.exit_code == 1
    assert "Link 1 (" in result.stdout
    result = run("check", "--db", db, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0] | {"sentence": ""} == {
        "what": "queue",
        "sentence": "",
        "table": "links",
        "id": 1,
    }


def test_a_backup_is_made_and_restored(db, tmp_path):
    copy = tmp_path / "copy.db"
    result = run("backup", copy, "--db", db)
    assert (result.exit_code, "17 articles, checked" in result.stderr) == (0, True)
    result = run("backup", copy, "--db", db)
    assert (result.exit_code, "--force" in result.stderr) == (1, True)
    assert json.loads(run("backup", copy, "--db", db, "--force", "--json").stdout)["tables"]["articles"] == 17
    result = run("restore", copy, "--db", db)
    assert (result.exit_code, "--force" in result.stderr) == (1, True)
    result = run("restore", copy, "--db", db, "--force")
    assert (result.exit_code, f"{db}.before-restore" in result.stderr) == (0, True)
    result = run("restore", copy, "--db", tmp_path / "new.db", "--json")
    assert json.loads(result.stdout)["before"] is None
    assert run("check", "--db", tmp_path / "new.db").exit_code == 0


def test_nothing_is_restored_under_a_daemon(db, tmp_path):
    copy = tmp_path / "copy.db"
    run("backup", copy, "--db", db)
    with only_one(db):
        result = run("restore", copy, "--db", db, "--force")
    assert result.exit_code == 1
    assert "A daemon already works on" in result.stderr
    assert not Path(f"{db}.before-restore").exists()


def test_a_backup_that_is_not_there_is_a_wrong_use(db, tmp_path):
    assert run("restore", tmp_path / "none.db", "--db", tmp_path / "new.db").exit_code == 2
    assert run("backup", tmp_path / "copy.db", "--db", tmp_path / "none.db").exit_code == 1
