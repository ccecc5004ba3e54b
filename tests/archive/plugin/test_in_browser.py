import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser import chromium, visit

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
READING = [
    "/",
    "/?source=herald",
    "/search",
    "/search?q=harbour",
    "/article/1",
    "/article/2",
    "/article/4",
    "/article/9",
]
READING += ["/article/1/changes/2", "/article/1/snapshot"]
TABLES = ["/archive", "/archive/articles", "/archive/articles/2", "/archive/fetches", "/archive/duplicates"]


@pytest.fixture(scope="module")
def chrome():
    with chromium() as it:
        yield it


@pytest.fixture
def served(path):
    """The address of the archive, served by a process of its own."""
    code = "import sys; from pathlib import Path; from archive.serve import run; run(Path(sys.argv[1]), port=0)"
    with subprocess.Popen([sys.executable, "-c", code, path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        yield re.search(r"(http://127\.0\.0\.1:\d+)/", server.stdout.readline())[1]
        server.terminate()


def shoot(page, name: str) -> None:
    """Keep a picture for people to look at, where SCREENSHOTS says."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def name(url: str) -> str:
    return re.sub(r"\W+", "-", url).strip("-") or "front"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (375, True)])
def test_hostile_content_runs_nothing_and_fetches_nothing(chrome, served, width, dark):
    with visit(chrome, width=width, dark=dark) as (page, requests):
        for url in READING + TABLES:
            page.goto(served + url)
            page.wait_for_load_state("networkidle")
            shoot(page, f"{name(url)}-{width}")
            assert page.title() != "owned", url
        assert {urlsplit(request).netloc for request in requests} == {urlsplit(served).netloc}


@pytest.mark.parametrize("url", READING)
def test_pages_fit_a_phone(chrome, served, url):
    with visit(chrome, width=360) as (page, _):
        page.goto(served + url)
        if "snapshot" not in url:  # plain text is as wide as its lines
            assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_an_article_is_set_for_reading(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(f"{served}/article/1")
        assert page.locator("article .body").bounding_box()["width"] < 720  # about 65 characters
        size = page.evaluate("getComputedStyle(document.querySelector('.body p')).fontSize")
        assert float(size.removesuffix("px")) >= 17
        colours = page.evaluate("[getComputedStyle(document.documentElement).backgroundColor]")
    with visit(chrome, dark=True) as (page, _):
        page.goto(f"{served}/article/1")
        assert page.evaluate("[getComputedStyle(document.documentElement).backgroundColor]") != colours


def test_a_reader_gets_from_the_front_page_to_what_changed_and_back(chrome, served):
    with visit(chrome) as (page, _):
        page.goto(served)
        page.get_by_role("searchbox").fill('"harbour council" minutes')
        page.get_by_role("searchbox").press("Enter")
        page.get_by_role("link", name="Harbour council votes").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Harbour council votes"
        page.get_by_role("link", name="edited").click()
        assert page.locator("ins, del").count() > 0
        page.get_by_role("link", name="Cuttings").click()
        assert urlsplit(page.url).path == "/"
