"""Each public benchmark is read as its checkout lies there; the contents here are invented."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.bench import checkouts
from tests.bench.plain import plain


def lay(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, str) else json.dumps(content)
        path.write_bytes(gzip.compress(data.encode()) if name.endswith(".gz") else data.encode())
    return folder


EVALUATION = {
    "https://a.example/1": {"file": "a.html", "with": ["The bridge"], "without": ["Menu"], "title": "Bridge"},
    "https://b.example/2": {"file": "b.html", "with": ["Rain"], "without": ["Login"], "date": "2026-03-01"},
    "https://c.example/3": {"file": "not-there.html", "with": ["x"], "without": ["y"]},
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tests/evaldata.json", json.dumps(EVALUATION)),
        ("tests/evaldata.py", f"# the pages\nEVAL_PAGES = {EVALUATION!r}\n"),
    ],
)
def test_trafilatura_has_snippets_beside_its_cached_pages(tmp_path, name, content):
    lay(tmp_path, {name: content, "tests/cache/a.html": "<p>The bridge", "tests/eval/b.html": "<p>Rain"})
    first, second = checkouts.trafilatura(tmp_path)
    assert (first.id, first.url, first.html) == ("a.html", "https://a.example/1", "<p>The bridge")
    assert (first.present, first.absent, first.title, first.text) == (("The bridge",), ("Menu",), "Bridge", None)
    assert (second.html, second.date) == ("<p>Rain", "2026-03-01")


def version(title, summary=(), **more):
    sections = [{"headline": [], "paragraphs": ["One."]}, {"headline": ["Then"], "paragraphs": ["Two.", "Three."]}]
    body = {"summary": list(summary), "sections": sections}
    return {"title": title, "body": body, "publishing_date": "2026-03-01 10:00:00+00:00", **more}


def test_fundus_has_a_page_a_version_of_a_publishers_parser_in_the_order_of_time(tmp_path):
    data = "tests/resources/parser/test_data/xx"
    files = {
        f"{data}/River.json": {
            "V2": version("New"),
            "V1": version("Old", ["In short."], authors=["A. Lund"], topics=["Rain"]),
        },
        f"{data}/River_2026_04_01.html.gz": "<p>new",
        f"{data}/River_2025_01_01.html.gz": "<p>old",
        f"{data}/River_News.json": {"V1": version("Another publisher")},
        f"{data}/River_News_2025_02_02.html.gz": "<p>another",
        f"{data}/meta.info": {"River_2025_01_01.html.gz": {"url": "https://river.example/1", "crawl_date": "…"}},
    }
    old, new, another = checkouts.fundus(lay(tmp_path, files))
    assert (old.id, old.url, old.html, old.title) == (
        "xx/River_2025_01_01",
        "https://river.example/1",
        "<p>old",
        "Old",
    )
    assert old.text == "In short.\n\nOne.\n\nThen\n\nTwo.\n\nThree."
    assert (old.authors, old.tags, old.date[:10]) == (("A. Lund",), ("Rain",), "2026-03-01")
    assert (new.html, new.title, new.url) == ("<p>new", "New", None)
    assert (another.html, another.title) == ("<p>another", "Another publisher")


def test_fundus_publishers_whose_pages_cannot_be_told_apart_are_passed_over(tmp_path):
    data = "tests/resources/parser/test_data/xx"
    files = {
        f"{data}/River.json": {"V1": version("Old"), "V2": version("New")},
        f"{data}/River_2025_01_01.html.gz": "<p>",
    }
    assert list(checkouts.fundus(lay(tmp_path, files))) == []


def test_readability_has_its_own_output_as_html(tmp_path):
    folder = "test/test-pages/bridge"
    files = {
        f"{folder}/source.html": "<title>Bridge</title><p>The <b>bri</b>dge.</p>",
        f"{folder}/expected.html": '<div id="page"><p>The <b>bri</b>dge.</p><p>Open\nagain.</p></div>',
        f"{folder}/expected-metadata.json": {"title": "Bridge", "byline": "A. Lund", "publishedTime": None},
    }
    (page,) = checkouts.readability(lay(tmp_path, files))
    assert (page.id, page.text, page.title) == ("bridge", "The bridge.\nOpen again.", "Bridge")
    assert (page.authors, page.date, page.html[:7]) == (("A. Lund",), None, "<title>")


def test_wcxb_has_articles_and_others_and_its_test_split_is_not_read(tmp_path):
    def gold(kind, **truth):
        return {"url": "https://w.example/", "_internal": {"page_type": {"primary": kind}}, "ground_truth": truth}

    files = {
        "dev/ground-truth/0001.json": gold(
            "article", main_content="Rain.", title="R", author="A. Lund", publish_date="2026-03-01", without=["Home"]
        ),
        "dev/ground-truth/0002.json": gold("product", main_content="A pump."),
        "dev/html/0001.html.gz": "<p>Rain.",
        "dev/html/0002.html.gz": "<p>A pump.",
        "test/ground-truth/0003.json": gold("article", main_content="Unseen."),
        "test/html/0003.html.gz": "<p>Unseen.",
    }
    lay(tmp_path, files)
    (article,), (pump,) = checkouts.wcxb(tmp_path), checkouts.other(tmp_path)
    assert (article.id, article.html, article.text, article.absent) == ("dev-0001", "<p>Rain.", "Rain.", ("Home",))
    assert (article.authors, article.date, article.title) == (("A. Lund",), "2026-03-01", "R")
    assert (pump.id, pump.kind) == ("dev-0002", "product")


def test_html_as_text_has_a_line_a_block_and_nothing_that_is_not_seen():
    html = "<title>T</title><p>One <a href=x>link</a>ed</p>and<br>two<script>no()</script><style>p{}</style>&amp; 3"
    assert plain(html) == "One linked\nand\ntwo\n& 3"
