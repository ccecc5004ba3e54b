"""That a page was fetched as its host allowed, and is kept as it came, from the crawl to the command."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import zipfile

import pytest
from click.testing import CliRunner

from archive.verify import verify
from config.models import Config, Politeness, Source
from crawler.cli import main
from crawler.once import all_sources, crawl_once
from tests.publisher import Story, publish
from tests.site import Response, Site, redirect

RULES = "User-agent: *\nDisallow: /private\n"


@pytest.fixture
def site():
    with Site() as site:
        publish(site, [Story(n) for n in range(4)])
        site.routes["/robots.txt"] = Response(RULES, {"Content-Type": "text/plain"})
        yield site


def crawl(path, site, **manners) -> None:
    quick = Politeness(delay=0.0, jitter=0.0, **manners)
    source = Source("town", site.url("/"), feeds=(site.url("/feed.xml"),), politeness=quick)
    config = Config(allow_private=True, politeness=quick, sources=(source,))
    crawl_once(path, config, all_sources(config))


def rows(path, sql: str) -> list[tuple]:
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchall()
    db.close()
    return found


PERMITS = """
SELECT permit, r.body, count(*) FROM snapshots LEFT JOIN robots AS r ON r.id = snapshots.robots GROUP BY 1, 2
"""


def run(*arguments: object):
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.mark.parametrize(
    ("answer", "manners", "kept"),
    [
        (Response(RULES), {}, ("allowed", RULES.encode())),
        (Response("", status=404), {}, ("none", b"")),
        (Response(RULES), {"obey_robots": False}, ("ignored", None)),
    ],
)
def test_each_page_is_kept_with_what_allowed_to_fetch_it(tmp_path, site, answer, manners, kept):
    site.routes["/robots.txt"] = answer
    site.routes[Story(1).path] = redirect("/moved")
    site.routes["/moved"] = Story(1).html()
    path = tmp_path / "archive.db"
    crawl(path, site, **manners)
    assert rows(path, PERMITS) == [(*kept, 4)]
    assert verify(path).problems == ()


def test_where_robots_txt_cannot_be_had_the_one_before_allows_and_is_what_is_kept(tmp_path, site):
    path = tmp_path / "archive.db"
    crawl(path, site)
    db = sqlite3.connect(path)
    db.execute("UPDATE hosts SET robots_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-25 hours')")
    db.execute("UPDATE feeds SET etag = '', last_modified = ''")
    db.commit()
    db.close()
    site.routes["/robots.txt"] = Response("", status=503)
    publish(site, [Story(n) for n in range(4, 6)])
    crawl(path, site)
    assert rows(path, PERMITS) == [("allowed", RULES.encode(), 4), ("former", RULES.encode(), 2)]
    assert verify(path).problems == ()


def test_the_command_says_that_all_is_as_it_was_kept_and_where_the_ledger_ends(tmp_path, site):
    path = tmp_path / "archive.db"
    crawl(path, site)
    result = run("verify", "--db", path)
    assert result.exit_code == 0
    assert "Nothing that the ledger seals was altered, lost or put in." in result.stderr
    head = verify(path).head
    assert result.stdout == f"The ledger ends with {head}\n"
    again = run("verify", "--db", path, "--expect", head.upper(), "--quick", "--since", "1d", "--json")
    assert again.exit_code == 0
    assert json.loads(again.stdout)["head"] == head
    assert run("verify", "--db", path, "--expect", result.stdout).exit_code == 0  # the line, as it was printed


def test_the_command_names_what_was_altered_and_ends_with_status_1(tmp_path, site):
    path = tmp_path / "archive.db"
    crawl(path, site)
    db = sqlite3.connect(path)
    db.execute("UPDATE articles SET title = 'Other' WHERE id = 2")
    db.commit()
    db.close()
    result = run("verify", "--db", path)
    assert result.exit_code == 1
    assert "version 1: its headline is not what was kept" in result.stdout
    assert "1 problem." in result.stderr
    result = run("verify", "--db", path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["problems"][0]["id"]) == (1, 2)
    result = run("verify", "--db", path, "--quick", "--expect", "ab" * 32)
    assert (result.exit_code, "does not contain abab" in result.stdout) == (1, True)


@pytest.mark.parametrize("arguments", [("--expect", "abc"), ("--expect", "zz" * 32), ("--since", "once")])
def test_what_makes_no_sense_is_bad_usage(tmp_path, site, arguments):
    path = tmp_path / "archive.db"
    crawl(path, site)
    assert run("verify", "--db", path, *arguments).exit_code == 2


def test_without_an_archive_it_says_so(tmp_path):
    result = run("verify", "--db", tmp_path / "none.db")
    assert (result.exit_code, "There is no archive" in result.stderr) == (1, True)


def sha256sum(folder, *names: str) -> list[str]:
    told = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True, text=True)
    return [line[:64] for line in told.stdout.splitlines()]


def test_what_proves_an_article_can_be_checked_with_sha256sum_alone(tmp_path, site):
    path = tmp_path / "archive.db"
    crawl(path, site)
    site.routes[Story(1).path] = Story(1, "It was corrected.").html()
    db = sqlite3.connect(path)
    db.execute("UPDATE links SET due_at = '2026-01-01T00:00:00Z' WHERE state = 'stored'")
    db.execute("UPDATE sites SET due_at = '2026-01-01T00:00:00Z'")
    db.commit()
    db.close()
    crawl(path, site)
    [(number,)] = rows(path, "SELECT id FROM articles WHERE revision = 2")
    target = tmp_path / "it.zip"
    result = run("evidence", site.url(Story(1).path), "--db", path, "-o", target)
    assert (result.exit_code, "README.txt" in result.stderr) == (0, True)
    folder = tmp_path / "it"
    zipfile.ZipFile(target).extractall(folder)
    names = sorted(file.name for file in folder.iterdir())
    texts, bodies = ([name for name in names if name.endswith(end)] for end in (".txt", ".body"))
    records = [name for name in names if name.endswith(".json") and "headers" not in name]
    [ledger] = [name for name in texts if name.startswith("ledger")]
    assert (len(texts), len(bodies), len(records)) == (5, 2, 5)  # README, ledger, robots, two texts
    told = [json.loads((folder / name).read_text()) for name in records]
    kept = {record.get("text_sha256") or record["sha256"] for record in told}
    assert kept == set(sha256sum(folder, *bodies, *(t for t in texts if t.startswith(("version", "robots")))))
    lines = (folder / ledger).read_text().splitlines()
    assert set(sha256sum(folder, *records)) <= {line.split()[-1] for line in lines}
    loop = f'while IFS= read -r line; do printf %s "$line" | sha256sum | cut -c -64; done < {ledger}'
    assert loop.replace(ledger, "ledger-DAY.txt") in (folder / "README.txt").read_text()
    ends = subprocess.run(["sh", "-c", loop], cwd=folder, capture_output=True, check=True, text=True).stdout.split()
    assert ends == [*(line.split()[0] for line in lines[1:]), verify(path).head]
    assert ends[-1] in (folder / "README.txt").read_text()
    assert (folder / bodies[1]).read_bytes() == Story(1, "It was corrected.").html().encode()
    again = run("evidence", number, "--db", path, "-o", target)
    assert (again.exit_code, "there already" in again.stderr) == (1, True)
    assert run("evidence", number, "--db", path, "-o", target, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE articles SET title = 'x'", "version 1: its headline is not"),
        ("UPDATE snapshots SET status = 201", "page 1 is not what was kept"),
        ("DELETE FROM snapshots", "Raw page 1 is lost"),
    ],
)
def test_of_what_was_altered_no_evidence_is_given(tmp_path, site, sql, said):
    path = tmp_path / "archive.db"
    crawl(path, site)
    db = sqlite3.connect(path)
    db.execute(sql)
    db.commit()
    db.close()
    result = run("evidence", 1, "--db", path, "-o", tmp_path / "x.zip")
    assert (result.exit_code, said in result.stderr) == (1, True)
    assert not (tmp_path / "x.zip").exists()
    assert run("evidence", 99, "--db", path).exit_code == 1
