"""A text is known to tell what its title or its address promises, whatever the language, and a notice not to."""

from __future__ import annotations

import pytest

from archive.likeness import address, apart, strange, told

NOTICE = "We'll be back soon! Sorry for the inconvenience, but we're performing some maintenance at the moment."
ERROR = "申し訳ございません。お探しの記事は掲載期間が終了したか、削除された可能性があります。"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "Harbour bridge reopens after four years",
            "The bridge at the harbour was opened again on Friday, four years on.",
        ),
        ("Hafenbrücke wieder für alle Autos offen", "Auf der Hafenbrücke dürfen Autos seit Freitag wieder fahren."),
        ("港の橋が四年ぶりに再開通した", "四年前から閉鎖されていた港の橋が金曜日に再開通し、市長が式典に出席した。"),
        ("항구 다리 4년 만에 다시 개통", "항구의 다리가 금요일에 다시 개통되었다고 시장이 말했다."),
        ("Мост в порту открыли после ремонта", "Мост через порт, закрытый на ремонт четыре года назад, вновь открыли."),
    ],
)
def test_a_text_tells_what_its_title_says(title, text):
    assert told(title, text)
    assert not strange(title, text)
    for notice in (NOTICE, ERROR):
        assert strange(title, notice)
        assert not told(title, notice)


def test_a_title_is_not_told_by_itself_alone():
    title = "Harbour bridge reopens after four years"
    assert not told(title, f"{title}\n{NOTICE}")


@pytest.mark.parametrize("title", ["", "Ouch!", "A story", "The day", "…", "雨"])
def test_a_title_of_few_words_tells_nothing(title):
    assert not strange(title, NOTICE)
    assert not told(title, NOTICE)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (
            "/2026/11/hafenbruecke-fuer-grosse-lastwagen-geschlossen-12345.html",
            "Hafenbrücke für große Lastwagen geschlossen",
        ),
        (
            "/dau-bung-keo-dai-phat-hien-ung-thu-lymphoma-ruot-non-4954454",
            "Đau bụng kéo dài, phát hiện ung thư lymphoma",
        ),
        ("/spor/golculerin-yarisi-kiyasiya-suruyor-hala", "Golcülerin yarışı kıyasıya sürüyor hâlâ"),
        ("/%D0%BC%D0%BE%D1%81%D1%82-%D0%BF%D0%BE%D1%80%D1%82%D1%83-%D1%81%D0%BD%D0%BE%D0%B2%D0%B0", "Мост снова"),
        ("/gdynia/lodz-zolw-zlapany-przez-straznika-miejskiego", "Łódź: żółw złapany przez strażnika miejskiego"),
    ],
)
def test_an_address_is_told_with_its_accents(url, text):
    assert not strange(address(f"https://paper.example{url}", text), text)


def test_an_address_without_a_headline_in_it_says_nothing():
    for path in ("/", "/news/12345", "/a/b3c4-5d6e-7f80", "/story-of-the-day-page?id=5", "/bridge", "/xyz-abc/", ":x"):
        assert address(f"https://paper.example{path}", NOTICE) == ""
    assert address("http://[", NOTICE) == ""


def test_an_address_in_another_script_says_nothing_of_its_text():
    """Papers in Cyrillic or Japanese have addresses in Latin letters, some of them translated."""
    url = "https://paper.example/harbour-bridge-reopens-after-four-years"
    assert address(url, ERROR) == address(url, "Мост через порт вновь открыли после ремонта") == ""
    assert strange(address(url, NOTICE), NOTICE)


def test_long_titles_and_texts_cost_little():
    assert strange("word " * 100_000 + "harbour bridge", "a" * 100_000) is False
    assert strange("harbour bridge reopens " * 100_000, "é" * 100_000)


BRIDGE = (
    "港にかかる古い橋の建て替えについて、市議会は木曜日の夜、賛成多数で計画を承認した。"
    "建設は来年の春に始まり、費用は三十億円と見込まれている。漁業組合は桟橋の移設に反対している。"
)
BRIDGE_ANEW = (
    "市議会が古い橋の建て替え計画を承認したことを受け、来年の春にも建設が始まる見通しとなった。"
    "三十億円の費用は国と市が負担する。桟橋の移設をめぐり、漁業組合は反対する考えを変えていない。"
)
MOOSE = (
    "商店街を歩いていたヘラジカが日曜日の朝に保護され、森へ帰された。けが人はいなかった。"
    "目撃した店主によると、動物はパン屋の前で立ち止まり、焼きたての匂いをかいでいたという。"
)
ENGLISH = (
    "The council approved a second crossing of the harbour; construction of the suspension bridge begins in spring.",
    "Construction of another bridge across the harbour begins in spring, after the council approved suspension cables.",
    "Photographers gathered before breakfast as the retrospective opened in the customs house: portraits of sailors.",
)


@pytest.mark.parametrize(("before", "anew", "other"), [(BRIDGE, BRIDGE_ANEW, MOOSE), ENGLISH])
def test_a_text_that_was_written_anew_is_of_the_same_matter_and_another_is_not(before, anew, other):
    assert not apart(before, anew)
    assert not apart(anew, before)
    assert apart(before, other)
    assert apart(other, before)
