"""Frame: all of a page but its article: head, menus, sidebar, scripts and foot, of the size that pages have."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from html import escape

from tests.bench.papers.parts import Sheet
from tests.bench.papers.templates import Style, markup
from tests.bench.papers.tongues import Tongue

SIZES = (90_000, 170_000)
"""Bytes of styles, state and pictures."""
WIDTHS = (240, 320, 480, 640, 960, 1280, 1920)
"""In which each picture is offered."""
NOTES = 9
"""Attributes of an entry that the page's own programs read."""
ENTRIES, CARDS, METAS, LINKS, SCRIPTS, CLASSES = 110, 24, 30, 22, 33, 160
"""With these a page has as much of each as the median of 100 pages of news: 920 elements, 160 links, 36 ``meta``,
23 ``link``, 35 ``script``, 200 different classes. The median of 129 pages from 41 countries is 255 kB long: 4 of them
are styles, 45 scripts, 3 JSON-LD, and the rest is markup. What a page costs to read depends on all of these.
"""


class Frame:
    """One version of a site's pages."""

    def __init__(self, name: str, tongue: Tongue, seed: str, sizes: tuple[int, int] = SIZES) -> None:
        """``sizes``: between which the bytes of its styles, state and pictures are."""
        self.name, self.tongue = name, tongue
        chance = self._chance = random.Random(f"{seed}/frame")
        self._title = tongue.name(chance)
        size = chance.randint(*sizes)
        classes = [f"{chance.choice('abcdefgh')}-{chance.randrange(1 << 16):x}" for _ in range(CLASSES)]
        self._cards = chance.choices(classes, k=4 * CARDS)
        self._head = _head(chance)
        self._css = _style_sheet(chance, size // 20)
        self._state = _state(chance, size // 3)
        self._notes = [_notes(chance) for _ in range(CARDS)]
        self._menu = _menu(tongue, chance, ENTRIES, classes)
        self._foot = _menu(tongue, chance, ENTRIES // 4, classes)
        self._svg = _pictures(chance, size // 3)
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
        side = "".join(
            _card(n, *headlines[n % len(headlines)], self._cards[4 * n :], self._notes[n]) for n in range(CARDS)
        )
        return f"""<!DOCTYPE html>
<html lang="{script.code}"{direction}><head><meta charset="utf-8"><title>{title} | {self._title}</title>
<link rel="canonical" href="{sheet.url}"><meta property="og:type" content="article">
<meta property="og:title" content="{escape(sheet.title)}"><meta property="og:site_name" content="{self._title}">
<meta property="article:published_time" content="{at}"><meta name="author" content="{escape(sheet.author)}">
<script type="application/ld+json">{_linked_data(sheet, self._title)}</script>
{self._head}<style>{self._css}</style></head><body>
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
        "publisher": {"@type": "Organization", "name": site, "logo": _picture("/logo.png", 600)},
        "image": [_picture(f"{sheet.url}/{width}.jpg", width) for width in WIDTHS],
        "mainEntityOfPage": {"@type": "WebPage", "@id": sheet.url},
        "isAccessibleForFree": True,
    }
    trail = [
        {"@type": "ListItem", "position": at, "item": {"@id": f"https://news.example/{at}", "name": name}}
        for at, name in enumerate((site, sheet.section, sheet.title), 1)
    ]
    both = [said, {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": trail}]
    return json.dumps(both, ensure_ascii=False).replace("</", "<\\/")


def _picture(url: str, width: int) -> dict[str, object]:
    return {"@type": "ImageObject", "url": url, "width": width, "height": width * 9 // 16, "representative": False}


def _head(chance: random.Random) -> str:
    """What a page says to phones, networks and advertisers."""
    parts = [f'<meta name="app:{n}" content="{chance.randrange(1 << 40):x}">' for n in range(METAS)]
    parts += [f'<link rel="preload" href="/f/{chance.randrange(1 << 40):x}.woff2" as="font">' for _ in range(LINKS)]
    parts += [f'<script async src="/j/{chance.randrange(1 << 40):x}.js"></script>' for _ in range(SCRIPTS)]
    return "\n".join(parts)


def _card(number: int, title: str, href: str, classes: Sequence[str], notes: str) -> str:
    sizes = ", ".join(f"https://images.example/i/{number}/{width}x{width * 9 // 16}.webp {width}w" for width in WIDTHS)
    picture = f'<img src="/i/{number}.webp" srcset="{sizes}" width="240" height="135" alt="" loading="lazy">'
    link = f'<h4 class="{classes[0]}"><a href="{href}">{escape(title, quote=False)}</a></h4>'
    inner = f'{link}<div class="{classes[1]}"><time>{number % 12 + 1}:15</time><i></i></div>'
    picture = f'<a class="{classes[2]}" href="{href}" tabindex="-1"><span>{picture}</span></a>'
    return f'<div class="card {classes[3]}" data-slot="{number}"{notes}>{picture}<div>{inner}</div></div>\n'


def _menu(tongue: Tongue, chance: random.Random, count: int, classes: Sequence[str]) -> str:
    names = [tongue.phrase(chance, 1, 2) for _ in range(count)]
    kinds = [" ".join(chance.sample(classes, 2)) for _ in range(count)]
    notes = [_notes(chance) for _ in range(count)]
    links = (f'<a href="/{n}/" data-track="menu"{notes[n]}><span>{name}</span></a>' for n, name in enumerate(names))
    entries = (f'<li class="{kinds[n]}" id="menu-{n}">{link}</li>' for n, link in enumerate(links))
    return "<ul>" + "\n".join(entries) + "</ul>"


def _notes(chance: random.Random) -> str:
    said = (f' data-{chance.choice("abcdefgh")}{n}-note="{chance.randrange(1 << 200):x}"' for n in range(NOTES))
    return "".join(said)


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
        f'<symbol id="i{n}"><path d="M{" ".join(str(chance.randrange(100)) for _ in range(200))}z"/></symbol>'
        for n in range(size // 640)
    )
    return f'<svg width="0" height="0">{"".join(paths)}</svg>'
