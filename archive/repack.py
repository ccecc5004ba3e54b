"""Repack: pages of a site compressed anew, against those of them that serve the others best. Pure: no SQL here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archive import snapshots
from archive.snapshots import Dictionary

DICTIONARY_LEVEL = 19
"""Of what all pages of a group lean on: an eighth less than at level 5, for a tenth of a second a group."""
_COUNTS = (1, 2, 4, 8)
"""Of pages that make a dictionary: which is best differs by site, from 1 where each page is of its own kind to 8 where
they share what changes daily; more never won."""
_TRIED = 12
"""Pages of a group that each of these is tried on."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A dictionary, as it is kept."""

    content: bytes
    packed: bytes
    pages: int
    """Of which it is made."""
    id: int | None = None
    """In the archive; None: it is new."""


@dataclass(frozen=True, slots=True)
class Repacked:
    """Pages compressed anew, in their order, and what they were compressed against."""

    shelf: Shelf
    bodies: tuple[bytes, ...]
    with_dictionary: tuple[bool, ...]

    @property
    def bytes(self) -> int:
        """What all of it takes; a dictionary that is there already takes nothing."""
        return sum(map(len, self.bodies)) + (len(self.shelf.packed) if self.shelf.id is None else 0)


def repacked(pages: Sequence[bytes], level: int, there: Shelf | None = None) -> Repacked:
    """Pages of a site, in the order of their time. ``there``: a dictionary of the site that is kept anyway.

    Each body was decompressed again and is what it was; raises DamagedError if one is not.
    """
    shelf = _best(pages, there)
    ready = Dictionary(shelf.content, len(shelf.packed), level, untried=0)
    made = [ready.pack(page) for page in pages]
    whole = snapshots.decompress(shelf.packed)
    for page, one in zip(pages, made, strict=True):
        if snapshots.decompress(one.body, whole if one.with_dictionary else None) != page:
            raise snapshots.DamagedError("a page that was compressed anew is not what it was")
    return Repacked(shelf, tuple(one.body for one in made), tuple(one.with_dictionary for one in made))


def _best(pages: Sequence[bytes], there: Shelf | None) -> Shelf:
    """The dictionary with which some of the pages, and it, would take the least."""
    fit = [page for page in pages if 0 < len(page) <= snapshots.MAX_DICTIONARY] or [b""]
    counts = [count for count in _COUNTS if count <= len(fit)]
    offered = [] if there is None else [there]
    for count in counts:
        content = snapshots.together([fit[at] for at in _spread(len(fit), count)])
        offered.append(Shelf(content, snapshots.compress(content), count))
    tried = [fit[at] for at in _spread(len(fit), min(_TRIED, len(fit)))]
    found = offered[0] if len(offered) == 1 else min(offered, key=lambda one: _cost(one, tried, len(fit)))
    if found.id is not None:
        return found
    return Shelf(found.content, snapshots.compress(found.content, DICTIONARY_LEVEL), found.pages)


def _cost(shelf: Shelf, tried: Sequence[bytes], count: int) -> float:
    ready = Dictionary(shelf.content, len(shelf.packed), untried=0)
    taken = sum(len(ready.pack(page).body) for page in tried)
    return taken * count / len(tried) + (len(shelf.packed) if shelf.id is None else 0)


def _spread(of: int, count: int) -> list[int]:
    """So many of the numbers below ``of``, as far apart as can be, the last among them."""
    return [(at + 1) * of // count - 1 for at in range(count)]
