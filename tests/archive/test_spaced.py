import pytest

from archive.query import fts5
from archive.spaced import BREAK, has_unspaced, spaced


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("東京都", "東|京|都"),
        ("東京2026年", "東|京|2026|年"),
        ("ソウル서울에서", "ソ|ウ|ル|서|울|에|서"),
        ("กรุงเทพ", None),  # vowel signs stay with their letters
        ("The 東 gate", "The 東 gate"),
        ("harbour", "harbour"),
        ("مجلس الميناء", "مجلس الميناء"),
    ],
)
def test_characters_of_scripts_without_blanks_are_apart_and_nothing_else(text, apart):
    found = spaced(text, "|")
    assert found.replace("|", "") == text
    if apart is not None:
        assert found == apart
    assert spaced(text).replace(BREAK, "") == text
    assert has_unspaced(text) == (found != text)


def test_what_is_typed_becomes_a_phrase_of_them():
    assert fts5("東京 harbour") == '(("東 京") AND ("harbour"))'
