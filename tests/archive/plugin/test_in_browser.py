import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from addresses import OURS, TABLES
from datasette import __version__

from tests.browser import chromium, visit

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
LOOKS = [(1280, False), (1280, True), (375, False), (375, True)]
"""Widths, and whether it is dark."""


@pytest.fixture(scope="module")
def chrome():
    with chromium() as it:
        yield it


@pytest.fixture(scope="module")
def served(filled):
    """The address of the archive, served by a process of its own; no test changes it."""
    code = "import sys; from pathlib import Path; from archive.serve import run; run(Path(sys.argv[1]), port=0)"
    with subprocess.Popen([sys.executable, "-c", code, filled], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        yield re.search(r"(http://127\.0\.0\.1:\d+)/", server.stdout.readline())[1]
        server.terminate()


def shoot(page, name: str) -> None:
    """Keep a picture for people to look at, where SCREENSHOTS says."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def name(url: str) -> str:
    return re.sub(r"\W+", "-", url).strip("-") or "front"


def shut_out(page) -> list[str]:
    """What axe-core finds that is serious: which rule, and where."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_every_page_fits_shuts_nobody_out_runs_nothing_and_asks_nobody_else(chrome, served, width, dark):
    with visit(chrome, width=width, dark=dark) as (page, requests):
        for url in OURS:
            page.goto(served + url)
            page.wait_for_load_state("load")
            shoot(page, f"{name(url)}-{width}{'-dark' if dark else ''}")
            assert page.title() != "owned", url
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
            assert shut_out(page) == [], url
        page.wait_for_timeout(500)
        assert {urlsplit(request).netloc for request in requests} == {urlsplit(served).netloc}


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_datasettes_own_pages_shut_nobody_out_and_hostile_content_does_nothing_there(chrome, served, width, dark):
    with visit(chrome, width=width, dark=dark) as (page, requests):
        for url in TABLES:
            page.goto(served + url)
            page.wait_for_load_state("load")
            page.wait_for_timeout(50)  # its editor of SQL is made after that
            shoot(page, f"{name(url)}-{width}{'-dark' if dark else ''}")
            assert page.title() != "owned", url
            if __version__.startswith("0."):  # of what comes after, axe-core cannot read the page
                assert shut_out(page) == [], url
        assert {urlsplit(request).netloc for request in requests} == {urlsplit(served).netloc}


@pytest.mark.parametrize("way", ["/article/2/snapshot", "/article/2/snapshot/page", "/article/2/snapshot/source"])
def test_a_raw_page_is_seen_as_it_was_and_neither_runs_nor_loads_anything(chrome, served, way):
    with visit(chrome) as (page, requests):
        page.goto(served + way)
        page.wait_for_timeout(1500)  # a refresh, or a script that waits, would come by then
        assert page.title() != "owned"
        assert page.url == served + way
        assert {urlsplit(request).netloc for request in requests} == {urlsplit(served).netloc}
        if not way.endswith("source"):
            frame = page.frames[-1]
            assert frame.locator("h1").inner_text() == "As it was"
            assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
            assert frame.locator("#bad").get_attribute("href") is None
            frame.locator("#bad").click()
            assert page.title() != "owned"


def test_a_link_in_a_raw_page_leads_the_frame_nowhere(chrome, served):
    with visit(chrome) as (page, requests):
        page.goto(f"{served}/article/2/snapshot")
        page.frames[-1].get_by_text("on", exact=True).click()
        page.wait_for_timeout(500)
        assert page.url.startswith(served)
        assert not [request for request in requests if "203.0.113.9" in request]


def test_keys_read_an_article_from_the_front_page(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(served)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        assert page.get_by_role("heading", level=1).inner_text() == "No date at all"
        page.keyboard.press("/")
        page.keyboard.type("minutes")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=minutes")
        for key in "jjk":
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        page.wait_for_url("**/article/*")
        assert page.get_by_role("heading", level=1).inner_text() == "Harbour council votes"
        page.goto(f"{served}/article/1")
        page.keyboard.press("c")
        page.wait_for_url("**/changes")
        page.keyboard.press("?")
        assert page.get_by_role("dialog").is_visible()
        page.keyboard.press("Escape")
        assert not page.get_by_role("dialog").is_visible()
        page.keyboard.press("h")
        page.wait_for_url(f"{served}/")


def test_keys_are_letters_where_one_types(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(f"{served}/search")
        page.locator("#words").fill("")
        page.locator("#words").type("jk/?hu")
        assert page.locator("#words").input_value() == "jk/?hu"
        assert page.url == f"{served}/search"


def test_without_a_script_the_tab_key_alone_reads_an_article(chrome, served):
    with visit(chrome, java_script_enabled=False) as (page, _):
        page.goto(served)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # the first stop leads past the masthead
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.locator("a.read:focus").count():
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/article/5")
        assert page.get_by_role("heading", level=1).inner_text() == "No date at all"


def test_without_a_script_everything_can_be_asked_for(chrome, served):
    with visit(chrome, java_script_enabled=False) as (page, _):
        page.goto(served)
        page.get_by_role("searchbox").fill('"harbour council" minutes')
        page.get_by_role("button", name="Search").click()
        page.get_by_label("Source").select_option("The Bay Herald")
        page.get_by_role("button", name="Narrow").click()
        page.get_by_role("link", name="Harbour council votes").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Harbour council votes"
        page.get_by_role("link", name="edited").click()
        assert page.locator("ins, del").count() > 0
        page.get_by_label("side by side").check()
        page.get_by_role("button", name="Compare").click()
        assert urlsplit(page.url).path == "/article/1/changes/1-2"
        assert page.locator("table.sides").is_visible()
        page.get_by_role("link", name="Cuttings").click()
        assert urlsplit(page.url).path == "/"


def test_times_are_in_the_readers_zone_and_say_utc_on_hover(chrome, served):
    with visit(chrome, timezone_id="America/New_York") as (page, _):
        page.goto(f"{served}/article/1")
        time = page.locator(".dates time").first
        assert time.inner_text() == "23 November 2026 at 03:15"
        assert time.get_attribute("title") == "2026-11-23 08:15 UTC"
        page.goto(f"{served}/article/2")
        assert page.locator(".dates time").first.inner_text() == "22 November 2026"  # a day is a day everywhere


def test_an_article_is_set_for_reading(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(f"{served}/article/1")
        assert page.locator("article .body").bounding_box()["width"] < 720  # about 65 characters
        size = page.evaluate("getComputedStyle(document.querySelector('.body p')).fontSize")
        assert float(size.removesuffix("px")) >= 17
        colours = page.evaluate("[getComputedStyle(document.documentElement).backgroundColor]")
        page.emulate_media(media="print")
        assert not page.get_by_role("searchbox").is_visible()
        assert page.locator(".body").is_visible()
    with visit(chrome, dark=True) as (page, _):
        page.goto(f"{served}/article/1")
        assert page.evaluate("[getComputedStyle(document.documentElement).backgroundColor]") != colours


def test_languages_are_set_on_passages(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(f"{served}/article/4")
        assert page.evaluate("getComputedStyle(document.querySelector('article .body')).direction") == "rtl"
        assert page.evaluate("getComputedStyle(document.querySelector('.about')).direction") == "ltr"
        page.goto(f"{served}/search?q=東京")
        assert page.locator("[lang=ja] mark").first.inner_text() == "東京"
