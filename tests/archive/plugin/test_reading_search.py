import pytest

ODD = [
    '"',
    '""',
    '"unbalanced',
    'a"b"',
    "-",
    "-harbour",
    "*",
    "(",
    "harbour)",
    "NEAR(",
    "title:",
    "AND",
    "OR NOT",
    "'",
    "\x00",
]


async def test_a_search_finds_articles_and_marks_the_words(get):
    html = (await get("/search?q=minutes")).text
    assert "2 articles with" in html
    assert "<mark>minutes</mark>" in html


async def test_a_search_can_be_ordered_by_date(get):
    html = (await get("/search?q=harbour&order=newest")).text
    assert html.index("/article/1") < html.index("/article/2")


async def test_a_search_without_a_hit_says_so(get):
    assert "Nothing found for" in (await get("/search?q=zeppelin")).text
    assert "There are no more pages" in (await get("/search?q=harbour&page=9")).text


@pytest.mark.parametrize("typed", ODD)
async def test_odd_queries_are_no_error_in_the_search_page_and_in_the_table(datasette, typed):
    assert (await datasette.client.get("/search", params={"q": typed, "page": "x"})).status_code == 200
    table = await datasette.client.get("/archive/articles.json", params={"_search": typed})
    assert table.status_code == 200


async def test_the_table_of_articles_has_a_search_box(get):
    assert 'name="_search"' in (await get("/archive/articles")).text
    assert len((await get("/archive/articles.json?_search=undated")).json()["rows"]) == 1


async def test_a_mark_in_the_text_itself_does_no_harm(get):
    from archive.plugin.words import marked

    assert (
        str(marked("a \x02b\x03 \x03<i>\x02 \x02\x02c\x03")) == "<bdi>a <mark>b</mark> &lt;i&gt; <mark>c</mark></bdi>"
    )
