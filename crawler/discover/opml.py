"""OPML: a list of feeds as other readers write and take it (OPML 2.0, http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # only to write

from config.models import Source
from crawler import urls
from crawler.discover import xml


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of the list."""

    title: str
    xml_url: str
    html_url: str = ""
    folder: str = ""
    """The titles of the folders it stands in, joined by ``/``."""


class _Outlines:
    def __init__(self) -> None:
        self.items: list[object] = []
        self.outlines: list[Outline] = []
        self._folders: list[tuple[int, str]] = []

    def start(self, path: list[str], attributes: dict[str, str]) -> bool:
        if path[-1] != "outline":
            return False
        given = {name.lower(): value for name, value in attributes.items()}
        title = " ".join((given.get("title") or given.get("text") or "").split())
        feed = urls.canonical(given.get("xmlurl") or (given.get("url", "") if given.get("type") == "rss" else ""))
        if feed:
            folder = "/".join(name for _, name in self._folders)
            outline = Outline(title, feed, urls.canonical(given.get("htmlurl", "")) or "", folder)
            self.items.append(outline)
            self.outlines.append(outline)
        elif title:
            self._folders.append((len(path), title))
        return False

    def end(self, path: list[str], text: str) -> None:  # noqa: ARG002  # the protocol's
        if self._folders and self._folders[-1][0] == len(path):
            self._folders.pop()


def read(body: bytes) -> tuple[Outline, ...]:
    """The feeds of an OPML file, each once, in its order; of a damaged one, those that can be read."""
    _, text = xml.root(xml.decode(body))
    reader, _ = xml.read(text, _Outlines)
    return tuple({outline.xml_url: outline for outline in reversed(reader.outlines)}.values())[::-1]


def write(sources: Iterable[Source]) -> bytes:
    """Sources as OPML 2.0: one outline a feed, in a folder named by its source where that has several."""
    document = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(document, "head"), "title").text = "Cuttings sources"
    body = ET.SubElement(document, "body")
    for source in sources:
        title = source.title or source.name
        parent = ET.SubElement(body, "outline", text=title) if len(source.feeds) > 1 else body
        for feed in source.feeds:
            names = {"text": title, "title": title, "type": "rss", "xmlUrl": feed, "htmlUrl": source.home}
            ET.SubElement(parent, "outline", names | ({"language": source.language} if source.language else {}))
    ET.indent(document)
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
