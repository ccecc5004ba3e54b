"""Rows: plain values into a table, by column name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

Value = str | int | float | bytes | None


def clean(text: str) -> str:
    """Text that SQLite can hold: lone surrogates, which JSON on pages can spell, and NUL become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def folded(text: str) -> str:
    """Text that SQLite can hold, with single blanks: what two spellings of a name or a title have in common."""
    return " ".join(clean(text).split())


def insert(db: sqlite3.Connection, table: str, **values: Value) -> int:
    """Insert one row; its rowid. ``table`` and the names are our own, never input."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  # as the docstring says
    return int(db.execute(sql, _clean(values.values())).lastrowid or 0)


def update(db: sqlite3.Connection, table: str, row: int, **values: Value) -> None:
    """Set columns of the row with the ``id`` ``row``. ``table`` and the names are our own, never input."""
    columns = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE {table} SET {columns} WHERE id = ?"  # noqa: S608  # as the docstring says
    db.execute(sql, [*_clean(values.values()), row])


def _clean(values: Iterable[Value]) -> list[Value]:
    return [clean(value) if isinstance(value, str) else value for value in values]
