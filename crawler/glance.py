"""Glance: what a page shows at first sight, its title, headline and lines of text, without a tree being built of it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property

from archive.models import Page

HEAD = 65_536
"""Characters in which a title is looked for."""
LOOKED_AT = 200_000
"""Characters in which a headline and text are looked for."""

_TITLE = re.compile(r"<title\b[^<>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_HEADLINE = re.compile(r"<h1\b[^<>]{0,300}>(.{0,300}?)</h1", re.IGNORECASE | re.DOTALL)
_DECLARED = re.compile(r'"@type"\s*:\s*\[?\s*"[A-Za-z]{0,20}(?:Article|BlogPosting)"')
_PUBLISHED = re.compile(r"\"datePublished\"\s*:|article:published_time|itemprop=[\"']?datePublished")
# To the end where one is not closed, so that no text costs more than its length.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript|head|svg)\b.*?(?:</\1[^<>]{0,100}>?|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|u|wbr)\b[^<>]{0,2000}>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]{0,5000}>")


@dataclass(frozen=True)
class Glance:
    """One page, looked at as far as it is asked for."""

    page: Page

    @cached_property
    def source(self) -> str:
        """The page's markup, decoded."""
        from crawler.extract import charset  # noqa: PLC0415  # the extractor comes with it, 80 ms, and a daemon starts first

        return charset.decode(self.page.body, self.page.header("content-type"))

    @cached_property
    def title(self) -> str:
        """In one line; empty if there is none near the beginning."""
        return _plain(_TITLE.search(self.source, 0, HEAD))

    @cached_property
    def headline(self) -> str:
        """The first ``<h1>``'s text; empty if there is none."""
        return _plain(_HEADLINE.search(self.source, 0, LOOKED_AT))

    @cached_property
    def declared(self) -> bool:
        """Whether it says of itself that it is an article of some day, as no error and no form does."""
        return bool(_PUBLISHED.search(self.source)) and (
            bool(_DECLARED.search(self.source)) or "article:published_time" in self.source
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """What readers see, a block a line, blanks as one; scripts, styles and what is shown without them left out."""
        seen = _TAG.sub("\n", _INLINE.sub("", _UNSEEN.sub(" ", self.source[:LOOKED_AT])))
        lines = (" ".join(line.split()) for line in html.unescape(seen.replace("\r", " ")).split("\n"))
        return tuple(line for line in lines if line)


def _plain(match: re.Match[str] | None) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", match[1])).split()) if match else ""
