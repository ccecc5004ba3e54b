import csv
import io
from xml.etree import ElementTree as ET

from sample_archive import SCRIPT, add, empty

from archive.serve import app

ATOM = "{http://www.w3.org/2005/Atom}"


async def test_a_search_is_a_feed_with_all_that_atom_asks_for(get):
    response = await get("/search.atom?q=harbour")
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = ET.fromstring(response.content)
    for tag in ("title", "id", "updated"):
        assert feed.findtext(ATOM + tag)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"http://localhost/article/{n}" for n in (3, 1, 2)]
    for entry in entries:
        assert entry.findtext(f"{ATOM}updated").endswith("Z")
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
        assert all(link.get("href").startswith("http") for link in entry.findall(f"{ATOM}link"))
    assert entries[1].find(f"{ATOM}link[@rel='via']").get("href") == "https://herald.example/1"


async def test_scraped_text_is_text_in_a_feed_and_nothing_xml_forbids(get):
    response = await get("/search.atom?source=evil")
    assert SCRIPT not in response.text
    assert "\x07" not in response.text
    assert "\u202e" not in response.text
    assert any(
        SCRIPT in entry.findtext(f"{ATOM}title") for entry in ET.fromstring(response.content).iter(f"{ATOM}entry")
    )


async def test_a_search_is_json_that_says_where_it_goes_on(tmp_path):
    db = empty(tmp_path / "a.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    with db.conn:
        for number in range(1100):
            add(db, url=f"https://herald.example/{number}")
    db.close()
    ds = app(tmp_path / "a.db")
    first = (await ds.client.get("/search.json?source=herald")).json()
    rest = (await ds.client.get(first["next"].removeprefix("http://localhost"))).json()
    assert len(first["articles"]) == 1000
    assert rest["next"] is None
    assert {one["id"] for one in first["articles"] + rest["articles"]} == set(range(1, 1101))
    assert first["search"] == {"source": ["herald"]}
    ds.get_database("archive").close()


async def test_a_search_is_csv_in_which_no_cell_is_a_formula(tmp_path):
    db = empty(tmp_path / "a.db")
    db["sources"].insert({"name": "herald", "added": "2026-11-01T00:00:00Z"})
    add(db, title='=HYPERLINK("http://203.0.113.9","x")', byline="@Ada", text="+harbour\n\nminus")
    db.close()
    ds = app(tmp_path / "a.db")
    response = await ds.client.get("/search.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert rows[0]["title"] == '\'=HYPERLINK("http://203.0.113.9","x")'
    assert rows[0]["byline"] == "'@Ada"
    assert rows[0]["id"] == "1"
    ds.get_database("archive").close()


async def test_a_feed_and_its_page_name_each_other(get):
    assert (
        'type="application/atom+xml" title="This search as a feed" href="/search.atom?q=harbour"'
        in (await get("/search?q=harbour")).text
    )
    feed = (await get("/search.atom?q=harbour")).text
    assert 'href="http://localhost/search?q=harbour&amp;order=newest" rel="alternate"' in feed
    assert 'href="http://localhost/search.atom?q=harbour" rel="self"' in feed
    assert "<title>Cuttings: harbour</title>" in feed


async def test_what_a_watch_found_is_a_feed_that_stays_as_it_was(get):
    feed = ET.fromstring((await get("/watch/harbour.atom")).content)
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "http://localhost/watch/harbour#1"
    assert entry.findtext(f"{ATOM}summary") == f"harbour {SCRIPT}"
    assert SCRIPT in entry.findtext(f"{ATOM}title")
    html = (await get("/watch/harbour")).text
    assert "<mark>harbour</mark>" in html
    assert SCRIPT not in html
    assert "unsent by webhook" in (await get("/watches")).text
    await get("/watch/none.atom", 404)
