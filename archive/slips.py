"""Slips: whether words were changed because of how they were spelled, and not because of what they say. Pure.

A slip is a few letters within a word, a stop, a capital, a word written twice or a small one left out. A number, a
name, a "not" or a day that changed is none, however few its letters: ``slips.toml`` has such words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from archive.noise import told
from archive.words import CJK, count

# Of so many of its words a text may have one wrong; in short ones two.
_ONE_IN = 8
_FEW = 2
# Letters up to which a word put in or left out can be one of a language's smallest, and how often such stand in a text.
_SMALL = 3
_OFTEN = 3
# Share of words within a sentence that begin with a capital, above which a language writes its nouns so: German .35
# to .45, other languages' news up to .2, of names and titles.
_NOUNS = 0.27

_NUMBER = re.compile(r"[+-]?\d[\d.,:/]*")
_INNER = re.compile(r"(?<=[^\W\d_] )[^\W\d_]+")  # words within a sentence
_ENOUGH = 5_000  # letters of a text that show how it is written
_LONGEST = 6  # words of a slip: more of them say something else
_IDEOGRAPH = re.compile(f"[{CJK}]")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")
_REFUSING = re.compile("[なぬずんま]")  # ない, ぬ, ず, ません
_PARTICLES = frozenset("的地得了着")
_OPENS = frozenset(".!?:;\"'([-…。！？")


@dataclass(frozen=True, slots=True)
class Edit:
    """Words that were put for others, one of both perhaps for none, with the word before them."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class _Listed:
    negations: frozenset[str]
    facts: frozenset[str]


@cache
def _listed() -> _Listed:
    data = tomllib.loads(resources.files(__package__).joinpath("slips.toml").read_text("utf-8"))
    negations, facts = (frozenset(told(data[name]).casefold().split()) for name in ("negations", "facts"))
    return _Listed(negations, facts)


def only_slips(edits: Sequence[Edit], old: str, new: str) -> bool:
    """Whether all that was changed between two texts, as told, are slips."""
    if (len(edits) > _FEW and len(edits) > count(new) // _ONE_IN) or any(
        len(e.old) > _LONGEST or len(e.new) > _LONGEST for e in edits
    ):
        return False
    around = _Around(old, new)
    again = Counter((edit.old, edit.new) for edit in edits)
    return all(_is_slip(edit, around, again[edit.old, edit.new]) for edit in edits)


@dataclass(frozen=True, slots=True)
class _Around:
    """The texts around the edits."""

    old: str
    new: str

    def in_old(self, word: str) -> int:
        return _times(word, self.old)

    def in_new(self, word: str) -> int:
        return _times(word, self.new)

    def has_nouns_in_capitals(self) -> bool:
        inner = _INNER.findall(self.new[:_ENOUGH])
        capitals = sum(map(str.isupper, (word[0] for word in inner)))
        return capitals > _NOUNS * len(inner)


def _times(word: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _is_slip(edit: Edit, around: _Around, times: int) -> bool:
    old, new = "".join(edit.old), "".join(edit.new)
    if _figures(old) != _figures(new) or _symbols(old) != _symbols(new):
        return False
    if _bare(old) == _bare(new):  # blanks, stops, hyphens and capitals
        return True
    # One spelling for another throughout is a name or a term, where no capitals tell.
    if times > 1 and not (old.strip() or new.strip())[:1].islower():
        return False
    left, right = ([word for word in some if any(map(str.isalnum, word))] for some in (edit.old, edit.new))
    if not left or not right:
        return _is_small(left or right, edit.before, around)
    if len(left) != len(right):
        return False
    return all(_misspelt(one, other, edit.before, around) for one, other in zip(left, right, strict=True))


def _is_small(some: Sequence[str], before: str, around: _Around) -> bool:
    """Of words put in or left out: one that stands there twice, or a small one that stands everywhere."""
    if len(some) > 1:
        return False
    word, listed = some[0].strip(), _listed()
    if before and word.casefold() == before.strip().casefold():
        return True
    if word.casefold() in listed.negations | listed.facts or any(map(str.isdigit, word)):
        return False
    if _IDEOGRAPH.match(word):
        return _is_grammar(word)
    often = around.in_new(word) + around.in_old(word) > 2 * _OFTEN
    return word.islower() and len(word) <= _SMALL and often


def _misspelt(old: str, new: str, before: str, around: _Around) -> bool:
    old, new = old.strip(), new.strip()
    one, other = old.casefold(), new.casefold()
    if one == other or _plain(one) == _plain(other):
        return True
    swapped = _is_swapped(one, other)
    listed = _listed()
    if {one, other} <= listed.facts or (not swapped and not listed.negations.isdisjoint((one, other))):
        return False
    if _IDEOGRAPH.search(old + new):
        return _is_grammar(old) and _is_grammar(new)
    if _is_name(old, new, before, around, swapped=swapped):
        return False
    if swapped:
        return True
    return _near(_spelled(one), _spelled(other))


def _is_grammar(word: str) -> bool:
    """Whether a sign of Japanese or Chinese only binds others: any other may be a fact, a name or its opposite."""
    return word in _PARTICLES or (_HIRAGANA.fullmatch(word) is not None and not _REFUSING.search(word))


def _is_name(old: str, new: str, before: str, around: _Around, *, swapped: bool) -> bool:
    if not (old[0].isupper() and new[0].isupper()):
        return False
    if around.in_old(new) or around.in_new(new.lower()):  # it was spelled so in other places
        return False
    if old.isupper() and new.isupper():
        return True
    if not before or before.strip() in _OPENS:  # a capital that every sentence begins with
        return not swapped
    return not around.has_nouns_in_capitals() or before.strip()[:1].isupper()


def _near(one: str, other: str) -> bool:
    """Whether one may have been meant for the other: by a letter, in longer words by two, and not by the first."""
    long = max(len(one), len(other))
    most = 1 if long < 7 else 2 if long < 12 else 3
    if abs(len(one) - len(other)) > most or one[0] != other[0]:
        return False
    if long <= _SMALL and len(one) == len(other):
        return False  # "in" and "on" are two words
    return _distance(one, other) <= most


def _distance(one: str, other: str) -> int:
    """Letters put in, left out, put for another, or two put in each other's place."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 < j and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


def _is_swapped(one: str, other: str) -> bool:
    return len(one) == len(other) and one != other and sorted(one) == sorted(other) and _distance(one, other) == 1


def _spelled(word: str) -> str:
    """A word's letters; those of a Korean syllable one by one."""
    return unicodedata.normalize("NFD", word) if "\uac00" <= word[0] <= "\ud7a3" else word


def _plain(word: str) -> str:
    """Without accents and hyphens."""
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if sign.isalnum())


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _figures(text: str) -> list[str]:
    """The numbers, with their signs and points; a stop after one is none of it."""
    return [number.rstrip(".,:/") for number in _NUMBER.findall(text)]


def _symbols(text: str) -> list[str]:
    """Signs that say something: currencies, per cent, degrees, more and less."""
    return [sign for sign in text if sign in "%‰°" or unicodedata.category(sign) in {"Sc", "Sm"}]
