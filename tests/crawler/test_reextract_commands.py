from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from crawler.once import all_sources, crawl_once
from tests.earlier import LINE, spoil
from tests.publisher import Story, config_for, publish
from tests.site import Site


@dataclass
class Made:
    db: Path
    config: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    with Site({}) as site:
        publish(site, [Story(n) for n in range(6)])
        config = config_for(site)
        crawl_once(folder / "archive.db", config, all_sources(config))
        (folder / "cuttings.toml").write_text(f'[sources.town]\nhome = "{site.url("/")}"\n')
    return Made(folder / "archive.db", folder / "cuttings.toml")


@pytest.fixture
def run(made, tmp_path):
    db = tmp_path / "archive.db"
    shutil.copy(made.db, db)

    def run(*args, status=0, config=made.config):
        done = CliRunner().invoke(main, [*map(str, args), "--db", str(run.db), "--config", str(config)])
        assert done.exit_code == status, done.output
        return done

    run.db, run.config = db, made.config
    return run


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def test_a_dry_run_shows_the_worst_as_diffs_and_the_run_after_it_does_what_was_shown(run):
    spoil(run.db)
    before = hashlib.sha256(run.db.read_bytes()).digest()
    said = run("reextract", "--dry-run").stdout
    assert "would change" in said
    assert "+ title: Council decides on the old mill, part 1" in said
    assert f"- {LINE}" in said
    assert hashlib.sha256(run.db.read_bytes()).digest() == before
    found = json.loads(run("reextract", "--json").stdout)
    assert (found["chosen"], found["left"], found["total"]["changed"], found["total"]["lost"]) == (6, 0, 6, 12)
    assert found["sources"]["town"]["titles"] == 6
    assert found["worst"][0]["before"]["title"].startswith("Old ")
    assert "6 articles are as today's extractor makes them" in run("reextract").stderr


def test_only_what_is_asked_for_is_read(run):
    spoil(run.db)
    assert json.loads(run("reextract", "--since", "2099-01-01", "--json").stdout)["chosen"] == 0
    assert json.loads(run("reextract", "--source", "town", "--since", "3d", "--json").stdout)["chosen"] == 6
    assert json.loads(run("reextract", "--all", "--dry-run", "--json").stdout)["chosen"] == 6


def test_a_source_that_nobody_knows_is_a_wrong_use_and_no_archive_a_failure(run):
    assert "no source of that name" in run("reextract", "--source", "nowhere", status=2).stderr
    assert "no source of that name" in run("rules", "try", "nowhere", "--body", "p", status=2).stderr
    run.db.unlink()
    assert "There is no archive" in run("reextract", status=1).stderr
    assert "There is no archive" in run("rules", "try", "town", "--body", "p", status=1).stderr


def test_rules_are_tried_on_the_stored_pages_and_nothing_is_written(run):
    before = hashlib.sha256(run.db.read_bytes()).digest()
    found = json.loads(run("rules", "try", "town", "--remove", "article p:nth-of-type(3)", "--json").stdout)
    assert (found["pages"], found["unmatched"], found["total"]["changed"], found["total"]["gained"]) == (6, {}, 6, 0)
    assert any("Work is to begin" in line for line in found["worst"][0]["diff"] if line[0] == "-")
    said = run("rules", "try", "town", "--title", "footer", "--limit", "2").stdout
    assert "+ title: All rights reserved" in said
    assert hashlib.sha256(run.db.read_bytes()).digest() == before


@pytest.mark.parametrize(
    ("rule", "nothing", "something"),
    [
        ("body", ".story", "article"),
        ("remove", ".promo", "footer"),
        ("remove", "html", "footer"),  # the page as a whole can't be taken out of itself
        ("title", "h6", "h1"),
        ("author", "h6", ".byline"),
        ("date", ".day", "h1, [property='article:published_time']"),
    ],
)
def test_where_a_selector_finds_nothing_it_is_said(run, rule, nothing, something):
    done = run("rules", "try", "town", f"--{rule}", nothing)
    assert f"--{rule} finds nothing on 6 of 6 pages" in done.stderr
    found = json.loads(run("rules", "try", "town", f"--{rule}", nothing, "--json").stdout)["unmatched"]
    assert list(found) == [rule]
    assert (found[rule]["pages"], len(found[rule]["urls"])) == (6, 6)
    assert json.loads(run("rules", "try", "town", f"--{rule}", something, "--json").stdout)["unmatched"] == {}


def test_rules_are_tried_over_those_that_the_source_has(run, tmp_path):
    config = tmp_path / "cuttings.toml"
    rules = '[[sources.town.rules]]\nremove = "article p:nth-of-type(3)"\n'
    config.write_text(run.config.read_text() + rules)
    found = json.loads(run("rules", "try", "town", "--body", "article", "--json", config=config).stdout)
    assert found["total"]["lost"] == 0, "the paragraph is left out by both"
    found = json.loads(run("rules", "try", "town", "--remove", "", "--json", config=config).stdout)
    assert found["total"]["gained"] > 0
    done = run("reextract", "--json", config=config)
    assert json.loads(done.stdout)["total"]["changed"] == 6, "what is saved holds at the next reextraction"
    done = run("reextract", "--all", config=run.config.parent)
    assert rows(run.db, "SELECT count(*) FROM articles WHERE rules != ''") == [(0,)]


def test_a_selector_that_is_none_is_a_wrong_use_that_says_where(run):
    done = run("rules", "try", "town", "--body", "article", "--remove", "p:::", status=2)
    assert "'--remove'" in done.stderr
    assert "p:::" in done.stderr
    assert "--body" in run("rules", "try", "town", status=2).stderr


def test_pages_made_by_rules_of_a_source_that_is_not_configured_are_left_alone(run, tmp_path):
    with contextlib.closing(sqlite3.connect(run.db)) as connection, connection:
        connection.execute("UPDATE articles SET rules = 'abc', extractor = '0.0'")
    other = tmp_path / "other.toml"
    other.write_text('[sources.other]\nhome = "https://other.example/"\n')
    done = run("reextract", "--all", config=other)
    assert "6 were read by rules of sources that are not configured here" in done.stderr
    assert rows(run.db, "SELECT DISTINCT extractor FROM articles") == [("0.0",)]


def test_what_a_page_would_tell_the_terminal_to_do_is_not_shown(run):
    spoil(run.db)
    with contextlib.closing(sqlite3.connect(run.db)) as connection, connection:
        connection.execute("UPDATE articles SET title = char(27) || '[2J' || title, text = text || char(27) || ']0;x'")
    assert "\x1b" not in run("reextract", "--dry-run").stdout
