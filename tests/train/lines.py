"""Trains the model of lines: which of the lines in an article's part of the page are the article's.

    python -m tests.train.lines dump /tmp/lines.pickle     # read the labelled pages into rows
"""

from __future__ import annotations

import gzip
import json
import os
import pickle
import re
import sys
from collections import Counter
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from crawler.extract import body, boilerplate, features, guard, metadata

BENCH = Path(os.environ.get("CUTTINGS_BENCH", Path(__file__).parents[3] / "shared" / "bench"))
WORD = re.compile(r"\w+")
SETS = ("fundus", "wcxb", "trafilatura", "readability")


def labels(lines, page):
    """1 for a line of the article, 0 for another, None where the labels do not tell."""
    if "text" not in page:
        with_ = [" ".join(s.split()) for s in page["with"]]
        without = [" ".join(s.split()) for s in page["without"]]
        out = []
        for line in lines:
            t = " ".join(line.text.split())
            if any(s in t for s in without): out.append(0)
            elif any(s in t for s in with_): out.append(1)
            else: out.append(None)
        return out
    gold = WORD.findall(page["text"].lower())
    # greedy alignment by shingles of min(4, words) words, counted
    goldset = {n: Counter(zip(*(gold[i:] for i in range(n)))) for n in (1, 2, 3, 4)}
    goldlines = Counter(" ".join(WORD.findall(l.lower())) for l in page["text"].split("\n"))
    out = []
    for line in lines:
        words = WORD.findall(line.text.lower())
        if not words:
            out.append(None); continue
        n = min(4, len(words))
        sh = list(zip(*(words[i:] for i in range(n))))
        if len(words) < 4:
            # short: a line of its own, or a part of gold
            j = " ".join(words)
            if goldlines.get(j): out.append(1)
            else:
                hit = sum(1 for s in sh if goldset[n].get(s))
                # a one-word line that occurs in the text somewhere tells nothing
                out.append(None if hit == len(sh) else 0)
            continue
        hit = sum(1 for s in sh if goldset[n].get(s, 0) > 0)
        share = hit / len(sh)
        out.append(1 if share >= 0.6 else 0 if share <= 0.3 else None)
    return out


def rows(page):
    parsed = LexborHTMLParser(guard.tame(page["html"].replace("\0", "")))
    meta = metadata.read(parsed, page.get("url") or "", hint=None, fetched_at=None, rules=None)
    found = body.read(parsed, page.get("url") or "", meta, None)
    boilerplate.mark(found.lines, found.known)
    table = features.table(found.lines, found.known)
    y = labels(found.lines, page)
    return [
        (x, label, len(WORD.findall(line.text)), line.why, line.text, line.raw, line.block.kind.value)
        for x, label, line in zip(table, y, found.lines)
    ]


def dump(path):
    data = []
    for name in SETS:
        with gzip.open(BENCH / "data" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                page = json.loads(line)
                data.append((name, page["id"], page.get("url"), rows(page)))
    Path(path).write_bytes(pickle.dumps(data))


if __name__ == "__main__":
    dump(sys.argv[2])
