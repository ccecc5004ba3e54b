from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from click.testing import CliRunner

from archive.verify import verify
from crawler.cli import main
from crawler.once import all_sources, crawl_once
from tests.publisher import Story, config_for, publish
from tests.site import Site

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Dated(Story):
    """A story of so many days ago."""

    days: int = 0

    @property
    def published(self) -> datetime:
        return NOW - timedelta(days=self.days, minutes=self.number)


OLD = [Dated(1, days=800), Dated(2, days=801)]
NEW = [Dated(3), Dated(4), Dated(5)]


def run(*arguments: object):
    return CliRunner().invoke(main, list(map(str, arguments)))


def crawl(db, config):
    return crawl_once(db, config, all_sources(config)).counts


def count(db, sql="SELECT count(*) FROM articles"):
    with sqlite3.connect(db) as connection:
        found = connection.execute(sql).fetchone()[0]
    connection.close()
    return found


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """A paper that was crawled, and the archive."""
    db = tmp_path_factory.mktemp("paper") / "archive.db"
    with Site({}) as site:
        publish(site, [*OLD, *NEW])
        config = config_for(site)
        assert crawl(db, config)["new"] == 5
        yield site, config, db


def test_a_crawl_that_goes_on_with_the_newest_part_fetches_nothing_twice(paper, tmp_path):
    site, config, db = paper
    assert run("split", "--by", "year", tmp_path / "years", "--db", db).exit_code == 0
    newest = max((tmp_path / "years").iterdir())
    assert count(newest) == 3
    publish(site, [*OLD, *NEW, Dated(6)])
    before = len(site.requests)
    counts = crawl(newest, config)
    assert (counts["new"], counts["unchanged"]) == (1, 3)
    assert set(site.paths[before:]).isdisjoint(story.path for story in OLD)
    assert "/robots.txt" not in site.paths[before:]
    assert (count(newest), verify(newest).problems) == (4, ())


def test_a_crawl_goes_on_with_the_part_of_its_source(paper, tmp_path):
    site, config, db = paper
    publish(site, [*OLD, *NEW])
    assert run("split", "--by", "source", tmp_path / "sources", "--db", db).exit_code == 0
    part = tmp_path / "sources" / "town.db"
    before = len(site.requests)
    counts = crawl(part, config)
    assert (counts["new"], counts["unchanged"]) == (0, 3)
    assert "/robots.txt" not in site.paths[before:]
    assert verify(part).problems == ()


def test_the_command_says_what_it_made_and_what_it_would_make(paper, tmp_path):
    _, _, db = paper
    years = tmp_path / "years"
    dry = run("split", "--by", "year", "--dry-run", years, "--db", db)
    assert (dry.exit_code, years.exists()) == (0, False)
    assert "parts with 5 articles in all would be made" in dry.stderr
    done = run("split", "--by", "year", years, "--db", db)
    assert done.exit_code == 0
    assert f"with 5 articles in all made in {years} and checked" in done.stderr
    assert f"ends with {verify(db).head}" in done.stderr
    again = run("split", "--by", "year", years, "--db", db)
    assert (again.exit_code, "--force" in again.stderr) == (1, True)
    told = json.loads(run("split", "--by", "year", years, "--db", db, "--force", "--json").stdout)
    assert sum(part["articles"] for part in told["parts"]) == 5
    assert [part["live"] for part in told["parts"]][-1]
    assert run("split", years, "--db", db).exit_code == 2
    assert run("split", "--by", "month", years, "--db", db).exit_code == 2
    assert run("split", "--by", "year", years, "--db", tmp_path / "none.db").exit_code == 1


def test_every_command_that_reads_works_on_a_part(paper, tmp_path):
    _, _, db = paper
    years = tmp_path / "years"
    run("split", "--by", "year", years, "--db", db)
    for part in sorted(years.iterdir()):
        url = count(part, "SELECT url FROM articles LIMIT 1")
        for command in (
            ["check"],
            ["verify"],
            ["status"],
            ["export"],
            ["search", "council"],
            ["history", url],
            ["copies", url],
            ["explain", url],
            ["boilerplate"],
            ["reextract", "--dry-run"],
            ["backup", tmp_path / f"{part.name}.copy"],
            ["evidence", url, "-o", tmp_path / f"{part.name}.zip"],
        ):
            result = run(*command, "--db", part)
            assert result.exit_code == 0, (command, result.output)


def test_a_search_finds_in_all_archives_given_or_in_a_folder(paper, tmp_path, monkeypatch):
    _, _, db = paper
    years = tmp_path / "years"
    run("split", "--by", "year", years, "--db", db)
    one = json.loads(run("search", "council", "--db", db, "--json").stdout)
    each = [argument for part in years.iterdir() for argument in ("--db", part)]
    for where in (["--db", years], each, [*each, "--db", years]):
        several = json.loads(run("search", "council", *where, "--json").stdout)
        assert {hit["url"] for hit in several} == {hit["url"] for hit in one}
        assert len(several) == len(one) == 5
        assert {hit["archive"] for hit in several} == {str(part) for part in years.iterdir()}
    assert "archive" not in one[0]
    assert "2 found, the best 2 are shown" in run("search", "council", "--db", years, "--limit", 2).stderr
    monkeypatch.setenv("CUTTINGS_DB", str(years))
    assert "5 found" in run("search", "council").stderr
    (tmp_path / "empty").mkdir()
    nothing = run("search", "council", "--db", tmp_path / "empty")
    assert (nothing.exit_code, "no file there ends in .db" in nothing.stderr) == (1, True)


def test_a_folder_of_parts_is_served_and_a_password_holds_for_all(paper, tmp_path):
    _, _, db = paper
    years = tmp_path / "years"
    run("split", "--by", "year", years, "--db", db)
    command = [sys.executable, "-m", "crawler", "serve", "--db", str(years), "--port", "0"]
    env = os.environ | {"CUTTINGS_PASSWORD": "correct horse"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            said = process.stdout.readline()
            url = re.search(r"http://\S+", said)[0]
            assert all(str(part) in said for part in years.glob("*.db"))
            assert httpx.get(f"{url}search?q=council").status_code == 401
            page = httpx.get(f"{url}search?q=council", auth=("any", "correct horse")).text
            articles = set(re.findall(r'href="(/article/[^"/]+/[^"/]+)"', page))
            assert len(articles) == 5
            for article in articles:
                assert httpx.get(url[:-1] + article, auth=("any", "correct horse")).status_code == 200
        finally:
            process.terminate()
