"""Name: what a source or a watch is called, in files, on the command line and in addresses."""

from __future__ import annotations

import re

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def check(name: str) -> None:
    """Raise ValueError for one that cannot be a file's name or a part of an address."""
    if not NAME.fullmatch(name):
        raise ValueError(f"name {name!r} may only have a-z, 0-9, - and _, at most 64 of them")
