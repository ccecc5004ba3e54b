"""Selection: which pages of a file with the whole world's news are wanted, and whose each is. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from archive import sites
from config.models import Config, Source


@dataclass(slots=True)
class Selection:
    """Pages of these configured sources, of these sites, or (``everything``) of all there are."""

    sources: tuple[Source, ...]
    named: frozenset[str] = frozenset()
    """Sites, whether or not a source is configured there."""
    everything: bool = False
    _by_site: dict[str, list[Source]] = field(init=False)
    _listings: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_site = {}
        for source in self.sources:
            self._by_site.setdefault(sites.site(source.home), []).append(source)
        given = ((s.home, *s.feeds, *s.sitemaps, *s.sections) for s in self.sources)
        self._listings = frozenset(url for urls in given for url in urls)

    def owner(self, url: str) -> Source | str | None:
        """Whose a page is, by its canonical URL: a source, or a site where none is configured; None: not wanted.

        Front pages and what sources are found by are no articles. On a site of several sources it is the first's
        whose patterns want it, and of these the one's at home on its very host.
        """
        if urlsplit(url).path in {"", "/"} or url in self._listings:
            return None
        site = sites.site(url)
        if there := self._by_site.get(site):
            host = urlsplit(url).netloc
            wanting = [source for source in there if source.wants(url)]
            return min(wanting, key=lambda source: urlsplit(source.home).netloc != host, default=None)
        return site if site and (self.everything or site in self.named) else None

    def text(self) -> str:
        """As JSON, the same where the same pages are wanted."""
        patterns = json.dumps(sorted((s.name, s.home, s.include, s.exclude) for s in self.sources)).encode()
        said = {"all": self.everything, "sites": sorted(self.named), "sources": sorted(s.name for s in self.sources)}
        return json.dumps(said | {"patterns": hashlib.sha256(patterns).hexdigest()[:16]})


def select(
    config: Config, names: Iterable[str], domains: Iterable[str], *, everything: bool
) -> tuple[Selection, tuple[str, ...]]:
    """What was asked for, and what of it is no source and no site. Nothing asked for: the enabled sources' pages."""
    found: dict[str, Source] = {}
    named, strange = set(), []
    for name in names:
        if source := config.source(name):
            found[name] = source
        else:
            strange.append(name)
    for domain in domains:
        site = sites.site(domain)
        if not site or "." not in site:
            strange.append(domain)
            continue
        named.add(site)
        found |= {source.name: source for source in config.sources if sites.same_site(source.home, site)}
    if everything or not (found or named or strange):
        found |= {source.name: source for source in config.sources if source.enabled}
    return Selection(tuple(found.values()), frozenset(named), everything), tuple(strange)
