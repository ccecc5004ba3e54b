"""Directive: what a page asks of those who keep it, in X-Robots-Tag headers and robots metas.

There is no RFC for them; read here as Google documents them (developers.google.com/search/docs/crawling-indexing/
robots-meta-tag), which the other large crawlers follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.models import Page
from crawler.extract import charset, guard

KNOWN = frozenset(
    """
    all follow index indexifembedded noai noarchive nocache nofollow noimageai noimageindex noindex nositelinkssearchbox
    nosnippet notranslate
    """.split()  # noqa: SIM905  # a word list reads better
)
"""Directives without a value. What is none of these, as a part of a date, is passed over."""
VALUED = frozenset({"max-image-preview", "max-snippet", "max-video-preview", "unavailable_after"})
"""Those with a colon and a value, which is not kept. Any other word before a colon is a crawler's name."""
FORBIDDING = (b"noarchive", b"noindex", b"nofollow", b"none", b"nosnippet", b"nocache", b"noai", b"noimage")
"""What makes a meta worth parsing the page for. Most pages have one that only allows."""
META = 4_000
"""Bytes before and after its name in which a meta's tag is looked for."""
MENTIONS = 1_000
"""Of a name that are looked at; a page with more is parsed in any case."""

_AGENT = re.compile(r"\s*([*A-Za-z][\w.*-]*)\s*:(.*)", re.DOTALL)
_WORD = re.compile(r"[\s,;]+")
_UNREAD = frozenset({"noscript", "template"})
"""Elements in which a meta is for others, or for nobody."""


def directives(page: Page, token: str = "cuttings") -> frozenset[str]:  # noqa: S107  # a product token, no password
    """The names of all directives that a page has for everybody or for ``token``, in lower case. Never raises.

    ``none`` is given as the two that it stands for, ``noindex`` and ``nofollow``. Where what is said to everybody
    and to us differs, both are in it: the stricter one holds. Of metas only those that forbid something are read.
    """
    token = token.lower()
    found = {name for key, value in page.headers if key == "x-robots-tag" for name in _of_header(value, token)}
    found |= set(_of_metas(page, token))
    return frozenset(found - {"none"} | ({"noindex", "nofollow"} if "none" in found else set()))


def _of_header(value: str, token: str) -> Iterator[str]:
    """The directives of one header. A crawler's name in it holds for what follows, up to the next one."""
    ours = True
    for part in value.split(","):
        rest = part
        if (named := _AGENT.match(part)) and (name := named[1].lower()) not in VALUED:
            ours = name in {token, "*", "robots"}
            rest = named[2]
        if ours:
            yield from _names(rest)


def _names(text: str) -> Iterator[str]:
    for word in _WORD.split(text.lower()):
        name, colon, _ = word.partition(":")
        if name in KNOWN or name == "none" or (colon and name in VALUED):
            yield name


def _of_metas(page: Page, token: str) -> Iterator[str]:
    body = page.body
    if b"\0" in body:  # UTF-16, in which no byte string would be found
        body = charset.utf8(body, page.header("content-type"))
    if not _may_forbid(body.lower(), (b"robots", token.encode())):
        return
    tree = LexborHTMLParser(guard.tame(charset.utf8(body, page.header("content-type"))))
    for meta in tree.css("meta[name][content]"):
        attributes = meta.attributes
        if (attributes["name"] or "").strip().lower() in {"robots", token} and _is_read(meta):
            yield from _names(attributes["content"] or "")


def _may_forbid(body: bytes, names: tuple[bytes, ...]) -> bool:
    """Whether some tag names a robots meta and has a word that forbids, commented out or not. ``body`` in lower case.

    Looks at the surroundings of each mention alone: 0.1 ms a page, where parsing takes 3.
    """
    for name in names:
        at = -1
        for _ in range(MENTIONS):
            if (at := body.find(name, at + 1)) < 0:
                break
            begin = body.rfind(b"<", max(0, at - META), at)
            if begin >= 0 and body.startswith(b"<meta", begin):
                end = body.find(b">", at, at + META)
                tag = body[begin : end if end >= 0 else at + META]
                if any(word in tag for word in FORBIDDING):
                    return True
        else:
            return True
    return False


def _is_read(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in _UNREAD:
            return False
        above = above.parent
    return True
