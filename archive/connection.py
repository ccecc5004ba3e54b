"""Connection: to the archive, with a memory of what was read from it that costs much to read again: see archive.memory.

Not compiled: as a compiled one, a class that is made of one of SQLite's ends the process.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from typing import Any

UNSURE = -1
"""Whether others wrote is not known."""


class Connection(sqlite3.Connection):
    """Its memory is empty after each rollback."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.memory: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self.others = UNSURE
        self.dictionaries: OrderedDict[int, tuple[bytes, Any]] = OrderedDict()
