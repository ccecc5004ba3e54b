"""Known: which boilerplate could be told by what stood on a site's pages before, and which is too new for anybody.

A notice that was reworded yesterday is a sentence like any other, where nothing in the page sets it apart. What one
who knows the truth could not have told by the archive's own rules is counted beside what was left, and not taken off.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from tests.bench.papers.parts import Sheet
from tests.bench.papers.site import Paper

PAGES, CRAWLS = 3, 2
"""On which a text, or a place, has to have stood, the page itself among them."""


@dataclass
class Known:
    """What stood on the pages of one paper up to now."""

    paper: Paper
    seen: defaultdict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    """Text, or place → the (page, crawl) on which it stood."""

    def fresh(self, sheet: Sheet, crawl: int) -> set[str]:
        """Take in a page; the texts of its boilerplate that nobody could know: no headlines, seen too seldom."""
        paper, titles = self.paper, self.paper.titles
        fresh = set()
        for kind, text in sheet.boilerplate:
            names = [alike(text)]
            if paper.template.placed:
                names.append(f"{kind} {paper.version(crawl)}")
            for name in names:
                self.seen[name].add((sheet.url, crawl))
            if not any(self._enough(name) for name in names) and not any(title in text for title in titles):
                fresh.add(text)
        return fresh

    def _enough(self, name: str) -> bool:
        where = self.seen[name]
        return len(where) >= PAGES and len({crawl for _, crawl in where}) >= CRAWLS


def alike(text: str) -> str:
    """What texts have in common that are alike up to case, digits and white space."""
    return re.sub(r"\d+", "0", " ".join(text.casefold().split()))
