"""Revisions: what changed between two texts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from archive.words import sentences, words

Op = Literal["same", "added", "removed"]

# Sentences that share less than this of their words are shown as one taken out and one put in: word by word such
# a pair reads as confetti.
_ALIKE = 0.5
_MAX_WORDS = 2_000  # of a changed passage: above, comparing words costs more than the reader gains

RESTLESS = 5
"""Times in a row that a page changed in the same places and nowhere else, from which on it is taken for a counter, a
clock or an advertisement. A toll that rises in a brief of two lines does so less often, or elsewhere too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both versions have, or only the newer (added), or only the older (removed)."""

    op: Op
    text: str


def diff(old: str, new: str) -> tuple[Piece, ...]:
    """The way from ``old`` to ``new``: by sentence, and by word within sentences that were reworded.

    The pieces that are not ``added``, joined, are ``old``; those not ``removed`` are ``new``. Neighbours differ in
    ``op``, and what was removed stands before what was added in its place.
    """
    before, after = sentences(old), sentences(new)
    # Of a long text, the lines that are everywhere in it tell nothing, and comparing each with each takes seconds.
    matcher = SequenceMatcher(None, before, after, autojunk=True)
    return tuple(_merged(_pieces(matcher, before, after, _reworded)))


def restless(versions: Sequence[Sequence[str]]) -> bool:
    """Whether of these versions, each a list of lines, every one differs from the one before it in the same places.

    Those are fewer than the places where nothing ever changes.
    """
    if len(versions) <= RESTLESS or len({len(version) for version in versions}) > 1:
        return False
    pairs = [list(zip(old, new, strict=True)) for old, new in pairwise(versions)]
    places = {frozenset(at for at, (old, new) in enumerate(pair) if old != new) for pair in pairs}
    return len(places) == 1 and 0 < 2 * len(next(iter(places))) < len(versions[0])


def _pieces(
    matcher: SequenceMatcher[str],
    old: Sequence[str],
    new: Sequence[str],
    replaced: Callable[[Sequence[str], Sequence[str]], Iterator[Piece]],
) -> Iterator[Piece]:
    for op, i1, i2, j1, j2 in matcher.get_opcodes():
        if op == "equal":
            yield Piece("same", "".join(old[i1:i2]))
        elif op == "replace":
            yield from replaced(old[i1:i2], new[j1:j2])
        else:
            yield from _swapped(old[i1:i2], new[j1:j2])


def _reworded(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    before, after = words("".join(old)), words("".join(new))
    if max(len(before), len(after)) <= _MAX_WORDS:
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        if matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            yield from _pieces(matcher, before, after, _swapped)
            return
    yield from _swapped(old, new)


def _swapped(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    if old:
        yield Piece("removed", "".join(old))
    if new:
        yield Piece("added", "".join(new))


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
