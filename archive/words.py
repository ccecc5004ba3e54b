"""Words: a text cut into sentences and words, in any script. Pure; whatever the cut, the pieces joined are the text."""

from __future__ import annotations

import re

# Scripts written without spaces: there every character counts as a word, as word processors count them.
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’.,\-][^\W{_CJK}]+)*")
_PIECE = re.compile(rf"{_WORD.pattern}|\s+|.", re.DOTALL)
# A sentence ends after its stop and closing quotes, with the white space that follows; a line feed ends one, too.
_SENTENCE = re.compile(r"[^.!?。！？…\n]*(?:(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|\n+)\s*|[.!?…]|$)")


def count(text: str) -> int:
    """How many words."""
    return sum(1 for _ in _WORD.finditer(text))


def words(text: str) -> list[str]:
    """Words, the white space between them, and single other characters."""
    return _PIECE.findall(text)


def sentences(text: str) -> list[str]:
    """Sentences with the white space after them; roughly, since an abbreviation's stop ends one as well."""
    pieces: list[str] = []
    whole = True
    for match in _SENTENCE.finditer(text):
        piece = match[0]
        if not piece:
            continue
        if whole:
            pieces.append(piece)
        else:
            pieces[-1] += piece
        whole = piece[-1] not in ".!?…" or match.end() == len(text)
    return pieces
