"""Search query: what a person typed, as an FTS5 expression that is always valid.

``"exact phrase"``, ``begin*`` and ``-without`` mean what they mean in search engines; everything else is words that
must all occur. FTS5's own operators are not passed on, so no input can be a syntax error.
"""

from __future__ import annotations

import re

_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))(?P<star>\*?)')


def fts5(typed: str) -> str:
    """An expression for ``MATCH``, or an empty string if there is no word to look for.

    Words to leave out count only beside words to find: FTS5 has no "everything but".
    """
    wanted: list[str] = []
    unwanted: list[str] = []
    for term in _TERM.finditer(typed):
        text = term["word"] if term["phrase"] is None else term["phrase"]
        star = term["star"] or ("*" if term["word"] and text.endswith("*") else "")
        # Without a letter or digit the tokenizer makes nothing of it, and nothing is not found in any text.
        if not any(character.isalnum() for character in text):
            continue
        quoted = '"' + "".join(c for c in text.rstrip("*") if c.isprintable()) + '"' + star
        (unwanted if term["minus"] else wanted).append(quoted)
    if not wanted:
        return ""
    return " NOT ".join(["(" + " AND ".join(wanted) + ")", *unwanted])
