"""Messages with what was found: what a publisher wrote can neither forge a header nor a page."""

from __future__ import annotations

import email
import email.policy

import pytest

from archive import passages
from config.watches import Mail, Watch
from crawler.letters import letter
from crawler.receivers import Receiver, key, message
from tests.tellings import telling

HOSTILE = "Harbour\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script>\u202egnp.exe\x1b[31m\u2028\ud800 & \x00more"


def read(found, **options):
    made = letter("harbour", found, "cuttings@example.org", "desk@example.org", "k1", **options)
    return email.message_from_bytes(made.as_bytes(), policy=email.policy.default)


def parts(said):
    return (said.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))


def test_a_letter_says_what_was_found_where_and_by_which_watch():
    said = read([telling()])
    assert said["From"] == "Cuttings <cuttings@example.org>"
    assert said["To"] == "desk@example.org"
    assert said["Subject"] == "harbour: Harbour council votes"
    assert said["Message-ID"] == "<k1@example.org>"
    assert said["Auto-Submitted"] == "auto-generated"
    assert said["List-Id"] == "Cuttings watch harbour <harbour.watch.cuttings.example.org>"
    assert said["Date"].datetime.isoformat() == "2026-11-25T12:00:00+00:00"
    text, html = parts(said)
    assert "Harbour council votes\ntown · Ada Quill · 2026-11-25\nhttps://town.example/1?a=1&b=%22" in text
    assert "The *harbour* council <b>voted</b> on Tuesday…" in text
    assert '<a href="https://town.example/1?a=1&amp;b=%22">Harbour council votes</a>' in html
    assert "The <mark>harbour</mark> council &lt;b&gt;voted&lt;/b&gt; on Tuesday" in html


def test_a_hostile_headline_makes_no_header_no_markup_and_no_other_direction():
    said = read([telling(HOSTILE, source=HOSTILE, byline=HOSTILE, passage=HOSTILE, url=f"https://x.example/{HOSTILE}")])
    assert set(said.keys()) == set(read([telling()]).keys())
    assert said["Bcc"] is None
    assert said["Subject"].startswith("harbour: Harbour Bcc: all@example.org <script>alert(1)</script> gnp.exe [31m")
    text, html = parts(said)
    assert "<script>" not in html
    for part in (text, html):
        assert not {"\u202e", "\x1b", "\x00", "\u2028", "\ud800"} & set(part)


def test_an_address_that_is_none_of_the_web_is_no_link():
    _, html = parts(read([telling(url="javascript:alert(1)")]))
    assert "href" not in html


def test_several_matches_are_one_letter_and_a_copy_says_whose_it_is():
    copy = {"id": 7, "source": "herald", "url": "https://herald.example/7", "title": "Council <votes>"}
    said = read([telling(), telling("Another", 2, copy_of=copy)])
    assert said["Subject"] == "harbour: 2 new articles"
    text, html = parts(said)
    assert "A copy of Council <votes> (herald): https://herald.example/7" in text
    assert "A copy of Council &lt;votes&gt; (herald)" in html


def test_a_test_says_that_it_is_one():
    said = read([telling()], test=True)
    assert said["Subject"].startswith("[Test] harbour")
    assert all("A test of the watch harbour" in part for part in parts(said))


def test_a_headline_without_end_and_one_in_other_scripts_have_their_place():
    assert len(read([telling("x" * 9000)])["Subject"]) < 200
    assert read([telling("Гавань — 港 🚢")])["Subject"] == "harbour: Гавань — 港 🚢"


def test_the_key_is_the_same_at_each_try_and_another_for_each_message():
    one, other = telling(), telling(number=2)
    assert key("w", "webhook", [one]) == key("w", "webhook", [telling(tries=5, delivery=9, title="New")])
    keys = {key(w, r, t) for w in "ab" for r in ("webhook", "email:1") for t in ([one], [other], [one, other])}
    assert len(keys) == 12


def test_a_match_as_json_has_its_passage_as_text_and_as_html():
    said = message(Watch("harbour", "harbour"), telling())
    assert (said["event"], said["watch"], said["query"], said["article"]) == ("match", "harbour", "harbour", 1)
    assert said["passage"] == "The harbour council <b>voted</b> on Tuesday…"
    assert said["passage_html"] == "The <mark>harbour</mark> council &lt;b&gt;voted&lt;/b&gt; on Tuesday…"


@pytest.mark.parametrize("passage", ["\x02a", "a\x03", "\x02\x02a\x03\x03", "\x03<a\x02", "\x02<b>\x03"])
def test_marks_that_do_not_fit_together_never_leave_markup_open(passage):
    html = passages.html(passage)
    assert html.count("<mark>") == html.count("</mark>")
    assert not {"\x02", "\x03"} & set(html + passages.plain(passage))
    assert "<a" not in html
    assert "<b" not in html


def test_receivers_share_a_place_by_what_can_be_down():
    watch = Watch("w", "a", webhook="https://hooks.example/T0", email=("a@b.example",), command=("mail-me",))
    other = Watch("x", "a", webhook="https://hooks.example/T1", email=("c@d.example",))
    assert Receiver(watch, Mail(), "webhook").place == Receiver(other, Mail(), "webhook").place
    assert Receiver(watch, Mail(), "email:1").place == Receiver(other, Mail(), "email:2").place
