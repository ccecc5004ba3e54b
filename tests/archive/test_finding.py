"""What is found is what a look at every row finds, also where the archive is too large to look at every row."""

import itertools
import random
import re
import sqlite3

import pytest

from archive import finding, index
from archive.database import connect, reading
from archive.wanted import Wanted

WORDS = ("harbour", "ferry", "council", "strike", "budget", "storm")
SEEN = "2026-11-24T09:00:00Z"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Four hundred articles: several a minute, some known to the month or year alone, some of the future."""
    file = tmp_path_factory.mktemp("finding") / "a.db"
    db, chance = connect(file), random.Random(5)
    db.execute("BEGIN")
    for name in ("herald", "post", "evening-news"):
        db.execute("INSERT INTO sources (name, added) VALUES (?, ?)", [name, SEEN])
    db.executemany("INSERT INTO authors (id, name) VALUES (?, ?)", [(1, "Ada Byron"), (2, "ada byron"), (3, "Bo")])
    db.executemany("INSERT INTO tags (id, name) VALUES (?, ?)", [(1, "Sea"), (2, "Town")])
    for number in range(1, 401):
        day = f"202{chance.choice('3456')}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        when = f"{day}T0{chance.randrange(3)}:00:00Z"
        published = chance.choice([when, when, when, when[:10], when[:7], when[:4], None, "2031-01-01T00:00:00Z"])
        title = " ".join(chance.sample(WORDS, 2))
        row = {
            "id": number, "source": chance.choice(["herald", "post", "evening-news"]), "url": f"https://x.example/{number}",
            "title": title, "text": " ".join(chance.choices(WORDS, k=chance.randrange(1, 40))), "blocks": "[]",
            "published": published, "language": chance.choice(["en", "en-GB", "pt", ""]), "word_count": 1,
            "content_hash": str(number), "first_seen": SEEN, "last_seen": SEEN, "extractor": "1",
        }  # fmt: skip
        names = ", ".join(row)
        db.execute(f"INSERT INTO articles ({names}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
        db.execute("INSERT INTO article_authors VALUES (?, ?, 0)", [number, chance.randrange(1, 4)])
        if number % 3:
            db.execute("INSERT INTO article_tags VALUES (?, ?)", [number, chance.randrange(1, 3)])
    db.execute("COMMIT")
    db.close()
    return file


@pytest.fixture(params=["as it is", "as if it were large", "as if nobody were looked up"])
def db(path, request, monkeypatch):
    if request.param != "as it is":
        monkeypatch.setattr(finding, "RANKED", 5)
        monkeypatch.setattr(finding, "_SORTED", 5)
    if request.param == "as if nobody were looked up":
        monkeypatch.setattr(finding, "_FEW", 0)
    with reading(path) as connection:
        yield connection


@pytest.fixture(scope="module")
def rows(path):
    """Every article, the newest first."""
    with reading(path) as connection:
        found = connection.execute(
            "SELECT articles.*, happened,"
            " (SELECT name FROM article_tags JOIN tags ON tags.id = tag WHERE article = articles.id) AS tag,"
            " (SELECT name FROM article_authors JOIN authors ON authors.id = author WHERE article = articles.id)"
            " AS author FROM articles JOIN timeline ON article = articles.id"
            " ORDER BY happened DESC, articles.id DESC"
        )
        return [(row, set(re.findall(r"\w+", f"{row['title']} {row['text']}"))) for row in found]


def wanted_ones(rows, wanted: Wanted) -> list[int]:
    """By a look at every row."""
    return [row["id"] for row, said in rows if _is_wanted(row, said, wanted)]


def _is_wanted(row: sqlite3.Row, said: set[str], wanted: Wanted) -> bool:
    virtual = f"{row['happened'][:10]}-00-00"[:10]
    return (
        all(word in said for word in wanted.words.split())
        and (not wanted.sources or row["source"] in wanted.sources)
        and (not wanted.author or row["author"] == wanted.author)
        and (not wanted.tag or row["tag"] == wanted.tag)
        and (not wanted.language or row["language"].partition("-")[0] == wanted.language)
        and (not wanted.since or virtual >= f"{wanted.since}-00-00"[:10])
        and (not wanted.until or virtual <= f"{wanted.until}-99-99"[:10])
    )


SEARCHES = [
    Wanted(*some)
    for some in itertools.product(
        ("", "harbour", "harbour ferry"),
        ((), ("herald",), ("herald", "evening-news")),
        ("", "Bo"),
        ("", "Sea"),
        ("", "en"),
        ("", "2024", "2025-03-10"),
        ("", "2025-11"),
    )
][::7]
"""Every seventh of 432, which has each value with each other."""


def test_the_newest_are_those_that_every_row_gives_page_by_page(db, rows):
    for wanted in SEARCHES:
        expected, found, before = wanted_ones(rows, wanted), [], None
        while page := finding.newest(db, wanted, 30, before):
            found += page
            before = tuple(
                db.execute("SELECT happened, article FROM timeline WHERE article = ?", [page[-1]]).fetchone()
            )
        assert found == expected, wanted


def test_the_best_are_the_same_articles_each_once(db, rows):
    for wanted in SEARCHES:
        if wanted.words:
            assert sorted(finding.best(db, wanted, 500)) == sorted(wanted_ones(rows, wanted)), wanted
            pages = [one for offset in range(0, 60, 20) for one in finding.best(db, wanted, 20, offset)]
            assert pages == finding.best(db, wanted, 60), wanted


def test_they_are_counted_up_to_a_limit_and_spread_over_days_and_sources(db, rows):
    for wanted in SEARCHES:
        expected = wanted_ones(rows, wanted)
        assert finding.count(db, wanted) == len(expected), wanted
        assert finding.count(db, wanted, 3) == min(len(expected), 4), wanted
        if wanted.expression():
            assert sum(finding.spread(db, wanted).values()) == len(expected), wanted


def test_words_in_the_headline_go_first(db):
    titles = dict(db.execute("SELECT id, title FROM articles").fetchall())
    first = finding.best(db, Wanted("harbour"), 10)
    assert all("harbour" in titles[number] for number in first)


def test_a_name_is_found_in_any_case_and_as_it_is_written_first(db, rows):
    exact, other = (
        finding.newest(db, Wanted(author="ada byron"), 500),
        finding.newest(db, Wanted(author="ADA BYRON"), 500),
    )
    assert exact == wanted_ones(rows, Wanted(author="ada byron"))
    assert other
    assert finding.newest(db, Wanted(author="Nobody"), 5) == []


def test_the_index_follows_every_change_of_an_article(tmp_path):
    db = connect(tmp_path / "a.db")
    db.execute("INSERT INTO sources (name, added) VALUES ('herald', ?), ('post', ?)", [SEEN, SEEN])
    article = (
        "INSERT INTO articles (id, source, url, title, text, blocks, published, word_count, content_hash, first_seen,"
        " last_seen, extractor) VALUES (1, 'herald', 'https://x.example/', 'Old', 'old', '[]', '2026-11-20', 1, '',"
        " ?, ?, '')"
    )
    db.execute(article, [SEEN, SEEN])

    def found(**options) -> bool:
        return finding.newest(db, Wanted(**options), 5) == [1]

    assert found(words="old", sources=("herald",), since="2026-11-20", until="2026-11-20")
    for change, options in (
        ("source = 'post'", {"words": "old", "sources": ("post",)}),
        ("published = '2026-10'", {"words": "old", "until": "2026-10"}),
        ("language = 'fr-CA'", {"words": "old", "language": "fr"}),
        ("title = 'New'", {"words": "new", "language": "fr", "until": "2026-10"}),
    ):
        db.execute(f"UPDATE articles SET {change}")
        assert found(**options), change
    db.execute("UPDATE articles SET text = '東京都知事'")
    assert not found(words="東京")  # not put apart yet
    index.keep(db, 1, {"title": "New", "text": "東京都知事"})
    assert found(words="東京")
    db.execute("UPDATE articles SET published = '2026-09-01'")
    assert found(words="知事", until="2026-09")
    assert db.execute("SELECT happened FROM timeline").fetchone()[0] == "2026-09-01"
    db.execute("UPDATE articles SET text = '大阪'")
    index.keep(db, 1, {"title": "New", "text": "大阪"})
    assert found(words="大阪")
    assert not found(words="東京")
    db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    db.execute("DELETE FROM articles")
    assert not found(words="大阪")
    assert db.execute("SELECT count(*) FROM timeline").fetchone()[0] == 0
    db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    db.close()
