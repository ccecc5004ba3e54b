"""``cuttings boilerplate`` lists what was learned, and keeps a person's word on it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from archive.database import connect
from archive.dedupe import mark
from archive.rows import insert
from crawler.cli import main
from crawler.once import all_sources, crawl_once
from tests.publisher import Story, config_for, publish
from tests.site import Site

NOTICE = "Glimo ratesu prador, fen vokelo."


@pytest.fixture
def run(db):
    def run(*args: str):
        return CliRunner().invoke(main, ["boilerplate", *args, "--db", str(db)])

    return run


@pytest.fixture
def learned(db):
    """An archive that has learned one notice, and seen a sentence twice."""
    from datetime import UTC, datetime

    from archive.store import Archive

    at = "2026-11-24T12:00:00Z"
    with Archive(db) as archive:
        archive.add_source("herald", "https://herald.example/", datetime(2026, 11, 24, tzinfo=UTC))
    connection = connect(db)
    shared = {"source": "herald", "first_seen": at, "last_seen": at}
    insert(connection, "boilerplate", kind="text", state="learned", sample=NOTICE, pages=9, mark=1, **shared)
    insert(connection, "boilerplate", kind="text", sample="Ke lo.", pages=2, mark=2, **shared)
    connection.commit()
    yield connection
    connection.close()


def test_what_was_learned_is_listed_with_pages_and_days(run, learned):
    result = run()
    assert result.exit_code == 0
    assert NOTICE in result.output
    assert "2026-11-24" in result.output
    assert "Ke lo" not in result.output
    assert "Ke lo" in run("herald", "--all").output


def test_a_list_for_machines_has_the_counts(run, learned):
    (row,) = json.loads(run("list", "herald", "--json").output)
    assert (row["sample"], row["pages"], row["state"]) == (NOTICE, 9, "learned")


def test_keep_and_drop_are_noted_and_taken_back(run, learned):
    assert run("keep", "1").exit_code == 0
    assert "keep" in run().output
    assert run("drop", "1", "2").exit_code == 0
    assert [row["ruling"] for row in json.loads(run("--json").output)] == ["drop", "drop"]
    assert run("undo", "1", "2").exit_code == 0
    assert [row["ruling"] for row in json.loads(run("--json").output)] == [""]


def test_a_number_that_is_not_there_is_said(run, learned):
    result = run("drop", "77")
    assert result.exit_code == 1
    assert "77" in result.output


def test_a_source_that_is_not_there_is_said(run, learned):
    result = run("nobody")
    assert result.exit_code == 1
    assert "no source 'nobody'" in result.output


def test_an_empty_list_says_what_it_takes(run, db, learned):
    learned.execute("DELETE FROM boilerplate")
    learned.commit()
    assert "more than one crawl" in run().output


def test_explain_says_what_was_left_out_of_a_stored_page_because_the_site_repeats_it(db):
    story = Story(1)
    with Site() as site:
        publish(site, [story])
        crawl_once(db, config_for(site), all_sources(config_for(site)))
    shared = {"source": "town", "kind": "text", "ruling": "drop", "pages": 2, "first_seen": "", "last_seen": ""}
    connection = connect(db)
    insert(connection, "boilerplate", sample=story.paragraphs[2], mark=mark(story.paragraphs[2]), **shared)
    connection.commit()
    connection.close()
    shown = CliRunner().invoke(main, ["explain", site.url(story.path), "--db", str(db)]).output
    (line,) = [line for line in shown.splitlines() if "site:text" in line]
    assert "Residents of Arar" in line
