from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kept import FEED, NOON, TEXT, article, at, link, page

from archive import read
from archive.blocks import loads
from archive.database import reading
from archive.formats import csv as csv_format
from archive.formats import jsonl
from archive.models import Dropped, Failure, Precision, Quality, Stage
from archive.query import fts5

EXTRA = "https://news.example/"


@pytest.fixture
def filled(kept):
    """Three articles: of a bridge, a ferry (in German, the month known alone) and an opera (undated)."""
    kept.put(article(tags=("Traffic",), authors=("Ada Fields", "Bo Lund"), dropped=(Dropped("share", "Tweet this"),)))
    kept.later(days=1)
    ferry = at(NOON - timedelta(days=60), Precision.MONTH)
    kept.put(
        article(EXTRA + "ferry", "Die Fähre über den Fluß fährt wieder.", title="Fähre", language="de", published=ferry)
    )
    kept.later(days=1)
    kept.put(article(EXTRA + "opera", "The opera opens again after repairs.", title="=1+1", published=None, authors=()))
    return kept


def titles(kept, typed, **options):
    with reading(kept.path) as db:
        return [hit.title for hit in read.search(db, typed, **options)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bridge", ["A new bridge"]),
        ("BRIDGE river", ["A new bridge"]),
        ("bridge opera", []),
        ("bridge OR opera", ["A new bridge", "=1+1"]),
        ("again OR bridge -river", ["=1+1"]),
        ('"opens again"', ["=1+1"]),
        ('"again opens"', []),
        ("repair*", ["=1+1"]),
        ("repair", []),
        ("fahre", ["Fähre"]),
        ("", []),
        ("-bridge", []),
    ],
)
def test_search_finds_what_a_person_means(filled, typed, found):
    assert sorted(titles(filled, typed)) == sorted(found)


def test_search_can_be_narrowed_and_shows_the_passage(filled):
    assert titles(filled, "again OR bridge", since="2026-11-24") == ["A new bridge", "=1+1"]
    assert titles(filled, "bridge", source="other") == []
    assert len(titles(filled, "again OR bridge OR fähre", limit=2)) == 2
    with reading(filled.path) as db:
        assert "the old <bridge> over" in read.search(db, "bridge", marks=("<", ">"))[0].snippet


@given(st.text(alphabet=st.sampled_from("ab\"*-()^:{}+ '\0\ud800ORNEAT.,") | st.characters(), max_size=30))
def test_no_query_is_a_syntax_error(typed):
    import sqlite3

    db = sqlite3.connect(":memory:")
    try:
        db.execute("CREATE VIRTUAL TABLE t USING fts5(title, text)")
        if match := fts5(typed):
            db.execute("SELECT * FROM t WHERE t MATCH ?", [match]).fetchall()
    finally:
        db.close()


def test_an_article_is_found_by_number_url_and_by_any_link_that_led_to_it(filled):
    filled.put(via="https://m.news.example/bridge")
    with reading(filled.path) as db:
        for which in (1, "1", EXTRA + "bridge", "https://m.news.example/bridge"):
            record = read.article(db, which)
            assert (record.id, record.authors, record.tags) == (1, ("Ada Fields", "Bo Lund"), ("Traffic",))
        for which in (99, "https://news.example/none", "9" * 40, "", "²"):
            assert read.article(db, which) is None
            assert read.snapshot(db, which) is None


def test_articles_come_out_as_they_went_in(filled):
    with reading(filled.path) as db:
        first = next(read.articles(db))
    assert (first.text, first.published, first.evidence, first.dropped) == (
        *(TEXT, "2026-11-24T12:00:00Z", {}),
        (("share", "Tweet this"),),
    )
    assert loads(first.blocks) == article().blocks


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [1, 2, 3]),
        ({"language": "de"}, [2]),
        ({"source": "other"}, []),
        ({"since": "2026-11-24"}, [1, 3]),
        ({"since": "2026-11-25"}, [3]),
        ({"until": "2026-11-24"}, [1, 2]),
        ({"until": "2026-11"}, [1, 2, 3]),
        ({"since": "2026-09", "until": "2026-09"}, [2]),
    ],
)
def test_export_can_be_narrowed(filled, wanted, ids):
    with reading(filled.path) as db:
        assert [record.id for record in read.articles(db, **wanted)] == ids


def test_export_reads_on_where_it_was_however_many_there_are(kept, monkeypatch):
    monkeypatch.setattr(read, "_STEP", 3)
    for number in range(10):
        kept.put(article(f"{EXTRA}{number}", f"Text {number}"))
    with reading(kept.path) as db:
        assert [record.id for record in read.articles(db)] == list(range(1, 11))


def test_json_lines_hold_everything_and_a_fresh_article_has_the_same_names(filled):
    file = io.StringIO()
    with reading(filled.path) as db:
        assert jsonl.write(read.articles(db), file) == 3
    rows = [json.loads(text) for text in file.getvalue().splitlines()]
    assert rows[0]["authors"] == ["Ada Fields", "Bo Lund"]
    assert rows[0]["blocks"][1]["kind"] == "paragraph"
    fresh = json.loads(jsonl.line(article(quality=Quality(0.5, ("short",)), evidence=(("title", "h1"),))))
    assert set(fresh) < set(rows[0])
    assert (fresh["flags"], fresh["evidence"], fresh["blocks"][0]["kind"]) == (["short"], {"title": "h1"}, "paragraph")


def test_json_lines_stay_lines_whatever_the_text_holds(kept):
    kept.put(article(title="a\u2028b\nc", text="x\r\ny"))
    file = io.StringIO(newline="")
    with reading(kept.path) as db:
        jsonl.write(read.articles(db), file)
    assert file.getvalue().count("\n") == 1


def test_csv_is_read_back_and_runs_no_formulas(filled):
    file = io.StringIO(newline="")
    with reading(filled.path) as db:
        csv_format.write(read.articles(db), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert [row["title"] for row in rows] == ["A new bridge", "Fähre", "'=1+1"]
    assert (rows[0]["text"], rows[0]["authors"], rows[2]["published"]) == (TEXT, "Ada Fields; Bo Lund", "")


def test_explain_tells_an_articles_story_and_a_refused_links(filled):
    filled.enqueue(link("/quiz"))
    filled.store(link("/quiz").url, Failure("", Stage.EXTRACT, "not-an-article", "It is a quiz."), page())
    with reading(filled.path) as db:
        quiz = read.explain(db, link("/quiz").url)
        assert (quiz.record, quiz.state, quiz.reason, quiz.found_in) == (None, "refused", "not-an-article", FEED)
        assert (quiz.fetches[0].stage, quiz.fetches[0].detail) == ("extract", "It is a quiz.")
        assert read.explain(db, 1) == read.explain(db, EXTRA + "bridge")
        assert read.explain(db, 1).state == "stored"
        assert read.explain(db, "https://news.example/none") is None


def test_the_stored_page_is_read_back(filled):
    with reading(filled.path) as db:
        assert read.snapshot(db, 1) == page()
        assert read.snapshot(db, EXTRA + "bridge").body == b"<p>bridge"


def test_known_links_are_told_apart(filled):
    with reading(filled.path) as db:
        assert read.known(db, [EXTRA + "opera", EXTRA + "none"]) == {EXTRA + "opera"}
