import pytest
from sample_archive import empty

from archive.serve import metadata

ARCHIVE = metadata()["databases"]["archive"]


async def test_every_table_a_reader_sees_has_a_title(tmp_path):
    db = empty(tmp_path / "a.db")
    tables = {name for name in db.table_names() if not name.startswith(("articles_fts", "sqlite_"))}
    shown = {name for name, table in ARCHIVE["tables"].items() if table.get("title")}
    assert tables - shown == {"dictionaries", "inbox", "shingles", "spaced", "articles_words", "_sqlite_migrations"}
    db.close()


def test_the_metadata_names_only_columns_that_there_are(tmp_path):
    db = empty(tmp_path / "a.db")
    for name, table in ARCHIVE["tables"].items():
        columns = {column.name for column in db[name].columns}
        named = {
            *table.get("columns", {}),
            *(next(iter(each.values())) if isinstance(each, dict) else each for each in table.get("facets", [])),
            *table.get("sortable_columns", []),
        }
        named |= {table[key] for key in ("sort", "sort_desc", "label_column") if key in table}
        assert named <= columns, name
    db.close()


@pytest.mark.parametrize("name", ARCHIVE["queries"])
async def test_every_ready_made_query_runs(get, name):
    assert ARCHIVE["queries"][name]["description"]
    data = (await get(f"/archive/{name}.json?_shape=objects&source=&words=")).json()
    assert data["ok"]


async def test_a_title_in_a_table_leads_to_the_reading_page(get):
    assert '<a href="/article/1"><bdi>Harbour council votes</bdi></a>' in (await get("/archive/articles")).text
    assert '<a href="/article/1"><bdi>Harbour council votes</bdi></a>' in (await get("/archive/most_changed")).text
    assert '<a href="/article/1">' in (await get("/archive/revisions")).text


async def test_foreign_keys_are_shown_by_label(get):
    html = (await get("/archive/articles")).text
    assert ">The Bay Herald</a>" in html


async def test_tables_of_machinery_are_hidden(get):
    tables = {table["name"]: table["hidden"] for table in (await get("/archive.json")).json()["tables"]}
    assert not tables["articles"]
    assert all(tables[name] for name in tables if name.startswith(("articles_fts", "_sqlite", "dictionaries")))


async def test_facets_are_there(get):
    facets = (await get("/archive/articles.json?_extra=facet_results")).json()["facet_results"]
    facets = facets.get("results", facets)  # as Datasette 1.0 has it
    assert {"source", "language", "section", "published"} <= set(facets)
