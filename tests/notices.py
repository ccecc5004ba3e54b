"""Notices that sites show in place of an article, and articles about such notices, for tests: ``notices.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

_MENU = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("Politics", "Sport", "Culture", "Business"))
_PARTS = {
    "{HEADER}": f"<header><nav><ul>{_MENU}</ul></nav></header>",
    "{FOOTER}": '<footer><p>© 2026 The Paper. All rights reserved.</p><a href="/imprint">Imprint</a></footer>',
    "{ASKED}": "<label>E-mail<input name=email></label><label>Password<input type=password></label>",
}
_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def whole(inside: str) -> str:
    """The inside of a body with menu and footer in their places."""
    for name, part in _PARTS.items():
        inside = inside.replace(name, part)
    return inside


NOTICES = {one["name"]: (one["title"], whole(one["inside"])) for one in _DATA["notice"]}
"""Name → (title, inside of the body)."""
ABOUT = [(one["title"], *(" ".join(text.split()) for text in one["paragraphs"])) for one in _DATA["about"]]
"""(title, its two paragraphs)."""
