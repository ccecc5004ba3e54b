"""Notes: what a publisher says beside a text about the text itself: that it was corrected, or brought up to date. Pure.

The words are those of ``notes.toml``. A note in a language that is not there is known by what it tells: see
archive.changes.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from archive.noise import told
from archive.words import CJK, sentences

Note = Literal["", "update", "correction"]

# Letters of a line that is only a note, at most; in a longer one a note is a sentence.
_NOTE = 700
# What ends the label of a note. Between may stand when it was written: "Correction, 24 November 2026:".
_CLOCK = r"(?:\d{1,2} ?[:.h時时시点點] ?\d\d(?!\d)|\d{1,2} ?(?:uhr|am|pm|a\.m|p\.m|h|時|时|시)(?!\w))"
_DATE = rf"(?:{_CLOCK}|(?:19|20)\d\d|\d{{1,2}} ?[./月월] ?\d{{1,2}})"
_ENDS = r"\.?(?: ?(?::|[)\]】》|(（]|- |$)|\. |\.$)"
_WHEN = r"(?P<when>[,.]?(?: ?[^\s\d:]{1,14}){0,4}? ?[(（]?\d.{0,40}?(?::(?!\d)| -(?!\w)|[)\]】]|$))"
_UNIT = "%|per ?cent|prozent|[$€£¥]|euro|dollar|pound|mil|km|kg"  # 12.50 is no time of day then
_CLOCKED = re.compile(rf"\W*+(?:{_CLOCK}|(?:午前|午後|上午|下午|凌晨|晚上|오전|오후) ?\d{{1,2}})(?! ?(?:{_UNIT}))")
_HAS_DATE = re.compile(_DATE)
_AT = rf"(?: [^\W\d]{{1,12}}){{0,2}} {_CLOCK}"  # "Updated at 4.20pm with a reply"
_TO_THE_CLOCK = re.compile(rf"{_CLOCK}\W*(?:\w{{1,4}}\W*)?$")
_WORD = re.compile(r"\w+")
_START = 4
_UNSPACED = re.compile(rf"[{CJK}\u0e00-\u0eff]")
_STOP = re.compile(r"[.!?。！？؟।]\W*$")


@dataclass(frozen=True, slots=True)
class Language:
    """What is said in one of what was done to a text; see ``notes.toml``."""

    wrong: tuple[str, ...]
    renewed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words by which a text speaks of itself, or, ``before``, of how it was."""

    words: str
    before: bool
    language: Language


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Of all languages."""

    labels: dict[str, str]
    """Label → ``correction``, ``update`` or ``editor``."""
    label: re.Pattern[str]
    languages: tuple[Language, ...]
    selves: dict[str, tuple[Spoken, ...]]
    """By the letters they begin with; those of scripts without spaces by an empty text."""
    offers: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    data = tomllib.loads(resources.files(__package__).joinpath("notes.toml").read_text("utf-8"))["language"]
    labels = {
        told(label).casefold(): kind
        for kind in ("editor", "update", "correction")
        for words in data
        for label in words[kind]
    }
    languages = tuple(Language(_folded(words["wrong"]), _folded(words["renewed"])) for words in data)
    selves: dict[str, list[Spoken]] = defaultdict(list)
    for words, language in zip(data, languages, strict=True):
        for name in ("before", "this"):
            for self in _folded(words[name]):
                start = "" if _UNSPACED.match(self) else _starts(self)[0]
                selves[start].append(Spoken(self, name == "before", language))
    longest_first = "|".join(map(re.escape, sorted(labels, key=len, reverse=True)))
    return Vocabulary(
        labels=labels,
        label=re.compile(rf"[\W_]*+({longest_first})(?:{_ENDS}|(?!\w)(?:{_AT}|{_WHEN}))"),
        languages=languages,
        selves={start: tuple(some) for start, some in selves.items()},
        offers=tuple({offer for words in data for offer in _folded(words["offer"])}),
    )


def _folded(words: list[str]) -> tuple[str, ...]:
    return tuple(told(f"-{word}-")[1:-1].casefold() for word in words)  # the blank at an end is part of it


def note(line: str, *, outer: bool = True) -> Note:
    """What a line, as told, is a note of; empty if it is none.

    ``outer``: it stands at the text's start or end, where a line without a label may be one, too.
    """
    low = line.casefold()
    kind = _labelled(low)
    if kind in {"correction", "update"} and len(low) <= _NOTE:
        return "correction" if kind == "correction" or _says(low, labelled=True) == "correction" else "update"
    if not outer and kind != "editor":
        return _says(low, labelled=False, surely=True)
    if low[:1] in "([" and low[-1:] in ")]" and len(low) <= _NOTE:
        return _bracketed(low.strip("()[]*. "))
    if kind == "editor" or len(low) <= _NOTE:
        return _says(low, labelled=kind == "editor")
    return ""


def is_labelled(line: str) -> bool:
    """Whether a line, as told, begins as a correction or an editor's note does."""
    return _labelled(line.casefold()) in {"correction", "editor"}


def headed(title: str) -> Note:
    """What a title, as told, says at its start or end: ``UPDATE 2-…``, ``… [corrected]``."""
    low = title.casefold()
    for part in (low, re.split(r"[(\[【|:-]", low)[-1]):
        kind = vocabulary().labels.get(part.strip(" )]】.*"), "") or _labelled(part)
        if kind in {"correction", "update"}:
            return "correction" if kind == "correction" else "update"
    slug = re.match(r"(\w+)(?: \d{1,2})? ?-", low)  # as agencies have it
    kind = vocabulary().labels.get(slug[1], "") if slug else ""
    if slug and kind == "update":
        return "update" if slug[0] != f"{slug[1]}-" else ""  # an update-server
    return "correction" if kind == "correction" else ""


def is_entry(line: str) -> bool:
    """Whether a line begins with a time of day, as the entries of a live report do."""
    return _CLOCKED.match(line.casefold()) is not None


def is_time(line: str) -> bool:
    """Whether a line says little more than a time or a date: in whatever language, that of the last change."""
    if len(line) > 60 or line.count(" ") > 4 or "," in line or ": " in line or _STOP.search(line):
        return False
    return _HAS_DATE.search(line.casefold()) is not None


def offers(text: str) -> bool:
    """Whether a text asks to subscribe, sign in or pay to read on."""
    low = told(text).casefold()
    return any(offer in low for offer in vocabulary().offers)


def of_sentences(line: str) -> list[str]:
    """A line as a whole if it may be a note, else its first and last sentences."""
    if len(line) <= _NOTE:
        return [line]
    some = sentences(line)
    return [some[0].strip(), some[-1].strip()]


def _labelled(low: str) -> str:
    match = vocabulary().label.match(low)
    if match is None:
        return ""
    if (when := match["when"]) is not None:
        if when[-1] not in ":-)]】" and _STOP.search(when) and not _TO_THE_CLOCK.search(when):
            return ""  # a sentence that happens to begin so
        if when.count(" ") > 2 and not _HAS_DATE.search(when):
            return ""
    return vocabulary().labels[match[1]]


def _bracketed(low: str) -> Note:
    """Of a line in brackets, as agencies begin with: "(Corrects the sum in paragraph 2)", "(Adds background)"."""
    found: Note = ""
    for language in vocabulary().languages:
        if any(low.startswith(word.strip()) for word in language.wrong):
            return "correction"
        if any(low.startswith(word.strip()) for word in language.renewed):
            found = "update"
    return found or _says(low, labelled=False)


def _says(low: str, *, labelled: bool, surely: bool = False) -> Note:
    """By what a line says of the text: the words of one language for itself, and for what was done to it."""
    known = vocabulary()
    starts = {*_starts(low), ""}
    spoken = [self for start in starts for self in known.selves.get(start, ()) if self.words in low]
    if any(self.before for self in spoken):
        return "correction"
    if surely:
        return ""
    languages = known.languages if labelled else [self.language for self in spoken]
    if any(word in low for language in languages for word in language.wrong):
        return "correction"
    return "update" if any(word in low for language in languages for word in language.renewed) else ""


def _starts(low: str) -> list[str]:
    """The first letters of each word."""
    return [word[:_START] for word in _WORD.findall(low)]
