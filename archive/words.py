"""Words: a text cut into sentences and words, in any script. Pure; whatever the cut, the pieces joined are the text."""

from __future__ import annotations

import re

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Scripts written without spaces: there every character counts as a word, as word processors count them."""
# Vowel signs and the like, which are no letters to Python: of Hebrew, Arabic and the scripts of India.
_MARKS = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0971-\u0df3"
)
_LETTERS = rf"[^\W{CJK}]++(?:[{_MARKS}]++[^\W{CJK}]*+)*+"
_WORD = re.compile(rf"[{CJK}]|{_LETTERS}(?:['’.,\-]{_LETTERS})*+")
_PIECE = re.compile(rf"\s*+(?:{_WORD.pattern}|\S)|\s+")
# A sentence ends after its stop, closing quotes and white space (which East Asian stops do without), or at a line
# feed. The lookbehind and the possessive quantifiers keep long runs of stops from being tried from each position.
_END = re.compile(r"(?<![.!?…؟۔।።։])[.!?…؟۔।።։]++[\"'”’»)\]]*+\s++|[。！？｡]++[」』”’）]*+\s*+|\n\s*+")


def count(text: str) -> int:
    """How many words."""
    return len(_WORD.findall(text))


def each(text: str) -> list[str]:
    """The words alone, as they are counted."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """Words and single other characters, each with the white space before it; and what white space is left."""
    return _PIECE.findall(text)


def sentences(text: str) -> list[str]:
    """Sentences with the white space after them; roughly, since an abbreviation's stop ends one as well."""
    ends = [match.end() for match in _END.finditer(text)]
    pieces = (text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return [piece for piece in pieces if piece]
