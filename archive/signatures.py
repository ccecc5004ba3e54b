"""Signatures: what of a text is looked up to find others like it, and how much of one text stands in another. Pure.

A text is taken as its shingles: every run of four words, or of some characters in scripts that are written without
spaces. The smallest of their hashes are the same for texts that share most of them, in whatever order the texts come
(Broder, "On the resemblance and containment of documents", 1997): they find candidates. How alike two texts are is
then told by the texts themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

import xxhash

SHORTEST = 8
"""Shingles' lengths from which on a text is looked up: 35 words. What is shorter is often a notice or a caption."""
LONGEST = 40_000
"""Characters that are looked at: 6,500 words, a millisecond."""
LOOKED_UP = 12
"""Hashes of a text by which others are looked for."""
ALIKE = 0.6
"""Share of the shorter text's passages that stand in the longer one, from which on the two are one text: most of it.
With a tenth of all words changed it is .95 on average; two reports of one event that have a third of their text in
common, as background, have that third, and the site's notices. See tests/bench/identity.py."""
LEAST = 0.25
"""Share of the longer text that the shorter one has to have. With less, it is quoted there."""

_FACTS = 0.5
"""Share of the shorter text's numbers, or names, or both, that stand in the longer. With less, they are a form filled
in twice: a forecast, a result, a report of the exchange."""
_NUMBERS, _NAMES, _BOTH = 2, 3, 4
"""That many there have to be to tell."""

_WORDS = 4
"""In a shingle. Of three, too many are phrases that stand in thousands of texts; a changed word breaks four of four."""
_PASSAGE = 3
"""Shingles' lengths in a passage, which stands in another text where a quarter of its shingles do."""

# Scripts written without spaces, and how many of their characters say as much as four words.
_SPACELESS = (
    (re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 5),
    (re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]"), 9),
)
_SAMPLE = 1_000
"""Characters that show which script a text is in."""
_MARKS = "“”„«»‘’‚‹›–—…·•،؛؟।。、，：；！？「」『』（）《》\u00a0\u2002\u2003\u2009\u200b\u200e\u200f\u2028\u202f\u3000"
"""Signs and blanks beyond ASCII that editors and sites set differently; what belongs to letters is not among them."""
_BLANKS = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
_BLANK = re.compile(rf"[\s\x00-/:-@\[-`{{-\x7f{_MARKS}]+")

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NEAR = 3, 10
"""Letters beside a number that say which number it is, and how far from it they may stand."""
_ENDS = frozenset(".!?:…\"'“”»„")
"""After these a word may be capital that is no name."""
_AROUND = "\"'“”„«»‘’()[].,;:!?…"


@dataclass(frozen=True, slots=True)
class Signature:
    """A text, and the hashes of its shingles in their order."""

    text: str
    hashes: tuple[int, ...]
    width: int
    """Words or characters in a shingle."""

    @property
    def marks(self) -> list[int]:
        """The smallest hashes, smallest first, as 32 bits with a sign: they take 4 bytes in SQLite."""
        some = (1 << 66) * LOOKED_UP // (len(self.hashes) + 1)  # below which are some 64 of them: no need to sort all
        found = {number for number in self.hashes if number < some}
        smallest = sorted(found if len(found) >= LOOKED_UP else set(self.hashes))[:LOOKED_UP]
        return [(number & 0xFFFFFFFF) - 0x80000000 for number in smallest]

    @property
    def telling(self) -> bool:
        """Whether the text is long enough to be told from others by it alone."""
        return len(self.hashes) >= SHORTEST * self.width


def sign(text: str) -> Signature:
    text = text[:LONGEST]
    shingles, width = _shingles(text)
    return Signature(text, tuple(map(xxhash.xxh3_64_intdigest, shingles)), width)


def likeness(one: Signature, other: Signature, least: float = LEAST) -> float:
    """The share of the shorter text's passages that stand in the longer; 0 where they are not one text.

    That is where it is less than ALIKE, or less than ``least`` of the longer, or the facts are others.
    """
    short, long = sorted((one, other), key=lambda signature: len(signature.hashes))
    if not short.hashes:
        return float(one.text == other.text != "")
    covered = common(short, long)
    if covered < ALIKE or covered * len(short.hashes) < least * len(long.hashes):
        return 0.0
    return covered if short.hashes == long.hashes or _same_facts(short.text, long.text) else 0.0


def common(short: Signature, long: Signature) -> float:
    """The share of a text's passages that stand in another."""
    there = set(long.hashes)
    hits = [number in there for number in short.hashes]
    size = _PASSAGE * short.width
    found = 0
    for start in range(0, len(hits), size):
        length = min(size, len(hits) - start)
        if 4 * sum(hits[start : start + size]) >= length:
            found += length
    return found / len(hits) if hits else float(short.text == long.text)


def shared(one: Signature, other: Signature) -> float:
    """The share of a text's words that stand in another, each with three more beside it; for people to read."""
    there = set(other.hashes)
    words = end = 0
    for at, number in enumerate(one.hashes):
        if number in there:
            words += at + one.width - max(at, end)
            end = at + one.width
    return words / (len(one.hashes) + one.width - 1) if one.hashes else float(one.text == other.text)


def _same_facts(short: str, long: str) -> bool:
    """Whether the shorter text's numbers, each beside the same word, and its names are the longer's."""
    numbers, there = _numbers(short), _numbers(long)
    sides = {side for both in there for side in both}
    same = sum([not sides.isdisjoint(both) for both in numbers])
    names = _names(short)
    known = len(names & _capitals(long)) if names else 0
    counts = (
        (same, len(numbers), _NUMBERS),
        (known, len(names), _NAMES),
        (same + known, len(numbers) + len(names), _BOTH),
    )
    return not any(of >= least and kept + 0.5 < _FACTS * of for kept, of, least in counts)


def _numbers(text: str) -> set[tuple[str, str]]:
    """Each number with what stands before it, and with what stands after."""
    letters, near = _NEAR
    found = set()
    for match in _NUMBER.finditer(text):
        before = "".join(filter(str.isalpha, text[max(0, match.start() - near) : match.start()].casefold()))
        after = "".join(filter(str.isalpha, text[match.end() : match.end() + near].casefold()))
        found.add((f"{before[-letters:]} {match[0]}", f"{match[0]} {after[:letters]}"))
    return found


def _names(text: str) -> set[str]:
    """The words with a capital that begin no sentence."""
    words = text.split()
    found = [word for last, word in pairwise(words) if last[-1] not in _ENDS and word[0].isupper()]
    return {word.strip(_AROUND) for word in set(found)}


def _capitals(text: str) -> set[str]:
    """The words with a capital: where an editor took away the end of a sentence, a name stood at its beginning."""
    return {word for word in {word.strip(_AROUND) for word in set(text.split())} if word[:1].isupper()}


def _shingles(text: str) -> tuple[list[bytes], int]:
    """The shingles, and their length. Nothing is done word by word in Python: with their hashes, 600 take 0.1 ms."""
    folded = text.casefold()
    if not folded.isascii():
        if not unicodedata.is_normalized("NFC", folded):
            folded = unicodedata.normalize("NFC", folded)
        folded = folded.replace("\N{SOFT HYPHEN}", "")
        sample = folded[:_SAMPLE]
        for script, width in _SPACELESS:
            if 3 * len(script.findall(sample)) > len(sample):
                return _runs(_BLANK.sub("", folded), width), width
        for mark in _MARKS:
            folded = folded.replace(mark, " ")
    words = folded.encode("utf-8", "replace").translate(_BLANKS).split()
    return list(map(b" ".join, zip(words, words[1:], words[2:], words[3:], strict=False))), _WORDS


def _runs(text: str, width: int) -> list[bytes]:
    """Every run of so many characters."""
    data = text.encode("utf-32-le", "replace")
    return [data[at : at + 4 * width] for at in range(0, len(data) - 4 * width + 1, 4)]
