import re

import pytest
from sample_archive import SCRIPT, add, empty

from archive.serve import app


@pytest.fixture
def made(tmp_path):
    """An archive of one's own, served: ``ds, db``."""
    db = empty(tmp_path / "own.db")
    for name in ("herald", "post", "gazette"):
        db["sources"].insert({"name": name, "title": f"The {name.title()}", "added": "2026-11-01T00:00:00Z"})
    ds = app(tmp_path / "own.db")
    yield ds, db
    ds.get_database("archive").close()
    db.close()


def read(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'class="read" href="/article/(\d+)"', html)]


async def test_it_shows_the_last_day_with_articles_by_source(get):
    html = (await get("/")).text
    assert "<h1>Tuesday 24 November 2026</h1>" in html  # an article without a date: the day it was first seen
    assert "No date at all" in html
    html = (await get("/day/2026-11-23")).text
    assert "The Bay Herald</bdi></a>" in html
    assert read(html) == [1]  # article 3 is the same text, word for word


async def test_days_lead_to_each_other_and_every_text_is_on_one(get):
    seen, url = [], "/"
    while url:
        html = (await get(url)).text
        seen += read(html)
        url = next(iter(re.findall(r'href="(/day/[^"]+)" rel="next"', html)), "")
    assert sorted(seen) == [1, 2, 4, 5, 6]


async def test_sections_can_be_had_in_place_of_sources(get):
    html = (await get("/day/2026-11-23?by=section")).text
    assert re.search(r'<h2 id="group-1"><bdi>Local</bdi>', html)
    assert "<bdi>The Bay Herald</bdi>" in html


async def test_a_source_with_many_articles_leads_to_all_of_them(made):
    ds, db = made
    for number in range(60):
        add(db, url=f"https://herald.example/{number}", published=f"2026-11-20T{number // 3:02}:00:00Z")
        add(db, source="post", url=f"https://post.example/{number}", published="2026-11-20")
    html = (await ds.client.get("/")).text
    assert len(read(html)) == 30
    assert 'href="/search?source=herald&amp;since=2026-11-20&amp;until=2026-11-20">all 60</a>' in html
    by_section = (await ds.client.get("/?by=section")).text
    assert 'href="/archive/timeline?section=&amp;happened__startswith=2026-11-20">all 120</a>' in by_section
    found = (await ds.client.get("/search?source=herald&since=2026-11-20&until=2026-11-20")).text
    assert len(read(found)) == 50
    assert "60 articles" in found.lower()


async def test_a_story_is_moving_once_two_sources_run_it(made):
    ds, db = made
    for number, source in enumerate(("herald", "post", "gazette", "herald"), 1):
        add(
            db,
            source=source,
            url=f"https://{source}.example/{number}",
            title=f"Story {number}",
            cluster=1 + 3 * (number > 3),
        )
    html = (await ds.client.get("/")).text
    assert re.search(r'href="/article/1#copies"><bdi>Story 1</bdi></a>.*?in 3 sources', html, re.DOTALL)
    assert "/article/4#copies" not in html


async def test_changes_and_open_alarms_stand_beside_it(get):
    html = (await get("/")).text
    assert re.search(r'href="/article/1/changes/2"><bdi>Harbour council votes</bdi></a>.*?edited', html, re.DOTALL)
    assert "Something is wrong" in html
    assert "<b>silence</b>" in html
    assert "<b>drift</b>" not in html  # is over
    assert SCRIPT not in html


async def test_an_empty_archive_says_what_to_do_on_every_page(tmp_path):
    empty(tmp_path / "new.db").close()
    ds = app(tmp_path / "new.db")
    html = (await ds.client.get("/")).text
    assert "This archive is empty" in html
    assert "cuttings crawl" in html
    for url in ("/search", "/search?q=word", "/changes", "/sources", "/status", "/search.atom?q=x", "/search.csv"):
        assert (await ds.client.get(url)).status_code == 200, url
    assert "cuttings sources add" in (await ds.client.get("/sources")).text
    ds.get_database("archive").close()


async def test_a_day_without_articles_leads_to_those_that_have_some(get):
    html = (await get("/day/2026-11-10")).text
    assert "Nothing is kept from this day" in html
    assert 'href="/day/2026-11-20" rel="prev"' in html


@pytest.mark.parametrize("url", ["/day/2026-13-01", "/day/0000-00-00", "/day/9999-99-99", "/day/2026-02-30"])
async def test_a_day_that_is_none_is_not_there(get, url):
    assert "There is no such day" in (await get(url, 404)).text


async def test_a_source_is_where_it_was_before_there_were_pages_of_sources(get):
    assert (await get("/?source=herald", 301)).headers["location"] == "/source/herald"
    await get("/?source=//evil.example", 404)


async def test_what_is_known_to_the_month_or_year_alone_stands_on_its_first_day(made):
    ds, db = made
    for number, when in enumerate(("2026-11", "2026-11-02", "2026-10-30", "2026", "2025-12-31"), 1):
        add(db, url=f"https://herald.example/{number}", published=when, first_seen="2026-11-24T00:00:00Z")
    url, seen = "/", []
    while url:
        html = (await ds.client.get(url)).text
        seen.append(read(html))
        url = next(iter(re.findall(r'href="(/day/[^"]+)" rel="next"', html)), "")
    assert seen == [[2], [1], [3], [4], [5]]
    back = re.findall(r'href="(/day/[^"]+)" rel="prev"', (await ds.client.get("/day/2026-10-30")).text)
    assert back == ["/day/2026-11-01"]
