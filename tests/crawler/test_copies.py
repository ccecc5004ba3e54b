from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.publisher import Story, publish
from tests.site import Site


@pytest.fixture
def run(tmp_path):
    """Runs the real command in a folder of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    env |= {"CUTTINGS_ALLOW_PRIVATE": "true", "CUTTINGS_POLITENESS__DELAY": "0", "PYTHONPATH": str(Path.cwd())}

    def run(*args, status=0):
        command = [sys.executable, "-m", "crawler", *map(str, args)]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, timeout=60, check=False)
        assert done.returncode == status, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done

    return run


def test_copies_lists_who_ran_a_text_and_shows_what_they_changed(run):
    with Site({}) as agency, Site({}) as paper:
        publish(agency, [Story(1), Story(2)])
        publish(paper, [Story(1, "The paper has one more sentence of its own.")])
        run("crawl", agency.url("/feed.xml"))
        run("crawl", paper.url("/feed.xml"))
        url = paper.url(Story(1).path)
    found = json.loads(run("copies", url, "--json").stdout)
    first, copy = found
    assert copy["url"] == url
    assert copy["kept"] == 1
    assert 0 < copy["added"] < 0.5
    listed = run("copies", first["id"]).stdout.decode()
    assert str(copy["id"]) in listed
    assert "100%" in listed
    shown = run("copies", first["id"], "--diff", copy["id"]).stdout.decode()
    assert "{+" in shown
    assert "one more sentence of its own." in shown.partition("{+")[2]
    pieces = json.loads(run("copies", url, "--diff", copy["id"], "--json").stdout)
    assert {piece["op"] for piece in pieces} == {"same", "added"}
    alone = agency.url(Story(2).path)
    assert b"Nobody else ran it" in run("copies", alone).stderr
    assert json.loads(run("copies", alone, "--json").stdout) == []


def test_copies_says_what_is_wrong_with_what_it_was_asked_for(run):
    with Site({}) as agency:
        publish(agency, [Story(1)])
        run("crawl", agency.url("/feed.xml"))
    assert b"There is no article 77" in run("copies", 77, status=1).stderr
    assert b"none of its copies" in run("copies", 1, "--diff", 5, status=2).stderr
    assert b"There is no archive" in run("copies", 1, "--db", "none.db", status=1).stderr
    assert b"cuttings copies 1234 --diff 1301" in run("copies", "--help").stdout
