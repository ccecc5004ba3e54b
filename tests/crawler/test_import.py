from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from click.testing import CliRunner

from archive.check import check
from archive.database import reading
from archive.store import Archive
from archive.verify import verify
from crawler.cli import main
from tests.publisher import Story
from tests.warcs import THEN, TOWN, answer, chunked, html, packed, page, record, story, write

CONFIG = f"""
[sources.town]
home = "{TOWN}/"
feeds = ["{TOWN}/feed.xml"]
exclude = ["/video/"]
"""


@pytest.fixture
def run(tmp_path):
    config = tmp_path / "cuttings.toml"
    config.write_text(CONFIG)

    def run(*args, status=0, stdin=None):
        command = ["import", *map(str, args), "--db", str(run.db), "--config", str(config), "--json"]
        done = CliRunner().invoke(main, command, input=stdin)
        assert done.exit_code == status, done.output
        run.said = done.stderr
        return json.loads(done.stdout) if done.stdout else None

    run.db, run.config, run.folder = tmp_path / "archive.db", config, tmp_path
    return run


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def test_pages_are_stored_as_of_their_own_time_and_proved(run):
    file = write(run.folder / "a.warc.gz", [story(n) for n in range(5)])
    done = run("--warc", file)
    assert (done["changes"], done["left"], done["dead"]) == ({"new": 5}, {"other-records": 1}, {})
    found = rows(run.db, "SELECT source, title, text, first_seen, last_seen, published FROM articles ORDER BY id")
    assert found[1] == (
        *("town", Story(1).title, "\n\n".join(Story(1).paragraphs)),
        *("2026-03-01T08:01:00Z", "2026-03-01T08:01:00Z", "2026-03-01T07:00:00Z"),
    )
    assert rows(run.db, "SELECT DISTINCT permit, robots FROM snapshots") == [("imported", None)]
    assert rows(run.db, "SELECT DISTINCT day FROM ledger") == [(datetime.now(UTC).date().isoformat(),)]
    assert check(run.db).problems == ()
    assert verify(run.db).problems == ()


def test_what_is_taken_in_is_not_fetched_again_nor_taken_for_news_of_today(run):
    run("--warc", write(run.folder / "a.warc.gz", [story(1), page(b"<p>nothing", "/news/x")]))
    assert rows(run.db, "SELECT state, due_at FROM links ORDER BY id") == [("stored", None), ("failed", None)]
    assert rows(run.db, "SELECT * FROM days") == []
    assert rows(run.db, "SELECT site, next_at FROM sites WHERE next_at IS NOT NULL") == []
    assert rows(run.db, "SELECT command, new, failed, ended IS NULL FROM runs") == [("import", 1, 1, 0)]


def test_a_page_of_yesterday_is_looked_at_again_as_any_of_its_age(run):
    yesterday = datetime.now(UTC) - timedelta(days=1)
    told = Story(1)
    run("--warc", write(run.folder / "a.warc.gz", [page(told.html().encode(), told.path, yesterday)]))
    assert rows(run.db, "SELECT due_at > ? FROM links".replace("?", f"'{yesterday.isoformat()}'")) == [(1,)]


def test_two_captures_are_two_versions_in_the_order_of_their_dates_whatever_the_files_order(run):
    later = THEN + timedelta(days=4)
    first = write(run.folder / "z.warc.gz", [story(1)])
    second = write(run.folder / "a.warc.gz", [story(1, "A bench will stand there, too.", later)], at=later)
    done = run("--warc", second, first)
    assert done["changes"] == {"new": 1, "revised": 1}
    versions = rows(run.db, "SELECT seen_at, text LIKE '%bench%' FROM revisions ORDER BY number")
    assert versions == [("2026-03-01T08:01:00Z", 0), ("2026-03-05T08:00:00Z", 1)]


def test_a_capture_that_is_older_than_what_is_kept_changes_nothing(run):
    new, old = THEN + timedelta(days=9), THEN - timedelta(days=300)
    run("--warc", write(run.folder / "new.warc.gz", [story(1, "A bench will stand there, too.", new)]))
    before = rows(run.db, "SELECT * FROM articles")
    done = run("--warc", write(run.folder / "old.warc.gz", [story(1, at=old), story(2, at=old)]))
    assert (done["changes"], done["left"]["known"]) == ({"new": 1}, 1)
    assert rows(run.db, "SELECT * FROM articles")[:1] == before
    assert rows(run.db, "SELECT * FROM revisions") == []


def test_a_capture_that_is_newer_and_the_same_is_unchanged_and_a_copy_a_duplicate(run):
    later = THEN + timedelta(days=9)
    files = write(run.folder / "a.warc.gz", [story(1), story(1, at=later), page(html(Story(1)), "/copy/of-it", later)])
    assert run("--warc", files)["changes"] == {"new": 1, "unchanged": 1, "duplicate": 1}
    assert rows(run.db, "SELECT last_seen FROM articles")[0] == ("2026-03-10T08:00:00Z",)


def test_of_a_file_only_pages_of_configured_sources_are_taken_that_they_want(run):
    other = "https://news.other.example"
    records = [story(1), story(2, home=other), page(html(Story(3)), "/video/3"), page(html(Story(4)), "/")]
    file = write(run.folder / "a.warc.gz", [*records, page(html(Story(5)), "/feed.xml")])
    done = run("--warc", file)
    assert (done["changes"], done["left"]["not-wanted"]) == ({"new": 1}, 4)
    assert run("--warc", file, "--site", "other.example")["changes"] == {"new": 1}
    assert rows(run.db, "SELECT source, url FROM articles") == [
        ("town", f"{TOWN}{Story(1).path}"),
        ("other.example", f"{other}{Story(2).path}"),
    ]


def test_all_takes_every_site_and_source_only_one(run):
    others = [f"https://www.paper{n}.example" for n in range(3)]
    file = write(run.folder / "a.warc.gz", [story(n, home=home) for n, home in enumerate([TOWN, *others])])
    assert run("--warc", file, "--source", "town")["changes"] == {"new": 1}
    assert run("--warc", file, "--all")["changes"] == {"new": 3}
    sources = rows(run.db, "SELECT name, home, configured FROM sources ORDER BY name")
    assert sources[0] == ("paper0.example", "https://www.paper0.example/", 0)
    assert len(sources) == 4


def test_addresses_of_any_make_and_texts_in_any_encoding_are_read(run):
    text = html(Story(1)).decode().replace("Residents", "Anrainer der Größe wegen, residents").replace("<html", "<html")
    latin = text.replace("<head>", '<head><meta charset="iso-8859-1">').encode("latin-1")
    records = [
        record("response", "http://[2001:db8::1]:8080/news/one", answer(html(Story(2)))),
        record("response", "<https://zeitung.bücher.example/news/zwei>", answer(html(Story(3)))),
        record("response", f"{TOWN}/news/drei?utm_source=x", answer(latin, Content_Type="text/html")),
        record("response", f"{TOWN}/\x00 {'x' * 20_000}", answer(b"<p>")),
        record("response", "https://", answer(b"<p>")),
    ]
    done = run("--warc", write(run.folder / "a.warc.gz", records), "--all")
    assert (done["changes"], done["left"]["bad-url"]) == ({"new": 3}, 2)
    urls = [url for (url,) in rows(run.db, "SELECT url FROM links ORDER BY id")]
    assert urls == [
        *("http://[2001:db8::1]:8080/news/one", "https://zeitung.xn--bcher-kva.example/news/zwei"),
        f"{TOWN}/news/drei",
    ]
    assert "der Größe wegen" in rows(run.db, "SELECT text FROM articles ORDER BY id DESC")[0][0]


def test_bodies_are_unpacked_and_bombs_and_broken_ones_are_listed(run):
    body = html(Story(1))
    packed = chunked(brotli.compress(body))
    bomb = gzip.compress(b"<p>" * 10_000_000)
    records = [
        page(packed, "/news/1", Content_Encoding="br", Transfer_Encoding="chunked"),
        page(bomb, "/news/bomb", Content_Encoding="gzip"),
        page(gzip.compress(body)[:-20], "/news/cut", Content_Encoding="gzip"),
        record("response", f"{TOWN}/news/undated", answer(body), "some day"),
        page(b"x" * 11_000_000, "/news/long"),
        story(2),
    ]
    dead = run.folder / "dead.jsonl"
    done = run("--warc", write(run.folder / "a.warc.gz", records), "--dead", dead, status=1)
    assert done["changes"] == {"new": 2}
    assert done["dead"] == {"too-large": 2, "bad-encoding": 1, "no-date": 1}
    lines = [json.loads(line) for line in dead.read_text().splitlines()]
    assert [(line["url"][len(TOWN) :], line["reason"]) for line in lines] == [
        *(("/news/bomb", "too-large"), ("/news/cut", "bad-encoding")),
        *(("/news/undated", "no-date"), ("/news/long", "too-large")),
    ]
    assert f"a.warc.gz, byte {lines[0]['offset']:,}, {TOWN}/news/bomb" in run.said
    assert rows(run.db, "SELECT records, pages, dead FROM imports") == [(7, 2, 4)]


def test_other_statuses_and_kinds_of_records_are_counted_and_leave_no_trace(run):
    records = [
        page(html(Story(1)), status="404 Not Found"),
        page(b"", status="301 Moved", Location="/x"),
        record("request", TOWN + Story(1).path, b"GET / HTTP/1.1\r\n\r\n"),
        record("revisit", TOWN + Story(1).path, answer(b"")),
        record("resource", TOWN + "/news/2", html(Story(2)), Content_Type="text/html"),
    ]
    done = run("--warc", write(run.folder / "a.warc", records, bytes))
    assert (done["changes"], done["left"]) == ({"new": 1}, {"other-records": 3, "other-status": 2})
    assert rows(run.db, "SELECT count(*) FROM links") == [(1,)]


def test_what_is_read_and_is_no_article_is_a_row_with_its_reason(run):
    records = [page(b"<p>Too little", "/news/1"), page(html(Story(2)), "/news/2", X_Robots_Tag="noarchive")]
    done = run("--warc", write(run.folder / "a.warc.gz", records))
    assert done["changes"] == {"failed": 2}
    assert rows(run.db, "SELECT reason, state, due_at FROM links ORDER BY id")[1] == ("noarchive", "refused", None)
    assert [stage for (stage,) in rows(run.db, "SELECT stage FROM fetches ORDER BY id")] == ["extract", "robots"]


def test_a_site_that_a_daemon_speaks_to_keeps_its_pace_and_its_lease(run):
    asked = "SELECT next_at, errors, leased_by, leased_until FROM sites"
    Archive(run.db).close()
    with contextlib.closing(sqlite3.connect(run.db, isolation_level=None)) as db:
        db.execute(
            "INSERT INTO sites (site, next_at, errors, leased_by, leased_until) VALUES"
            " ('town.example', '2026-11-24T00:00:00.000Z', 3, 'somebody@elsewhere', '2099-11-24T00:00:00Z')"
        )
    before = rows(run.db, asked)
    assert run("--warc", write(run.folder / "a.warc.gz", [story(1), page(b"<p>no")]))["changes"] != {}
    assert rows(run.db, asked) == before


def test_a_failed_capture_says_nothing_of_a_link_that_waits_to_be_fetched(run):
    run("--warc", write(run.folder / "a.warc.gz", [story(1)]))
    with contextlib.closing(sqlite3.connect(run.db, isolation_level=None)) as db:
        db.execute(
            "INSERT INTO links (url, host, site, source, due_at, first_seen, last_listed) VALUES"
            " (?, 'town.example', 'town.example', 'town', '2026-11-24T00:00:00Z', '', '')",
            [f"{TOWN}/news/9"],
        )
    run("--warc", write(run.folder / "b.warc.gz", [page(b"<p>Too little", "/news/9")]))
    found = rows(run.db, "SELECT state, due_at, reason FROM links WHERE url LIKE '%/9'")
    assert found == [("waiting", "2026-11-24T00:00:00Z", "")]


def test_a_damaged_file_is_read_past_its_damage_and_one_that_was_cut_goes_on_when_it_is_whole(run):
    file = write(run.folder / "a.warc.gz", [story(n) for n in range(12)])
    whole = file.read_bytes()
    third = whole.index(packed(story(2))) + 30
    damaged = whole[:third] + b"\xff" * 9 + whole[third + 9 :]
    file.write_bytes(damaged[:-40])
    done = run("--warc", file, status=1)
    assert (done["changes"], done["dead"]) == ({"new": 10}, {"damaged": 2})
    assert f"byte {whole.index(packed(story(2))):,}" in run.said
    file.write_bytes(damaged)
    assert run("--warc", file)["changes"] == {"new": 1}
    assert rows(run.db, "SELECT count(*) FROM articles") == [(11,)]


def test_what_was_done_is_passed_over_and_a_limit_goes_on_next_time(run):
    file = write(run.folder / "a.warc.gz", [story(n) for n in range(7)])
    assert run("--warc", file, "--limit", 3)["changes"] == {"new": 3}
    assert "run the same command again" in run.said
    done = run("--warc", file)
    assert (done["changes"], done["records"]) == ({"new": 4}, 4)
    moved = file.rename(run.folder / "b.warc.gz")
    assert run("--warc", moved)["records"] == 0
    assert rows(run.db, "SELECT file, records, pages, ended IS NULL FROM imports") == [("b.warc.gz", 8, 7, 0)]


def test_standard_input_is_read_as_a_file_and_passed_over_when_it_comes_again(run):
    data = write(run.folder / "a.warc.gz", [story(n) for n in range(3)]).read_bytes()
    assert run("--warc", "-", stdin=data)["changes"] == {"new": 3}
    assert run("--warc", "-", stdin=data)["records"] == 0


def test_what_cannot_be_opened_keeps_no_other_from_being_read(run):
    file = write(run.folder / "a.warc.gz", [story(1)])
    done = run("--warc", run.folder / "none.warc.gz", file, status=1)
    assert done["changes"] == {"new": 1}
    assert "none.warc.gz: No such file or directory." in run.said


@pytest.mark.parametrize("args", [(), ("--warc", "x", "--source", "nobody"), ("--warc", "x", "--site", "?")])
def test_what_cannot_be_meant_is_bad_usage(run, args):
    run(*args, status=2)


def test_watches_tell_nothing_of_what_is_taken_in(run):
    from archive import lookout
    from config.load import load

    run.config.write_text(CONFIG + '[watches.council]\nquery = "council"\n')
    run("--warc", write(run.folder / "a.warc.gz", [story(1), story(1, "A bench, too.", THEN + timedelta(days=3))]))
    with reading(run.db) as db:
        step = lookout.step(db, load(run.config).watches)
        assert step.end == lookout.Place(1, 2)
        assert step.matches == ()


def test_an_article_made_by_an_earlier_extractor_is_read_anew_before_it_is_compared(run):
    run("--warc", write(run.folder / "a.warc.gz", [story(1)]))
    with contextlib.closing(sqlite3.connect(run.db, isolation_level=None)) as db:
        db.execute("UPDATE articles SET extractor = '0.0.1', text = 'What was read then.', content_hash = 'x'")
    later = story(1, "A bench will stand there, too.", THEN + timedelta(days=2))
    assert run("--warc", write(run.folder / "b.warc.gz", [later, story(2)]))["changes"] == {"revised": 1, "new": 1}
    assert rows(run.db, "SELECT words_added, words_removed FROM revisions WHERE number = 2") == [(6, 0)]
