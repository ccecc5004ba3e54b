from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.demo.library import publishers

TABLES = ("articles", "revisions", "snapshots", "links", "feeds", "authors", "tags", "article_tags", "dictionaries")


def demo(folder, *args):
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    command = [sys.executable, "-m", "crawler", "demo", *args]
    env["PYTHONPATH"] = str(Path.cwd())
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout


def counts(folder):
    with contextlib.closing(sqlite3.connect(folder / "demo.db")) as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, json.loads(demo(folder, "--json"))


def test_the_demo_keeps_every_article_whole_and_no_boilerplate(played):
    _, report = played
    assert sum(row["articles"] for row in report["rows"]) >= 40
    assert len(report["rows"]) >= 3
    assert [(row["missing"], row["left"]) for row in report["rows"]] == [(0, 0)] * len(report["rows"])
    assert report["problems"] == []


def test_the_demo_shows_a_change_a_deletion_a_duplicate_and_pages_that_are_no_articles(played):
    _, report = played
    for column in ("changed", "removed", "duplicates", "refused"):
        assert sum(row[column] for row in report["rows"]) >= 1
    assert {"robots", "not-an-article"} <= {reason for _, reason, _ in report["refused"]}
    assert len(report["stripped"]) >= 10


def test_the_texts_in_the_archive_are_the_publishers_to_the_letter(played):
    folder, _ = played
    with contextlib.closing(sqlite3.connect(folder / "demo.db")) as db:
        kept = {(source, title): text for source, title, text in db.execute("SELECT source, title, text FROM articles")}
    truth = [(p.name, s.correction or s) for p in publishers() for s in p.stories if s.later <= 1]
    assert {(name, story.title) for name, story in truth} == set(kept)
    for name, story in truth:
        assert kept[name, story.title] == story.text


def test_the_demo_run_again_adds_nothing(played):
    folder, _ = played
    before = counts(folder)
    assert b"nothing new" in demo(folder) or b"unchanged" in demo(folder)
    assert counts(folder) == before
