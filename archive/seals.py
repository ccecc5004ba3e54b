"""Seals: the end of each day's rows in the ledger, as it follows from the rows themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archive.digests import Fields, Named, is_over


class Seals:
    """Is led along the ledger, row by row, and then says how the seals kept are unlike those that it would have."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[int, str, int, str]] = {}
        self._opened: tuple[int, str] | None = None
        self._last: tuple[int, str, str] = (0, "", "")

    def follow(self, row: Named) -> None:
        number, day, end = self._last
        if self._opened and row["day"] != day and is_over(self._opened[1], row["day"]):
            first, opened = self._opened
            self._due[number] = (first, opened, number - first + 1, end)
            self._opened = None
        self._opened = self._opened or (row["id"], row["day"])
        self._last = row["id"], row["day"], row["chain"].hex()

    def due(self) -> Iterator[Fields]:
        """Those that it would have, as rows of ``seals``."""
        for last, (first, day, records, digest) in self._due.items():
            yield {"last": last, "first": first, "day": day, "records": records, "digest": digest}

    def unlike(self, kept: Iterable[Named]) -> Iterator[tuple[str, int]]:
        """(what is wrong, the seal's number) with the rows of ``seals``."""
        due = dict(self._due)
        for seal in kept:
            last, day = seal["last"], seal["day"]
            told = (seal["first"], day, seal["records"], seal["digest"])
            if last > self._last[0]:
                sentence = (
                    f"The ledger was cut off: it ends at row {self._last[0]}, but {day} was sealed at row {last}."
                )
                yield sentence, last
            elif last not in due:
                yield f"The seal of {day}, at row {last}, was put in later, or rows before it were.", last
            elif due.pop(last) != told:
                yield f"The seal of {day} is not that of rows {seal['first']} to {last} as they are now.", last
        for last, (_, day, *_rest) in due.items():
            yield f"The seal of {day}, at row {last}, is lost.", last
