"""Likeness: whether a text tells what its title promises, or what another does. Pure, and roughly, for any language."""

from __future__ import annotations

import itertools
import re
import unicodedata
from urllib.parse import unquote, urlsplit

TELLING = 3
"""Words, from which on a title says enough to be looked for."""
HARDLY = 0.25
"""Share of a title's words that any text of its language may have by chance: "with", "after", "over"."""
LARGELY = 0.5
"""Share that only a text about the same has."""
STEM = 5
"""Letters by which a word is known, however it ends."""
LONGEST = 500
"""Characters of a title that are looked at."""
APART = 0.15
"""Share of the rarer words of a text, its long ones and figures, from which on another is likely of the same matter.

On 835 labelled pages 75 % of pairs of unrelated texts of one language have less (98 % in German), and 3 % of pairs of
which one has the odd and one the even sentences of a text.
"""
APART_OTHERWISE = 0.03
"""The same of groups of three signs in scripts without blanks, where half of 44 such pairs have less, and of 13 halves
one; and in those that write an article or a preposition before a word as one with it, so that few are alike.
"""
BEGINNING = 1_500
"""Characters of the shorter text that are looked at."""
ENOUGH = 8
"""Rarer words, from which on they tell; a text of fewer is looked at as a title is."""
RARER = 7
"""Letters of a rarer word, by which it is known, however it ends."""

# Scripts whose words have no blanks between them, or are of two letters: there every pair of signs counts. Pairs of
# hiragana are endings.
_PAIRED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_PAIR = re.compile(rf"[{_PAIRED}]{{2}}")
_OTHERWISE = re.compile(rf"[\u0590-\u06ff{_PAIRED}]{{2}}")
_RUN = re.compile(rf"[{_PAIRED}]+|[^\W\d_{_PAIRED}]{{4,}}|\d{{2,}}")
# Addresses are written without accents, each country's in its own way.
_ACCENTS = re.compile(r"[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "a", "œ": "o", "þ": "th"})
_UMLAUT = re.compile("([aou])e")
_LATIN = re.compile("[a-z]")
_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"[\u3040-\u309f]+")


def address(url: str, text: str) -> str:
    """The words in a text's address that look like its headline's; empty where there are too few to tell.

    So it is, too, where the text is in another script, for addresses may be translated then.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    segment = max(unquote(parts.path).split("/"), key=len)
    words = [word for word in re.split(r"[-_.+, ]+", segment.lower()) if word.isalpha() and len(word) > STEM - 2]
    return " ".join(words) if len(words) > TELLING and not parts.query and _latin(_folded(text)) else ""


def share(title: str, text: str) -> float | None:
    """How much of what a title says a text says, too; None for a title of too few words to tell."""
    wanted = set(_stems(_folded(title[:LONGEST])))
    if len(wanted) < TELLING:
        return None
    there = f" {' '.join(_WORD.findall(_folded(text)))}"
    return sum((stem if _PAIR.match(stem) else f" {stem}") in there for stem in wanted) / len(wanted)


def strange(title: str, text: str) -> bool:
    """Whether a text says nothing of what its title does; False for a title of too few words to tell."""
    found = share(title, text)
    return found is not None and found < HARDLY


def apart(one: str, other: str) -> bool:
    """Whether two texts are of different matters, as far as their rarer words tell."""
    shorter, longer = sorted((one, other), key=len)
    wanted = _rarer(shorter[:BEGINNING])
    if len(wanted) < ENOUGH:
        found = share(shorter, longer)
        return found is not None and found < LARGELY
    common = len(wanted & _rarer(longer))
    if _OTHERWISE.search(shorter):
        return common <= max(1, APART_OTHERWISE * len(wanted))
    return common < APART * len(wanted)


def told(title: str, text: str) -> bool:
    """Whether a text is about what its title says, by more than repeating that."""
    found = share(title, text.lower().replace(title.lower(), ""))
    return found is not None and found >= LARGELY


def _rarer(text: str) -> set[str]:
    found: set[str] = set()
    for run in _RUN.findall(_folded(text)):
        if _PAIR.match(run):
            found.update(run[at : at + 3] for at in range(len(run) - 2))
        elif len(run) >= RARER or run.isdecimal():
            found.add(run[:RARER])
    return found


def _folded(text: str) -> str:
    text = text.lower()
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(_LETTERS)
        text = unicodedata.normalize("NFKC", text)
    return _UMLAUT.sub(r"\1", text)


def _latin(text: str) -> bool:
    """Whether most of its letters are Latin."""
    return 2 * len(_LATIN.findall(text)) >= sum(map(str.isalpha, text))


def _stems(title: str) -> list[str]:
    found = []
    for run in _RUN.findall(title):
        if _PAIR.match(run):
            found += [pair for pair in map("".join, itertools.pairwise(run)) if not _ENDING.fullmatch(pair)]
        else:
            found.append(run[:STEM])
    return found
