"""Numbers: what was seen, as a line of text for the archive: a version and numbers. Pure."""

from __future__ import annotations


def parse(text: str, version: str, count: int) -> tuple[float, ...]:
    """The ``count`` numbers of a line of this version; none where it is anything else."""
    written, *fields = text.split(" ")
    try:
        numbers = tuple(map(float, fields))
    except ValueError:
        return ()
    return numbers if written == version and len(numbers) == count else ()
