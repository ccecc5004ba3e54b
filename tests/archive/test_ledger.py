from __future__ import annotations

import gzip
import hashlib
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kept import NOON, TEXT, Kept, article, at, link, page

from archive import digests, hosts, sites
from archive.database import connect
from archive.hosts import ROBOTS_KEPT
from archive.models import Failure, Precision, Stage
from archive.tasks import Host, Site
from archive.verify import verify

HERE = Path(__file__).parent
URL = "https://news.example/bridge"
GONE = Failure(URL, Stage.FETCH, "gone")


def kinds(kept: Kept) -> list[tuple]:
    return kept.rows("SELECT kind, page, article, number FROM ledger ORDER BY id")


def sound(kept: Kept) -> bool:
    return verify(kept.path).problems == ()


def test_a_new_article_is_noted_with_its_page(kept):
    kept.put()
    assert kinds(kept) == [("page", 1, None, None), ("first", None, 1, 1)]
    assert sound(kept)


def test_a_look_that_finds_nothing_new_writes_nothing_into_the_ledger(kept):
    kept.put()
    before = kinds(kept)
    kept.later(hours=1)
    kept.put()
    kept.put(article(section="Local", tags=("x",), language="de", modified=at(NOON)))
    kept.store(URL, None, page(status=304))
    kept.store(URL, Failure(URL, Stage.FETCH, "timeout"))
    assert kinds(kept) == before
    assert kept.value("SELECT section FROM articles") == "Local"
    assert sound(kept)


def test_versions_removals_and_what_comes_after_them_are_noted(kept):
    kept.put()
    kept.later(days=1)
    kept.put(article(text=f"{TEXT}\n\nIt was corrected."))
    kept.later(days=1)
    kept.store(URL, GONE)
    kept.store(URL, GONE)
    kept.later(days=1)
    kept.put(article(text=f"{TEXT}\n\nIt is back again, and was corrected."))
    assert [(kind, number) for kind, _, article, number in kinds(kept) if article] == [
        ("first", 1),
        ("version", 2),
        ("removed", 3),
        ("version", 4),
    ]
    assert sound(kept)


def test_a_text_that_is_only_spelled_otherwise_stays_as_it_was_kept(kept):
    kept.put(article(title="A new  bridge", text=TEXT))
    kept.later(hours=1)
    verdict = kept.put(article(title="A new bridge", text=TEXT.replace(" the ", "  the ")))
    assert verdict.change == "unchanged"
    assert kept.rows("SELECT title, text FROM articles") == [("A new  bridge", TEXT)]
    assert len(kinds(kept)) == 2
    assert sound(kept)


def test_an_address_or_a_date_that_is_told_more_exactly_is_noted_and_the_former_one_kept(kept):
    kept.put(article(published=at(NOON, Precision.DAY)))
    kept.later(hours=1)
    moved = "https://news.example/a-new-bridge"
    kept.put(article(moved), via=URL)
    assert kept.rows("SELECT article, at, url, published, published_precision FROM amended") == [
        (1, "2026-11-24T13:00:00Z", URL, "2026-11-24", "day")
    ]
    assert kept.rows("SELECT url, published FROM articles") == [(moved, "2026-11-24T12:00:00Z")]
    assert kinds(kept)[2:] == [("amended", None, 1, 1)]
    assert sound(kept)
    kept.later(days=1)
    kept.put(article("https://news.example/the-bridge", f"{TEXT} More."), via=URL)
    assert [row[0] for row in kinds(kept)[3:]] == ["page", "version", "amended"]
    assert sound(kept)


def test_a_record_and_a_row_can_be_checked_with_any_program_that_knows_sha256(kept):
    said = article(title='Über "Brücken" – 桥\x07', text=f"{TEXT}\n\n\ud800 \0 end")
    kept.put(said, page_=page(body=b"\xff\x00", **{"content-type": "text/html; charset=utf-8", "x": "ÿ"}))
    article_row, *rows = kept.rows("SELECT title, text FROM articles"), *kept.rows("SELECT * FROM ledger")
    record = {
        "article": 1,
        "number": 1,
        "seen_at": "2026-11-24T12:00:00Z",
        "change": "first",
        "title": article_row[0][0],
        "byline": "Ada Fields",
        "text_sha256": hashlib.sha256(article_row[0][1].encode()).hexdigest(),
        "snapshot": 1,
        "published": None,
        "source": "news",
        "url": URL,
        "published_precision": "second",
    } | {"published": "2026-11-24T12:00:00Z"}
    line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    assert rows[1][8] == hashlib.sha256(line).digest()
    before = "0" * 64
    for row in rows:
        number, day, kind, page_, article_, version, robots, marks, digest, chain = row
        fields = [number, day, kind, *("-" if field is None else field for field in (page_, article_, version, robots))]
        text = " ".join([before, *map(str, fields), marks.hex(), digest.hex()])
        assert chain == hashlib.sha256(text.encode()).digest()
        before = chain.hex()
    assert sound(kept)


def test_each_day_is_sealed_when_the_next_one_begins(kept):
    for day in range(3):
        for n in range(2):
            kept.put(article(f"https://news.example/{day}-{n}", f"{TEXT} {day} {n}"))
        kept.later(days=1)
    ends = dict(kept.rows("SELECT id, hex(chain) FROM ledger"))
    assert kept.rows("SELECT last, first, day, records, digest FROM seals") == [
        (4, 1, "2026-11-24", 4, ends[4].lower()),
        (8, 5, "2026-11-25", 4, ends[8].lower()),
    ]
    assert sound(kept)


def test_a_day_without_anything_new_has_no_seal(kept):
    kept.put()
    kept.later(days=5)
    kept.put(article("https://news.example/later", f"{TEXT} later"))
    assert kept.rows("SELECT day FROM seals") == [("2026-11-24",)]


def days_sealed(kept: Kept, *hours: float) -> list[str]:
    for n, hour in enumerate(hours):
        kept.now = NOON + timedelta(hours=hour)
        kept.put(article(f"https://news.example/{n}", f"{TEXT} {n}"))
    assert sound(kept)
    return [day for (day,) in kept.rows("SELECT day FROM seals ORDER BY last")]


def test_two_processes_at_midnight_seal_the_day_once(kept):
    assert days_sealed(kept, 11.9, 12.1, 11.9, 12.1, 11.9, 12.2, 37) == ["2026-11-24", "2026-11-25"]


def test_a_clock_that_was_wrong_for_a_while_leaves_no_day_unsealed(kept):
    years = 24 * 365 * 70
    sealed = days_sealed(kept, 0, years, years + 24, 1, 2, 24, 48)
    assert sealed == ["2026-11-24", "2096-11-06", "2096-11-07", "2026-11-24", "2026-11-25"]


def test_a_clock_that_is_set_back_a_little_begins_no_new_day(kept):
    assert days_sealed(kept, 0, 24, 8, 9, 25, 30, 48) == ["2026-11-24", "2026-11-25"]


@pytest.mark.parametrize(
    ("opened", "today", "over"), [("2026-03-01", "2026-02-28", False), ("2026-03-01", "2026-02-27", True)]
)
def test_a_day_before_is_no_new_day_and_two_days_before_is(opened, today, over):
    assert digests.is_over(opened, today) is over


def asked(kept: Kept, status: int | None, body: bytes = b"", name: str = "news.example", **fields) -> None:
    host = Host(name, status, body, kept.now, **fields)
    if status == 200:
        host = replace(host, good_body=body, good_at=kept.now)
    kept.archive.keep_host(host, Site(sites.site(name)), kept.now)


def fetched_by(kept: Kept, path: str, permit: str, **options) -> tuple:
    url = f"https://news.example/{path}"
    kept.put(article(url, f"{TEXT} {path}"), page_=replace(page(url), permit=permit), **options)
    find = "SELECT permit, body FROM snapshots LEFT JOIN robots ON robots.id = robots WHERE snapshots.url = ?"
    return kept.rows(find.replace("body", "robots.body"), url)[0]


def test_a_page_is_kept_with_the_robots_txt_that_it_was_fetched_by(kept):
    asked(kept, 200, b"User-agent: *\nAllow: /")
    assert fetched_by(kept, "1", "allowed") == ("allowed", b"User-agent: *\nAllow: /")
    came = kept.now
    kept.later(hours=25)
    asked(kept, 200, b"Disallow:")
    assert fetched_by(kept, "2", "allowed", came=came) == ("allowed", b"User-agent: *\nAllow: /")  # it lay in the inbox
    assert fetched_by(kept, "3", "allowed") == ("allowed", b"Disallow:")
    kept.later(hours=25)
    asked(kept, None)
    assert fetched_by(kept, "4", "former") == ("former", b"Disallow:")
    kept.later(hours=1)
    asked(kept, 404)
    assert fetched_by(kept, "5", "none") == ("none", b"")
    assert fetched_by(kept, "6", "ignored") == ("ignored", None)
    assert fetched_by(kept, "7", "") == ("", None)
    assert kept.rows("SELECT kind, robots FROM ledger WHERE robots IS NOT NULL") == [
        ("robots", 1),
        ("robots", 2),
        ("robots", 4),
    ]
    assert sound(kept)


def test_a_robots_txt_by_which_a_page_was_fetched_is_never_thrown_away(kept):
    asked(kept, 200, b"# the first")
    assert fetched_by(kept, "1", "allowed")[1] == b"# the first"
    for n in range(ROBOTS_KEPT + 20):
        kept.later(days=1)
        asked(kept, 200, b"# %d" % n)
    assert kept.value("SELECT count(*) FROM robots") == ROBOTS_KEPT + 1
    assert kept.rows("SELECT body FROM robots ORDER BY id LIMIT 2")[0] == (b"# the first",)
    assert sound(kept)


def test_a_clock_that_was_set_back_hides_no_robots_txt(kept):
    kept.later(days=300)
    asked(kept, 200, b"Disallow:")
    kept.now = NOON
    assert fetched_by(kept, "1", "allowed") == ("allowed", b"Disallow:")


def test_what_a_page_was_fetched_by_outlives_the_process_that_fetched_it(kept):
    kept.enqueue(link())
    [[batch]] = [kept.take()]
    kept.archive.receive(batch.tasks[0], replace(page(), permit="allowed"), Site("news.example"), kept.now)
    kept.archive.release(batch.site, "me", kept.now)
    [again] = kept.take()
    assert again.tasks[0].page.permit == "allowed"


def test_an_archive_of_an_earlier_version_is_noted_as_it_is_found(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((HERE / "first-version.db.gz").read_bytes()))
    connect(path).close()
    found = verify(path)
    assert (found.problems, found.records, found.older) == ((), 41, True)
    db = sqlite3.connect(path)
    counts = dict(db.execute("SELECT kind, count(*) FROM ledger GROUP BY kind").fetchall())
    db.close()
    assert counts == {"page": 20, "first": 17, "version": 3, "removed": 1}
    assert found.begun == datetime.now(UTC).date().isoformat()


def test_an_earlier_version_whose_article_was_spelled_otherwise_since_is_made_one(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((HERE / "first-version.db.gz").read_bytes()))
    db = sqlite3.connect(path)
    wider = ", ".join(f"{name} = replace({name}, ' ', '  ')" for name in ("title", "text", "blocks"))
    db.execute(f"UPDATE articles SET {wider} WHERE revision > 1")
    db.commit()
    db.close()
    connect(path).close()
    assert verify(path).problems == ()


def test_a_damaged_archive_of_an_earlier_version_can_still_be_opened_and_what_is_damaged_is_named(tmp_path):
    path = tmp_path / "archive.db"
    path.write_bytes(gzip.decompress((HERE / "first-version.db.gz").read_bytes()))
    db = sqlite3.connect(path)
    db.execute("UPDATE articles SET byline = CAST(x'ff' AS TEXT) WHERE id = 3")
    db.commit()
    db.close()
    connect(path).close()
    assert [problem.sentence[:9] for problem in verify(path).problems] == ["Article 3"]


def test_two_processes_note_in_one_chain(kept):
    other = Kept(kept.path)
    for n in range(10):
        (kept, other)[n % 2].put(article(f"https://news.example/{n}", f"{TEXT} {n}"))
    other.archive.close()
    assert kept.value("SELECT count(*) FROM ledger") == 20
    assert sound(kept)


def test_what_a_host_says_is_found_without_looking_at_all_that_it_ever_said(kept):
    sql: list[str] = []
    kept.archive._writer.do(lambda db: db.set_trace_callback(sql.append))
    kept.archive._writer.do(lambda db: hosts.robots_of(db, "news.example", "former", "2026-11-24T12:00:00Z"))
    kept.archive._writer.do(lambda db: db.set_trace_callback(None))
    query = next(text for text in sql if "coalesce" in text)
    db = sqlite3.connect(kept.path)
    plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))
    db.close()
    assert "robots_host" in plan
    assert "TEMP B-TREE" not in plan
