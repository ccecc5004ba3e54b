"""Pictures come with their legends, who took them stands apart, and a quote is told from its echo."""

from __future__ import annotations

import pytest

from archive import render
from archive.models import Article, Block, Kind
from crawler.extract import extract

URL = "https://news.example/2026/05/pier"
LONG = (
    "The harbour of Oldmoor was closed for the third time this month, after a survey found that the eastern pier had "
    "moved by four centimetres since the winter storms, the harbour master said on Monday. "
)


def article(inner: str) -> Article:
    head = "<title>Pier closed again</title><meta property='og:type' content='article'>"
    page = f"<html><head>{head}</head><body><article><h1>Pier closed again</h1><p>{LONG}</p>{inner}<p>{LONG[::-1]}</p>"
    found = extract(page, URL)
    assert isinstance(found, Article), found
    return found


def picture(inner: str) -> Block:
    return next(block for block in article(inner).blocks if block.kind is Kind.FIGURE)


def legend(block: Block) -> str:
    return "".join(run.text for run in block.inlines)


@pytest.mark.parametrize(
    ("written", "caption", "credit"),
    [
        ("The pier in March", "The pier in March", ""),
        ("The pier in March. Photo: J. Quill/AP", "The pier in March.", "Photo: J. Quill/AP"),
        ("Die Mole im März (Foto: dpa/Ada Quill)", "Die Mole im März", "Foto: dpa/Ada Quill"),
        ("The pier in March. © Ada Quill", "The pier in March.", "© Ada Quill"),
        ("The pier, photo by photo: how it moved. Nobody saw it.", None, ""),
        ("The pier in March <span class=credit>Ada Quill</span>", "The pier in March", "Ada Quill"),
        ("The pier in March <b>3/12</b>", "The pier in March", ""),
        ("Photo: Ada Quill", "", "Photo: Ada Quill"),
    ],
)
def test_who_took_a_picture_stands_apart_from_what_it_shows(written, caption, credit):
    found = picture(f"<figure><img src=/a.jpg><figcaption>{written}</figcaption></figure>")
    assert (legend(found), found.credit) == (written if caption is None else caption, credit)


@pytest.mark.parametrize(
    ("img", "url"),
    [
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', "https://news.example/a.jpg"),
        ('<img src="/blank.gif" data-srcset="/s.jpg 400w, /l.jpg 1600w">', "https://news.example/l.jpg"),
        ('<div></div><noscript><img src="/a.jpg"></noscript>', "https://news.example/a.jpg"),
        (
            '<img src="data:image/gif;base64,R0" data-name="a" data-any-loader="/a.jpg?w=9">',
            "https://news.example/a.jpg?w=9",
        ),
        ('<img src="//img.example/a.jpg">', "https://img.example/a.jpg"),
        (
            '<picture><source data-srcset="/s.webp 400w, /l.webp 900w"><img src="data:image/gif;base64,R0"></picture>',
            "https://news.example/l.webp",
        ),
        ('<a href="/full.jpg"><div><img src="/a.jpg?w=640&h=400"></div></a>', "https://news.example/a.jpg?w=640&h=400"),
    ],
)
def test_an_image_is_found_behind_placeholders_links_and_noscript(img, url):
    assert picture(f"<figure>{img}<figcaption>The pier</figcaption></figure>").url == url


def test_a_picture_in_a_definition_list_has_its_legend():
    legend_ = "<dd class='wp-caption-text'>The pier in March</dd>"
    block = picture(f"<dl class=gallery-item><dt><a href=/g><img src=/a.jpg></a></dt>{legend_}</dl>")
    assert (block.url, legend(block)) == ("https://news.example/a.jpg", "The pier in March")


def test_a_dot_that_counts_readers_is_no_picture():
    found = article('<p>The town decides.</p><img src="https://count.example/1.gif" width="1" height="1">')
    assert not any(block.kind is Kind.FIGURE for block in found.blocks)


def test_a_box_called_a_caption_that_holds_the_image_is_the_figure():
    found = picture('<div class="wp-caption"><img src=/a.jpg><p class="wp-caption-text">The pier in March</p></div>')
    assert (legend(found), found.url) == ("The pier in March", "https://news.example/a.jpg")


def test_a_paragraph_under_a_picture_that_is_called_its_caption_is_no_text():
    found = article("<p><img src=/a.jpg></p><p class=caption>The pier in March</p>")
    assert "in March" not in found.text
    assert legend(found.blocks[1]) == "The pier in March"


def test_who_is_quoted_under_a_quote_is_kept_and_is_no_text():
    found = article("<figure><blockquote><p>It moved.</p></blockquote><figcaption>Ada Quill</figcaption></figure>")
    assert found.blocks[1].credit == "Ada Quill"
    assert "Ada" not in found.text
    assert "> It moved.\n>\n> — Ada Quill" in render.markdown(found.blocks)
    assert "<p>— Ada Quill</p></blockquote>" in render.html(found.blocks)


@pytest.mark.parametrize("who", ["<cite>Ada Quill</cite>", "\n<cite>–&nbsp;Ada Quill</cite>\n"])
def test_who_is_quoted_at_the_end_of_a_quote_is_kept_and_is_no_text(who):
    (quote,) = [block for block in article(f"<blockquote><p>It moved.</p>{who}</blockquote>").blocks if block.credit]
    assert (quote.kind, quote.text, quote.credit) == (Kind.QUOTE, "It moved.", "Ada Quill")


def test_a_quote_that_says_again_what_stands_in_the_text_goes_with_who_said_it():
    again = "<blockquote><p>“The eastern pier had moved by four centimetres”</p><cite>Ada Quill</cite></blockquote>"
    assert not any(block.kind is Kind.QUOTE for block in article(again).blocks)


def test_a_quote_that_says_a_part_of_the_text_again_is_left_out_and_another_stays():
    again = "<blockquote><p>“The eastern pier had moved by four centimetres”</p></blockquote>"
    other = "<blockquote><p>We have never seen a pier do that.</p></blockquote>"
    found = article(again + other)
    assert [block.text for block in found.blocks if block.kind is Kind.QUOTE] == ["We have never seen a pier do that."]


def test_links_within_the_page_are_text_and_arrows_back_are_nothing():
    (block,) = article('<ol><li>Survey of 2026 <a href="#a">↩</a></li><li>See <a href="#b">above</a></li></ol>').blocks[
        1:2
    ]
    assert block.text == "- Survey of 2026\n- See above"
    assert not any(run.href for item in block.children for run in item.inlines)


def test_links_are_resolved_against_the_base_of_the_page():
    page = f'<head><base href="https://cdn.example/x/"></head><article><p>{LONG}<a href="y/z">survey</a>.</p></article>'
    found = extract(page, URL)
    assert [run.href for run in found.blocks[0].inlines if run.href] == ["https://cdn.example/x/y/z"]


def test_no_address_takes_long():
    long = "/" + "a-" * 200 + "a" * 40 + "."
    found = article(f'<p>Read <a href="{long}!">this</a> and <a href="https://{"a." * 200}!">that</a>.</p>')
    assert found.blocks
