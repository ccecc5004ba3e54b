"""Revisions: what changed between two texts. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from archive.matching import Pairs, Patience, matched, rising
from archive.noise import seen, told
from archive.words import sentences, words

Op = Literal["same", "added", "removed"]
_Between = Callable[[Sequence[str], Sequence[str]], "list[Passage]"]

# Sentences that share less than this of their words are shown as one taken out and one put in: word by word such
# a pair reads as confetti.
_ALIKE = 0.5
# Letters, of both, up to which a passage is compared as a whole, whatever sentences it is cut into; a longer one is
# compared sentence by sentence.
_WHOLE = 1_200
# A word that stands in so many sentences of a passage says nothing of which of them another one was made from.
_COMMON = 8
_LONGEST = 10_000  # words, of both, of a sentence that is compared word by word
_PATIENCE = 200_000  # steps, some 60 ms: the most that matching may cost, whatever the texts
_A_SENTENCE = 15  # steps that it takes to look for the other wording of a sentence

RESTLESS = 5
"""Times in a row that a page changed in the same places and nowhere else, from which on it is taken for a counter, a
clock or an advertisement. A toll that rises in a brief of two lines does so less often, or elsewhere too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both versions have, or only the newer (added), or only the older (removed)."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text in both versions: as it was, and as it is now; one of them is empty if it was put in or out."""

    old: str
    new: str
    op: Literal["same", "swapped", "reworded"]
    words: tuple[Passage, ...] = ()
    """Of a reworded one: its words, ``same`` or ``swapped``."""


def diff(old: str, new: str) -> tuple[Piece, ...]:
    """The way from ``old`` to ``new``: by sentence, and by word within sentences that were reworded.

    The pieces that are not ``removed``, joined, are ``new``; those not ``added`` are ``old``, but for noise (see
    archive.noise), which is shown as it is now, without the signs that are not seen. Neighbours differ in ``op``, and
    what was removed stands before what was added in its place.
    """
    return tuple(_merged(_pieces(passages(seen(old), seen(new), told))))


def passages(old: str, new: str, told: Callable[[str], str] = str) -> list[Passage]:
    """Both texts, passage by passage. ``told``: what sentences and words are compared by."""
    before, after = sentences(old), sentences(new)
    first, last = same_ends(before, after)
    comparison = _Comparison(told, Patience(_PATIENCE))
    inner = comparison.of(before[first : len(before) - last], after[first : len(after) - last])
    start, end = "".join(after[:first]), "".join(after[len(after) - last :])
    return [*([Passage(start, start, "same")] if start else []), *inner, *([Passage(end, end, "same")] if end else [])]


def restless(versions: Sequence[Sequence[str]]) -> bool:
    """Whether of these versions, each a list of lines, every one differs from the one before it in the same places.

    Those are fewer than the places where nothing ever changes.
    """
    if len(versions) <= RESTLESS or len({len(version) for version in versions}) > 1:
        return False
    pairs = [list(zip(old, new, strict=True)) for old, new in pairwise(versions)]
    places = {frozenset(at for at, (old, new) in enumerate(pair) if old != new) for pair in pairs}
    return len(places) == 1 and 0 < 2 * len(next(iter(places))) < len(versions[0])


def same_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many items are the very same at the start and at the end."""
    first = last = 0
    short = min(len(before), len(after))
    while first < short and before[first] == after[first]:
        first += 1
    while last < short - first and before[-1 - last] == after[-1 - last]:
        last += 1
    return first, last


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Of two texts, by what they tell and for as long as patience lasts."""

    told: Callable[[str], str]
    patience: Patience

    def of(self, before: Sequence[str], after: Sequence[str]) -> list[Passage]:
        return self._matched(before, after, list(map(self.told, before)), list(map(self.told, after)), self._changed)

    def _matched(
        self, before: Sequence[str], after: Sequence[str], old: Sequence[str], new: Sequence[str], between: _Between
    ) -> list[Passage]:
        found: list[Passage] = []
        i = j = 0
        for to_i, to_j in [*matched(old, new, self.patience), (len(before), len(after))]:
            found += between(before[i:to_i], after[j:to_j])
            if to_i < len(before):
                found.append(Passage(before[to_i], after[to_j], "same"))
            i, j = to_i + 1, to_j + 1
        return found

    def _changed(self, old: Sequence[str], new: Sequence[str]) -> list[Passage]:
        """Of sentences between two that stayed."""
        if not old or not new:
            return _swapped(old, new)
        whole = sum(map(len, old)) + sum(map(len, new)) <= _WHOLE
        if whole or len(old) == len(new) == 1:
            before, after = words("".join(old)), words("".join(new))
            if reworded := self._reworded(before, after):
                return [reworded]
        self.patience.steps -= _A_SENTENCE * (len(old) + len(new))
        if len(old) == len(new) == 1 or self.patience.steps < 0:
            return _swapped(old, new)
        return self._by_sentence(old, new)

    def _by_sentence(self, old: Sequence[str], new: Sequence[str]) -> list[Passage]:
        before, after = list(map(words, old)), list(map(words, new))
        found: list[Passage] = []
        i = j = 0
        for to_i, to_j in _made_from(before, after):
            if reworded := self._reworded(before[to_i], after[to_j]):
                found += [*_swapped(old[i:to_i], new[j:to_j]), reworded]
                i, j = to_i + 1, to_j + 1
        return found + _swapped(old[i:], new[j:])

    def _reworded(self, before: Sequence[str], after: Sequence[str]) -> Passage | None:
        """Word by word, if enough of them stayed."""
        if len(before) + len(after) > _LONGEST:
            return None
        old, new = list(map(self._key, before)), list(map(self._key, after))
        enough = _ALIKE * (len(old) + len(new)) / 2
        if (Counter(old) & Counter(new)).total() < enough:
            return None
        found = self._matched(before, after, old, new, _swapped)
        if sum(passage.op == "same" for passage in found) < enough:
            return None
        return Passage("".join(before), "".join(after), "reworded", tuple(found))

    def _key(self, word: str) -> str:
        """A word as told, and whether white space is before it."""
        bare = word.lstrip()
        return ("" if bare == word else " ") + (bare if bare.isascii() else self.told(bare))


def _made_from(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> Pairs:
    """Which sentence, in words, is likely which one's new wording: they share the most of their rarer words."""
    at: dict[str, list[int]] = defaultdict(list)
    for i, line in enumerate(old):
        for word in set(line):
            at[word].append(i)
    likely: Pairs = []
    for j, line in enumerate(new):
        votes = Counter([i for word in set(line) if len(places := at.get(word, ())) <= _COMMON for i in places])
        if votes:
            likely.append((j, max(votes, key=votes.__getitem__)))
    return [(i, j) for j, i in rising(likely)]


def _swapped(old: Sequence[str], new: Sequence[str]) -> list[Passage]:
    return [Passage("".join(old), "".join(new), "swapped")] if old or new else []


def _pieces(some: Sequence[Passage]) -> Iterator[Piece]:
    for passage in some:
        if passage.op == "reworded":
            yield from _pieces(passage.words)
        elif passage.op == "same":
            yield Piece("same", passage.new)
        else:
            yield from _put_in_place(passage.old, passage.new)


def _put_in_place(old: str, new: str) -> Iterator[Piece]:
    """What was removed, then what was added; the white space before both is no part of it."""
    blank = old[: len(old) - len(old.lstrip())]
    if blank and new.startswith(blank) and old != blank != new:
        yield Piece("same", blank)
        old, new = old[len(blank) :], new[len(blank) :]
    if old:
        yield Piece("removed", old)
    if new:
        yield Piece("added", new)


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.op == piece.op:
            last = Piece(last.op, last.text + piece.text)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last
