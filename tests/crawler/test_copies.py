from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.check import check
from archive.database import reading
from archive.read import articles
from config.models import Config, Politeness, Source
from crawler.once import all_sources, crawl_once
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


def test_a_crawl_keeps_one_article_of_a_story_at_four_addresses_and_fetches_what_it_must(tmp_path):
    quick = Politeness(delay=0.0, jitter=0.0)
    with Site({}) as site:
        story, variants = (
            Story(1),
            ("/amp/news/1-council-decides", "/news/1-council-decides?print=1", "/m/news/1-council-decides"),
        )
        publish(site, [story])
        head = (
            f'<link rel="amphtml" href="{variants[0]}"><link rel="alternate" media="print" href="{variants[1]}"></head>'
        )
        site.routes[story.path] = story.html().replace("</head>", head)
        site.routes |= {variant: story.html() for variant in variants}
        config = Config(
            allow_private=True,
            politeness=quick,
            sources=(Source("town", site.url("/"), feeds=(site.url("/feed.xml"),), politeness=quick),),
        )
        path = tmp_path / "archive.db"
        crawl_once(path, config, all_sources(config))
        listed = [site.url(variant) for variant in variants]
        items = "".join(f"<item><title>{story.title}</title><link>{url}</link></item>" for url in listed)
        site.routes["/feed.xml"] = f'<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
        crawl_once(path, config, all_sources(config))
        with reading(path) as db:
            kept = [record.url for record in articles(db)]
            known = {row["url"]: row["kind"] for row in db.execute("SELECT url, kind FROM addresses")}
            states = {row["url"]: row["state"] for row in db.execute("SELECT url, state FROM links")}
        assert kept == [site.url(story.path)]
        assert known == {kept[0]: "canonical", listed[0]: "amp", listed[1]: "print", listed[2]: "link"}
        assert states == {kept[0]: "stored", **dict.fromkeys(listed, "alias")}
        assert set(site.paths).isdisjoint(variants[:2]), "the page had named them: there was no need"
        assert variants[2] in site.paths
    assert check(path).problems == ()
