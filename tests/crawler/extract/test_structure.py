"""What a page is built of comes out as blocks, and as Markdown and HTML."""

from __future__ import annotations

import pytest

from archive import render
from archive.models import Article, Kind
from crawler.extract import extract
from crawler.extract.links import Base
from crawler.urls import canonical

LONG = (
    "The harbour of Oldmoor was closed for the third time this month, after a survey found that the eastern pier had "
    "moved by four centimetres since the winter storms, the harbour master said on Monday. "
)
URL = "https://news.example/2026/05/pier"


def page(body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>Pier closed again</title>"
        f'<meta property="og:type" content="article">{head}</head><body><main><article><h1>Pier closed again</h1>'
        f"<p>{LONG}</p>{body}<p>{LONG}</p></article></main></body></html>"
    )


def article(body: str, head: str = "") -> Article:
    found = extract(page(body, head), URL)
    assert isinstance(found, Article), found
    return found


def inner(body: str) -> tuple:
    return article(body).blocks[1:-1]


def test_paragraphs_are_parted_by_a_blank_line_and_the_title_is_not_among_them():
    assert article("<p>A second   one,\n with <b>odd</b> space.</p>").text == (
        f"{LONG.strip()}\n\nA second one, with odd space.\n\n{LONG.strip()}"
    )


def test_headings_keep_their_level():
    (heading, paragraph) = inner("<h3>What <em>now</em>?</h3><p>The town will decide in June.</p>")
    assert (heading.kind, heading.level, heading.text) == (Kind.HEADING, 3, "What now?")
    assert paragraph.text == "The town will decide in June."


def test_nested_lists_stay_nested():
    (block,) = inner("<ol><li>First<ul><li>inner one</li><li>inner two</li></ul></li><li>Second</li></ol>")
    assert block.level == 1
    assert block.text == "- First\n  - inner one\n  - inner two\n- Second"
    assert render.markdown([block]) == "1. First\n   - inner one\n   - inner two\n2. Second"
    assert render.html([block]).count("<li>") == 4


def test_a_list_directly_in_a_list_belongs_to_the_item_before_it():
    (block,) = inner("<ul><li>First thing</li><ul><li>under it</li></ul><li>Second thing</li></ul>")
    assert block.text == "- First thing\n  - under it\n- Second thing"


def test_quotes_hold_paragraphs():
    (block,) = inner("<blockquote><p>We had no warning.</p><p>None at all.</p></blockquote>")
    assert block.kind is Kind.QUOTE
    assert block.text == "We had no warning.\n\nNone at all."
    assert render.markdown([block]) == "> We had no warning.\n>\n> None at all."


def test_tables_keep_rows_cells_and_header_cells():
    (block,) = inner("<table><tr><th>Pier</th><th>Moved</th></tr><tr><td>East</td><td>4 cm</td></tr></table>")
    assert block.text == "Pier | Moved\nEast | 4 cm"
    assert [cell.level for cell in block.children[0].children] == [1, 1]
    assert render.markdown([block]) == "| Pier | Moved |\n| --- | --- |\n| East | 4 cm |"
    assert "<th>Pier</th>" in render.html([block])


def test_the_legend_of_a_table_is_text_as_its_own_caption_is():
    rows = "<tr><td>East</td><td>4 cm</td></tr><tr><td>West</td><td>none</td></tr>"
    (table, legend) = inner(f"<figure><table>{rows}</table><figcaption>Movement of the piers</figcaption></figure>")
    assert (table.kind, legend.text) == (Kind.TABLE, "Movement of the piers")
    (title, table) = inner(f"<table><caption>Movement of the piers</caption>{rows}</table>")
    assert (title.text, table.kind) == ("Movement of the piers", Kind.TABLE)


def test_a_table_used_for_layout_gives_its_cells_as_paragraphs():
    (first, second) = inner("<table><tr><td><p>One whole paragraph.</p><p>And another.</p></td></tr></table>")
    assert (first.text, second.text) == ("One whole paragraph.", "And another.")


def test_code_is_kept_as_it_is_written():
    (block,) = inner("<pre><code>if pier:\n    close()\n</code></pre>")
    assert block.kind is Kind.CODE
    assert block.text == "if pier:\n    close()"
    assert render.markdown([block]) == "```\nif pier:\n    close()\n```"


@pytest.mark.parametrize(
    "markup",
    [
        (
            "<table class=rouge-table><tr><td class='rouge-gutter gl'><pre class=lineno>1\n2\n</pre></td>"
            "<td class=rouge-code><pre><b>if</b> pier:\n    close()\n</pre></td></tr></table>"
        ),
        (
            "<table class=lntable><tr><td class=lntd><pre><code><span class=lnt>1\n</span><span class=lnt>2\n</span>"
            "</code></pre></td><td class=lntd><pre><code>if pier:\n    close()\n</code></pre></td></tr></table>"
        ),
        (
            "<table><tr><td class=blob-num data-line-number=1></td><td class=blob-code>if pier:</td></tr>"
            "<tr><td class=blob-num data-line-number=2></td><td class=blob-code>    close()</td></tr></table>"
        ),
        (
            "<div class=syntaxhighlighter><table><tr><td class=gutter><div class=line>1</div><div class=line>2</div>"
            "</td><td class=code><div class=line><code>if</code> <code>pier:</code></div>"
            "<div class=line><code>&nbsp;&nbsp;&nbsp;&nbsp;close()</code></div></td></tr></table></div>"
        ),
        "<pre><code><span class=linenos>1</span>if pier:\n<span class=linenos>2</span>    close()\n</code></pre>",
        (
            "<div class=code-toolbar><pre><code>if pier:\n    close()</code></pre>"
            "<div class=toolbar><button>Copy</button></div></div>"
        ),
    ],
)
def test_code_is_kept_without_what_highlighters_set_beside_it(markup):
    (block,) = inner(markup)
    assert block.kind is Kind.CODE
    assert block.text == "if pier:\n    close()"


def test_figures_have_image_and_caption_and_no_place_in_the_text():
    found = article('<figure><img src="/i/pier.jpg"><figcaption>The pier in March</figcaption></figure>')
    figure = next(block for block in found.blocks if block.kind is Kind.FIGURE)
    assert figure.url == "https://news.example/i/pier.jpg"
    assert "".join(run.text for run in figure.inlines) == "The pier in March"
    assert "The pier in March" not in found.text
    assert "![The pier in March](https://news.example/i/pier.jpg)" in render.markdown(found.blocks)


def test_a_lazy_image_is_found_behind_its_placeholder():
    found = article('<div><img src="data:image/gif;base64,R0" data-src="real.jpg"><span>The pier in March</span></div>')
    figure = next(block for block in found.blocks if block.kind is Kind.FIGURE)
    assert figure.url == "https://news.example/2026/05/real.jpg"
    assert "The pier in March" not in found.text


def test_links_are_absolute_and_other_schemes_are_only_text():
    (block,) = inner(
        '<p>Read <a href="../04/old#top">the survey</a>, <a href="javascript:alert(1)">this</a>, '
        '<a href="mailto:a@b.example">mail</a>.</p>'
    )
    assert [(run.text, run.href) for run in block.inlines if run.href] == [
        ("the survey", "https://news.example/2026/04/old")
    ]
    assert block.text == "Read the survey, this, mail."


@pytest.mark.parametrize(
    "href",
    [
        "/a/b.html",
        "/a?page=2",
        "/a?utm_source=x&page=2#part",
        "/a?gclid=1",
        "/a?",
        "//b.example/a",
        "//b.example/a?page=2",
        "https://b.example/a,b/?x=%2f%41&&y=a+b",
        "https://b.example/a#:~:text=said",
        "https://b.example?x=1",
        "HTTPS://B.example/a",
        "https://b.example/ü?q=ü",
    ],
)
def test_a_plain_address_is_read_as_any_other(href):
    assert Base(URL).link(href) == canonical(href, URL)


def test_links_within_the_page_are_known():
    assert [Base(URL).link(href) for href in ("#part", "/2026/05/pier#part", f"{URL}?utm_source=x#part")] == ["#"] * 3


def test_emphasis_survives_and_touches_its_words():
    (block,) = inner("<p>The <strong>east </strong>pier, <em>again</em>, says <code>a*b</code>.</p>")
    assert render.markdown([block]) == "The **east** pier, *again*, says `a*b`."
    assert render.html([block]) == ("<p>The <strong>east </strong>pier, <em>again</em>, says <code>a*b</code>.</p>")


@pytest.mark.parametrize(
    ("markup", "text"),
    [("It <q>moves</q>, he said.", "It “moves”, he said."), ("Il dit : <q>« Non »</q>.", "Il dit : « Non ».")],
)
def test_what_is_marked_as_quoted_keeps_the_marks_that_a_browser_shows(markup, text):
    (block,) = inner(f"<p>{markup}</p>")
    assert block.text == text


def test_a_line_break_is_a_break_and_two_are_a_new_paragraph():
    (one, two) = inner("<p>Roses are red,<br>violets are blue.<br><br>That was it.</p>")
    assert one.text == "Roses are red,\nviolets are blue."
    assert two.text == "That was it."


def test_text_beside_boxes_is_a_paragraph_of_its_own():
    blocks = inner("<div>Loose words before.<p>A paragraph.</p>And loose words after.</div>")
    assert [block.text for block in blocks] == ["Loose words before.", "A paragraph.", "And loose words after."]


def test_text_before_and_after_a_box_that_is_left_out_does_not_run_together():
    blocks = inner("<div>The town decides.<div class=ad>Buy!</div>It will take long.<aside>x</aside><b>Why?</b></div>")
    assert [block.text for block in blocks] == ["The town decides.", "It will take long.", "Why?"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>港は<b>月曜</b>に<a href=/x>閉鎖</a>された。</p>", "港は月曜に閉鎖された。"),
        ("<p>港は\n  月曜に\n閉鎖された。</p>", "港は月曜に閉鎖された。"),
        ("<p>港は\n<b>月曜</b>\n<span>に</span>\n 閉鎖された。</p>", "港は月曜に閉鎖された。"),
        ("<p>港は<br>\n月曜に、\nOldmoor\nで 閉鎖</p>", "港は\n月曜に、 Oldmoor で 閉鎖"),
        ("<p>항구는\n<b>월요일에</b>\n닫혔다.</p>", "항구는 월요일에 닫혔다."),
        ("<p>co\u00adope\u00adra\u200btion</p>", "cooperation"),
        ("<p>מזח <b>נמל</b> סגור</p>", "מזח נמל סגור"),
        ("<p>4&nbsp;cm</p>", "4 cm"),
        ("<p><ruby>港<rt>みなと</rt></ruby>は閉じた</p>", "港は閉じた"),
    ],
)
def test_white_space_is_right_in_every_script(markup, text):
    (block,) = inner(markup)
    assert block.text == text


def test_rendered_html_and_markdown_carry_no_foreign_markup():
    found = article(
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; and <a href='https://a.example/?q=\"><x>'>a *link*</a></p>"
    )
    assert "<script" not in render.html(found.blocks)
    assert '"><x>' not in render.html(found.blocks)
    assert "\\<script\\>" in render.markdown(found.blocks)


def test_markdown_does_not_take_a_sentence_for_a_list():
    (one, two) = inner("<p>1986. That was the year the pier was built.</p><p># is a hash sign.</p>")
    assert render.markdown([one]).startswith("1986\\. That")
    assert render.markdown([two]) == "\\# is a hash sign."


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("A &amp;amp; B &amp;#38; C & D", "A \\&amp; B \\&#38; C & D"),
        ("This is ~~not~~ struck", "This is \\~~not\\~~ struck"),
    ],
)
def test_markdown_does_not_take_text_for_the_name_of_a_character_or_for_struck_out(markup, written):
    assert render.markdown(inner(f"<p>{markup}</p>")) == written


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("字<b>「強調」</b>する。", "字「**強調**」する。"),
        ("He said<b>: “No.”</b>And left.", "He said: **“No**.”And left."),
        ("दिन<b>दिल्ली</b>में", "दिन**दिल्ली**में"),
        ("<b>un<i>believ</i>able</b>", "**un*believ*able**"),
        ("a<b>?!</b>b", "a?!b"),
        ("<b>“No.”</b> He left.", "**“No.”** He left."),
    ],
)
def test_marks_of_emphasis_stand_where_markdown_reads_them_as_such(markup, written):
    assert render.markdown(inner(f"<p>{markup}</p>")) == written
