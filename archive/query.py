"""Query: what a person typed, as an FTS5 expression that is always valid. Pure.

Words must all occur; ``"exact phrase"``, ``begin*``, ``-without`` and ``this OR that`` mean what they do in search
engines. Everything is quoted, so that no input is a syntax error or one of FTS5's own operators.
"""

from __future__ import annotations

import re
import unicodedata

from archive.spaced import spaced

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))(?P<star>\*?)')


def fts5(typed: str) -> str:
    """An expression for ``MATCH``, or an empty string if there is no word to look for.

    Words to leave out count only beside words to find: FTS5 has no "everything but".
    """
    wanted: list[list[str]] = []  # all of these, any of each
    unwanted: list[str] = []
    joined = False
    for term in _TERM.finditer(typed):
        if term["word"] == "OR" and not term["minus"]:
            joined = bool(wanted)
            continue
        quoted = _quoted(term)
        if not quoted:
            continue
        if term["minus"]:
            unwanted.append(quoted)
        elif joined:
            wanted[-1].append(quoted)
        else:
            wanted.append([quoted])
        joined = False
    if not wanted:
        return ""
    return " NOT ".join(["(" + " AND ".join(f"({' OR '.join(some)})" for some in wanted) + ")", *unwanted])


def as_indexed(word: str) -> str:
    """A word as the index has it, roughly: in small letters, without accents."""
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _quoted(term: re.Match[str]) -> str:
    text = term["word"] if term["phrase"] is None else term["phrase"]
    star = term["star"] or ("*" if term["word"] and text.endswith("*") else "")
    # Without a letter or digit the tokenizer makes nothing of it, and nothing is not found in any text.
    if not any(character.isalnum() for character in text):
        return ""
    return '"' + spaced("".join(c for c in text.rstrip("*") if c.isprintable()), " ") + '"' + star
