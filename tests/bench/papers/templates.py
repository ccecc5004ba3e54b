"""Templates: how publishers' programs mark up a story and what stands in it, from tables of the 2000s to today's.

In all of them what is not the article's stands in the article's own element, and in most as its paragraphs do. No
name says what a part is, as one extractor's list of names would then be what is measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from tests.bench.papers.parts import Box, Line, Part, Shape


@dataclass(frozen=True, slots=True)
class Template:
    """Format strings: ``{0}`` is what stands within, names are classes (see ``Style``)."""

    name: str
    body: str = '<div class="{body}">{0}</div>'
    text: str = '<p class="{text}">{0}</p>'
    head: str = '<h2 class="{head}">{0}</h2>'
    bullets: str = '<ul class="{list}">{0}</ul>'
    item: str = "<li>{0}</li>"
    quote: str = "<blockquote><p>{0}</p></blockquote>"
    box: str = '<div class="{box}">{0}</div>'
    """Around what is not the article's."""
    note: str = "<p>{0}</p>"
    label: str = "<h3>{0}</h3>"
    links: str = "<ul>{0}</ul>"
    entry: str = "<li>{0}</li>"
    boxes: str = "part-{n}"
    """Class of a box, by the number of its kind."""
    words: tuple[str, ...] = ("main-text", "text", "sub", "items")
    """Classes: body, text, head, list."""
    hashed: bool = False
    """Whether a program makes up the classes, anew whenever the site is brought up to date."""
    placed: bool = True
    """Whether what is not the article's has places of its own, by tags and classes."""
    joint: str = "\n"
    """What stands between two parts."""


@dataclass(frozen=True, slots=True)
class Style:
    """A template as one publisher has it, at one time."""

    template: Template
    seed: str

    def classes(self, kind: str = "") -> Mapping[str, str]:
        template, keys = self.template, ("body", "text", "head", "list")
        if template.hashed:
            return {key: self._hash(key) for key in keys} | {
                "box": self._hash(kind),
                "n": "",
                "box2": self._hash(kind * 2),
            }
        number = int(self._digest(kind)[:4], 16) % 90 + 1
        return dict(zip(keys, template.words, strict=True)) | {"box": template.boxes.format(n=number), "n": str(number)}

    def _hash(self, key: str) -> str:
        digest = self._digest(key)
        return f"css-{digest[:6]}" if int(digest[6], 16) % 2 else f"sc-{digest[:5]} {digest[7:12].translate(_LETTERS)}"

    def _digest(self, key: str) -> str:
        return hashlib.sha256(f"{self.seed}/{key}".encode()).hexdigest()


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def markup(flow: tuple[Part | Box, ...], style: Style) -> str:
    """The article's element with all that stands in it."""
    template, names = style.template, style.classes()
    set_ = [_box(one, style) if isinstance(one, Box) else _part(one, template, names) for one in flow]
    return template.body.format(template.joint.join(set_), **names)


def _part(part: Part, template: Template, names: Mapping[str, str]) -> str:
    lines = [_line(line) for line in part.lines]
    match part.shape:
        case Shape.HEADING:
            return template.head.format(lines[0], **names)
        case Shape.LIST:
            return template.bullets.format("".join(template.item.format(line, **names) for line in lines), **names)
        case Shape.QUOTE:
            return template.quote.format(lines[0], **names)
        case Shape.TABLE:
            return _table(part)
        case Shape.VERSE:
            return template.text.format("<br>\n".join(lines), **names)
    return template.text.format(lines[0], **names)


def _table(part: Part) -> str:
    head, *rows = [[escape(cell) for cell in line.text.split(" | ")] for line in part.lines]
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table><thead><tr>{''.join(f'<th>{c}</th>' for c in head)}</tr></thead><tbody>{body}</tbody></table>"


def _box(box: Box, style: Style) -> str:
    template, names = style.template, style.classes(box.kind)
    inner: list[str] = []
    for part in box.parts:
        lines = [_line(line) for line in part.lines]
        if part.shape is Shape.HEADING:
            inner.append(template.label.format(lines[0], **names))
        elif part.shape is Shape.LIST:
            entries = "".join(template.entry.format(line, **names) for line in lines)
            inner.append(template.links.format(entries, **names))
        else:
            inner.append(template.note.format(lines[0], **names))
    return template.box.format(template.joint.join(inner), **names)


def _line(line: Line) -> str:
    text = escape(line.text, quote=False)
    text = f'<a href="{line.href}">{text}</a>' if line.href else text
    return f"{escape(line.lead, quote=False)}{line.blank}{text}" if line.lead else text


_FLAT = {"box": "{0}", "placed": False}

TEMPLATES: tuple[Template, ...] = (
    Template(
        "blog",
        words=("entry-content", "", "wp-block-heading", "wp-block-list"),
        boxes="code-block code-block-{n}",
        text="<p>{0}</p>",
    ),
    Template(
        "react",
        hashed=True,
        body='<div class="{body}"><div><section>{0}</section></div></div>',
        text='<div class="{body}"><p class="{text}">{0}</p></div>',
        box='<div class="{box}"><div class="{box2}">{0}</div></div>',
        note='<p class="{text}">{0}</p>',
    ),
    Template(
        "bem",
        words=("story__text", "story__paragraph", "story__crosshead", "story__list"),
        boxes="story__part story__part--m{n}",
        note='<p class="story__paragraph">{0}</p>',
        label='<h2 class="story__crosshead">{0}</h2>',
    ),
    Template(
        "tables",
        body='<table width="620" cellpadding="4"><tr><td valign="top">{0}</td></tr></table>',
        text='<p><font face="Verdana" size="2">{0}</font></p>',
        head='<p><font face="Verdana" size="2"><b>{0}</b></font></p>',
        box='<table width="100%" bgcolor="#e{n}e{n}e0" border="0"><tr><td>{0}</td></tr></table>',
        note='<p><font face="Verdana" size="2">{0}</font></p>',
        label="<p><b>{0}</b></p>",
        placed=False,
    ),
    Template(
        "accelerated",
        body='<div class="cnt"><section>{0}</section></div>',
        text="<p>{0}</p>",
        boxes="i-{n}",
        box='<div class="{box}"><amp-layout layout="container">{0}</amp-layout></div>',
        label="<h4>{0}</h4>",
    ),
    Template(
        "elements",
        body="<pp-story><pp-text>{0}</pp-text></pp-story>",
        text="<p>{0}</p>",
        box='<pp-slot class="s{n}"><pp-unit>{0}</pp-unit></pp-slot>',
    ),
    Template("plain", body="{0}", text="<p>{0}</p>", head="<h3>{0}</h3>", bullets="<ul>{0}</ul>", **_FLAT),
    Template(
        "breaks",
        body='<div id="txt">{0}</div>',
        text="{0}",
        head="<b>{0}</b>",
        bullets="{0}",
        item="• {0}<br>",
        quote="<i>{0}</i>",
        note="{0}",
        label="<b>{0}</b>",
        links="{0}",
        entry="• {0}<br>",
        joint="<br><br>\n",
        **_FLAT,
    ),
    Template(
        "utilities",
        words=("mx-auto max-w-2xl", "mt-6 text-lg leading-8", "mt-10 text-2xl font-bold", "mt-4 list-disc pl-6"),
        boxes="my-{n} rounded border p-4",
        note='<p class="mt-6 text-lg leading-8">{0}</p>',
    ),
    Template(
        "modules",
        words=("field field--name-body field__item", "text-long", "h2", "ul"),
        text='<div class="paragraph paragraph--type--text"><div class="field__item"><p>{0}</p></div></div>',
        boxes="paragraph paragraph--type--t{n}",
        box='<div class="{box}"><div class="field__item">{0}</div></div>',
    ),
    Template(
        "divs",
        text='<div class="p">{0}</div>',
        head='<div class="p"><strong>{0}</strong></div>',
        box="{0}",
        note='<div class="p q{n}">{0}</div>',
        label='<div class="p q{n}"><strong>{0}</strong></div>',
        links='<div class="p q{n}">{0}</div>',
        entry="<div>{0}</div>",
    ),
    Template(
        "office",
        text='<p class="MsoNormal"><span style="font-size:11pt">{0}</span></p>',
        head='<p class="MsoNormal"><b>{0}</b></p>',
        bullets="{0}",
        item='<p class="MsoNormal">• {0}</p>',
        note='<p class="MsoNormal"><span style="font-size:11pt">{0}</span></p>',
        label='<p class="MsoNormal"><b>{0}</b></p>',
        links="{0}",
        entry='<p class="MsoNormal">{0}</p>',
        **_FLAT,
    ),
    Template(
        "nested",
        body='<div class="post-body"><div dir="ltr"><div><div>{0}</div></div></div></div>',
        text='<div><span style="color:#222">{0}</span></div><div><br></div>',
        head="<h4>{0}</h4>",
        note='<div><span style="color:#222">{0}</span></div><div><br></div>',
        label="<div><b>{0}</b></div>",
        links="{0}",
        entry="<div>{0}</div>",
        **_FLAT,
    ),
    Template(
        "scoped",
        hashed=True,
        body='<div class="{body}"><div data-v-app="">{0}</div></div>',
        text='<p class="{text}">{0}</p>',
        box="{0}",
        note='<p class="{text} {box}">{0}</p>',
        label='<p class="{text} {box}"><strong>{0}</strong></p>',
        links='<ul class="{box}">{0}</ul>',
    ),
    Template(
        "microdata",
        body='<div itemprop="articleBody">{0}</div>',
        text="<p>{0}</p>",
        box="<div>{0}</div>",
        label="<h2>{0}</h2>",
    ),
    Template(
        "sections",
        words=("rte", "rte__p", "rte__h", "rte__l"),
        body='<section class="{body}">{0}</section>',
        box='<section class="{box}" data-x="{n}">{0}</section>',
        boxes="x{n}-y",
        label="<p><strong>{0}</strong></p>",
        links="<p>{0}</p>",
        entry="{0}<br>",
    ),
)
