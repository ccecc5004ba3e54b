"""Asides: what points to another story amid a paragraph: "… in May. Read also: *headline* The council …"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from archive.models import Block, Inline
from crawler.extract.patterns import notices

LEAD: Final = re.compile(r"(?:^\s*|(?<=[.!?…»”\"'’)]\s))([^\s.!?…:：][^.!?…:：]{2,40})\s?[:：]\s*$")
"""A few words and a colon, after a sentence's end or a link."""
COLONS: Final = frozenset(":：")


def without(block: Block) -> Block:
    """A paragraph without links that follow such words as "Read also:"; untouched if it is nothing else."""
    runs = list(block.inlines)
    end = len(runs)
    while end > 1:
        end -= 1
        if not runs[end].href:
            continue
        start = end - 1
        if start and runs[start].text.isspace():
            start -= 1
        before = runs[start]
        if before.href or before.text.rstrip()[-1:] not in COLONS:
            continue
        lead = LEAD.search(before.text)
        if lead is None or notices().promo.length(lead[1].lower()) != len(lead[1].rstrip()):
            continue
        kept, rest = before.text[: lead.start(1)], runs[end + 1 :]
        if not rest:
            kept = kept.rstrip()
        elif not kept or kept[-1].isspace():
            rest[0] = replace(rest[0], text=rest[0].text.lstrip(" .…"))
        runs[start:] = [*([replace(before, text=kept)] if kept else []), *rest]
        end = start + 1 if kept else start
    left: tuple[Inline, ...] = tuple(run for run in runs if run.text)
    changed = len(runs) < len(block.inlines) and any(run.text.strip() for run in left)
    return replace(block, inlines=left) if changed else block
