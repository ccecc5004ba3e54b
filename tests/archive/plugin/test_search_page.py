import re

import pytest
from sample_archive import add, empty

from archive.serve import app

ODD = [
    "before=x",
    "before=,",
    "before=2026,9999999999999999999",
    "before=1,²",
    "order=newest&before=2025-99-01,5",
    "order=newest&before=2025-9-9,5",
    "order=newest&before=20250901,5",
    "since=2150",
    "until=0800",
    "before=%00,1",
    "page=-1",
    "page=9²",
    "since=yesterday",
    "until=2026-99-99",
    "language=%00",
    "author=%22",
    "tag=%27",
    "source=no",
    "order=up",
]


def read(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'class="read" href="/article/(\d+)"', html)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=harbour&source=herald", [1]),
        ("q=harbour&author=Ada+Byron", [1]),
        ("q=harbour&author=ada+byron", [1]),
        ("q=harbour&tag=harbour", [1]),
        ("q=harbour&since=2026-11-23", [1, 3]),
        ("q=harbour&until=2026-11-22", [2]),
        ("language=ar", [4]),
        ("language=ja&q=東京", [6]),
        ("q=知事", [6]),
        ("q=京知", []),
        ("since=2026-11-24&until=2026-11-24", [5]),
        ("author=Nobody", []),
        ("q=harbour&author=Ada+Byron&tag=Harbour&source=herald&language=en&since=2026&until=2026", [1]),
    ],
)
async def test_a_search_can_be_narrowed(get, query, found):
    assert sorted(read((await get(f"/search?{query}")).text)) == found


@pytest.mark.parametrize("odd", ODD)
async def test_odd_addresses_are_no_error(datasette, odd):
    assert (await datasette.client.get(f"/search?q=harbour&{odd}")).status_code == 200


async def test_words_are_marked_in_scripts_without_blanks(get):
    html = (await get("/search?q=東京")).text
    assert "<mark>東京</mark>都知事が会見" in html
    assert "\u200b" not in html


async def test_what_one_looked_for_stands_in_the_form(get):
    limits = "source=herald&author=Ada+Byron&tag=x&language=en&since=2026&until=2026-12"
    html = (await get(f"/search?q=harbour&{limits}")).text
    form = (
        'value="harbour"',
        '<option value="herald" selected>',
        'value="Ada Byron"',
        'name="tag" value="x"',
        "<option selected>en</option>",
        'name="since" value="2026"',
        'name="until" value="2026-12"',
    )
    for part in form:
        assert part in html, part


async def test_how_often_it_was_written_about_is_a_chart_with_its_figures(get):
    html = (await get("/search?q=harbour")).text
    assert html.count("<rect") >= 4  # two days, two sources
    day = '<a href="/search?q=harbour&amp;since=2026-11-23&amp;until=2026-11-23">2026-11-23</a>'
    assert f'{day}</th><td class="number">2<' in html
    assert "By source, in these days" in html


async def test_pages_of_the_newest_lose_and_repeat_none(tmp_path):
    db = empty(tmp_path / "many.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    with db.conn:
        for number in range(120):
            add(db, url=f"https://herald.example/{number}", published=f"2026-11-{1 + number % 7:02}", text="harbour")
    db.close()
    ds = app(tmp_path / "many.db")
    for start in ("/search", "/search?source=herald", "/search?q=harbour&order=newest", "/search?q=harbour"):
        url, seen = start, []
        for _ in range(3):
            html = (await ds.client.get(url)).text
            seen += read(html)
            url = next(iter(re.findall(r'href="([^"]+)" rel="next"', html)), "").replace("&amp;", "&")
        assert url == "", start
        assert sorted(seen) == list(range(1, 121)), start
    ds.get_database("archive").close()


async def test_nothing_found_says_what_may_help(get):
    html = (await get("/search?q=harbour&source=herald&since=2027")).text
    assert "Nothing found for" in html
    assert 'href="/search?q=harbour"' in html
    assert "There is no letter or digit" in (await get("/search?q=%28")).text


async def test_a_span_that_ends_before_it_begins_has_nothing_in_it(get):
    for span in ("since=2026-12-01&until=2026-11-01", "since=2150", "until=1850"):
        assert read((await get(f"/search?q=harbour&{span}")).text) == [], span
        assert read((await get(f"/search?{span}")).text) == [], span


async def test_beginnings_of_words_find_what_they_begin(get):
    for begun in ("harb*", "HARB*", "cou* harb*", "zeppelin OR harb*"):
        assert sorted(read((await get("/search", params={"q": begun})).text)) in ([1, 2, 3], [1, 3]), begun
    assert read((await get("/search", params={"q": '"narrow harb*" council'})).text) == []  # a phrase of its own
    html = (await get("/search?q=harb*")).text
    assert 'value="harb*"' in html
    assert "/search?q=harb%2A&amp;since=2026-11-23" in html  # its figures lead to what was asked for


async def test_a_list_that_ends_says_so(get):
    assert "The list ends here" in (await get("/search?q=harbour&page=9")).text
