from __future__ import annotations

import csv
import io
import re
import shutil
import sqlite3

import pytest
from sample_archive import add, empty, snapshot

from archive import finding
from archive.database import reading
from archive.plugin import search as search_page
from archive.serve import app, names
from archive.wanted import Wanted

PER_YEAR = 70
YEARS = ("2024", "2025", "2026")


def fill(path, years, *, first=1):
    """Articles of these years, each day two; every third of the herald, and each with some of the words."""
    db = empty(path)
    for name in ("herald", "post"):
        db["sources"].insert({"name": name, "title": name.title(), "home": "", "added": "2024"})
    db["authors"].insert({"id": 7, "name": "Ada Byron"})
    db["authors"].insert({"id": 8, "name": f"Only {years[0]}"})
    for year in years:
        for number in range(PER_YEAR):
            offset = (int(year) - 2024) * 1000 + number
            words = "harbour " * (1 + number % 4) + "council " * (number % 3 == 0) + "other words " * (number % 7)
            at = f"{year}-{1 + number // 28:02}-{1 + number % 28:02}T08:00:00Z"
            one = add(
                db,
                id=first + offset,
                source="herald" if number % 3 == 0 else "post",
                title=f"{'Harbour' if number % 5 == 0 else 'Story'} {year} {number}",
                url=f"https://herald.example/{year}/{number}",
                published=at,
                first_seen=at,
                text=words.strip(),
                language="en" if year != "2024" else "de",
                section="Local",
                revision=2 if number == 3 else 1,
                snapshot=snapshot(db) if number == 3 else None,
            )
            db["article_authors"].insert({"article": one, "author": 7, "position": 0})
            for version in (1, 2) if number == 3 else ():
                db["revisions"].insert({
                    "article": one, "number": version, "seen_at": f"{year}-02-0{version}T00:00:00Z", "title": "T",
                    "change": "first" if version == 1 else "correction", "text": f"Text {version}",
                    "content_hash": "x",
                })  # fmt: skip
    db["runs"].insert({"command": "daemon", "started": f"{years[-1]}-12-01T00:00:00Z"})
    db.close()
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    parts = [fill(folder / f"{year}.db", [year]) for year in YEARS]
    return fill(folder / "whole.db", YEARS), parts


def closed(ds):
    for name in [name for name in ds.databases if not name.startswith("_")]:
        ds.get_database(name).close()
    ds.executor.shutdown()


@pytest.fixture(scope="module")
def both(files):
    """The whole, and its parts read together."""
    whole, parts = files
    one, several = app(whole), app(parts)
    yield one, several
    closed(one)
    closed(several)


async def text(ds, url, status=200):
    response = await ds.client.get(url)
    assert response.status_code == status, response.text
    return response.text


def titles(page):
    return re.findall(r'class="read" href="/article/[^"]*"><bdi>(?:<mark>)?([^<]+(?:</mark>[^<]*)?)', page)


async def all_pages(ds, url):
    found = []
    while url:
        got = (await ds.client.get(url)).json()
        found += [(one["title"], one["url"]) for one in got["articles"]]
        url = got["next"] and got["next"].replace("http://localhost", "")
    return found


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "q=harbour&order=newest",
        "q=council&order=newest&source=herald",
        "q=harb*&order=newest&since=2025-02",
        "language=de",
        "author=Ada+Byron",
        "q=harbour&order=newest&until=2025-01-20",
    ],
)
async def test_the_newest_of_several_are_those_of_one_archive_page_by_page(both, asked, monkeypatch):
    from archive.plugin import saved

    monkeypatch.setattr(saved, "_MOST", 23)
    one, several = [await all_pages(ds, f"/search.json?{asked}") for ds in both]
    assert several == one
    assert len(one) == len(set(one)) > 23


async def test_the_best_of_several_are_each_there_once_however_far_one_reads(both):
    one, several = [await all_pages(ds, "/search.json?q=harbour+council") for ds in both]
    assert len(several) == len(set(several)) == len(one)
    assert set(several) == set(one)
    assert len(set(several[:30]) & set(one[:30])) > 20, "nearly as one archive ranks them"
    assert {url.split("/")[3] for _, url in several[:12]} == set(YEARS)


async def test_the_best_may_all_be_in_one_of_many_archives(files, tmp_path):
    small = []
    for number in range(9):
        db = empty(tmp_path / f"small{number}.db")
        db["sources"].insert({"name": "herald", "title": "", "home": "", "added": "2024"})
        add(db, title=f"Small {number}", text="other words " * 50 + "harbour", url=f"https://small.example/{number}")
        db.close()
        small.append(tmp_path / f"small{number}.db")
    ds = app([files[0], *small])
    found = [url for _, url in await all_pages(ds, "/search.json?q=harbour")]
    assert len(found) == len(set(found)) == 3 * PER_YEAR + 9
    one = [url for url in found if "herald" in url]
    alone = app(files[0])
    assert one == [url for _, url in await all_pages(alone, "/search.json?q=harbour")], "it keeps its own order"
    assert "small" not in "".join(found[:60])
    closed(ds)
    closed(alone)


async def test_counts_and_charts_are_of_all(both):
    for asked in ("q=harbour", "q=harbour&order=newest&since=2024-01-01&until=2024-02-20", "q=council"):
        one, several = [await text(ds, f"/search?{asked}") for ds in both]
        for pattern in (r"[\d,]+ articles?", r"<title>[^<]+: [\d,]+</title>", r'<th scope="row">.*?</tr>'):
            assert re.findall(pattern, several) == re.findall(pattern, one) != [], pattern


async def test_as_csv_and_feed_each_article_has_its_archive(both):
    rows = list(csv.DictReader(io.StringIO(await text(both[1], "/search.csv?q=council&order=newest"))))
    assert {row["archive"] for row in rows} == set(YEARS)
    assert "archive" not in (await text(both[0], "/search.csv?q=council")).splitlines()[0]
    feed = await text(both[1], "/search.atom?q=council")
    assert "/article/2026/" in feed


async def test_every_page_leads_to_pages_that_are_there(both):
    seen, left = set(), ["/", "/search?q=harbour", "/changes", "/sources", "/source/herald", "/status", "/watches"]
    left += ["/day/2025-01-03", "/?by=section", "/author/2025/7", "/author/2024/8", "/article/2025/1004"]
    while left:
        url = left.pop()
        seen.add(url)
        # Datasette 1.0 has its own pages of SQL elsewhere, and leads there.
        response = await both[1].client.get(url, follow_redirects=not url.startswith("/article"))
        assert response.status_code == 200, url
        page = response.text
        links = {link.replace("&amp;", "&").partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', page)}
        ours = [link for link in links if re.match(r"/(article|author|tag|changes|source|202\d)\b", link)]
        left += [link for link in sorted(ours)[:12] if link not in seen and link not in left and len(seen) < 60]
    assert any(re.fullmatch(r"/article/202\d/\d+/changes/.*", url) for url in seen)
    assert any("/snapshot" in url for url in seen)
    assert not any(re.match(r"/article/\d+($|/[^\d])", url) for url in seen), "each names its archive"


async def test_the_front_page_and_the_changes_are_those_of_one_archive(both):
    for url in ("/", "/day/2025-01-03", "/day/2024-01-28", "/changes", "/changes?kind=correction", "/sources"):
        one, several = [(await text(ds, url)).partition("<main")[2].partition("</main")[0] for ds in both]
        assert re.sub(r'(?<=href="/article/)202\d/', "", several) == one


async def test_an_author_is_one_in_all_archives_and_a_source_too(both):
    one, several = [await text(ds, url) for ds, url in zip(both, ("/author/7", "/author/2024/7"), strict=True)]
    assert titles(several) == titles(one)
    assert f"{3 * PER_YEAR} articles" in several
    older = re.search(r'href="(/author/2024/7\?before=[^"]+)"', several)[1]
    following = re.search(r'href="(/author/7\?before=[^"]+)"', one)[1]
    assert titles(await text(both[1], older)) == titles(await text(both[0], following))
    one, several = [await text(ds, "/source/herald") for ds in both]
    assert titles(several) == titles(one)


async def test_a_number_without_an_archive_leads_to_the_one_that_has_it(both):
    response = await both[1].client.get("/article/1004/changes?view=side")
    assert (response.status_code, response.headers["location"]) == (302, "/article/2025/1004/changes?view=side")
    assert (await both[1].client.get("/author/7")).headers["location"] == "/author/2026/7", "the same by its name"
    which = await text(both[1], "/author/8", 300)
    assert "Only 2024" in which
    assert 'href="/author/2025/8"' in which
    assert "in any of the archives" in await text(both[1], "/article/999999", 404)
    assert "no archive of this name" in await text(both[1], "/article/1999/1", 404)
    assert "no archive of this name" in await text(both[0], "/article/archive/1", 404)


async def test_the_status_names_all_and_the_newest_is_first(both):
    assert list(both[1].plugin_config("cuttings")["database"]) == ["2026", "2025", "2024"]
    page = await text(both[1], "/status")
    assert re.findall(r'<th scope="row"><a href="/(\d+)">', page) == ["2026", "2025", "2024"]
    assert "Archives read together" not in await text(both[0], "/status")


async def test_the_tables_of_each_are_open_and_lead_to_the_reading_room(both):
    for year in YEARS:
        assert f'href="/article/{year}/' in await text(both[1], f"/{year}/articles")
        assert (await both[1].client.get(f"/{year}/articles.json?_search=harb*&_shape=array")).json()


async def test_articles_of_one_number_and_time_in_two_archives_are_both_listed_once(files, tmp_path, monkeypatch):
    from archive.plugin import saved

    monkeypatch.setattr(saved, "_MOST", 5)
    pair = [shutil.copy(files[1][0], tmp_path / f"{name}.db") for name in ("one", "two")]
    with sqlite3.connect(pair[1]) as db:
        db.execute("UPDATE articles SET url = url || '/two'")
    db.close()
    ds = app(pair)
    for asked in ("", "q=harbour", "q=harbour&order=newest"):
        found = await all_pages(ds, f"/search.json?{asked}")
        assert len(found) == len(set(found)) == 2 * PER_YEAR
    closed(ds)


def test_names_in_addresses_are_no_two_alike_and_no_page_of_ours(tmp_path):
    paths = [tmp_path / name for name in ("a.db", "b/a.db", "Search.db", "ü.db", "2025.db", "x y.db")]
    assert list(names(paths)) == ["a", "a-2", "search-2", "archive", "2025", "x-y"]
    assert list(names(paths[:1])) == ["archive"]


def test_scores_are_of_one_measure_and_in_the_order_asked(files):
    with reading(files[0]) as db:
        wanted = Wanted("harbour")
        numbers = finding.best(db, wanted, 20)
        scores = finding.scores(db, wanted, [*numbers, 999_999])
        assert [number for number, _ in scores] == [*numbers, 999_999]
        assert scores[-1][1] == 0.0
        assert scores[0][1] >= max(score for _, score in scores) * 0.9
    assert search_page.PAGE == 50
