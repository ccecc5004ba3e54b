"""Tables: rows of cells in columns that stay under their heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from archive.models import CELL, ROW, TABLE, Block, Inline
from crawler.extract.dom import CELLS, Cell, El

GROUPS: Final = frozenset({"thead", "tbody", "tfoot"})
MOST_COLUMNS: Final = 100
"""Cells that one row is filled up to at most."""
MOST_ROWS: Final = 1_000
"""Rows into which one cell reaches at most."""
EMPTY: Final = (Block(CELL), Block(CELL, level=1))
"""What stands where a cell reaches, or a head cell."""

OneLine = Callable[[El], tuple[Inline, ...]]
Reaching = dict[int, tuple[int, Block]]
"""Column → how many rows more a cell from above takes there, and what stands for it."""


def rows(table: El) -> list[list[El]]:
    """The cells of each row."""
    parts = [part for part in table.elements() if not part.pruned]
    parts = [row for part in parts for row in (part.elements() if part.tag in GROUPS else (part,))]
    trs = [row for row in parts if row.tag == "tr" and not row.pruned]
    return [
        [cell for cell in row.kids if not isinstance(cell, str) and cell.tag in CELLS and not cell.pruned]
        for row in trs
    ]


def is_data(table: El, cells: list[list[El]]) -> bool:
    """Whether a table shows data, and does not only part the page into columns."""
    if len(cells) < 2 or max(map(len, cells)) < 2:
        return False
    return not _holds_table(table)


def _holds_table(el: El) -> bool:
    for kid in el.kids:
        if not isinstance(kid, str) and not kid.pruned and (kid.tag == "table" or _holds_table(kid)):
            return True
    return False


def block(cells: list[list[El]], text: OneLine) -> Block:
    """A table; where a cell reaches over several columns or rows, empty ones follow it."""
    grid = [row for row in _grid(cells, text) if any(cell.inlines for cell in row)]
    return Block(TABLE, children=tuple([Block(ROW, children=tuple(row)) for row in grid]))


def _grid(cells: list[list[El]], text: OneLine) -> Iterator[list[Block]]:
    reaching: Reaching = {}
    for row in cells:
        out: list[Block] = []
        below: Reaching = {}
        for cell in row:
            if reaching:
                _pass(out, reaching, below)
            level = int(cell.tag == "th")
            if not isinstance(cell, Cell):
                out.append(Block(CELL, text(cell), level=level))
                continue
            for n in range(max(1, min(cell.across, MOST_COLUMNS - len(out)))):
                if cell.down > 1:
                    below[len(out)] = (min(cell.down, MOST_ROWS) - 1, EMPTY[level])
                out.append(EMPTY[level] if n else Block(CELL, text(cell), level=level))
        _pass(out, reaching, below)
        reaching = below
        yield out


def _pass(out: list[Block], reaching: Reaching, below: Reaching) -> None:
    """Fill the places that cells from above take."""
    while (left := reaching.pop(len(out), None)) is not None:
        rows_left, empty = left
        if rows_left > 1:
            below[len(out)] = (rows_left - 1, empty)
        out.append(empty)
