"""Every page under ``tests/pages`` gives the text, the Markdown and the metadata that stand beside it.

A page is NAME.html, as a publisher's template would write it; NAME.txt is its ``Article.text``, NAME.md what
``archive.render.markdown`` makes of its blocks, and NAME.toml what holds of it: ``says``, in a sentence, is the
test's name, and ``failed``, what once went wrong. What else is missing there is expected to be empty.
"""

from __future__ import annotations

import difflib
import pathlib
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from archive import render
from archive.models import Article, Block, Kind
from crawler.extract import extract

PAGES = pathlib.Path(__file__).parents[2] / "pages"
DOUBTS = {"paywalled", "truncated"}
"""The flags that a page states; the others follow from what is checked here anyway."""
FAILS_TODAY: tuple[str, ...] = (
    "brief",  # teasers outweigh a short piece, so that cards are believed to be the article
    "medium-like",  # tags that stand under the text are not read
    "substack-like",  # notes at the end are taken for boilerplate
    "table-layout",  # the menu beside the text and the line under it stay; the legend is no caption; title with site
)
"""Pages whose expectation is right and which the extractor does not meet yet."""


def pages() -> list[Any]:
    found = []
    for path in sorted(PAGES.glob("*.toml")):
        about = tomllib.loads(path.read_text("utf-8"))
        marks = [pytest.mark.xfail(reason=about["failed"], strict=False)] if path.stem in FAILS_TODAY else []
        found.append(pytest.param(path.stem, about, id=f"{path.stem}: {about['says']}", marks=marks))
    return found


@pytest.mark.parametrize(("name", "about"), pages())
def test_page(name, about):
    found = extract((PAGES / f"{name}.html").read_bytes(), about["url"])
    assert isinstance(found, Article), found
    wrong = [
        difference("text", (PAGES / f"{name}.txt").read_text("utf-8").rstrip("\n"), found.text),
        difference("Markdown", (PAGES / f"{name}.md").read_text("utf-8").rstrip("\n"), render.markdown(found.blocks)),
        difference("metadata", *map(lines, (expected(about), described(found)))),
    ]
    if any(wrong):
        pytest.fail("\n\n".join(filter(None, wrong)), pytrace=False)


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_every_page_has_its_expectations_beside_it(name):
    assert [ending for ending in ("md", "toml", "txt") if not (PAGES / f"{name}.{ending}").exists()] == []


def test_only_pages_that_exist_are_said_to_fail():
    assert [name for name in FAILS_TODAY if not (PAGES / f"{name}.html").exists()] == []


def expected(about: dict[str, Any]) -> dict[str, Any]:
    empty = {"title": "", "authors": [], "published": None, "modified": None, "language": "", "section": "", "tags": []}
    empty |= {"image": "", "flags": [], "credits": []}
    return empty | {key: value for key, value in about.items() if key not in {"says", "url", "failed"}}


def described(found: Article) -> dict[str, Any]:
    """What the TOML files say of an article."""
    return {
        "title": found.title,
        "authors": list(found.authors),
        "published": found.published.at.date() if found.published else None,
        "modified": found.modified.at.date() if found.modified else None,
        "language": found.language,
        "section": found.section,
        "tags": list(found.tags),
        "image": found.image,
        "flags": [flag for flag in found.quality.flags if flag in DOUBTS],
        "credits": [block.credit for block in figures(found.blocks) if block.credit],
    }


def figures(blocks: tuple[Block, ...]) -> Iterator[Block]:
    for block in blocks:
        if block.kind is Kind.FIGURE:
            yield block
        yield from figures(block.children)


def lines(values: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in values.items())


def difference(what: str, wanted: str, got: str) -> str:
    """The lines that are missing (-) and those that are too many (+); empty where there are none."""
    found = difflib.unified_diff(wanted.split("\n"), got.split("\n"), f"{what} expected", f"{what} found", lineterm="")
    return "\n".join(found)
