"""Frame: all of a page but its article: head, menus, sidebar, scripts and foot, of the size that pages have."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from html import escape

from tests.bench.papers.parts import Sheet
from tests.bench.papers.templates import Style, markup
from tests.bench.papers.tongues import Tongue

SIZES = (70_000, 160_000)
"""Bytes of a page without its story: of them, styles, scripts and pictures are two thirds."""
ENTRIES = 120
"""Links in the menus. With the cards a page has some 1,000 elements, as pages of news have."""
CARDS = 24


class Frame:
    """One version of a site's pages."""

    def __init__(self, name: str, tongue: Tongue, seed: str) -> None:
        self.name, self.tongue = name, tongue
        chance = self._chance = random.Random(f"{seed}/frame")
        self._title = tongue.name(chance)
        size = chance.randint(*SIZES)
        self._css = _style_sheet(chance, size // 3)
        self._state = _state(chance, size // 3)
        self._menu = _menu(tongue, chance, ENTRIES)
        self._foot = _menu(tongue, chance, ENTRIES // 3)
        self._svg = _pictures(chance, size // 8)
        self._inside = chance.random() < 0.5
        """Whether the headline stands in the article's element."""

    def page(self, sheet: Sheet, style: Style, headlines: Sequence[tuple[str, str]]) -> str:
        script, title = self.tongue.script, escape(sheet.title, quote=False)
        at = sheet.published.isoformat()
        said = markup(sheet.flow, style)
        by = f'{escape(sheet.author)} <time datetime="{at}">{at[:10]}</time>'
        head = f'<header><h1>{title}</h1><div class="meta">{by}</div></header>'
        main = f"<article>{head}{said}</article>" if self._inside else f"{head}<article>{said}</article>"
        if style.template.name in {"plain", "tables"}:
            main = f"<h1>{title}</h1>\n<p>{escape(sheet.author)}</p>{said}"
        direction = ' dir="rtl"' if script.right_to_left else ""
        side = "".join(_card(n, *headlines[n % len(headlines)]) for n in range(CARDS))
        return f"""<!DOCTYPE html>
<html lang="{script.code}"{direction}><head><meta charset="utf-8"><title>{title} | {self._title}</title>
<link rel="canonical" href="{sheet.url}"><meta property="og:type" content="article">
<meta property="og:title" content="{escape(sheet.title)}"><meta property="og:site_name" content="{self._title}">
<meta property="article:published_time" content="{at}"><meta name="author" content="{escape(sheet.author)}">
<script type="application/ld+json">{_linked_data(sheet, self._title)}</script>
<style>{self._css}</style></head><body>
<nav>{self._menu}</nav>
<main>{main}</main>
<aside>{side}</aside>
<footer>{self._foot}</footer>
{self._svg}
<script>window.__STATE__={self._state};</script></body></html>
"""


def _linked_data(sheet: Sheet, site: str) -> str:
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": sheet.title,
        "datePublished": sheet.published.isoformat(),
        "author": {"@type": "Person", "name": sheet.author},
        "articleSection": sheet.section,
        "publisher": {"@type": "Organization", "name": site},
    }
    return json.dumps(said, ensure_ascii=False).replace("</", "<\\/")


def _card(number: int, title: str, href: str) -> str:
    picture = f'<img src="/i/{number}.webp" width="240" height="135" alt="" loading="lazy">'
    link = f'<h4 class="card__t"><a href="{href}">{escape(title, quote=False)}</a></h4>'
    inner = f"{link}<div><time>{number % 12 + 1}:15</time><i></i></div>"
    picture = f'<a class="card__img" href="{href}"><span>{picture}</span></a>'
    return f'<div class="card c-{number % 5}" data-slot="{number}">{picture}<div class="card__in">{inner}</div></div>\n'


def _menu(tongue: Tongue, chance: random.Random, count: int) -> str:
    names = [tongue.phrase(chance, 1, 2) for _ in range(count)]
    links = (f'<a href="/{n}/" data-track="menu"><span>{name}</span></a>' for n, name in enumerate(names))
    entries = (f'<li class="m{n % 3}" id="menu-{n}">{link}</li>' for n, link in enumerate(links))
    return "<ul>" + "\n".join(entries) + "</ul>"


def _style_sheet(chance: random.Random, size: int) -> str:
    rule = ".c{:x}{{margin:{}px;padding:{}px;color:#{:06x};font-size:{}px}}\n"
    count = size // 70
    return "".join(
        rule.format(chance.randrange(1 << 24), *(chance.randrange(40) for _ in range(2)), chance.randrange(1 << 24), 16)
        for _ in range(count)
    )


def _state(chance: random.Random, size: int) -> str:
    rows = [
        {"id": f"{chance.randrange(1 << 48):x}", "w": chance.randrange(2_000), "on": True} for _ in range(size // 50)
    ]
    return json.dumps({"slots": rows})


def _pictures(chance: random.Random, size: int) -> str:
    paths = (
        f'<symbol id="i{n}"><path d="M{" ".join(str(chance.randrange(100)) for _ in range(60))}z"/></symbol>'
        for n in range(size // 220)
    )
    return f'<svg width="0" height="0">{"".join(paths)}</svg>'
