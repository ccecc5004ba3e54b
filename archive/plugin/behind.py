"""Behind: the rows, the SQL, the JSON and the CSV from which a page was made, in Datasette underneath. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Behind:
    """Where a page's content can be had as it is kept."""

    table: str
    """Path below the database: ``articles/1``, ``revisions?article=1``."""
    sql: str = ""
    """A query that gives what the page shows, with named parameters; empty: there is only the table."""
    params: Mapping[str, Any] = field(default_factory=dict)

    def links(self, database: str) -> tuple[tuple[str, str], ...]:
        """(What it is, its address), in the order in which they are shown."""
        path, _, query = self.table.partition("?")
        if not self.sql:
            more = f"?{query}" if query else ""
            shape = f"?{query}&_shape=objects" if query else "?_shape=objects"
            found = [("Rows", f"/{database}/{path}{more}"), ("JSON", f"/{database}/{path}.json{shape}")]
            return tuple(found if "/" in path else [*found, ("CSV", f"/{database}/{path}.csv{more}")])
        asked = urlencode({"sql": _dedented(self.sql), **self.params})
        return (
            ("Rows", f"/{database}/{self.table}"),
            ("SQL", f"/{database}?{asked}"),
            ("JSON", f"/{database}.json?{asked}&_shape=objects"),
            ("CSV", f"/{database}.csv?{asked}"),
        )


def _dedented(sql: str) -> str:
    lines = [line for line in sql.splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[margin:].rstrip() for line in lines)
