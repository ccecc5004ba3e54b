"""Asides: what points to another story amid a paragraph: "… in May. Read also: *headline* The council …"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from archive.models import Block, Inline
from crawler.extract.patterns import notices

LEAD: Final = re.compile(r"(?:^|(?<=[.!?…»”\"'’)]\s))([^.!?…:：]{3,40})\s?[:：]\s*$")
"""A few words and a colon, after a sentence's end."""


def without(block: Block) -> Block:
    """A paragraph without links that follow such words as "Read also:"; untouched if it is nothing else."""
    runs = list(block.inlines)
    for at in range(len(runs) - 1, 0, -1):
        before = runs[at - 1]
        if not runs[at].href or before.href or before.text.rstrip()[-1:] not in {":", "："}:
            continue
        lead = LEAD.search(before.text)
        if lead is None or notices().promo.length(lead[1].lower()) != len(lead[1].rstrip()):
            continue
        kept = before.text[: lead.start(1)]
        rest = runs[at + 1 :]
        if rest and (not kept or kept[-1].isspace()):
            rest[0] = replace(rest[0], text=rest[0].text.lstrip(" .…"))
        runs[at - 1 :] = [*([replace(before, text=kept)] if kept else []), *rest]
    left: tuple[Inline, ...] = tuple(run for run in runs if run.text)
    return (
        replace(block, inlines=left)
        if len(runs) < len(block.inlines) and any(run.text.strip() for run in left)
        else block
    )
