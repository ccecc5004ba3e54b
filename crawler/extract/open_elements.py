"""The stack of open elements, as the parser will keep it (HTML Standard, 13.2.4.2 and 13.2.4.3), to bound its depth.

Where the standard has exceptions, an element counts as open for longer here than it is there, never for shorter: a
closing tag that the parser might ignore is not written at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MAX_DEPTH = 400
"""Real pages stay under 60."""
MAX_FORMATTING = 30

FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
NO_CONTENT = frozenset(
    b"area base basefont bgsound br col embed hr img input keygen link meta param source track wbr".split()
)
HEADINGS = frozenset(b"h1 h2 h3 h4 h5 h6".split())
ENDS_PARAGRAPH = HEADINGS | frozenset(
    b"address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer header "
    b"hgroup hr li listing main menu nav ol p pre search section summary table ul".split()
)
CELLS = frozenset({b"td", b"th", b"caption"})
"""No formatting element reaches into them, or out of them."""
ROWS = {b"tr": 2, b"td": 3, b"th": 3, b"tbody": 1, b"thead": 1, b"tfoot": 1, b"caption": 1, b"colgroup": 1, b"col": 2}
"""Parts of a table, by their level."""
SPECIAL = ENDS_PARAGRAPH | CELLS | frozenset(ROWS) | frozenset({b"button", b"html", b"head", b"body", b"noscript"})
ITEMS = {b"li": frozenset({b"li"}), b"dt": frozenset({b"dt", b"dd"}), b"dd": frozenset({b"dt", b"dd"})}


@dataclass(slots=True, eq=False)
class Open:
    name: bytes
    size: int = 0
    """What a copy costs, of a formatting element."""
    on_stack: bool = True


class OpenElements:
    """The elements that are open, and the formatting elements that will be opened again."""

    def __init__(self) -> None:
        self.stack: list[Open] = []
        self.formatting: list[Open | None] = []
        """With a ``None`` where a cell of a table begins."""
        self.numbers: Counter[bytes] = Counter()
        """Of the elements on the stack, by name: most questions are answered by there being none."""
        self.left_out: dict[bytes, int] = {}
        self.copied = 0
        """Bytes of formatting elements that are made again."""

    def has_room(self, name: bytes) -> bool:
        """Whether one more may be opened; else its closing tag will be left out with it."""
        full = len(self.stack) >= MAX_DEPTH or (name in FORMATTING and len(self.formatting) >= MAX_FORMATTING)
        if full or (name in ROWS and not self.numbers[b"table"]):
            self.left_out[name] = self.left_out.get(name, 0) + 1
            return False
        return True

    def open(self, name: bytes, size: int) -> None:
        if name in ENDS_PARAGRAPH:
            if name in ITEMS:
                self._end_item(ITEMS[name])
            self._pop_to(self._find({b"p"}, CELLS | {b"button"}))
        elif name in ROWS:
            self._end_rows(ROWS[name])
        else:
            self.text()
        if name in NO_CONTENT:
            return
        el = Open(name, size)
        if name in FORMATTING:
            if name == b"a" and (at := self._find({b"a"}, SPECIAL)) >= 0:
                self._forget(self.stack[at])
                self._pop_to(at)
            self.formatting.append(el)
        elif name in CELLS:
            self.formatting.append(None)
        self._push(el)

    def close(self, name: bytes) -> bool:
        """Whether the closing tag is to be written: it ends an element here and for the parser."""
        if left_out := self.left_out.get(name):
            self.left_out[name] = left_out - 1
            return False
        if name in HEADINGS:
            at = self._find(HEADINGS, CELLS)
        elif name in ROWS or name == b"table":
            at = self._find({name}, {b"table"})
        else:
            at = self._find({name}, CELLS | {b"table"} if name in SPECIAL else SPECIAL)
        if at >= 0:
            el = self.stack[at]
            self._pop_to(at)
            self._forget(el)
        return at >= 0

    def text(self) -> None:
        """Text, or an element that stands in a line, opens formatting elements again that a block has closed."""
        for el in reversed(self.formatting):
            if el is None or el.on_stack:
                break
            el.on_stack = True
            self.copied += el.size
            self._push(el)

    def _push(self, el: Open) -> None:
        self.stack.append(el)
        self.numbers[el.name] += 1

    def _find(self, names: frozenset[bytes] | set[bytes], until: frozenset[bytes] | set[bytes]) -> int:
        """Where the innermost element of these names stands; -1 if there is none, or one of ``until`` before it."""
        if not any(map(self.numbers.get, names)):
            return -1
        for at in range(len(self.stack) - 1, -1, -1):
            name = self.stack[at].name
            if name in names:
                return at
            if name in until:
                break
        return -1

    def _end_item(self, names: frozenset[bytes]) -> None:
        self._pop_to(self._find(names, SPECIAL - {b"address", b"div", b"p"} - names))

    def _end_rows(self, level: int) -> None:
        for at in range(len(self.stack) - 1, -1, -1):
            name = self.stack[at].name
            if name == b"table" or ROWS.get(name, level) < level:
                self._pop_to(at + 1)
                break

    def _pop_to(self, at: int) -> None:
        """Close all elements from this place on; none if it is negative."""
        if at < 0:
            return
        for el in self.stack[at:]:
            el.on_stack = False
            self.numbers[el.name] -= 1
            if el.name in CELLS:
                while self.formatting and self.formatting.pop() is not None:
                    pass
        del self.stack[at:]

    def _forget(self, el: Open) -> None:
        if el.name in FORMATTING and el in self.formatting:
            self.formatting.remove(el)
