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


MORE = {
    "iso-8859-2": "Wczoraj w stolicy odbyło się posiedzenie rządu. Źródła mówią, że budżet zostanie przyjęty później.",
    "iso-8859-7": "Χθες στην πρωτεύουσα έγινε συνεδρίαση της κυβέρνησης για τον προϋπολογισμό του επόμενου έτους.",
    "iso-8859-9": "Dün başkentte yapılan toplantıda gelecek yılın bütçesi görüşüldü. Çalışmalar sürüyor.",
    "windows-1257": "Vakar sostinėje įvyko vyriausybės posėdis, kuriame buvo svarstomas kitų metų biudžetas.",
    "windows-1258": "Hôm qua tại thủ đô".encode("cp1258", "ignore").decode("cp1258") + " được đưa",
    "windows-874": "เมื่อวานนี้มีการประชุมคณะรัฐมนตรีในเมืองหลวงเพื่อหารือเรื่องงบประมาณปีหน้า",
    "macintosh": "L’été dernier, la réunion a été reportée à Besançon, où les élus ont été reçus par le préfet.",
    "x-mac-cyrillic": "Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.",
    "ibm866": "Вчера в столице прошло заседание правительства, на котором обсуждали бюджет на следующий год.",
}
CODECS = {"macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "windows-874": "cp874", "ibm866": "cp866"}


@pytest.mark.parametrize("label", MORE)
@pytest.mark.parametrize("place", ["header", "meta"])
def test_rarer_encodings_are_read_where_they_are_declared(label, place):
    head = f"<meta charset={label}>" if place == "meta" else ""
    text = f"<html><head>{head}</head><body><p>{(MORE[label] + ' ') * 6}</p></body></html>"
    body = text.encode(CODECS.get(label, label), "ignore")
    assert charset.decode(body, f"text/html; charset={label}" if place == "header" else "") == body.decode(
        CODECS.get(label, label)
    )


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        *(("x-sjis", "shift_jis"), ("windows-31j", "shift_jis"), ("ks_c_5601-1987", "euc-kr"), ("gb2312", "gbk")),
        *(
            ("x-gbk", "gbk"),
            ("cp1251", "windows-1251"),
            ("x-euc-jp", "euc-jp"),
            ("koi", "koi8-r"),
            ("big5-hkscs", "big5"),
        ),
        *(("latin1", "windows-1252"), ("us-ascii", "windows-1252"), ("logical", "windows-1255")),
    ],
)
def test_an_encoding_is_known_by_its_other_names(label, encoding):
    codec = "windows-1255" if label == "logical" else encoding
    text, body = page(encoding)
    assert charset.decode(body.decode(codec).encode(codec), f"text/html; charset={label}") == text


@pytest.mark.parametrize("encoding", sorted({"gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "utf-8", "utf-16-le"}))
@pytest.mark.parametrize("declared", [True, False])
def test_a_page_cut_in_the_middle_of_a_character_loses_that_one(encoding, declared):
    text = f"<html><body><p>{TEXTS.get(encoding, TEXTS['utf-8']) * 6}"
    body = text.encode(encoding)
    cut = charset.decode(body[:-1], f"text/html; charset={encoding}" if declared else "")
    assert cut[: len(text) - 1] == text[:-1]
    assert len(cut) <= len(text) + 1


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("wrong", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "us-ascii", "nonsense", ""])
def test_a_wrong_declaration_in_header_and_page_gives_way_to_the_bytes(encoding, wrong):
    text, body = page(encoding, f"<meta charset='{wrong}'>")
    assert charset.decode(body, f"text/html; charset={wrong}") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["utf-8", "windows-1252", "utf-16", "gb18030", ""])
def test_utf_16_without_a_mark_is_known_whatever_it_is_declared_as(encoding, declared):
    text = f"<html><head><meta charset='{declared}'></head><body><p>{TEXTS['windows-1251'] * 4}</p></body></html>"
    assert charset.decode(text.encode(encoding), f"text/html; charset={declared}") == text
    assert charset.utf8(text.encode(encoding)) == text.encode()


def test_a_mark_goes_before_a_wrong_declaration_in_the_page():
    text = "<meta charset=koi8-r><p>Größe, пример, 例"
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert charset.utf8(text.encode(encoding), "text/html; charset=gbk") == text.encode()


@pytest.mark.parametrize("encoding", [name for name in TEXTS if name != "utf-16"])
def test_a_page_in_utf_8_is_the_text_in_utf_8(encoding):
    text, body = page(encoding, f"<meta charset={encoding}>")
    assert charset.utf8(body) == charset.decode(body).encode() == text.encode()
    assert charset.utf8(text.encode()) == text.encode()


def test_a_page_that_is_in_utf_8_already_is_not_copied():
    body = "<p>Größere Brücke, пример, 例, 예".encode()
    assert charset.utf8(body) is body


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/html; charset=utf-16", "charset=hz-gb-2312", "charset=x-user-defined"]),
)
def test_no_bytes_raise(body, content_type):
    text = charset.decode(body, content_type)
    assert "\0" not in text
    assert charset.utf8(body, content_type) == text.encode("utf-8", "ignore")


@given(st.text(min_size=1).filter(lambda t: "\0" not in t and not t.startswith("\ufeff") and "\x1b" not in t))
def test_utf_8_comes_back_as_it_was(text):
    assert charset.decode(text.encode("utf-8", "ignore")) == text.encode("utf-8", "ignore").decode().removeprefix(
        "\ufeff"
    )
