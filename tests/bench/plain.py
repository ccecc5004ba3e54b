"""HTML that an extractor gives as its answer, as plain text: a line a block, white space folded.

Standard library only: the peers' environment imports it too.
"""

from __future__ import annotations

from html.parser import HTMLParser

NAMES = """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s samp
small span strike strong sub sup time tt u var wbr"""
INLINE = frozenset(NAMES.split())
UNSEEN = frozenset(("script", "style", "noscript", "template", "title"))


def plain(html: str) -> str:
    """The text that a reader sees, blocks parted by a newline."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\0"))
    return "\n".join(line for line in lines if line)


class Reader(HTMLParser):
    """Collects text; a NUL stands where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unseen += tag in UNSEEN
        if tag not in INLINE:
            self.parts.append("\0")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = max(0, self.unseen - (tag in UNSEEN))
        if tag not in INLINE:
            self.parts.append("\0")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data.replace("\0", " "))
