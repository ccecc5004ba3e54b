"""Wanted: what somebody looks for in the archive, and the expression by which its search index finds it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from archive.query import fts5
from archive.spans import either, spans

_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. What is empty asks for nothing."""

    words: str = ""
    """As people type it: see archive.query."""
    sources: tuple[str, ...] = ()
    """Names; any of them."""
    author: str = ""
    """The whole name."""
    tag: str = ""
    language: str = ""
    """Its primary tag counts: ``pt`` finds what is in ``pt-BR``, and the other way round."""
    since: str = ""
    """``2026``, ``2026-11`` or ``2026-11-24``: published, or first seen if that is not known, then or later."""
    until: str = ""
    """Likewise, up to its end."""

    @property
    def match(self) -> str:
        """The words as an FTS5 expression on headline and text; empty if there is no word to look for."""
        words = fts5(self.words)
        return f"{{title text}} : ({words})" if words else ""

    @property
    def headline(self) -> str:
        """Likewise, on the headline alone."""
        words = fts5(self.words)
        return f"{{title}} : ({words})" if words else ""

    def expression(self, *, within: str = "", days: str = "") -> str:
        """All but author and tag as an FTS5 expression; empty if nothing else is asked for.

        ``within``: an expression on the words in place of ``match``; ``days``: one on the date in place of that of
        ``since`` and ``until``.
        """
        parts = [
            within or self.match,
            either(f"s{_hex(name)}" for name in self.sources),
            either([f"l{_hex(self.language.lower().partition('-')[0])}"]) if self.language else "",
            days or either(spans(self.since, self.until)),
        ]
        return " AND ".join(f"({part})" for part in parts if part)


def day(text: str) -> str:
    """A date that somebody typed, if it is one: ``2026``, ``2026-11``, ``2026-11-24``; else an empty string."""
    text = text.strip()
    if not _DAY.fullmatch(text):
        return ""
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return ""
    return text


def _hex(text: str) -> str:
    return text.encode().hex().upper()
