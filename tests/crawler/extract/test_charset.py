from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import charset

TEXTS = {
    "windows-1252": "Größere Brücke über den Fluß: „Wir müssen später fahren“, sagt die Präsidentin der Gemeinde.",
    "iso-8859-1": "L'été dernier, la réunion a été reportée à Besançon, où les élus ont été reçus par le préfet.",
    "iso-8859-15": "Die Brücke kostet 40 Millionen €, sagt die Präsidentin. Die Züge fahren später.",
    "windows-1251": "Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.",
    "koi8-r": "Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.",
    "koi8-u": "Вчора у столиці відбулося засідання уряду, на якому обговорювали бюджет на наступний рік.",
    "iso-8859-5": "Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.",
    "gb18030": "昨天在首都举行了会议，讨论了明年的预算。记者报道了这次会议的内容。",
    "gbk": "昨天在首都举行了会议，讨论了明年的预算。记者报道了这次会议的内容。",
    "big5": "昨天在首都舉行了會議，討論了明年的預算。記者報導了這次會議的內容。",
    "shift_jis": "昨日、首都で会議が開かれ、来年の予算について議論された。記者がその内容を報じた。",
    "euc-jp": "昨日、首都で会議が開かれ、来年の予算について議論された。記者がその内容を報じた。",
    "iso-2022-jp": "昨日、首都で会議が開かれ、来年の予算について議論された。",
    "euc-kr": "어제 수도에서 회의가 열려 내년 예산을 논의했다. 기자가 그 내용을 보도했다.",
    "windows-1253": "Χθες στην πρωτεύουσα έγινε συνεδρίαση της κυβέρνησης για τον προϋπολογισμό του επόμενου έτους.",
    "windows-1255": "אתמול התקיימה בבירה ישיבת ממשלה שדנה בתקציב לשנה הבאה",
    "windows-1256": "عقد أمس في العاصمة اجتماع للحكومة لمناقشة ميزانية العام المقبل",
    "windows-1250": "Příliš mnoho vlaků, řekla včera česká ministryně školství v Brně. Jednání bude pokračovat zítra.",
    "windows-1254": "Dün başkentte yapılan toplantıda gelecek yılın bütçesi görüşüldü. Çalışmalar sürüyor.",
    "utf-8": "Größere Brücke, пример, 例, 예",
    "utf-16": "Größere Brücke, пример, 例, 예",
}
GUESSED = sorted(set(TEXTS) - {"iso-8859-15", "windows-1250", "windows-1254", "iso-8859-5", "koi8-u"})
"""Encodings that show by their bytes alone; the others look like a sibling, and need to be declared."""


def page(encoding: str, head: str = "") -> tuple[str, bytes]:
    text = (
        f"<html><head>{head}<title>x</title></head><body><p class='a'>{(TEXTS[encoding] + ' ') * 6}</p></body></html>"
    )
    return text, text.encode(encoding)


@pytest.mark.parametrize("encoding", TEXTS)
def test_a_page_is_read_by_its_http_header(encoding):
    text, body = page(encoding)
    assert charset.decode(body, f"text/html; Charset='{encoding.upper()}'") == text


@pytest.mark.parametrize("encoding", sorted(set(TEXTS) - {"utf-16"}))
@pytest.mark.parametrize(
    "meta",
    ["<meta charset={}>", '<meta http-equiv="Content-Type" content="text/html; charset={}">', "<META CHARSET='{}' />"],
)
def test_a_page_is_read_by_its_meta_element(encoding, meta):
    text, body = page(encoding, meta.format(encoding))
    assert charset.decode(body, "text/html") == text


@pytest.mark.parametrize("encoding", GUESSED)
def test_a_page_that_declares_nothing_is_read_by_its_bytes(encoding):
    text, body = page(encoding)
    assert charset.decode(body) == text


@pytest.mark.parametrize("encoding", GUESSED)
def test_a_page_wrongly_declared_as_utf_8_is_read_by_its_bytes(encoding):
    text, body = page(encoding, "<meta charset=utf-8>")
    assert charset.decode(body, "text/html; charset=utf-8") == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "shift_jis", "koi8-r", "nonsense", ""])
def test_valid_utf_8_is_utf_8_whatever_it_is_declared_as(declared):
    text, body = page("utf-8")
    assert charset.decode(body, f"text/html; charset={declared}") == text


@pytest.mark.parametrize("encoding", ["windows-1251", "gbk", "shift_jis", "euc-kr", "windows-1253"])
def test_a_servers_default_latin_1_gives_way_to_the_page(encoding):
    text, body = page(encoding, f"<meta charset={encoding}>")
    assert charset.decode(body, "text/html; charset=ISO-8859-1") == text


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark(order):
    text = "<!doctype html><p>Größere Brücke, пример</p>"
    assert charset.decode(text.encode(order)) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_goes_before_everything_and_is_left_out(encoding):
    assert charset.decode("<p>Größe".encode(encoding), "text/html; charset=koi8-r") == "<p>Größe"


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf_8():
    body = ("<p>" + "Größere Brücke " * 20 + "ü").encode()[:-1]
    assert charset.decode(body).startswith("<p>Größere Brücke")


def test_one_pasted_byte_does_not_spoil_a_utf_8_page():
    body = "<p>Größere Brücken über größere Flüsse: ".encode() + b"\x93" + "später</p>".encode()
    assert "Größere Brücken" in charset.decode(body)


def test_nuls_are_left_out():
    assert charset.decode(b"<p>a\0b\0</p>" + b"text " * 50) == "<p>ab</p>" + "text " * 50


def test_an_empty_body_is_an_empty_text():
    assert charset.decode(b"") == ""


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/html; charset=utf-16", "charset=hz-gb-2312", "charset=x-user-defined"]),
)
def test_no_bytes_raise(body, content_type):
    assert "\0" not in charset.decode(body, content_type)


@given(st.text(min_size=1).filter(lambda t: "\0" not in t and not t.startswith("\ufeff") and "\x1b" not in t))
def test_utf_8_comes_back_as_it_was(text):
    assert charset.decode(text.encode("utf-8", "ignore")) == text.encode("utf-8", "ignore").decode().removeprefix(
        "\ufeff"
    )
