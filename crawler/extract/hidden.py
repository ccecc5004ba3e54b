"""Hidden: what a page does not show, and what it shows at a click."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborNode

TITLES: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "summary"})
"""Elements in which a button is what opens the part that they are the title of."""
STREAMED: Final = re.compile(r"S:[0-9a-f]+$")
"""The id under which React sends a part of the page hidden, to be moved into its place by script."""
FOLDED: Final = re.compile(r"accord|collaps|faq|answer|toggle|tab|panel|expand", re.IGNORECASE)
"""Names of parts that unfold at a click."""
OPENS: Final = "button, h2, h3, h4, [aria-expanded], summary"
HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


def is_hidden(attrs: dict[str, str | None]) -> bool:
    if "hidden" in attrs:
        return attrs["hidden"] != "until-found" and not STREAMED.match(attrs.get("id") or "")
    style = (attrs["style"] or "").lower()  # a look takes a third of the time of the pattern
    return ("none" in style or "hidden" in style) and HIDDEN.search(style) is not None


def unfolds(node: LexborNode, attrs: Mapping[str, str | None]) -> bool:
    """Whether a hidden part is what a click on the heading over it shows, as in lists of questions and answers.

    It says so itself (https://www.w3.org/WAI/ARIA/apg/patterns/accordion/), or it and what it stands in are called so.
    On the labelled pages, 28 such parts are the article's and 2 are not; of other hidden parts 16 of 300 are.
    """
    if attrs.get("role") in {"region", "tabpanel"} and "aria-labelledby" in attrs:
        return True
    up, before = node.parent, node.prev
    if up is None or not all(FOLDED.search(f"{a.get('class')} {a.get('id')}") for a in (attrs, up.attributes)):
        return False
    while before is not None and before.tag in {"-text", "-comment"}:
        before = before.prev
    return before is not None and (before.tag in TITLES or before.css_first(OPENS) is not None)
