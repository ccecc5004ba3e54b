"""CSV (RFC 4180): an article a row, for spreadsheets. Nested columns are left out; JSON Lines has everything.

Text that a spreadsheet would run as a formula (it begins with ``=``, ``+``, ``-``, ``@`` or a control character)
gets an apostrophe before it, since titles are other people's: see OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import fields
from typing import TextIO

from archive.columns import Record

_NESTED = {"blocks", "flags", "dates", "evidence", "dropped"}
COLUMNS = tuple(field.name for field in fields(Record) if field.name not in _NESTED | {"snapshot"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(records: Iterable[Record], file: TextIO) -> int:
    """Write a heading and articles to a file opened with ``newline=""``; how many."""
    rows = csv.writer(file)
    rows.writerow(COLUMNS)
    count = 0
    for record in records:
        rows.writerow([_cell(getattr(record, name)) for name in COLUMNS])
        count += 1
    return count


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = "; ".join(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
