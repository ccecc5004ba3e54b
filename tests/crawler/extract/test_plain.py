"""Plain text keeps every line of the article, and none of what a copied page leaves around it."""

from __future__ import annotations

import pytest

from archive.models import Article
from crawler.extract import extract

ONE = "The council of Oldmoor voted on Tuesday to reopen the eastern pier, closed since the storms of March."
TWO = (
    "Repairs will cost about four million and last until the autumn, the harbour master told reporters after the vote."
)
TAILS = {
    "en": [
        "Tags Oldmoor harbour Eastern pier Anna Reed",
        "See all Oldmoor.TV See all Video",
        "Most Popular",
        "Load more",
    ],
    "de": [
        "Schlagwörter: Oldmoor, Hafen, Ostpier",
        "Lesen Sie auch: Wie der Hafen wuchs",
        "Meistgelesen",
        "Mehr anzeigen",
    ],
    "fr": ["Mots-clés : Oldmoor, port", "À lire aussi : Le port en chiffres", "Les plus lus", "Voir plus"],
    "es": ["Etiquetas: Oldmoor, puerto", "Te puede interesar: El puerto en cifras", "Lo más leído", "Cargar más"],
    "it": ["Argomenti: Oldmoor, porto", "Leggi anche: Il porto in cifre", "I più letti", "Mostra altro"],
    "pt": ["Tópicos: Oldmoor, porto", "Leia também: O porto em números", "Mais lidas", "Carregar mais"],
    "nl": ["Trefwoorden: Oldmoor, haven", "Lees ook: De haven in cijfers", "Meest gelezen", "Laad meer"],
    "sv": ["Ämnen: Oldmoor, hamn", "Läs också: Hamnen i siffror", "Mest läst", "Visa fler"],
    "da": ["Emner: Oldmoor, havn", "Læs også: Havnen i tal", "Mest læste", "Vis mere"],
    "no": ["Emneord: Oldmoor, havn", "Les også: Havnen i tall", "Mest lest", "Vis flere"],
    "pl": ["Tagi: Oldmoor, port", "Czytaj także: Port w liczbach", "Najczęściej czytane", "Pokaż więcej"],
    "ru": ["Теги: Олдмур, порт", "Читайте также: Порт в цифрах", "Самое читаемое", "Загрузить ещё"],
    "uk": ["Теги: Олдмур, порт", "Читайте також: Порт у цифрах", "Найпопулярніше", "Показати більше"],
    "tr": ["Etiketler: Oldmoor, liman", "İlgili haber: Rakamlarla liman", "En çok okunanlar", "Daha fazla göster"],
    "ar": ["الوسوم: أولدمور، ميناء", "اقرأ أيضا: الميناء بالأرقام", "الأكثر قراءة", "عرض المزيد"],
    "zh": ["标签：奥德摩尔 港口", "相关阅读：港口数字", "热门文章", "加载更多"],
    "ja": ["タグ：オールドムーア 港", "関連記事：数字で見る港", "アクセスランキング", "もっと見る"],
    "ko": ["태그: 올드무어, 항구", "관련기사: 숫자로 보는 항구", "많이 본 뉴스", "더보기"],
}
NOTICES = [
    "The Oldmoor Post has removed its comment section. We invite you to join the discussion on Facebook and Twitter.",
    "Comments are closed. Please read our house rules.",
    "Sign up for our newsletter and get the day's news delivered to your inbox.",
    "Follow us on Facebook, Instagram and X.",
    "© 2026 Oldmoor Post. All rights reserved. This material may not be published, broadcast or redistributed.",
    "Some of the links are affiliate links, from which we may earn a commission.",
    "Melden Sie sich hier für unseren Newsletter an, kostenlos und jeden Morgen.",
    "Suivez-nous sur Facebook et Instagram.",
    "Todos los derechos reservados.",
    "Подписывайтесь на наш канал в Telegram.",
]


def text_of(*lines: str) -> str:
    return "\n\n".join(["Oldmoor reopens its pier", *lines])


def texts(found: object) -> list[str]:
    assert isinstance(found, Article), found
    return [block.text for block in found.blocks]


@pytest.mark.parametrize("language", TAILS)
def test_the_tail_of_a_copied_page_goes_in_every_language(language):
    found = extract(text_of(ONE, TWO, *TAILS[language]))
    assert found.title == "Oldmoor reopens its pier"
    assert texts(found) == [ONE, TWO]
    assert len(found.dropped) == 4


@pytest.mark.parametrize("language", TAILS)
def test_the_same_lines_go_as_plain_paragraphs_of_a_page(language):
    lines = "".join(f"<p>{line}</p>" for line in (ONE, TWO, ONE, TWO, *TAILS[language]))
    found = extract(
        f"<html><title>Oldmoor reopens its pier</title><body><div><h1>Oldmoor reopens its pier</h1>{lines}</div>"
    )
    assert texts(found) == [ONE, TWO, ONE, TWO]


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_after_the_last_paragraph_go(notice):
    assert texts(extract(text_of(ONE, TWO, notice))) == [ONE, TWO]


@pytest.mark.parametrize(
    "last",
    [
        "Tags are what the harbour office calls the brass plates that hang from every mooring ring along the pier.",
        "Topics for the next meeting include the price of the crane and the colour of the benches.",
        "The paper closed its comment section in 2019 after months of abuse, and its readers moved elsewhere.",
        "Most popular with visitors is the short walk from the station to the lighthouse at the end of the pier.",
        "The mayor said she would not comment on the vote.",
        "He signed with his initials\nA. R.",
        "And the sea goes on",
        "Share prices of the builder rose by three per cent on the news.",
        "Related companies were not asked to bid.",
        "She follows the news on Facebook and Twitter, like most people of her age.",
    ],
)
def test_a_text_without_boilerplate_survives_whole(last):
    assert texts(extract(text_of(ONE, TWO, last))) == [ONE, TWO, last]


def test_a_label_within_the_text_takes_only_itself():
    assert texts(extract(text_of(ONE, "Advertisement", TWO))) == [ONE, TWO]


def test_headlines_under_a_label_go_with_it():
    tail = ["Most Popular", "Storm warning for the coast", "Ferry timetable changes in June", "Load more"]
    assert texts(extract(text_of(ONE, TWO, *tail))) == [ONE, TWO]


def test_a_text_that_begins_with_a_sentence_has_no_title():
    found = extract(f"{ONE}\n\n{TWO}")
    assert found.title == ""
    assert texts(found) == [ONE, TWO]
    assert "no-title" in found.quality.flags


def test_lines_without_blanks_between_them_are_paragraphs():
    assert texts(extract(f"Oldmoor reopens its pier\n{ONE}\n{TWO}")) == [ONE, TWO]


def test_wrapped_lines_are_joined_and_verses_are_not():
    wrapped = "The council of Oldmoor voted on Tuesday to reopen the eastern\npier, which had been closed since March."
    verse = "Roses are red,\nviolets are blue."
    assert texts(extract(text_of(wrapped, verse))) == [wrapped.replace("\n", " "), verse]


def test_angle_brackets_alone_do_not_make_a_page():
    line = "For all x < 5 and y > 7 the pier holds, the engineers say, and 3 < 4 was never in doubt."
    assert texts(extract(text_of(ONE, line))) == [ONE, line]


def test_windows_line_ends_are_read_too():
    assert texts(extract(text_of(ONE, TWO).replace("\n", "\r\n").encode())) == [ONE, TWO]
