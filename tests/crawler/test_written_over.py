"""What a page has in place of an article, under its own head, is not written over it; what was written anew is."""

from __future__ import annotations

import pytest

from config.models import Source
from tests.polite import config, crawl, manners, on, rows
from tests.site import Response, Site, redirect

that_day = on(2026, 11, 23)

TITLE = "Council approves plan for second harbour crossing"
PATH = "/news/2026/11/council-approves-second-crossing"
KEPT = (
    "The city council voted by a large majority on Thursday evening for a second crossing of the harbour at Osterkai.",
    "Construction of the suspension bridge is expected to begin in spring, after engineers have measured the seabed.",
    "Mayor Ingrid Halvorsen called the decision historic and promised that commuters would lose no ferry connection.",
    "Opponents from the fishing association announced a complaint at the administrative court over the eastern pier.",
    "Financing comes in equal parts from the ministry of transport, the region, and a loan that runs thirty years.",
)
ANEW = (
    "Thursday's majority in the city council clears the way for another bridge across the harbour near Osterkai.",
    "Engineers are to examine the seabed before spring, when work on the suspension bridge should start.",
    "Ferry connections stay for commuters while it is built, mayor Halvorsen said after the historic decision.",
    "The fishing association intends to take the eastern pier to the administrative court with a complaint.",
    "A thirty-year loan, the region and the transport ministry share the financing of the construction.",
)
WALL = (
    "Thank you for visiting our website this week, where there is so much more for you to read and listen to.",
    "Independent reporting is expensive, and more than eight thousand households already support ours every month.",
    "Create a free account in less than a minute, confirm your address, and choose which newsletters you like.",
    "Members receive the digital edition on their telephone before breakfast, including crosswords and recipes.",
    "Questions about deliveries and invoices are answered by customer service from Monday through Saturday.",
)
LIST = (
    "Handball: Nordstrand beats the champion after extra time and climbs to fourth place in the league table.",
    "Weather: Showers with thunder are forecast for the valley, and temperatures fall below freezing tonight.",
    "Culture: A retrospective of the photographer Elin Sandvik opens in the former customs house at the weekend.",
    "Economy: The shipyard receives an order for three icebreakers and looks for four hundred welders.",
    "Panorama: A moose that walked through the shopping street was brought back to the forest by rangers.",
    "Science: Researchers discover an unknown coral reef in front of the northern islands by submarine.",
)
DATED = (
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-20T10:{}Z">'
)
CHANGED = '<meta property="article:modified_time" content="2026-11-2{}:00:00Z">'
HEAD = DATED.format("00:00")


def page(title: str, *text: str, head: str = HEAD, url: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in text)
    named = f'<link rel="canonical" href="{url}">' if url else ""
    return f"<!DOCTYPE html><title>{title}</title>{head}{named}<body><article><h1>{title}</h1>{body}</article>"


def after(db, first: str, second: str | Response, *, moved: str = "") -> tuple:
    """Revision, text, and why the second page was refused."""
    with Site({PATH: first}) as site:
        site.routes["/map.xml"] = f"<urlset><url><loc>{site.url(PATH)}</loc></url></urlset>"
        settings = config(Source("ill", site.url(), sitemaps=(site.url("/map.xml"),), politeness=manners()))
        crawl(db, settings)
        if moved:
            site.routes |= {moved: second, PATH: redirect(moved, 301)}
        else:
            site.routes[PATH] = second
        crawl(db, settings)
    (found,) = rows(db, "SELECT revision, text, reason FROM articles JOIN links ON article = articles.id")
    return found


WHOLE = (1, "\n\n".join(KEPT), "blocked")


@pytest.mark.parametrize("times", [1, 3, 9])
@pytest.mark.parametrize("instead", [WALL, LIST])
def test_a_wall_or_a_list_under_the_articles_own_headline_and_date_is_not_written_over_it(db, instead, times):
    text = [f"{line}{' Again.' * number}" for number in range(times) for line in instead]
    long = (*KEPT, *ANEW, *[f"{line} Again." for line in KEPT])
    assert after(db, page(TITLE, *long), page(TITLE, *text)) == (1, "\n\n".join(long), "blocked")


def test_a_wall_that_says_the_headline_is_not_written_over_a_dated_article(db):
    wall = page(f"Read on: {TITLE}", *WALL, head="")
    assert after(db, page(TITLE, *KEPT), wall) == WHOLE


@pytest.mark.parametrize("instead", [WALL, LIST])
def test_nor_is_one_of_half_the_length_where_pages_are_not_dated(db, instead):
    assert after(db, page(TITLE, *KEPT, *ANEW, head=""), page(TITLE, *instead[:4], head="")) == (
        1,
        "\n\n".join(KEPT + ANEW),
        "blocked",
    )


FAULTS = [
    ("Sorry, the rest of this page could not be loaded. Please try again later.",),
    ("Please confirm that you are over 18 to see the rest.",),
    ("Continue in the app. The full story is waiting for you in our free app.",),
    ("続きは明日の朝刊で",),
    ("Fatal error: Uncaught Error: Call to a member function on null in /srv/www/article.php:118",),
    ("We are working on our servers tonight.", "Service will be back in the morning.", "Thank you for your patience."),
]


@pytest.mark.parametrize("notice", FAULTS)
@pytest.mark.parametrize("shown", [1, 2, 4])
def test_a_notice_below_the_beginning_of_a_text_is_not_written_over_it(db, notice, shown):
    long = KEPT + ANEW[:3]
    assert after(db, page(TITLE, *long), page(TITLE, *long[:shown], *notice)) == (1, "\n\n".join(long), "blocked")


def test_a_text_of_which_the_rest_is_told_in_short_is_a_revision(db):
    short = "Engineers measure the seabed before spring; the fishing association has announced a complaint."
    assert after(db, page(TITLE, *KEPT), page(TITLE, KEPT[0], short))[0] == 2


def test_a_text_that_is_shortened_to_its_first_paragraphs_is_a_revision(db):
    assert after(db, page(TITLE, *KEPT, *ANEW), page(TITLE, *KEPT))[0] == 2


@pytest.mark.parametrize(
    "headline",
    [
        "Sorry, the story you were looking for is no longer available",
        "Meistgelesen",
        "Thank you for visiting our website this week",
    ],
)
@pytest.mark.parametrize("instead", [WALL, LIST])
def test_a_notice_with_a_headline_of_its_own_on_a_page_that_keeps_the_date_is_not_written_over_it(
    db, headline, instead
):
    long = KEPT + ANEW
    assert after(db, page(TITLE, *long), page(headline, *instead)) == (1, "\n\n".join(long), "blocked")


GONE = ("Sorry, the story you were looking for is no longer available.", "It may have been moved, or deleted since.")


def test_a_page_not_found_under_the_articles_own_headline_and_date_is_not_written_over_it(db):
    long = KEPT + ANEW
    for number in range(3):  # whatever words it has in common with the text by chance
        text = (*long[number:], "Somebody was looking for a story, which may be available again, or have been moved.")
        folder = db.parent / str(number)
        folder.mkdir()
        assert after(folder / "archive.db", page(TITLE, *text), page(TITLE, *GONE))[0] == 1


def test_a_live_report_that_has_other_entries_each_day_is_a_revision(db):
    entries = [[f"{hour}:30 {line}" for hour, line in enumerate(some, 10)] for some in (KEPT, LIST)]
    assert after(db, page(TITLE, *entries[0]), page(TITLE, *entries[1]))[0] == 2


def test_a_brief_that_was_told_in_other_words_is_a_revision(db):
    first = ("Two people were hurt on Friday as a crane fell on Osterkai.", "Police closed the road until the evening.")
    anew = (
        "A crane toppled over at the harbour.",
        "It injured a couple; traffic was diverted for hours, officers say.",
    )
    title = "Crane falls at harbour"
    assert after(db, page(title, *first, *KEPT[:1]), page(title, *anew, *ANEW[:1]))[0] == 2


def test_a_text_that_was_written_anew_is_a_revision(db):
    assert after(db, page(TITLE, *KEPT), page(TITLE, *ANEW)) == (2, "\n\n".join(ANEW), "")


@pytest.mark.parametrize("instead", [WALL, LIST])
def test_what_the_page_itself_dates_as_changed_or_as_new_is_a_revision(db, instead):
    changed = page(TITLE, *instead, head=HEAD + CHANGED.format("1T12"))
    assert after(db, page(TITLE, *KEPT, head=HEAD + CHANGED.format("0T12")), changed)[0] == 2


def test_a_page_that_is_dated_anew_is_a_revision(db):
    again = page("What the weekend brings", *LIST, head=HEAD.replace("11-20", "11-22"))
    assert after(db, page(TITLE, *KEPT), again)[0] == 2


def test_an_article_that_was_hidden_at_the_first_look_is_taken_when_it_shows(db):
    assert after(db, page(TITLE, *WALL[:3]), page(TITLE, *KEPT, *ANEW))[0] == 2


def test_a_correction_in_place_of_the_text_is_a_revision(db):
    taken_back = page(TITLE, "Correction: This report was wrong and has been withdrawn by the editors.", *WALL[3:])
    assert after(db, page(TITLE, *KEPT), taken_back)[0] == 2


def test_another_story_to_which_the_address_leads_now_is_not_written_over_it(db):
    other = page("What the weekend brings", *LIST, head=HEAD.replace("11-20", "11-22"))
    assert after(db, page(TITLE, *KEPT), other, moved="/news/2026/11/what-the-weekend-brings") == (
        *WHOLE[:2],
        "soft-404",
    )


def test_a_story_that_moved_and_got_another_headline_is_the_same(db):
    moved = page("Second bridge over the harbour: the council says yes", *ANEW)
    assert after(db, page(TITLE, *KEPT), moved, moved="/news/2026/11/second-bridge-council-says-yes")[0] == 2


def test_a_page_that_asks_for_payment_by_its_status_is_for_subscribers_since(db):
    assert after(db, page(TITLE, *KEPT), Response("Pay", status=402)) == (2, WHOLE[1], "paywalled")
    assert rows(db, "SELECT change FROM revisions ORDER BY number") == [("first",), ("paywalled",)]
    assert rows(db, "SELECT paywalled IS NOT NULL, removed FROM articles") == [(1, None)]


@pytest.mark.parametrize("cut", [0.4, 0.75])
def test_a_text_that_breaks_off_amid_a_sentence_on_a_page_that_is_closed_is_not_written_over_it(db, cut):
    long = KEPT + ANEW
    text = " ".join(long)
    broken = text[: int(cut * len(text))].rstrip(". ")
    one = page(TITLE, *[" ".join(long[at : at + 2]) for at in range(0, 10, 2)])
    revision, kept, reason = after(db, one, page(TITLE, broken))
    assert (revision, reason) == (1, "blocked")
    assert kept.endswith(ANEW[-1])


def test_a_wall_in_another_script_is_not_written_over_a_text(db):
    title = "市議会が港の橋の建て替え計画を承認した"
    text = (
        "港にかかる古い橋の建て替えについて、市議会は木曜日の夜、賛成多数で計画を承認した。反対は三人だった。",
        "建設は来年の春に始まり、費用は三十億円と見込まれている。漁業組合は桟橋の移設に反対し、訴えを起こす構えだ。",
        "市長は記者会見で、工事の間も渡し船の便数は減らさないと述べた。橋は昭和三十二年に開通し、老朽化が進んでいた。",
        "近くで食堂を営む女性は、歩道が広くなるなら歓迎するが、工事の騒音が心配だと話した。説明会は来月開かれる予定だ。",
        "県は来年度の予算に調査費を盛り込む方針で、設計を担う会社は公募で選ぶ。完成までには五年ほどかかる見通しという。",
    )
    assert after(db, page(title, *text), page(title, *WALL)) == (1, "\n\n".join(text), "blocked")
