"""A text that came in a wrong encoding is no new one, and one that was mended is."""

from __future__ import annotations

import pytest

from archive.garbled import is_garbled

TEXT = (
    "Der Stadtrat von Mahrstedt hat am Dienstagabend beschlossen, die alte Steinbrücke für Lastwagen zu sperren,"
    " nachdem Ingenieure Risse gefunden hatten. Bauern sagten, der Umweg über Selb dauere fünf Minuten länger."
)
TWICE = TEXT.encode().decode("cp1252", "replace")
LOST = TEXT.encode("ascii", "ignore").decode()
REPLACED = TEXT.encode("latin-1").decode("utf-8", "replace")


@pytest.mark.parametrize("text", [TWICE, LOST, REPLACED])
def test_letters_that_were_doubled_lost_or_replaced_make_no_new_text(text):
    assert is_garbled(text, TEXT)


@pytest.mark.parametrize("text", [TWICE, REPLACED])
def test_a_text_that_was_mended_is_not_garbled(text):
    assert not is_garbled(TEXT, text)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        (TEXT.replace("fünf", "vierzig"), TEXT),
        (TEXT.replace("ü", "ue"), TEXT),
        (TEXT.replace("ü", "u"), TEXT),
        (TEXT, TEXT),
        ("市长辞职", "市长就职"),
        ("Совет согласился", "Совет отказался"),
        ("", TEXT),
        (TEXT, ""),
    ],
)
def test_an_edit_is_one(text, before):
    assert not is_garbled(text, before)
