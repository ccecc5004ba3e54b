"""XML: as it is found in feeds, sitemaps and OPML, read as far as it goes.

Nothing is ever fetched for a document, and no entity that it declares is expanded: a declaration is a fault, and
the second try reads the document without it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5
from typing import Protocol, TypeVar
from xml.parsers import expat

from crawler.extract import charset

MAX_DEPTH = 100
"""Elements within each other; feeds need six."""

_ROOT = re.compile(r"<(?:\w{1,20}:)?(rss|feed|rdf|channel|urlset|sitemapindex|opml)(?=[\s>/])", re.IGNORECASE)
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REPAIRS = re.compile(
    r"(?P<keep><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|<!DOCTYPE[^\[>]*\[.*?(?:\]\s*>|\Z)|<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)\b[^>]*>?"
    r"|&(?P<name>[A-Za-z][A-Za-z0-9]{0,31};|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)?",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,10}(?:\s[^<>]*)?/?>")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where reading had to stop, and why."""

    line: int
    reason: str

    def told(self, document: str, kept: int, parts: str) -> str:
        """The sentence for a person, as ``the feed is damaged at line 12 (…); 14 of its entries could be read``."""
        where = f"at line {self.line} ({self.reason})"
        return f"the {document} is damaged {where}; {kept or 'none'} of its {parts} could be read"


class Reader(Protocol):
    """Takes a document apart. ``path`` holds the names of the open elements, in lower case, as they are written."""

    items: list[object]
    """What it has read so far; only their number matters here."""

    def start(self, path: list[str], attributes: dict[str, str]) -> bool:
        """Whether the element's text is wanted. Elements inside one that is are not announced."""
        ...

    def end(self, path: list[str], text: str) -> None:
        """``text`` is that of the element and all in it; empty where it was not wanted."""
        ...


R = TypeVar("R", bound=Reader)


class _StopError(Exception):
    """A document that is not read on."""


def decode(body: bytes, content_type: str = "") -> str:
    """The document's characters, without those that XML forbids."""
    return _CONTROL.sub("", charset.decode(body, content_type)).replace("\r\n", "\n")


def root(text: str) -> tuple[str, str]:
    """The local name of a known root element, and the text from there on; two empty strings if there is none.

    What stands before it goes: a declaration that is no longer true, a DOCTYPE, a server's warnings. Empty lines
    take its place, so that line numbers stay those of the document.
    """
    found = _ROOT.search(text, 0, 20_000)
    if not found:
        return "", ""
    return found[1].lower(), "\n" * text.count("\n", 0, found.start()) + text[found.start() :]


def read(text: str, make: Callable[[], R]) -> tuple[R, Fault | None]:
    """A fresh Reader that has read the text; the fault too, where part of it could not be read even when repaired."""
    first = make()
    fault = walk(text, first)
    if fault is None:
        return first, None
    second = make()
    if walk(repair(text), second) is None:
        return second, None
    return (second if len(second.items) >= len(first.items) else first), fault


def repair(text: str) -> str:
    """The text with bare ampersands escaped, HTML's entities resolved and every declaration taken out."""

    def one(match: re.Match[str]) -> str:
        if match["keep"]:
            return match["keep"]
        if not match[0].startswith("&"):
            return "\n" * match[0].count("\n")
        name = match["name"] or ""
        if name in {"amp;", "lt;", "gt;", "quot;", "apos;"}:
            return match[0]
        return html.escape(html5[name]) if name in html5 else _number(name)

    return _REPAIRS.sub(one, text)


def plain(text: str) -> str:
    """A title as a person reads it: no tags, no entities, one line, at most 500 characters."""
    text = _TAG.sub(" " if "<br" in text else "", text[:5_000])
    text = _TAG.sub("", html.unescape(text))
    return " ".join(_CONTROL.sub("", text).split())[:500]


def walk(text: str, reader: Reader) -> Fault | None:
    """Feed a Reader until the text ends or a fault does. What stands after the root's end is not looked at."""
    parser = expat.ParserCreate(intern={})
    parser.buffer_text = True
    path: list[str] = []
    wanted: list[str] = []  # pieces of the text of the element at this depth, 0 for none
    depth = 0
    closed = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        path.append(name.lower())
        if len(path) > MAX_DEPTH:
            raise _StopError("nested too deep")
        if not depth and reader.start(path, attributes):
            depth = len(path)
            parser.CharacterDataHandler = wanted.append

    def end(_name: str) -> None:
        nonlocal depth, closed
        if not depth or depth == len(path):
            reader.end(path, "".join(wanted))
            wanted.clear()
            depth = 0
            parser.CharacterDataHandler = None
        path.pop()
        closed = not path

    def refuse(*_: object) -> None:
        raise _StopError("it declares entities, which are not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return None if closed else Fault(error.lineno, expat.ErrorString(error.code))
    except _StopError as error:
        return Fault(parser.CurrentLineNumber, str(error))
    return None


def _number(name: str) -> str:
    """A character reference that XML allows, as it is; anything else after a bare ampersand, escaped."""
    if name.startswith("#"):
        value = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
        if value in {9, 10, 13} or 32 <= value < 0xD800 or 0xE000 <= value < 0xFFFE or 0x10000 <= value < 0x110000:
            return f"&{name.replace('X', 'x')}"
        return ""
    return f"&amp;{name}"
