"""Words: a text cut into sentences and words, in any script. Pure; whatever the cut, the pieces joined are the text."""

from __future__ import annotations

import re

# Scripts written without spaces: there every character counts as a word, as word processors count them.
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’.,\-][^\W{_CJK}]+)*")
_PIECE = re.compile(rf"{_WORD.pattern}|\s+|.", re.DOTALL)
# A sentence ends after its stop, closing quotes and white space (which East Asian stops do without), or at a line
# feed. The lookbehind and the possessive quantifiers keep long runs of stops from being tried from each position.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s++|[。！？]++[」』”’）]*+\s*+|\n\s*+")


def count(text: str) -> int:
    """How many words."""
    return sum(1 for _ in _WORD.finditer(text))


def each(text: str) -> list[str]:
    """The words alone, as they are counted."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """Words, the white space between them, and single other characters."""
    return _PIECE.findall(text)


def sentences(text: str) -> list[str]:
    """Sentences with the white space after them; roughly, since an abbreviation's stop ends one as well."""
    ends = [match.end() for match in _END.finditer(text)]
    pieces = (text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True))
    return [piece for piece in pieces if piece]
