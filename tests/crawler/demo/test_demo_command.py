from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from archive.store import Archive
from crawler.demo import month
from crawler.demo.library import publishers
from crawler.demo.month import EVENINGS, FIRST, PAPER, SECOND
from tests.live import until

TABLES = (
    "boilerplate",
    "replaced",
    "alarms",
    "articles",
    "revisions",
    "snapshots",
    "links",
    "feeds",
    "authors",
    "tags",
    "article_tags",
    "dictionaries",
)


def demo(folder, *args, status=0):
    return run(folder, "demo", *args, status=status)


def run(folder, *args, status=0):
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    command = [sys.executable, "-m", "crawler", *args]
    env["PYTHONPATH"] = str(Path.cwd())
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr.decode()
    if status:
        return done.stderr
    assert done.stderr == b""
    return done.stdout


def rows(folder, sql):
    with contextlib.closing(sqlite3.connect(folder / "demo.db")) as db:
        return db.execute(sql).fetchall()


def counts(folder):
    return {name: rows(folder, f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}


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
    kept = {(source, title): text for source, title, text in rows(folder, "SELECT source, title, text FROM articles")}
    truth = [(p.name, s.correction or s) for p in publishers() for s in p.stories if s.later <= 1]
    assert {(name, story.title) for name, story in truth} == set(kept)
    for name, story in truth:
        assert kept[name, story.title] == story.text


def test_the_village_papers_notices_are_learned_from_its_pages_alone(played):
    folder, report = played
    says = {publisher.name: publisher.says for publisher in publishers()}[PAPER]
    listed = {row["sample"]: row for row in report["learning"]["boilerplate"]}
    assert {says["hen"], says["tannery"]} <= listed.keys()
    for notice in (says["hen"], says["tannery"]):
        row = listed[notice]
        assert (row["source"], row["state"], row["ruling"]) == (PAPER, "learned", "")
        assert row["pages"] >= 10  # counted now and then, not at each page
        assert row["first_seen"] < row["learned"]
    assert not rows(folder, f"SELECT 1 FROM articles WHERE instr(text, '{says['hen']}') LIMIT 1")
    assert {"site:text", "site:headline"} <= {reason for reason, _, _ in report["stripped"]}


def test_articles_stored_before_that_are_cleaned_of_it_and_what_they_were_is_kept(played):
    folder, report = played
    says = {publisher.name: publisher.says for publisher in publishers()}[PAPER]
    truth = {story.title: story.text for one in publishers() if one.name == PAPER for story in one.stories}
    cleaned = report["learning"]["cleaned"]
    learned = min(row["learned"] for row in report["learning"]["boilerplate"])
    assert cleaned
    for one in cleaned:
        assert one["seen_before"] < learned <= one["at"]
        assert one["after"] == truth[one["title"]]
        assert says["hen"] in one["before"]
        assert one["words_removed"] >= len(says["hen"].split())
        assert one["words_added"] == 0
    before = {text for (text,) in rows(folder, "SELECT text FROM replaced")}
    assert {one["before"] for one in cleaned} <= before
    assert rows(folder, "SELECT sum(looked), sum(changed) FROM reextractions") == [(len(cleaned), len(cleaned))]
    assert not rows(folder, "SELECT 1 FROM replaced WHERE reextraction IS NULL")


def test_cleaning_is_no_revision_and_a_correction_is_one_with_its_words(played):
    folder, report = played
    changes = {(one["kind"], one["title"]): one for one in report["learning"]["revisions"]}
    corrected = next(story.correction for one in publishers() for story in one.stories if story.correction)
    correction = changes["correction", corrected.title]
    assert correction["after"] == corrected.text != correction["before"]
    assert correction["words_added"] > correction["words_removed"] > 0
    assert {kind for kind, _ in changes} == {"correction", "removed"}
    assert not rows(folder, f"SELECT 1 FROM articles WHERE source = '{PAPER}' AND revision > 1")


def test_an_alarm_tells_by_which_figures_the_paper_is_not_what_it_was(played):
    _, report = played
    (alarm,) = report["learning"]["alarms"]
    assert (alarm["source"], alarm["kind"], alarm["ended"]) == (PAPER, "drift", None)
    assert alarm["began"][:10] == "2026-11-11"
    figures = {figure["figure"]: figure for figure in alarm["evidence"]["figures"]}
    assert figures["length"]["now"] < figures["length"]["usual"]


def test_each_of_them_is_shown_with_the_command_that_shows_it(played):
    folder, report = played
    said = demo(folder).decode()
    for table in ("boilerplate", "replaced", "revisions", "alarms"):
        assert f"See the table {table} in Datasette" in said
    assert report["learning"]["alarms"][0]["sentence"] in said
    assert "[-fifty-one-]{+forty-nine+}" in said
    commands = [line.split()[1:] for line in said.splitlines() if line.startswith("  cuttings ")]
    assert [command[0] for command in commands] == ["boilerplate", "explain", "history", "alarms"]
    for command in commands:
        assert run(folder, *command)


def test_the_months_time_is_the_publishers_and_not_the_machines(played):
    folder, report = played
    assert [look["at"][:10] for look in report["looks"]] == [f"{at:%Y-%m-%d}" for at in (*EVENINGS, FIRST, SECOND)]
    assert rows(folder, "SELECT count(DISTINCT substr(started, 1, 10)) FROM runs")[0][0] == len(EVENINGS) + 1
    for moment in ("first_seen", "last_seen"):
        ((first, last),) = rows(folder, f"SELECT min({moment}), max({moment}) FROM articles")
        assert "2026-10-18" <= first <= last < "2026-11-13"


def test_played_anew_it_gives_the_same(played, tmp_path):
    _, report = played
    again = json.loads(demo(tmp_path, "--json"))
    for part in ("rows", "stripped", "refused"):
        assert again[part] == report[part]
    assert told(again["learning"]) == told(report["learning"])


def told(learning):
    """What is learned, without the numbers that rows get as their pages happen to come, and the second of the day."""
    text = re.sub(r"T\d\d:\d\d:\d\dZ", "", json.dumps(learning, sort_keys=True))
    return re.sub(r'"(id|slot|steady|since|latest|run)": \d+', "", text)


def test_what_was_interrupted_goes_on_where_it_was(played, tmp_path):
    db = tmp_path / "demo.db"
    command = [sys.executable, "-m", "crawler", "demo"]
    env = os.environ | {"PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        until(lambda: db.exists() and article_count(tmp_path) > 6)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 1
    seen = article_count(tmp_path)
    left = month.left(db)
    assert left[-2:] == (FIRST, SECOND)
    assert left[0] > EVENINGS[1]
    demo(tmp_path)
    assert seen < article_count(tmp_path)
    some = ("articles", "boilerplate", "alarms", "revisions")
    assert {name: counts(tmp_path)[name] for name in some} == {name: counts(played[0])[name] for name in some}


def article_count(folder):
    with contextlib.suppress(sqlite3.OperationalError):  # its tables are not all made
        return rows(folder, "SELECT count(*) FROM articles")[0][0]
    return 0


def test_an_archive_of_something_else_is_left_alone(tmp_path):
    with Archive(tmp_path / "demo.db") as archive:
        archive.add_source("paper.example", "https://paper.example/", EVENINGS[0])
    before = (tmp_path / "demo.db").read_bytes()
    assert b"paper.example is kept in it" in demo(tmp_path, status=1)
    assert (tmp_path / "demo.db").read_bytes() == before


def test_an_archive_of_a_demo_without_the_village_paper_is_left_alone(tmp_path):
    with Archive(tmp_path / "demo.db") as archive:
        archive.add_source("courier", "http://127.0.0.1:8730/", EVENINGS[0])
    assert b"an earlier version" in demo(tmp_path, status=1)


def test_the_demo_run_again_adds_nothing(played):
    folder, _ = played
    before = counts(folder)
    assert b"nothing new" in demo(folder) or b"unchanged" in demo(folder)
    assert counts(folder) == before
