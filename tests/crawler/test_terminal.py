"""What pages say does not speak to the terminal in which it is shown, and no number of a person's is too large."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import main
from tests.polite import config, crawl, rows, source
from tests.publisher import Story
from tests.site import Site

SPEAKS = "\x1b[31m\x9b2J\u202edlrow\u2066 \x07"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Hostile(Story):
    @property
    def title(self) -> str:
        return f"{super().title} {SPEAKS}"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(f"{text} {SPEAKS}" for text in super().paragraphs)

    def html(self) -> str:
        return super().html().replace("Sign up for our newsletter", f"Sign up {SPEAKS} here</p><p>")


@pytest.fixture
def archive(db):
    """Four stories, one of them corrected."""
    with Site() as site:
        papers = config(source("town", site.url("/feed.xml")))
        corrected = Hostile(0, f"It is {SPEAKS} 41, not 40.")
        for stories in ([Hostile(number) for number in range(4)], [corrected, Hostile(4)]):
            items = "".join(f"<item><link>{site.url(story.path)}</link></item>" for story in stories)
            site.routes |= {story.path: story.html() for story in stories} | {
                "/feed.xml": f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
            }
            crawl(db, papers)
    return db


def wrong(*args: str, stdout: int = subprocess.PIPE, stdin: int | None = None) -> str:
    command = [sys.executable, "-m", "crawler", *args]
    done = subprocess.run(command, stdout=stdout, stdin=stdin, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    "command", [("export", "-o"), ("export", "--format", "csv", "-o"), ("evidence", "1", "--force", "-o")]
)
def test_nothing_is_written_over_the_archive_whatever_its_name(archive, command):
    before = archive.read_bytes()
    (link := archive.with_name("soft.db")).symlink_to(archive)
    (hard := archive.with_name("hard.db")).hardlink_to(archive)
    for file in (archive, link, hard):
        assert "is the archive itself" in wrong(*command, str(file), "--db", str(archive))
    assert archive.read_bytes() == before


@pytest.mark.parametrize("command", [("export",), ("status",), ("history", "1"), ("verify",)])
def test_a_full_disk_is_said(archive, command):
    with Path("/dev/full").open("w") as full:
        assert "the disk is full" in wrong(*command, "--db", str(archive), stdout=full.fileno())


@pytest.mark.parametrize("command", ["history", "copies", "explain", "evidence", "alarms", "boilerplate"])
def test_bytes_that_are_no_text_are_a_wrong_argument(archive, command):
    assert "not UTF-8" in wrong(command, "\udcff\udcfe", "--db", str(archive))


def said(*args: object) -> str:
    result = CliRunner().invoke(main, [*map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def test_no_command_passes_on_what_would_steer_a_terminal(archive, tmp_path):
    page = tmp_path / "page.html"
    page.write_text(Hostile(9).html())
    (url,) = next(iter(rows(archive, "SELECT url FROM articles WHERE revision > 1")))
    (number,) = next(iter(rows(archive, "SELECT id FROM articles WHERE revision > 1")))
    shown = {
        "search": said("search", "council", "--db", archive),
        "history": said("history", number, "--db", archive),
        "diff": said("history", number, "--diff", 2, "--db", archive),
        "copies": said("copies", number, "--db", archive),
        "explain": said("explain", url, "--db", archive),
        "explain a page": said("explain", page),
        "boilerplate": said("boilerplate", "--all", "--db", archive),
        "boilerplate --json": said("boilerplate", "--all", "--json", "--db", archive),
        "reextract": said("reextract", "--dry-run", "--db", archive),
        "status": said("status", "--db", archive),
        **{form: said("extract", page, "--format", form) for form in ("text", "markdown", "html", "json")},
    }
    assert {name for name, text in shown.items() if CONTROL.search(text)} == set()
    for name in ("explain a page", "text", "markdown", "html"):
        assert "\ufffd" in shown[name], name


def test_json_says_all_that_a_page_said(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(Hostile(9).html())
    text = said("extract", page, "--json")
    assert "\x1b" in json.loads(text)["text"]
    assert "\\u001b" in text


@pytest.mark.parametrize(
    "args", [("boilerplate", "keep"), ("boilerplate", "drop"), ("boilerplate", "undo"), ("search", "x", "--limit")]
)
def test_a_number_that_no_archive_can_hold_is_refused_in_words(archive, args):
    assert "not in the range" in said(*args, 10**24, "--db", archive)
