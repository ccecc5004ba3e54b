from __future__ import annotations

from pathlib import Path

import pytest

from crawler.extract import language

GERMAN = (
    "Der Gemeinderat hat am Abend beschlossen, die alte Brücke über den Fluss zu erneuern. Die Arbeiten sollen im "
    "Frühjahr beginnen und bis zum Ende des nächsten Jahres dauern. Anwohner hatten sich seit Langem beschwert."
)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        *(
            ("de", "de"),
            ("DE-at", "de"),
            ("en_US", "en"),
            ("zh-Hant-TW", "zh"),
            ("iw", "he"),
            ("nb-NO", "no"),
            ("ger", "de"),
        ),
        *(("cn", "zh"), ("fil", "fil"), ("", ""), ("x", ""), ("German", ""), ("*", ""), ("<%= lang %>", "")),
    ],
)
def test_a_tag_is_brought_to_its_primary_part(tag, name):
    assert language.normal(tag) == name


def test_a_text_goes_before_what_its_template_declares():
    assert language.detect(GERMAN, "en-US") == "de"


def test_a_short_text_says_less_than_the_declaration():
    assert language.detect("Brücke gesperrt", "nl") == "nl"


def test_a_text_in_no_known_language_falls_back_on_the_declaration():
    assert language.detect("0123 4567 89 " * 40, "fr") == "fr"
    assert language.detect("", "") == ""


def test_between_near_languages_the_declaration_decides():
    text = (Path(__file__).parents[2] / "pages" / "blogspot.txt").read_text("utf-8")
    assert language.detect(text) == "gl"  # the profile's mistake: it is Portuguese
    assert language.detect(text, "pt-BR") == "pt"
    assert language.detect(GERMAN, "pt-BR") == "de"
