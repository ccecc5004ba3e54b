"""Rewriting: a page that may hurt the parser, written anew so that it cannot.

Every ``<`` of what comes out begins a tag that this module chose to keep: comments, declarations, pictures in SVG,
menus to choose from, templates and embedded pages are left out, a ``<`` in text or script is escaped. So the parser
sees the tags that were counted here, whatever the page tries with quotes, comments and foreign elements. The words of
the article stay, and so do its elements, up to limits that no article comes near.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from crawler.extract import markup
from crawler.extract.open_elements import NO_CONTENT, OpenElements

MAX_ELEMENTS = 15_000
"""Written; the page ends there. The longest of 1,650 real pages has 10,126; as short paragraphs they take half a
second."""
MAX_READ = 120_000
"""Tags and comments that are looked at: of 100,000 that nest, most are left out, and the text in them stays."""
MAX_NAMES = 2_000
"""Different names of tags: the parser finds a name among those of the same hash one by one."""
MAX_ATTRIBUTES = 100
"""Of one tag; the parser compares each with those before it."""
MAX_ALL_ATTRIBUTES = 40_000
"""Of one page: different ones are as slow to find as names (100,000 take 2.6 s, 40,000 .4 s)."""
MAX_LOOSE = 20_000
"""How many ``<`` of a page are kept that begin no tag: each is escaped, which makes it longer."""
MAX_TEXT = 3_000_000
"""Bytes of text and script; the page ends there. The longest of 839 real pages has 2.2 million with all its tags."""
MAX_VALUES = 100_000
"""Bytes of one tag's attributes: no more than a picture written as text takes."""
MAX_COPIES = 12_000_000
"""Bytes of elements that the parser makes again, where a block ends before the formatting element in it."""

_TOKEN = re.compile(
    rb"<(?:(/?)([a-zA-Z][^ \t\n\f\r/>]*+)((?:" + markup.ATTRIBUTE + rb")*+)(?:" + markup.TAG_END + rb"|(.*))"
    rb"|!--(?:-?>|.*?(?:--!?>|\Z))"
    rb"|[!?/][^>]*+>?)",
    re.DOTALL,
)
"""A tag; a comment; a declaration or what is read as a comment. A tag that does not end holds the rest of the page."""
_RAW = frozenset({b"script", b"style", b"title"})
_WITH_CONTENT = frozenset(b"svg select template textarea xmp iframe noembed noframes datalist".split())
"""Left out with what is in them, which is never an article's."""
_TAG_ONLY = frozenset(b"math plaintext frameset frame option optgroup image object applet marquee form".split())
"""Elements with rules of their own in the parser. What is in them stays."""
_ONCE = frozenset({b"html", b"head", b"body"})
_ESCAPED = {b"script": b"\\u003c", b"title": b"&lt;", b"style": b""}


def page(source: bytes) -> bytes:
    """The page without what could hurt."""
    pieces = source.split(b"<", MAX_LOOSE + MAX_READ)
    if len(pieces) > MAX_LOOSE + MAX_READ:
        source = b"<".join(pieces[:-1])
    return b"".join(_Writer(source).parts())


class _Writer:
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.open = OpenElements()
        self.names: set[bytes] = set()
        self.attributes = 0
        self.elements = 0
        self.room = MAX_TEXT
        self.endless: set[bytes] = set()
        """Elements whose end was looked for in vain."""

    def parts(self) -> Iterator[bytes]:
        source = self.source
        at = 0
        for _ in range(MAX_READ):
            found = _TOKEN.search(source, at)
            if found is None:
                break
            if found.start() > at:
                yield self._text(source[at : found.start()])
            at = found.end()
            name = found[2]
            if name is None:
                continue
            if found[4] is not None:
                return
            name = name.lower()
            if found[1]:
                if self.open.close(name):
                    yield b"</%b>" % name
            elif name in _WITH_CONTENT:
                at = self._end_of(name, at)
            elif self._keeps(name):
                self.elements += 1
                yield self._tag(name, found[3])
                if name in _RAW:
                    end = self._end_of(name, at)
                    yield self._raw(name, source[at:end])
                    at = end
            if self.open.copied > MAX_COPIES or self.elements >= MAX_ELEMENTS or not self.room:
                return
        else:
            return
        yield self._text(source[at:])

    def _raw(self, name: bytes, content: bytes) -> bytes:
        """A script's content, closed; none if it is too long."""
        content = content.rpartition(b"</")[0]
        if len(content) > self.room:
            content = b""
        return self._cut(content).replace(b"<", _ESCAPED[name]) + b"</%b>" % name

    def _text(self, text: bytes) -> bytes:
        if not text.isspace():
            self.open.text()
        return self._cut(text).replace(b"<", b"&lt;")

    def _cut(self, text: bytes) -> bytes:
        """As much of a text as there is room for."""
        text = text[: self.room]
        self.room -= len(text)
        return text

    def _keeps(self, name: bytes) -> bool:
        """Whether a tag of this name is written."""
        if name in _TAG_ONLY or len(name) > 50 or b"<" in name or (name in _ONCE and name in self.names):
            return False
        if name not in self.names:
            if len(self.names) >= MAX_NAMES:
                return False
            self.names.add(name)
        return name in _RAW or name in _ONCE or name in NO_CONTENT or self.open.has_room(name)

    def _tag(self, name: bytes, attributes: bytes) -> bytes:
        number = 0
        if self.attributes > MAX_ALL_ATTRIBUTES or len(attributes) > MAX_VALUES:
            attributes = b""
        elif attributes:
            kept = list(islice(markup.ATTRIBUTES.finditer(attributes), MAX_ATTRIBUTES + 1))
            number = len(kept)
            self.attributes += number
            if number > MAX_ATTRIBUTES:
                attributes, number = b"", 0
        if name not in _RAW and name not in _ONCE:
            self.open.open(name, 400 + len(attributes) + 250 * number)
        return b"<%b%b>" % (name, attributes)

    def _end_of(self, name: bytes, at: int) -> int:
        """Where the content of an element ends that has no elements in it; the place given, where it does not."""
        found = None if name in self.endless else _CLOSING[name].search(self.source, at)
        if found is None:
            self.endless.add(name)
            return at
        return found.end()


_CLOSING = {
    name: re.compile(rb"</" + name + rb"(?:[ \t\n\f\r/][^>]*+)?>", re.IGNORECASE) for name in _RAW | _WITH_CONTENT
}
