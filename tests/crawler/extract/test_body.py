"""The body is found whole, and what stands around it and in it is left out."""

from __future__ import annotations

import re

import pytest

from archive.models import Article
from config.models import Rules
from crawler.extract import extract

URL = "https://news.example/2026/05/pier"
P = [
    f"In the {n} week after the storms the harbour office of Oldmoor measured the eastern pier once more, and found "
    f"that it had moved by another {n} part of a centimetre, which nobody had expected."
    for n in ("first", "second", "third", "fourth", "fifth", "sixth")
]
RELATED = "".join(
    f'<li><h4><a href="/a/{n}">Another story of the coast, number {n}, and its headline</a></h4></li>' for n in range(6)
)


def texts(html: str, **kwargs) -> list[str]:
    found = extract(html, URL, **kwargs)
    assert isinstance(found, Article), found
    return [block.text for block in found.blocks if block.text]


def page(inner: str) -> str:
    head = "<title>Pier moves</title><meta property='og:type' content='article'>"
    return f"<html><head>{head}</head><body>{inner}</body></html>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_body_split_over_sibling_containers_is_put_together():
    one, two, three = (f"<div class=a>{paragraphs(*part)}</div>" for part in (P[:2], P[2:4], P[4:]))
    assert texts(page(f"<article><h1>Pier moves</h1>{one}<div class=ad>Buy!</div>{two}{three}</article>")) == P


def test_more_comments_than_article_do_not_win():
    comments = "".join(f"<div class=comment><p>{text}</p></div>" for text in P * 4)
    body = f"<div class=body><h1>Pier moves</h1>{paragraphs(*P[:3])}</div>"
    assert texts(page(f"<main>{body}<section id=comments>{comments}</section></main>")) == P[:3]


def test_a_class_that_means_something_else_on_this_page_does_not_cost_the_article():
    inner = (
        f'<div class="has-sidebar sidebar-layout"><div class="widget"><h2>Pier moves</h2>{paragraphs(*P)}</div></div>'
    )
    assert texts(page(inner))[-6:] == P


LONG = [f"{text} {text.replace('eastern', 'western')}" for text in P]
TERMS = [
    f"Term {n} of reprinting: whoever prints our stories names their authors and us at the top, changes nothing but "
    "the house style, sells nothing beside them, and links to the story as it stands with us, where it is corrected."
    for n in range(1, 14)
]


@pytest.mark.parametrize("name", ["sidebar-content", "newsletter-issue", "read-more-text"])
def test_a_body_with_a_misleading_name_is_found_though_another_long_text_is_left(name):
    body = f'<div class="{name}">{paragraphs(*LONG, *(text[::-1] for text in LONG))}</div>'
    inner = f"<main><h1>Pier moves</h1>{body}<div class=terms>{paragraphs(*TERMS)}</div></main>"
    assert texts(page(inner))[:6] == LONG


def test_slides_with_as_much_text_are_no_reason_to_take_back_the_gallery_that_they_are_in():
    slides = "".join(f"<li><p>{text[::-1]}</p></li>" for text in LONG * 4)
    inner = f'<main><h1>Pier moves</h1>{paragraphs(*TERMS)}<div class="widget"><ul>{slides}</ul></div></main>'
    assert texts(page(inner)) == TERMS


def test_a_headline_in_a_dialog_is_not_that_of_the_page():
    dialog = f"<div class=x role=dialog><div><h1>Pier moves</h1></div><div class=terms>{paragraphs(*TERMS)}</div></div>"
    body = f"<div class=story>{paragraphs(*LONG, *(text[::-1] for text in LONG))}</div>"
    assert texts(page(f"<div class=w><h2>Pier moves</h2>{body}{dialog}</div>"))[-12:-6] == LONG


def test_the_ingredients_of_a_recipe_belong_to_it_wherever_they_stand():
    steps = f"<section class=steps><h2>Method</h2>{paragraphs(*P)}</section>"
    listed = "<ul><li>2 eggs</li><li>flour</li><li>a pinch of salt</li></ul>"
    others = "<div class=x><p>Three cooks and a dog live in this house by the sea, and all of them bake.</p></div>"
    needed = f"<aside class=recipeIngredients><h2>You need</h2>{listed}</aside>"
    found = texts(page(f"<h1>Pier moves</h1><main><article>{steps}</article>{others}{needed}</main>"))
    assert found[-2:] == ["You need", "- 2 eggs\n- flour\n- a pinch of salt"]
    assert found[:-2] == ["Method", *P]


def test_teasers_of_some_length_are_left_out_where_they_hold_less_than_the_article():
    teasers = "".join(
        f'<article class="post"><h3><a href="/a/{n}">Another story of the coast, number {n}, and its headline</a></h3>'
        f"<p>{P[n]} {P[n][::-1]} {P[n]}</p></article>"
        for n in range(3)
    )
    inner = f"<h1>Pier moves</h1><div class=a>{paragraphs(*LONG)}</div><div class=b>{teasers}</div>"
    assert texts(page(f"<div class=z>{inner}</div>")) == LONG


@pytest.mark.parametrize(
    "part",
    [
        f"<nav><p>{P[5]}</p></nav>",
        f"<aside><p>{P[5]}</p></aside>",
        f'<div class="related-articles"><ul>{RELATED}</ul></div>',
        f'<ul class="x">{RELATED}</ul>',
        f"<div class=z><h3>Most read</h3><ol>{RELATED}</ol></div>",
        f'<div id="newsletter-signup"><p>{P[5]}</p></div>',
        f'<div class="cookie-consent"><p>{P[5]}</p></div>',
        f'<div style="display: none"><p>{P[5]}</p></div>',
        f"<div hidden><p>{P[5]}</p></div>",
        '<div class="share-buttons"><a href="#">Facebook</a> <a href="#">Twitter</a></div>',
        '<div class="tags">Tags: <a href="/t/1">harbour</a> <a href="/t/2">storms</a></div>',
        '<p>Tags: <a href="/t/1">harbour</a>, <a href="/t/2">storms</a></p>',
        '<p><strong>Read also:</strong> <a href="/a/9">Ten piers you should have seen before they moved</a></p>',
        f'<a href="/a/9"><div><h3>A whole card is a link</h3><p>{P[5]}</p></div></a>',
        "<p>Advertisement</p>",
        "<p>Anzeige</p>",
        "<p>Lesen Sie auch</p><p><a href=/a/9>Die Mole und ihre lange Geschichte</a></p>",
        "<p><b>Read also</b></p><ul><li><a href=/a/9>Ten piers you should see</a><li><a href=/a/8>Nine more</a></ul>",
        "<h3>Related</h3><ul><li><a href=/a/9>Ten piers you should see</a><li><a href=/a/8>Nine more piers</a></ul>",
        "<p>Juttu jatkuu mainoksen jälkeen</p>",
        "<p>Tekst loopt door onder de advertentie</p>",
        "<p>【関連記事】<a href=/a/9>港の歴史</a></p>",
        "<p>[관련기사] <a href=/a/9>부두의 역사</a></p>",
        "<p>▶ <a href=/a/9>부두의 역사</a></p>",
        "<p>קראו עוד: <a href=/a/9>תולדות הנמל</a></p>",
        "<p>İlginizi çekebilir: <a href=/a/9>İskelenin uzun hikayesi</a></p>",
        "<p>Pročitajte još: <a href=/a/9>Istorija mola</a></p>",
        "<p>بیشتر بخوانید: <a href=/a/9>تاریخ اسکله</a></p>",
        "<p>Sign up for our newsletter and get the news of the coast in your inbox.</p>",
        "<p>Follow us on Facebook and Instagram</p>",
        '<div class="byline">By Anna Reed, harbour correspondent</div>',
        "<script>document.write('<p>written</p>')</script>",
        f"<template><p>{P[5]}</p></template>",
    ],
)
def test_within_the_body_it_is_left_out(part):
    inner = f"<article><h1>Pier moves</h1>{paragraphs(*P[:3])}{part}{paragraphs(*P[3:5])}</article>"
    assert texts(page(inner)) == P[:5]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("It moved. Read also: <a href=/a/9>Ten piers</a> It stopped.", "It moved. It stopped."),
        ("It moved. <b>Lesen Sie auch:</b> <a href=/a/9>Zehn Molen</a>. It stopped.", "It moved. It stopped."),
        ("It moved. Leer más: <a href=/a/9>Diez muelles</a>", "It moved."),
        (
            "It moved. See also: <a href=/a/9>One</a> Read more: <a href=/a/8>Two</a> It stopped.",
            "It moved. It stopped.",
        ),
        ("It moved. Two books say so: <a href=/a/9>Ten piers</a> and another.", None),
        ("What to read also: <a href=/a/9>Ten piers</a> of Oldmoor.", None),
    ],
)
def test_what_points_elsewhere_amid_a_paragraph_is_cut_out_of_it(written, left):
    found = texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P[:3], f'{P[3]} {written}', *P[4:])}</article>"))
    plain = re.sub(r"<[^>]*>", "", written)
    assert found == [*P[:3], f"{P[3]} {left or plain}", *P[4:]]


@pytest.mark.parametrize("sign", ["(ab/cde)", "[dpa/mko]", "SDA/sep", "(dmk)"])
def test_the_initials_under_a_text_are_left_out(sign):
    assert texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P, sign)}</article>")) == P


def test_title_byline_and_dateline_are_not_said_again_in_the_body():
    head = "<p>Pier moves</p><p>By Anna Reed</p><p>12 May 2026, 10:30</p><p>4 min read</p>"
    inner = f"<div><h1>Pier moves</h1>{head}{paragraphs(*P)}</div>"
    assert texts(page(inner)) == P


COUNTERS = [
    "12 comments",
    "Comments (12)",
    "1,234 views",
    "1.2K shares",
    "Shared 45 times",
    "45 people are reading this",
]
COUNTERS += ["3 hours ago", "vor 3 Stunden", "il y a 2 heures", "hace 3 horas", "3 ore fa", "för 2 timmar sedan"]
COUNTERS += [
    "3 min read",
    "Updated 3 minutes ago",
    "Last updated at 13:05",
    "Aktualisiert vor 3 Minuten",
    "3分前に更新",
]
COUNTERS += ["Lesezeit: 3 Minuten", "Heute, 13:05 Uhr", "Gelesen: 1334", "1.234-mal geteilt", "コメント3件", "3 تعليقا"]
COUNTERS += ["3 часа назад", "2 saat önce", "3時間前", "3시간 전", "12 Kommentare", "12 комментариев", "30 vues"]


@pytest.mark.parametrize("line", COUNTERS)
def test_a_counter_or_a_time_told_from_now_is_left_out_wherever_it_stands(line):
    for at in (0, 3, 6):
        assert texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P[:at], line, *P[at:])}</article>")) == P


@pytest.mark.parametrize(
    "line", ["12 comments were left on the pier.", "Years ago", "40 views of Oldmoor", "1948", "3-2", "at 13:05", "3分"]
)
def test_a_short_line_that_only_looks_like_one_stays(line):
    assert line in texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P[:3], line, *P[3:])}</article>"))


def test_the_standfirst_above_the_body_belongs_to_it():
    said = "Four centimetres since March: the harbour office is puzzled by what it finds."
    head = f"<header><h1>Pier moves</h1><p class=standfirst>{said}</p></header>"
    assert texts(page(f"<article>{head}<div><div>{paragraphs(*P)}</div></div></article>")) == [said, *P]


@pytest.mark.parametrize(
    "panel",
    [
        'role="region" aria-labelledby="q1" style="display:none"',
        'role="tabpanel" aria-labelledby="q1" hidden',
        'class="accordion-panel" style="display: none"',
    ],
)
def test_what_unfolds_at_a_click_is_a_part_of_the_article(panel):
    fold = f'<div class="accordion-item"><h3 id="q1"><button>Why?</button></h3><div {panel}><p>{P[2]}</p></div></div>'
    found = texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P[:2])}{fold}{paragraphs(*P[3:5])}</article>"))
    assert [text for text in found if text != "Why?"] == P[:5]


def test_what_is_hidden_for_another_reason_is_not():
    part = f'<div style="display:none"><p>{P[5]}</p></div>'
    assert texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P[:4])}{part}</article>")) == P[:4]


@pytest.mark.parametrize("name", ["menu-what-the-cooks-of-oldmoor-serve", "block_5c4ad58f"])
def test_the_words_of_a_heading_and_the_letters_of_a_number_in_an_id_name_nothing(name):
    part = f'<section id="{name}">{paragraphs(*P[3:5])}</section>'
    around = [f"{text} So it was said on {day}." for text in P[:3] for day in ("Monday", "Tuesday", "Friday")]
    inner = f"<article><h1>Pier moves</h1>{paragraphs(*around)}{part}{paragraphs(P[5])}</article>"
    assert texts(page(inner)) == [*around, *P[3:]]


def test_links_of_sources_are_a_part_of_the_article():
    tail = '<h2>Sources</h2><ul><li><a href="https://a.example/">Survey of the harbour office, 2026</a></li></ul>'
    assert texts(page(f"<article><h1>Pier moves</h1>{paragraphs(*P)}{tail}</article>"))[-1].startswith("- Survey")


def test_rules_of_the_source_go_before_everything():
    other = f"<div class=other>{paragraphs(*P[3:5])}<p class=no>{P[5]}</p></div>"
    inner = f"<div><h1>Pier moves</h1>{paragraphs(*P[:3])}</div>{other}"
    assert texts(page(inner), rules=Rules(body="div.other", remove=".no")) == P[3:5]


def test_a_rule_that_is_no_selector_is_passed_over():
    inner = f"<article><h1>Pier moves</h1>{paragraphs(*P)}</article>"
    assert texts(page(inner), rules=Rules(body="div[[", remove=":nope(")) == P


def test_an_article_that_stands_only_in_script_data_is_read_from_there():
    data = paragraphs(*P).replace("<", "\\u003c").replace(">", "\\u003e")
    assert (
        texts(page(f'<div id=root></div><script>self.f.push([1,"{{\\"x\\":1}}"]);s={{"html":"{data}"}}</script>')) == P
    )


def test_a_part_that_react_sends_hidden_is_seen():
    inner = f'<main><h1>Pier moves</h1><template id="B:0"></template></main><div hidden id="S:0">{paragraphs(*P)}</div>'
    assert texts(page(inner))[-6:] == P


def test_what_was_dropped_is_listed_with_its_reason():
    inner = f"<article><h1>Pier moves</h1>{paragraphs(*P)}<div class=newsletter>Join us</div><p>Load more</p></article>"
    found = extract(page(inner), URL, explain=True)
    reasons = {dropped.text: dropped.reason for dropped in found.dropped}
    assert reasons["Load more"] == "label:control"
    assert reasons["Join us"] == "part:newsletter"
    assert ("body", "mass") in found.evidence


def test_quality_names_its_doubts():
    found = extract(page(f"<article><h1>Pier moves</h1>{paragraphs(P[0])}</article>"), "https://news.example/pier")
    assert {"short", "no-date"} <= set(found.quality.flags)
    assert found.quality.score == 0.75


def test_a_picture_whose_legend_is_a_link_to_another_story_is_a_card_and_not_a_figure():
    text = "The ferry company has ordered two new boats for the northern line, which are to sail from the spring."
    card = '<div><img src="/a.jpg"><p>See too</p><a href="/other"><b>The boats that nobody wanted</b></a></div>'
    figure = (
        '<figure><img src="/b.jpg"><figcaption>One of the boats, by <a href="/x">Ada</a> Quill</figcaption></figure>'
    )
    page = f"<article><h1>Two boats</h1><p>{text}</p>{card}<p>Part two. {text}</p>{figure}</article>"
    article = extract(page, "https://example.org/news/two-boats")
    figures = ["".join(run.text for run in block.inlines) for block in article.blocks if block.kind == "figure"]
    assert figures == ["One of the boats, by Ada Quill"]
    assert "nobody wanted" not in article.text


NOTES = [
    (
        "<p class='correction'><em>Correction: an earlier version gave the wrong pier.</em></p>",
        "Correction: an earlier",
    ),
    ("<div class='editors-note'>Editor's note: this article has been corrected.</div>", "Editor's note: this"),
    (
        "<div class='c-story__correction'><p>The office meets monthly, not weekly as we said.</p></div>",
        "The office meets",
    ),
    ("<p class='x'>Korrektur: In einer früheren Fassung stand ein anderer Pier.</p>", "Korrektur: In einer"),
]


@pytest.mark.parametrize("around", ["{note}<div class='text'>{text}</div>", "<div class='text'>{text}</div>{note}"])
@pytest.mark.parametrize(("note", "begin"), NOTES)
def test_a_note_of_correction_beside_the_body_is_a_part_of_it(note, begin, around):
    body = around.format(note=note, text=paragraphs(*P))
    found = texts(page(f"<main><article><h1>Pier moves</h1>{body}</article><ul>{RELATED}</ul></main>"))
    assert found[0 if around.startswith("{note}") else -1].startswith(begin)
    assert len(found) == len(P) + 1


def test_a_line_beside_the_body_that_says_when_it_was_updated_is_none():
    body = f"<p>Updated: Dec 12, 2026 12:05 am IST</p><div class='text'>{paragraphs(*P)}</div>"
    assert texts(page(f"<main><article><h1>Pier moves</h1>{body}</article></main>")) == P


@pytest.mark.parametrize(
    "gate",
    [
        (
            "<h3>This article is for subscribers only</h3><p>Already a subscriber? <a href=/in>Log in</a></p>"
            "<p>Continue reading with a subscription from £1 a month.</p>"
        ),
        "<p>Dieser Artikel ist nur für Abonnenten.</p><p>Jetzt weiterlesen mit Plus</p>",
        "<p>Cet article est réservé aux abonnés.</p><p>Il vous reste 62.4 % de cet article à lire.</p>",
        "<p>Contenido exclusivo para suscriptores</p>",
        "<p>※この記事は有料会員限定です。残り1200文字</p>",
    ],
)
def test_a_gate_for_subscribers_is_no_text_and_is_told(gate):
    found = extract(page(f"<article><h1>Pier moves</h1>{paragraphs(*P)}<div>{gate}</div></article>"), URL)
    assert isinstance(found, Article)
    assert found.text.split("\n\n") == P
    assert "paywalled" in found.quality.flags


def test_a_wall_that_is_called_one_is_told_where_little_stands_before_it():
    wall = "<div class=paywall><p>Keep reading with one of our plans.</p></div>"
    little, much = (
        extract(page(f"<article><h1>Pier moves</h1>{paragraphs(*texts)}{wall}</article>"), URL)
        for texts in (P, [f"{text} {number}" for number in range(9) for text in P])
    )
    assert isinstance(little, Article)
    assert isinstance(much, Article)
    assert "paywalled" in little.quality.flags
    assert "paywalled" not in much.quality.flags
    empty = extract(page(f"<article><h1>Pier moves</h1>{paragraphs(*P)}<div class=paywall></div></article>"), URL)
    assert isinstance(empty, Article)
    assert "paywalled" not in empty.quality.flags


def test_an_article_about_subscribers_is_not_taken_for_one_that_is_for_them():
    last = "The paper said on Monday that its archive will be open to subscribers only, from the first of June on."
    found = extract(page(f"<article><h1>Pier moves</h1>{paragraphs(*P, last)}<p>It has 4,000.</p></article>"), URL)
    assert isinstance(found, Article)
    assert last in found.text
    assert "paywalled" not in found.quality.flags


def test_the_first_picture_of_the_text_is_the_lead_image_where_the_page_names_none():
    prose = "<p>The old bridge over the river opened again on Friday after eleven months of repairs, they said.</p>" * 3
    html = f"<article><h1>Bridge opens</h1>{prose}<figure><img src=/b.jpg width=900></figure>{prose}</article>"
    found = extract(html, "https://www.gazette.example/news/bridge-opens")
    assert found.image == "https://www.gazette.example/b.jpg"
    assert dict(found.evidence)["image"] == "body"
    named = extract(
        f'<meta property="og:image" content="/a.jpg">{html}', "https://www.gazette.example/news/bridge-opens"
    )
    assert named.image == "https://www.gazette.example/a.jpg"
