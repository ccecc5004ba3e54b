from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from archive import baseline
from archive.baseline import Baseline
from archive.database import connect

DAY = date(2026, 11, 24)


@pytest.fixture
def db(tmp_path):
    connection = connect(tmp_path / "archive.db")
    at = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    for name, language in (("gazette", "en-GB"), ("herald", "")):
        connection.execute(
            "INSERT INTO sources (name, title, home, language, added) VALUES (?, ?, '', ?, ?)",
            [name, name, language, at],
        )
    yield connection
    connection.close()


def add(db, ago: int, words: list[int], source: str = "gazette", **sums: int) -> None:
    logs = [math.log1p(n) for n in words]
    values = {
        "source": source,
        "day": (DAY - timedelta(days=ago)).isoformat(),
        "new": len(words),
        "words": sum(words),
        "log_words": sum(logs),
        "log_words_squared": sum(n * n for n in logs),
    } | sums
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO days ({', '.join(values)}) VALUES ({marks})", [*values.values()])


def test_it_is_the_mean_and_the_shares_of_the_days_before(db):
    add(db, 2, [99, 399], signed=2, dated=2, foreign_language=1, kept=900, dropped=100, by_rule=1)
    add(db, 1, [199, 799], signed=1, dated=2, kept=900, dropped=100)
    add(db, 0, [9] * 50)
    add(db, 1, [9] * 50, source="herald")
    found = baseline.of(db, "gazette", DAY)
    assert found.articles == 4
    assert math.exp(found.mean) == pytest.approx((100 * 400 * 200 * 800) ** 0.25)
    assert found.deviation == pytest.approx(0.775, abs=0.001)
    assert (found.signed, found.dated, found.foreign, found.boilerplate, found.by_rule) == (0.75, 1, 0.25, 0.1, 0.25)


def test_days_without_new_articles_do_not_count(db):
    for ago in range(1, 300):
        add(db, ago, [99] if ago % 7 == 0 else [])
    assert baseline.of(db, "gazette", DAY).articles == 28


def test_what_is_older_than_a_year_is_not_usual_any_more(db):
    add(db, 366, [99] * 30)
    assert baseline.of(db, "gazette", DAY).articles == 0


def test_a_source_says_its_language_without_its_region(db):
    assert baseline.of(db, "gazette", DAY) == Baseline(language="en")
    assert baseline.of(db, "herald", DAY) == Baseline()
    assert baseline.of(db, "nobody", DAY) == Baseline()


def test_nineteen_articles_tell_nothing_and_twenty_do(db):
    add(db, 1, [99] * 19)
    assert not baseline.of(db, "gazette", DAY).tells
    add(db, 2, [99])
    assert baseline.of(db, "gazette", DAY).tells


def test_articles_all_alike_have_no_deviation(db):
    add(db, 1, [333] * 1_000)
    assert baseline.of(db, "gazette", DAY).deviation == pytest.approx(0, abs=1e-5)


def test_the_first_day_of_all_has_none_before_it(db):
    assert baseline.of(db, "gazette", date.min) == Baseline(language="en")


def test_it_is_found_along_the_index(db):
    asked = {"source": "gazette", "before": "", "since": ""}
    plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {baseline._SUMS}", asked)]
    assert any("SEARCH days USING PRIMARY KEY (source=? AND day>? AND day<?)" in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
