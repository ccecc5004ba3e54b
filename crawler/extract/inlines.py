"""Inlines: the runs of text in a line, in their styles, with white space as a reader would see it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.models import Inline

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00]+")
Style = tuple[str, bool, bool, bool]
"""As in Inline: href, strong, emphasis, code."""
Run = tuple[str, Style]
PLAIN: Style = ("", False, False, False)
BREAK = "\n"
"""Stands for a ``<br>`` until a line is finished; white space of the page never reaches that point as it is."""


def squeeze(text: str) -> str:
    """White space single, one at an end where there was any; invisible characters left out."""
    inner = " ".join(text.split())
    if not inner:
        return " "
    if text[0].isspace():
        inner = f" {inner}"
    if text[-1].isspace():
        inner += " "
    return inner if inner.isascii() else INVISIBLE.sub("", inner)


def split(parts: Sequence[Run]) -> list[tuple[Inline, ...]]:
    """Runs parted by two or more line breaks, each tidied; empty ones left out."""
    out: list[tuple[Inline, ...]] = []
    current: list[Run] = []
    breaks = 0
    for part in parts:
        if part[0] == BREAK:
            breaks += 1
            if breaks == 2:
                out.append(tidy(current))
                current = []
            continue
        if part[0].strip():
            if breaks == 1:
                current.append((BREAK, part[1]))
            breaks = 0
        current.append(part)
    out.append(tidy(current))
    return [run for run in out if run]


def tidy(parts: Sequence[Run]) -> tuple[Inline, ...]:
    """One line's runs: white space single and none at the ends, equal neighbours joined."""
    texts: list[str] = []
    styles: list[Style] = []
    last = BREAK
    for text, style in parts:
        kept = text.lstrip(" ") if last in " \n" else text
        if not kept:
            continue
        if kept == BREAK and texts:
            texts[-1] = texts[-1].rstrip(" ")
        last = kept[-1]
        if styles and styles[-1] == style:
            texts[-1] += kept
        else:
            texts.append(kept)
            styles.append(style)
    while texts:
        texts[-1] = texts[-1].rstrip()
        if texts[-1]:
            break
        del texts[-1], styles[-1]
    return tuple(Inline(text, *style) for text, style in zip(texts, styles, strict=True) if text)
