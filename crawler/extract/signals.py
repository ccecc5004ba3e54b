"""The signals: what a page says for or against being an article, each a number from 0 to 1 with a name.

They are of the web and not of a site: declared types, what publishing systems write into a page, dates and bylines,
the shape of the address, how much of the text is prose. ``kinds.py`` weighs them, ``pages.toml`` has the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from archive.models import CODE, HEADING, PARAGRAPH, Block, Link
from crawler.extract.body import Body
from crawler.extract.metadata import Meta
from crawler.extract.vocabulary import vocabulary

Signals = dict[str, float]

LONG = 120
"""Letters of a paragraph that is prose: two lines on a news site."""
SHORT = 500
"""Letters of a text that a listing's teasers may add up to."""
MARKED = ("json-ld", "microdata", "meta")
"""Places whose date is the page's own and not any that stands on it."""
EXTENSION = re.compile(r"\.\w{2,5}$")
WORDS = re.compile(r"[-_+]|%20")
QUOTES, CURRENCIES = '"“”„»«「', "$€£¥₹"
WORDPRESS = re.compile(r"wp/v2/([\w-]+)/\d")
GENERATORS = 'meta[name=generator i], link[rel=alternate][type="application/json"]'


@dataclass(frozen=True, slots=True)
class Shape:
    """The body in figures; sizes are in letters of an alphabet, whatever the script."""

    total: float
    blocks: tuple[Block, ...]
    paragraphs: tuple[float, ...]
    long: tuple[float, ...]
    linked: float
    dense: float
    texts: tuple[str, ...]

    @property
    def prose(self) -> float:
        """Share of the text that stands in long paragraphs."""
        return sum(self.long) / self.total


def shape(body: Body) -> Shape:
    sizes = [len(text) * body.dense for text in body.texts]
    paragraphs = tuple(size for block, size in zip(body.blocks, sizes, strict=True) if block.kind is PARAGRAPH)
    long = tuple(size for size in paragraphs if size >= LONG)
    return Shape(max(1.0, sum(sizes)), body.blocks, paragraphs, long, body.linked, body.dense, body.texts)


@dataclass(frozen=True, slots=True)
class Maker:
    """What the system that made the page wrote into it of the page's kind."""

    generators: str
    classes: frozenset[str]
    ids: frozenset[str]
    wordpress: str
    """``posts``, ``pages`` or another of its types; empty where it does not say."""


def maker(parsed: LexborHTMLParser) -> Maker:
    classes: set[str] = set()
    ids: set[str] = set()
    for node in (parsed.root, parsed.body):
        attributes = node.attributes if node else {}
        classes.update(
            name.rstrip("0123456789").rstrip("-") for name in (attributes.get("class") or "")[:5_000].lower().split()
        )
        ids.add(attributes.get("id") or "")
    generators, wordpress = [], ""
    for node in parsed.head.css(GENERATORS)[:20] if parsed.head else ():
        attributes = node.attributes
        generators.append(attributes.get("content") or "")
        if found := WORDPRESS.search(attributes.get("href") or ""):
            wordpress = found[1]
    return Maker(" ".join(generators).lower(), frozenset(classes), frozenset(ids), wordpress)


def of_page(meta: Meta, made: Maker, text: Shape, url: str, link: Link | None) -> Signals:
    """All signals that need no look at the page's elements."""
    return _declared(meta, made, link) | _address(url) | _text(text, meta.title)


def _declared(meta: Meta, made: Maker, link: Link | None) -> Signals:
    known = vocabulary()
    types = frozenset(meta.json_ld_types)
    article = not known.types["article"].isdisjoint(types)
    posted = made.wordpress == "posts" or not known.classes["article"].isdisjoint(made.classes)
    date = dated(meta, link)
    in_data = date.startswith(MARKED) and "modified" not in date and "updated" not in date
    signed = bool(meta.authors)
    return {
        "article_type": article,
        "listing_type": not article and not known.types["listing"].isdisjoint(types),
        "shop_type": not (article or posted) and not known.types["shop"].isdisjoint(types),
        "og_article": meta.og_type == "article",
        "og_website": meta.og_type in {"website", "object", "company"},
        "og_product": meta.og_type.startswith("product"),
        "posted": posted,
        "standing_page": made.wordpress == "pages" or not known.classes["page"].isdisjoint(made.classes),
        "index_page": not known.classes["listing"].isdisjoint(made.classes),
        "docs_software": known.generators["docs"].search(made.generators) is not None,
        "dated": in_data,
        "signed": signed,
        "dated_signed": signed and bool(date),
        "undeclared": not (article or posted or meta.og_type == "article" or date or signed),
        "tagged": bool(meta.tags),
    }


def dated(meta: Meta, link: Link | None) -> str:
    """Where the page gives its date; empty if only a feed does, which dates whatever stands in it."""
    how = meta.published.how if meta.published else ""
    return "" if link and link.published and link.published.how == how else how


def _address(url: str) -> Signals:
    """Nothing of them is there on a page whose address is not known."""
    known = vocabulary().urls
    parts = urlsplit(url)
    path = [part for part in parts.path.split("/") if part]
    slug = WORDS.split(EXTENSION.sub("", path[-1])) if path else []
    words = sum(len(word) > 1 and not word.isdigit() for word in slug)
    return {
        "url_none": not url,
        "url_root": bool(url) and not path and not parts.query,
        **{f"url_{kind}": known[kind].search(url) is not None for kind in KINDS_OF_URL},
        "url_words": min(1.0, words / 6),
        "url_shallow": len(path) == 1,
    }


KINDS_OF_URL = ("listing", "shop", "service", "docs", "news", "dated")


def _text(text: Shape, title: str) -> Signals:
    paragraphs, long = text.paragraphs, text.long
    headings = sum(block.kind is HEADING for block in text.blocks)
    code = sum(block.kind is CODE for block in text.blocks) * 4
    code += sum(inline.code for block in text.blocks for inline in block.inlines)
    whole = "\n".join(text.texts)
    # Most signs are not there, which is known in a tenth of the time that counting takes: 19 µs for 68 in all.
    quotes, prices = (sum(whole.count(sign) for sign in signs if sign in whole) for signs in (QUOTES, CURRENCIES))
    return {
        "title": min(1.0, len(title) * text.dense / 80),
        "linked": min(1.0, text.linked),
        "small": text.total < SHORT,
        "few_long": len(long) <= 2,
        "long": min(1.0, len(long) / 12),
        "prose": text.prose,
        "paragraph": min(1.0, sum(paragraphs) / len(paragraphs) / 400) if paragraphs else 0.0,
        "headed": min(1.0, headings / (len(long) + 1) / 2),
        "code": min(1.0, code / 20),
        "priced": min(1.0, 500 * prices / text.total),
        "quoted": min(1.0, 200 * quotes / text.total),
    }


def _shop(parsed: LexborHTMLParser, found: Signals) -> float:
    article = found["article_type"] or found["posted"]
    return not article and parsed.css_first(vocabulary().marks["shop"]) is not None


Mark = Callable[[LexborHTMLParser, Signals], float]

MARKS: Mapping[str, Mark] = {
    "one_article": lambda parsed, _: len(parsed.tags("article")) == 1,
    "buttons": lambda parsed, _: min(1.0, len(parsed.css(vocabulary().marks["button"])) / 50),
    "prices": lambda parsed, _: min(1.0, len(parsed.css(vocabulary().marks["price"])) / 20),
    "paginated": lambda parsed, _: parsed.css_first(vocabulary().marks["pages"]) is not None,
    "shop_marks": _shop,
}
"""Those signals for which the whole page is searched, at a sixth of a millisecond each: looked at last."""


def marks_forum(parsed: LexborHTMLParser) -> bool:
    """Whether an element says that it is a forum's."""
    return parsed.css_first(vocabulary().marks["forum"]) is not None
