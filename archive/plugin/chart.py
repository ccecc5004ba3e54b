"""Chart: figures as small columns, drawn as SVG by the template ``parts.html``. Pure: geometry, no text.

The columns have no text of their own, so that they can be as wide as the page is; what they say is in the table that
stands with each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 60
"""Of a chart, in its own units; a column and its gap are 10 wide."""


@dataclass(frozen=True, slots=True)
class Point:
    """One figure."""

    label: str
    value: float
    href: str = ""
    """Where what it counts can be seen."""
    note: str = ""
    """What else is to be said of it, in the table."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a figure is drawn, from the upper left corner."""

    x: int
    y: float
    height: float
    point: Point


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures in a row."""

    points: tuple[Point, ...]
    unit: str
    """What they count, in the plural."""
    what: str
    """What each of them is of: a day, a month."""

    @property
    def highest(self) -> float:
        return max((point.value for point in self.points), default=0)

    @property
    def total(self) -> float:
        return sum(point.value for point in self.points)

    @property
    def width(self) -> int:
        return 10 * len(self.points)

    @property
    def columns(self) -> tuple[Column, ...]:
        """All but those of nothing. The least there is is 2 high, or it could not be seen."""
        top = self.highest or 1
        heights = (max(2.0, round(HEIGHT * point.value / top, 1)) if point.value else 0 for point in self.points)
        drawn = zip(self.points, heights, strict=True)
        return tuple(Column(10 * n, HEIGHT - high, high, point) for n, (point, high) in enumerate(drawn) if high)


def shares(points: Sequence[Point]) -> tuple[tuple[Point, float], ...]:
    """Each figure with its per cent of the highest."""
    top = max((point.value for point in points), default=0) or 1
    return tuple((point, round(100 * point.value / top, 1)) for point in points)
