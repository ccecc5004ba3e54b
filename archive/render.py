"""Rendering: an article's blocks as Markdown and as HTML. Plain text is ``Article.text``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby

from archive.models import Block, Inline, Kind

SPECIAL = re.compile(r"([\\`*_\[\]<>]|~~|&(?=#?\w{1,32};))")
"""What reads as markup amid a line, or as the name of a character."""
LINE_START = re.compile(r"^(\s*)(#{1,6}(?=\s)|[-+](?=\s)|\d{1,9}(?=[.)]\s)|[=~]{3,}|\|)", re.MULTILINE)
FENCE = re.compile(r"`{3,}")


def markdown(blocks: Iterable[Block]) -> str:
    """CommonMark with pipe tables (GitHub Flavored Markdown, 4.10); what would read as markup is escaped."""
    return "\n\n".join(filter(None, map(_md_block, blocks)))


def html(blocks: Iterable[Block]) -> str:
    """HTML of these elements alone: p, h1–h6, ul, ol, li, blockquote, table, pre, figure, a, strong, em, code, br.

    Every text and every attribute is escaped, and links are http or https, so it may stand in any page.
    """
    return "\n".join(filter(None, map(_html_block, blocks)))


# -- Markdown


def _md_block(block: Block) -> str:
    match block.kind:
        case Kind.HEADING:
            text = _md_line(block.inlines)
            return f"{'#' * min(max(block.level, 1), 6)} {text}" if text else ""
        case Kind.LIST:
            return _md_list(block)
        case Kind.QUOTE:
            who = _md_line([Inline(f"— {block.credit}")]) if block.credit else ""
            inner = "\n\n".join(filter(None, (_md_inlines(block.inlines), markdown(block.children), who)))
            return "\n".join(f"> {line}".rstrip() for line in inner.split("\n")) if inner else ""
        case Kind.TABLE:
            return _md_table(block)
        case Kind.CODE:
            return _md_code(block.text)
        case Kind.FIGURE:
            caption = _md_line(block.inlines)
            return f"![{caption}]({_md_url(block.url)})" if block.url else caption
    return _md_inlines(block.inlines)


def _md_list(block: Block) -> str:
    out = []
    for number, item in enumerate(block.children, 1):
        mark = f"{number}. " if block.level else "- "
        first = _md_inlines(item.inlines)
        parts = [first] if first else []
        parts += filter(None, map(_md_block, item.children))
        nested = all(child.kind is Kind.LIST for child in item.children)
        text = ("\n" if nested else "\n\n").join(parts)
        out.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(re.sub(r"[ \t]+$", "", line, flags=re.MULTILINE) for line in out)


def _md_table(block: Block) -> str:
    rows = [[_md_line(cell.inlines).replace("|", "\\|") for cell in r.children] for r in block.children]
    if not rows:
        return ""
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    if not any(cell.level for cell in block.children[0].children):
        rows.insert(0, [""] * width)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _md_code(text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in FENCE.findall(text)), 3)
    return f"{fence}\n{text}\n{fence}"


def _md_line(inlines: Sequence[Inline]) -> str:
    """Runs where Markdown has room for one line only: a break is a blank."""
    return _md_inlines([replace(run, text=run.text.replace("\n", " ")) for run in inlines])


def _md_inlines(inlines: Sequence[Inline]) -> str:
    """Runs with their marks; a link that goes over several runs is written once."""
    out = ""
    for href, linked in groupby(_flanked(inlines), key=lambda run: run.href):
        text = ""
        for strong, group in groupby(linked, key=lambda run: run.strong):
            inner = ""
            for emphasis, runs in groupby(group, key=lambda run: run.emphasis):
                inner += _between("*" if emphasis else "", "".join(map(_md_run, runs)))
            text += _between("**" if strong else "", inner)
        if href and text.strip():
            lead, core, tail = _edges(text)
            text = f"{lead}[{core}]({_md_url(href)}){tail}"
        out += text
    return LINE_START.sub(_escape_start, out).replace("\n", "\\\n")


def _flanked(inlines: Sequence[Inline]) -> Iterator[Inline]:
    """Runs with punctuation moved out of marks that touch a word there: no parser would read them as marks.

    See https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run; text without blanks has many such places.
    """
    for before, run, after in zip((None, *inlines), inlines, (*inlines[1:], None), strict=False):
        text = run.text
        start, end = 0, len(text)
        if (run.strong or run.emphasis) and not (run.code or run.href):
            while before is not None and _is_word(before.text[-1:]) and start < end and _is_mark(text[start]):
                start += 1
            while after is not None and _is_word(after.text[:1]) and start < end and _is_mark(text[end - 1]):
                end -= 1
        if start:
            yield Inline(text[:start])
        if start < end:
            yield run if end - start == len(text) else replace(run, text=text[start:end])
        if end < len(text):
            yield Inline(text[end:])


def _is_word(char: str) -> bool:
    return bool(char) and not char.isspace() and not _is_mark(char)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _between(mark: str, text: str) -> str:
    lead, core, tail = _edges(text)
    return f"{lead}{mark}{core}{mark}{tail}" if core else text


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def _md_run(run: Inline) -> str:
    lead, core, tail = _edges(run.text)
    if not core:
        return run.text
    if run.code:
        fence = "``" if "`" in core else "`"
        pad = " " if "`" in core else ""
        core = f"{fence}{pad}{core}{pad}{fence}"
    else:
        core = SPECIAL.sub(r"\\\1", core)
    return f"{lead}{core}{tail}"


def _edges(text: str) -> tuple[str, str, str]:
    """White space before, the rest, white space after: marks must touch what they mark."""
    core = text.strip()
    if not core:
        return text, "", ""
    start = text.index(core)
    return text[:start], core, text[start + len(core) :]


def _md_url(url: str) -> str:
    return (
        url.replace(" ", "%20")
        .replace("(", "%28")
        .replace(")", "%29")
        .replace("<", "%3C")
        .replace(">", "%3E")
        .replace("\n", "")
    )


# -- HTML


def _html_block(block: Block) -> str:
    text = _html_inlines(block.inlines)
    inner = html(block.children) if block.children else ""
    match block.kind:
        case Kind.HEADING:
            level = min(max(block.level, 1), 6)
            return f"<h{level}>{text}</h{level}>"
        case Kind.LIST:
            tag = "ol" if block.level else "ul"
            return f"<{tag}>\n{inner}\n</{tag}>"
        case Kind.ITEM:
            return f"<li>{text}{inner}</li>"
        case Kind.QUOTE:
            who = f"<p>— {escape(block.credit)}</p>" if block.credit else ""
            return f"<blockquote>{f'<p>{text}</p>' if text else ''}{inner}{who}</blockquote>"
        case Kind.TABLE:
            return f"<table>\n{inner}\n</table>"
        case Kind.ROW:
            return f"<tr>{''.join(map(_html_block, block.children))}</tr>"
        case Kind.CELL:
            tag = "th" if block.level else "td"
            return f"<{tag}>{text}{inner}</{tag}>"
        case Kind.CODE:
            return f"<pre><code>{escape(block.text)}</code></pre>"
        case Kind.FIGURE:
            return _html_figure(block, text)
    return f"<p>{text}</p>" if text else ""


def _html_figure(block: Block, caption: str) -> str:
    credit = f"<small>{escape(block.credit)}</small>" if block.credit else ""
    legend = " ".join(filter(None, (caption, credit)))
    image = f'<img src="{escape(block.url)}" alt="" loading="lazy">' if _is_web(block.url) else ""
    return f"<figure>{image}{f'<figcaption>{legend}</figcaption>' if legend else ''}</figure>"


def _html_inlines(inlines: Sequence[Inline]) -> str:
    out = ""
    for href, group in groupby(inlines, key=lambda run: run.href):
        text = "".join(_html_run(replace(run, href="")) for run in group)
        out += f'<a href="{escape(href)}" rel="noopener nofollow">{text}</a>' if _is_web(href) else text
    return out


def _html_run(run: Inline) -> str:
    text = escape(run.text).replace("\n", "<br>\n")
    if run.code:
        text = f"<code>{text}</code>"
    if run.emphasis:
        text = f"<em>{text}</em>"
    if run.strong:
        text = f"<strong>{text}</strong>"
    return text


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
