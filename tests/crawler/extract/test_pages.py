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
    "amp",  # an amp-iframe's placeholder text is taken for a paragraph; Hindi is detected as Nepali
    "author-bio",  # the author's portrait stays as a picture without a legend
    "base-href",  # the base of the page is not looked at, and a link within the page leads to the page itself
    "block-quotes",  # who is quoted, in the quote's own footer, is lost
    "blogspot",  # title and author of the site; Portuguese is detected as Galician; a picture with a legend in a table
    "brief",  # the teasers of the latest news under a short piece are taken for its text
    "calls-amid-text",  # a call to follow on Google News and "Διαβάστε επίσης" stay
    "captions",  # credits stay in the caption or are lost: Block.credit is never filled
    "chinese",  # the caption under the picture and its credit are lost; the editor's line stays
    "code-with-line-numbers",  # numbers of the gutter are taken for code, and lines that are boxes run together
    "correction",  # a call for tips after the correction stays
    "credit-in-legend",  # credits stay in the caption or are lost: Block.credit is never filled
    "embedded-posts",  # the shell of an Instagram embed stays as a quote
    "footnotes",  # links within the page lead to the page itself, and the arrows back stay
    "gallery",  # counters stay in the captions
    "hidden-copies",  # a line that the page's own style sheet shows only in print stays
    "inline-promo",  # "Leer más:" and its link stay within the sentence where the span's class is not known
    "lazy-images",  # data-srcset is not looked at where src holds a placeholder file
    "medium-like",  # the author's portrait stays, and the credit in the caption
    "microdata",  # section and image of microdata are not read
    "nameless-boxes",  # what a sign-up box is called and its button stay
    "nested-figures",  # of a figure of figures the first picture alone is kept; a pull quote in a figure is doubled
    "nested-lists",  # terms and definitions become items of one depth
    "newsletter-inside",  # a sign-up box whose class says nothing stays in the middle of the text
    "next-article-below",  # a second article under the first is taken for its end
    "obituary",  # a standfirst beside the body is lost
    "opinion",  # the paper's distance from the opinion stays
    "pasted-from-word",  # an <o:p> is taken for a box and parts a word; paragraphs with bullets become no list
    "picture-and-noscript",  # an image that stands only in noscript is lost with its caption
    "press-release",  # the contact stays, and a company's name is cut in two at its "&"
    "product-review",  # prices, shop links and the note on prices stay
    "pull-quotes",  # two of three forms of a pull quote are doubled
    "questions-to-open",  # a heading whose text is in a button is lost
    "rdfa",  # the section of RDFa is not read
    "read-also-lines",  # "Baca juga" and "Lihat juga", desk signs and a player's place stay
    "recipe",  # "go to recipe", "print" and the readers' rating stay
    "reprint-notice",  # terms of republication that stand as the last paragraphs stay
    "spanned-table",  # rowspan and colspan shift the cells; links to other stories stay; Portuguese taken for Galician
    "sports-report",  # a call to follow a channel stays
    "standfirst",  # a standfirst in an element called "dek" apart from the body is lost
    "substack-like",  # a picture that is a link to itself is lost; notes link to the page itself
    "table-layout",  # the menu beside the text and the line under it stay; the legend is no caption; title with site
    "tables",  # a table's caption is lost
    "transcript",  # the first speaker is taken for a byline, and a notice under the transcript stays
    "whole-page-in-form",  # "autor: Name" in a line with the date is not read
    "wordpress-captions",  # div.wp-caption is taken for a caption, and its image is lost
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
