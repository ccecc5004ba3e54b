"""Parts: what a page shows its reader, block by block, and whose each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Shape(StrEnum):
    """How a part is set."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    QUOTE = "quote"
    TABLE = "table"
    VERSE = "verse"
    DATELINE = "dateline"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, of which all, or what follows ``lead``, may be a link."""

    text: str
    href: str = ""
    lead: str = ""
    blank: str = " "

    @property
    def shown(self) -> str:
        return f"{self.lead}{self.blank}{self.text}" if self.lead else self.text


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a page: a paragraph has one line, a list an item a line, a table a row a line (cells by `` | ``)."""

    shape: Shape
    lines: tuple[Line, ...]

    @property
    def units(self) -> tuple[str, ...]:
        """What is looked for in the archive: a paragraph, a stanza, an item, a row."""
        shown = [line.shown for line in self.lines]
        return (" ".join(shown),) if self.shape is Shape.VERSE else tuple(shown)


@dataclass(frozen=True, slots=True)
class Box:
    """What is not the article's: one or more parts that belong together."""

    kind: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its story and what stands around it, in the order in which it is read."""

    url: str
    title: str
    author: str
    section: str
    published: datetime
    flow: tuple[Part | Box, ...]

    @property
    def article(self) -> list[str]:
        return [unit for part in self.flow if isinstance(part, Part) for unit in part.units]

    @property
    def boilerplate(self) -> list[tuple[str, str]]:
        """(kind, text) of each block that is not the article's."""
        boxes = [box for box in self.flow if isinstance(box, Box)]
        return [(box.kind, unit) for box in boxes for part in box.parts for unit in part.units]


def paragraph(text: str, href: str = "", lead: str = "", blank: str = " ") -> Part:
    return Part(Shape.PARAGRAPH, (Line(text, href, lead, blank),))


def heading(text: str) -> Part:
    return Part(Shape.HEADING, (Line(text),))


def listing(*texts: str) -> Part:
    return Part(Shape.LIST, tuple(map(Line, texts)))
