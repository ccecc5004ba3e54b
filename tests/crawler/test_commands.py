from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.publisher import BOILERPLATE, Story, publish
from tests.site import Response, Site, redirect


@pytest.fixture
def site():
    with Site({}) as site:
        publish(site, [Story(n) for n in range(4)])
        yield site


@pytest.fixture
def run(tmp_path):
    """Runs the real command in a folder of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("CUTTINGS_")}
    env |= {"CUTTINGS_ALLOW_PRIVATE": "true", "CUTTINGS_POLITENESS__DELAY": "0", "PYTHONPATH": str(Path.cwd())}

    def run(*args, stdin=None, status=0, **more):
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *map(str, args)],
            cwd=tmp_path,
            env=env | more,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done

    run.env, run.folder = env, tmp_path
    return run


def configure(folder, site, **source):
    (folder / "config" / "sources").mkdir(parents=True)
    lines = [f'home = "{site.url("/")}"', f'feeds = ["{site.url("/feed.xml")}"]']
    (folder / "config" / "sources" / "town.toml").write_text("\n".join(lines) + source.get("more", ""))


def test_extract_prints_title_and_text_of_a_url_a_file_and_standard_input(site, run):
    text = "\n\n".join((Story(1).title, *Story(1).paragraphs)) + "\n"
    (run.folder / "page.html").write_text(Story(1).html())
    assert run("extract", site.url(Story(1).path)).stdout.decode() == text
    assert run("extract", "page.html").stdout.decode() == text
    assert run("extract", "-", stdin=Story(1).html().encode()).stdout.decode() == text


def test_extract_gives_markdown_html_and_json(run):
    page = Story(2).html().encode()
    assert run("extract", "-", "--format", "markdown", stdin=page).stdout.decode().startswith(f"# {Story(2).title}\n\n")
    assert f"<h1>{Story(2).title}</h1>" in run("extract", "-", "--format", "html", stdin=page).stdout.decode()
    data = json.loads(run("extract", "-", "--json", stdin=page).stdout)
    assert (data["title"], data["authors"]) == (Story(2).title, ["Ada Quill"])
    assert data["text"] == "\n\n".join(Story(2).paragraphs)


def test_extract_says_why_something_is_no_article(run):
    assert b"page.html cannot be read" in run("extract", "page.html", status=1).stderr
    for page in (b"", b"\x00\xff\xfe", b"<html><body><p>Hello</p></body></html>"):
        done = run("extract", "-", stdin=page, status=1)
        assert (done.stdout, done.stderr.count(b"\n")) == (b"", 1)


def test_crawl_search_export_status_and_explain_work_together(site, run):
    configure(run.folder, site)
    done = run("crawl", "town")
    assert b"4 new" in done.stdout
    assert done.stderr == b""
    hits = json.loads(run("search", "harbour", "--json").stdout)
    assert [hit["title"] for hit in hits] == [Story(0).title]
    lines = [json.loads(line) for line in run("export", "--format", "jsonl").stdout.splitlines()]
    assert {line["title"] for line in lines} == {Story(n).title for n in range(4)}
    assert not any(text in line["text"] for line in lines for text in BOILERPLATE)
    assert run("export", "--format", "csv").stdout.count(b"\r\n") == 5
    status = json.loads(run("status", "--json").stdout)
    assert status["articles"] == 4
    explained = run("explain", site.url(Story(1).path)).stdout.decode()
    assert "og:" in explained or "h1" in explained
    (chosen,) = (line for line in explained.splitlines() if line.startswith("→"))
    assert Story(1).published.strftime("%Y-%m-%d") in chosen
    assert ["feed"] in [line.split()[-1:] for line in explained.splitlines()], "what the feed said is told beside it"
    site.routes[Story(1).path] = Story(1, "It is to be oak.").html()
    run("crawl", "town")
    story = site.url(Story(1).path)
    assert "text added (5 words added)" in run("history", story).stdout.decode()
    assert [one["change"] for one in json.loads(run("history", story, "--json").stdout)] == ["first", "addition"]
    assert "{+It is to be oak.+}" in run("history", story, "--diff", "2").stdout.decode()
    assert json.loads(run("history", story, "--diff", "2", "--json").stdout)["words_added"] == 5
    assert [one["change"] for one in json.loads(run("history", "1", "--json").stdout)][:1] == ["first"]
    assert b"has no version 3" in run("history", story, "--diff", "3", status=1).stderr
    assert b"is no article" in run("history", "https://town.example/", status=1).stderr
    assert b"town" in run("status").stdout


def test_a_crawl_tells_what_it_did_as_json(site, run):
    configure(run.folder, site)
    assert json.loads(run("crawl", "--all", "--json").stdout)["counts"]["new"] == 4


def test_wrong_usage_is_told_from_failure_by_the_exit_status(site, run):
    assert b"--all" in run("crawl", status=2).stderr
    assert b"no source of that name" in run("crawl", "nowhere", status=2).stderr
    assert b"Did you mean 'crawl'" in run("crwl", status=2).stderr
    assert b"There is no archive at archive.db" in run("search", "x", status=1).stderr
    site.routes["/gone.xml"] = Response("", status=404)
    assert b"404" in run("crawl", site.url("/gone.xml"), status=1).stderr


@pytest.mark.parametrize("command", [("verify",), ("search", "x"), ("status",)])
def test_an_empty_file_is_said_to_be_no_archive_and_stays_empty(run, tmp_path, command):
    file = tmp_path / "archive.db"
    file.touch()
    assert b"archive.db is empty: that is no archive" in run(*command, "--db", str(file), status=1).stderr
    assert file.stat().st_size == 0


def test_discover_prints_the_links_of_a_feed(site, run):
    found = json.loads(run("discover", site.url("/feed.xml"), "--json").stdout)
    assert found["kind"] == "feed"
    assert [link["title"] for link in found["links"]] == [Story(n).title for n in range(4)]
    assert Story(3).title in run("discover", site.url("/feed.xml")).stdout.decode()


def test_sources_are_added_by_their_home_page_checked_and_removed(site, run):
    site.routes["/"] = (
        '<html><head><title>The Town Paper</title><link rel="alternate" type="application/rss+xml" '
        'href="/feed.xml"></head><body><p>Hello</p></body></html>'
    )
    assert b"/feed.xml" in run("sources", "add", site.url("/"), "--name", "town").stdout
    (town,) = json.loads(run("sources", "list", "--json").stdout)
    assert (town["name"], town["feeds"]) == ("town", [site.url("/feed.xml")])
    (checked,) = json.loads(run("sources", "check", "town", "--json").stdout)
    assert (checked["kind"], checked["links"]) == ("feed", 4)
    assert b"4 new" in run("crawl", "town").stdout
    run("sources", "remove", "town")
    assert json.loads(run("sources", "list", "--json").stdout) == []


def test_a_site_that_names_no_feed_is_asked_at_the_usual_places(site, run):
    site.routes["/"] = "<html><head><title>The Town Paper</title></head><body><p>Hello</p></body></html>"
    site.routes["/feed"] = site.routes["/feed.xml"]
    assert site.url("/feed").encode() in run("sources", "add", site.url("/")).stdout


def test_a_publisher_of_the_starter_pack_is_added_by_its_name(run):
    (run.folder / "cuttings.toml").write_text("")
    run("sources", "add", "thehill")
    assert [row["name"] for row in json.loads(run("sources", "list", "--json").stdout)] == ["thehill"]


def test_opml_goes_out_and_comes_in_again(site, run):
    configure(run.folder, site)
    opml = run("sources", "export").stdout
    assert site.url("/feed.xml").encode() in opml
    (run.folder / "in.opml").write_bytes(opml)
    (run.folder / "config" / "sources" / "town.toml").unlink()
    run("sources", "import", "in.opml")
    (town,) = json.loads(run("sources", "list", "--json").stdout)
    assert town["feeds"] == [site.url("/feed.xml")]


def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(site, run):
    publish(site, [Story(n) for n in range(30)])
    configure(run.folder, site)
    process = subprocess.Popen(
        [sys.executable, "-m", "crawler", "crawl", "town"],
        cwd=run.folder,
        env=run.env | {"CUTTINGS_POLITENESS__DELAY": "0.2"},
        stderr=subprocess.PIPE,
    )
    while len([r for r in site.requests if "/news/" in r.path]) < 4:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert b"Traceback" not in errors
    kept = json.loads(run("status", "--json").stdout)["articles"]
    assert 3 <= kept < 30
    run("crawl", "--due")
    assert json.loads(run("status", "--json").stdout)["articles"] == 30
    fetched = [r.path for r in site.requests if "/news/" in r.path]
    assert len(fetched) == len(set(fetched))


def test_a_secret_from_the_environment_goes_to_its_site_and_nowhere_else(site, run):
    configure(run.folder, site, more='\n[cookies]\nsession = "${TOWN_SESSION}"\n')
    done = run("crawl", "town", TOWN_SESSION="s3cret-value")
    assert all("s3cret-value" in r.headers.get("cookie", "") for r in site.requests if "/news/" in r.path)
    for file in run.folder.glob("archive.db*"):
        assert b"s3cret-value" not in file.read_bytes()
    assert b"s3cret-value" not in done.stdout + done.stderr


def test_what_a_person_may_pass_on_of_a_crawl_holds_no_token(site, run):
    site.routes |= {
        "/none.xml": Response("", status=404),
        "/moved": redirect("http://127.0.0.9:1/in?token=t0ken-value"),
    }
    private = [site.url("/none.xml?token=t0ken-value"), site.url("/moved")]
    configure(run.folder, site, more=f"\nsitemaps = {json.dumps(private)}")
    said = [
        run("crawl", "--all", status=1),
        run("crawl", "--all", "--json", status=1),
        run("status"),
        run("status", "--json"),
    ]
    assert all(b"token=***" in done.stdout + done.stderr for done in said)
    assert not any(b"t0ken" in done.stdout + done.stderr for done in said)
    with contextlib.closing(sqlite3.connect(run.folder / "archive.db")) as db:
        assert db.execute("SELECT count(*) FROM fetches WHERE detail LIKE '%t0ken%'").fetchone() == (0,)


@pytest.mark.parametrize("command", ["history", "explain", "extract", "copies", "evidence", "discover"])
def test_an_argument_that_is_empty_is_a_wrong_use_and_said(command):
    done = CliRunner().invoke(main, [command, ""])
    assert done.exit_code == 2
    assert "the argument is empty" in done.stderr
