"""Harmless: a raw page as it looked, with nothing left in it that runs, or asks for anything anywhere. Pure.

Its sandbox and policy (archive.plugin.snapshot.SANDBOX) forbid both by themselves; this is the second lock, and keeps
the browser from even trying.
"""

from __future__ import annotations

import re
from typing import Final

import nh3

_TAGS: Final = frozenset(
    "a abbr acronym address article aside b bdi bdo big blockquote br button caption center cite code col colgroup dd"  # noqa: SIM905  # a list of eighty lines says no more
    " del details dfn dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img"
    " ins kbd label legend li main mark menu nav ol optgroup option p picture pre q rp rt ruby s samp section"
    " select small span strike strong style sub summary sup table tbody td tfoot th thead time tr tt u ul var"
    " wbr".split()
)
_ATTRIBUTES: Final = {
    "*": {
        "abbr", "align", "alt", "aria-label", "bgcolor", "border", "cellpadding", "cellspacing", "class", "color",
        "colspan", "datetime", "dir", "face", "headers", "height", "hidden", "id", "lang", "name", "open", "reversed",
        "role", "rowspan", "scope", "size", "span", "start", "style", "title", "type", "valign", "value", "width",
    },
    "a": {"href"},
}  # fmt: skip
_MOST = 30_000
"""Elements; cleaning takes up to a second and a half for so many, if each stands in the one before."""
# Text of noscript is markup to a browser that runs no scripts, and to nh3 it is text.
_DROPPED: Final = {
    "noscript",
    "script",
    "template",
    "noembed",
    "noframes",
    "iframe",
    "object",
    "embed",
    "applet",
    "textarea",
    "title",
}
"""With what is in them."""
# What loads something, however its letters are written: CSS lets any of them be escaped.
_LETTER = {
    one: rf"(?:{one}|\\{one}|\\0{{0,4}}(?:{ord(one):x}|{ord(one.upper()):x})\s?)"
    for one in "abcdefghijklmnopqrstuvwxyz"
}
_LOADS = "|".join(
    "".join(_LETTER.get(letter, letter) for letter in word) for word in ("url", "src", "image-set", "image")
)
_LOADED = re.compile(
    rf"(?:-\w+-)?(?:{_LOADS})\s*\((?!\s*[\"']?data:)(?:[^()\"']|\"[^\"]*\"?|'[^']*'?)*\)?", re.IGNORECASE
)
_IMPORT = re.compile(rf"@(?:{''.join(_LETTER[one] for one in 'import')})[^;}}]*;?", re.IGNORECASE)
_STYLE = re.compile(r"(<style[^>]*>)(.*?)(</style>)", re.DOTALL)


def page(source: str) -> str:
    """A whole HTML document of a page's source; of one that is too large to be cleaned soon, that it is."""
    if source.count("<") > _MOST:
        source = "<p>This page has too many elements to be shown as it looked. Look at it as source."
    clean = nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=_DROPPED,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_filtered,
        url_schemes={"http", "https", "mailto"},
        link_rel="noreferrer noopener nofollow",
    )
    clean = _STYLE.sub(lambda found: found[1] + _unloaded(found[2]) + found[3], clean)
    head = '<head><meta charset="utf-8"><title>A page as it was</title></head>'
    return f"<!DOCTYPE html><html>{head}<body>{clean}</body></html>"


def _filtered(tag: str, name: str, value: str) -> str | None:  # noqa: ARG001  # nh3 calls it so
    return _unloaded(value) if name == "style" else value


def _unloaded(css: str) -> str:
    return _LOADED.sub("none", _IMPORT.sub("", css))
