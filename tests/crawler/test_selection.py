from __future__ import annotations

from dataclasses import replace

from config.models import Config, Source
from crawler.selection import select

UK = Source("paper-uk", "https://uk.paper.example/", exclude=("/live/",))
US = Source("paper-us", "https://www.paper.example/", sections=("https://www.paper.example/news",))
OTHER = Source("other", "https://other.example/")
CONFIG = Config(sources=(UK, US, OTHER, replace(OTHER, name="off", home="https://off.example/", enabled=False)))


def owner(url, names=(), domains=(), *, everything=False):
    selection, strange = select(CONFIG, names, domains, everything=everything)
    assert strange == ()
    found = selection.owner(url)
    return found.name if isinstance(found, Source) else found


def test_nothing_asked_for_is_the_pages_of_enabled_sources():
    assert owner("https://www.other.example/a") == "other"
    assert owner("https://off.example/a") is None
    assert owner("https://elsewhere.example/a") is None


def test_on_a_site_of_several_a_page_is_of_the_one_at_home_on_its_host_if_that_wants_it():
    assert owner("https://www.paper.example/a") == "paper-us"
    assert owner("https://uk.paper.example/a") == "paper-uk"
    assert owner("https://uk.paper.example/live/a") == "paper-us"
    assert owner("https://uk.paper.example/live/a", ["paper-uk"]) is None


def test_front_pages_and_what_sources_are_found_by_are_no_articles():
    for url in ("https://www.paper.example/", "https://www.paper.example/news", "https://elsewhere.example/"):
        assert owner(url, everything=True) is None


def test_a_site_is_taken_whether_or_not_there_is_a_source():
    assert owner("https://a.elsewhere.example/a", domains=["https://www.elsewhere.example/x"]) == "elsewhere.example"
    assert owner("https://uk.paper.example/a", domains=["paper.example"]) == "paper-uk"
    assert owner("https://www.other.example/a", domains=["paper.example"]) is None
    assert owner("https://elsewhere.example/a", everything=True) == "elsewhere.example"


def test_what_is_no_source_and_no_site_is_told():
    assert select(CONFIG, ["nobody"], ["localhost", "?"], everything=False)[1] == ("nobody", "localhost", "?")


def test_the_same_pages_wanted_are_told_alike_and_others_are_not():
    def text(*names, config=CONFIG):
        return select(config, names, (), everything=False)[0].text()

    assert text("other", "paper-uk") == text("paper-uk", "other")
    assert text("other") != text("paper-uk")
    narrower = replace(CONFIG, sources=(UK, US, replace(OTHER, include=("/news/",))))
    assert text("other", config=narrower) != text("other")
