"""Head: what a page says of itself in its head and by its markup, looked for when a field needs it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.extract.select import attribute, brief
from crawler.extract.tidy import tidy

MOST = 400
"""Elements of a kind, or values of a name, that are read; pages have some dozens."""
MOST_NODES = 4_000
"""Elements that one search finds that are looked at."""
LONGEST = 5_000
"""Characters of a meta element's content."""

# What a query costs a page: 0.02 ms for the walk, 0.01 for each further selector, 0.02 for an attribute that HTML does
# not know, as ``itemprop``, 0.002 for each element found and looked at. All elements of a tag cost 0.01.
_SPOKEN = 'h1, time, meta, script[type*="ld+json" i]'
_LINKS = 'link:is([rel~="canonical" i], [rel="image_src"], [itemprop])'
_MARKED = (
    '[itemprop]:is([itemprop*="author" i], [itemprop*="keywords" i], [itemprop*="datepublished" i],'
    ' [itemprop*="articlesection" i]), [property]:is([property$="articleSection"], [property$="datePublished"],'
    ' [property="author"], [property="schema:author"]), a:is([rel~="author" i], [rel~="tag" i])'
)
_PATH = '[class*="breadcrumb" i], nav[aria-label*="breadcrumb" i]'
MOST_CRUMBS = 10
"""Steps of a path to the page."""
_TOLD = frozenset({"meta", "title", "h1", "link", "script"})
"""Elements that are read for what they are."""


@lru_cache(maxsize=1_000)
def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name))  # sites share most names, but for the punctuation in them


class Head:
    """What the elements of a page that speak of it hold; contents are tidied when they are asked for."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._meta: dict[str, list[str]] = {}
        self._tidied: dict[str, tuple[str, ...]] = {}
        self._plain: dict[str, str] | None = None
        self._marks: tuple[list[LexborNode], ...] = ()
        self.title = tree.css_first("title")
        self.headlines: list[LexborNode] = []
        self.scripts: list[LexborNode] = []
        """Those of JSON-LD."""
        self._dated: list[LexborNode] = []
        for node in tree.css(_SPOKEN)[:MOST_NODES]:  # one walk over the page, as what it costs is to fetch the page
            tag = node.tag
            if tag == "meta":
                self._keep(node.attributes)
            elif tag == "script":
                self.scripts.append(node)
            else:
                self._dated.append(node)
                if tag == "h1":
                    self.headlines.append(node)

    def _keep(self, attributes: dict[str, str | None]) -> None:
        if content := attributes.get("content"):
            for key in ("property", "name", "itemprop"):
                if name := attributes.get(key):
                    self._meta.setdefault(name.strip().lower(), []).append(content)

    def links(self) -> Iterator[tuple[str, str]]:
        """Relation and address of canonical links, ``image_src`` and those of microdata.

        An image in ``<noscript>`` pushes the rest of the head into the body, but of most pages that is not asked.
        """
        for part in filter(None, (self._tree.head, self._tree.body)):
            for node in part.css(_LINKS)[:MOST_NODES]:
                attributes = node.attributes
                yield (attributes.get("rel") or "").lower(), attributes.get("href") or ""

    @property
    def pictured(self) -> str:
        """The address of what microdata calls the image."""
        for node in self._tree.css('[itemprop~="image"]')[:1]:
            for one in (node, *node.css("img")[:1]):
                if found := attribute(one, "src", "content", "href"):
                    return found
        return ""

    @property
    def times(self) -> list[LexborNode]:
        """The ``<h1>`` and ``<time>`` elements in the page's order; none if no time is told."""
        return self._dated if len(self._dated) > len(self.headlines) else []

    @property
    def dated(self) -> list[LexborNode]:
        """The elements that microdata, RDFa or an attribute of ``<time>`` calls the day of publication."""
        return [*self._marked()[0], *(node for node in self.times if "pubdate" in node.attributes)]

    @property
    def signed(self) -> list[LexborNode]:
        """Those that microdata, RDFa or ``rel`` call the author."""
        return self._marked()[1]

    @property
    def tagged(self) -> list[LexborNode]:
        """Those that microdata or ``rel`` call tags."""
        return self._marked()[2]

    @property
    def filed(self) -> list[LexborNode]:
        """Those that microdata or RDFa call the section."""
        return self._marked()[3]

    @property
    def crumbs(self) -> list[str]:
        """The links of the path to the page that it shows."""
        paths = self._tree.css(_PATH)[:1]
        return [brief(link, limit=200) for path in paths for link in path.css("a")[:MOST_CRUMBS]]

    def _marked(self) -> tuple[list[LexborNode], ...]:
        if self._marks:
            return self._marks
        dated, signed, tagged, filed = self._marks = [], [], [], []
        for node in self._tree.css(_MARKED)[:MOST_NODES]:
            if node.tag in _TOLD:
                continue
            attributes = node.attributes
            written = f"{attributes.get('itemprop') or ''} {(attributes.get('property') or '').rpartition(':')[2]}"
            props, rel = f" {written} ".lower(), f" {attributes.get('rel') or ''} ".lower()
            if " datepublished " in props:
                dated.append(node)
            if " author " in props or " author " in rel:
                signed.append(node)
            elif " keywords " in props or " tag " in rel:
                tagged.append(node)
            elif " articlesection " in props:
                filed.append(node)
        return self._marks

    @property
    def plain(self) -> dict[str, str]:
        """The names of the meta elements (``name``, ``property`` or ``itemprop``) by their letters and digits."""
        if self._plain is None:
            self._plain = {_plain(name[:100]): name for name in self._meta}
        return self._plain

    def values(self, name: str) -> tuple[str, ...]:
        """The contents of the meta elements of a name, tidied, in the page's order."""
        if name not in self._meta:
            return ()
        found = self._tidied.get(name)
        if found is None:
            texts = dict.fromkeys(tidy(text, LONGEST) for text in self._meta[name][:MOST])
            found = self._tidied[name] = tuple(filter(None, texts))
        return found

    def all(self, *names: str) -> Iterator[tuple[str, str]]:
        """(value, name) of each non-empty content, in the order of ``names``."""
        for name in names:
            if name in self._meta:
                for value in self.values(name):
                    yield value, name

    def first(self, *names: str) -> tuple[str, str]:
        """The first (value, name), or two empty strings."""
        return next(self.all(*names), ("", ""))
