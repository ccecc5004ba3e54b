"""The verdict: whether what was found is an article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial

from selectolax.lexbor import LexborHTMLParser

from archive import likeness
from archive.models import Failure, Link, Stage
from crawler.extract import kinds, signals
from crawler.extract.body import Body
from crawler.extract.metadata import Meta
from crawler.extract.patterns import notices
from crawler.extract.vocabulary import vocabulary

SHORTEST = 80
"""Letters under which nothing is an article: a headline's worth."""
NEARLY_ALL = 0.8
"""Share of a page's text from which a short one is all that the page has to say. Under a title it is taken at its word,
but not where a source listed it as an article: then it is an error that was answered with status 200."""
MOST_OF_IT = 0.4
"""With more than that around it, a short text that nothing declares to be an article is none: of 1,450 articles two."""
LONGEST_NOTICE = 1_500
SEVERAL, CLEAR, FEW_LINKS = 3, 0.7, 0.3
"""Long paragraphs, share of text in them, share of links. With a type, or a date and a byline, so clear are 710 of
1,450 articles and 4 of 200 other pages that are no forums by their marks."""
MOST_LINKS = 0.4
"""Share of links in the text of a page whose address is a listing's: of 1,450 articles none has it."""
MOST_HEADINGS = 20
COLLECTIONS = frozenset({"CollectionPage", "SearchResultsPage"})
"""schema.org types by which a page says that it is none of its own texts; articles bear other lists' types too."""
FORUM_IDS = frozenset({"XF", "phpbb"})
"""Ids that forum software gives to ``<html>`` or ``<body>``."""


def refuse(parsed: LexborHTMLParser, body: Body, meta: Meta, url: str, link: Link | None) -> Failure | None:
    """Why this is no article; None if it is one."""
    text = "\n".join(body.texts)
    size = len(text) * body.dense
    listed = (link.title or likeness.address(url, text)) if link else ""
    if size < LONGEST_NOTICE and not likeness.told(listed, text):
        told = text if _is_declared(meta) else f"{meta.title}\n{text}"  # a headline may speak of "404 flats"
        low = told.lower()
        if any(cue.found(low) for cue in notices().blocked):
            return _failure(url, "blocked", "The site showed a check for robots, or an error, in place of the article.")
        if listed and not _is_declared(meta) and likeness.strange(listed, f"{_headings(parsed)}\n{text}"):
            said = f"It says nothing of {listed[:80]!r}, as it was announced: most likely a notice in its place."
            return _failure(url, "blocked", said)
    if size < SHORTEST:
        if not text and not meta.title:
            return _failure(url, "empty", "The page shows no text without its scripts.")
        if link is not None or not (text and meta.title) or _share(parsed, body) < NEARLY_ALL:
            return _failure(url, "too-short", "The page has less text than an article's first paragraph.")
    return _other(parsed, body, meta, url, link)


def _is_declared(meta: Meta) -> bool:
    """Whether the page says of itself that it is an article of some day, as no error does."""
    if meta.published is None:
        return False
    typed = not vocabulary().types["article"].isdisjoint(meta.json_ld_types)
    return typed or (meta.og_type == "article" and meta.published.how.endswith("article:published_time"))


def _headings(parsed: LexborHTMLParser) -> str:
    """What the page itself calls what is on it."""
    return "\n".join(node.text() for node in parsed.css("title, h1, h2")[:MOST_HEADINGS])


def _share(parsed: LexborHTMLParser, body: Body) -> float:
    """How much of what the page says to readers the text is."""
    code = sum(len(node.text()) for node in parsed.css("body script, body style, body noscript, body template"))
    shown = len(parsed.body.text(strip=True)) - code if parsed.body else 0
    return sum(map(len, body.texts)) / max(1, shown)


def _other(parsed: LexborHTMLParser, body: Body, meta: Meta, url: str, link: Link | None) -> Failure | None:
    """Whether the page is of another kind: by the marks of a forum, or by the weight of all its signals."""
    text = signals.shape(body)
    made = cache(lambda: signals.maker(parsed))
    if plainly := decided(parsed, meta, made, text, url=url, link=link):
        return None if plainly == "article" else _failure(url, "not-an-article", _looks_like(plainly))
    model = kinds.model()
    found = signals.of_page(meta, made(), text, url, link)
    marks = {name: partial(mark, parsed, found) for name, mark in signals.MARKS.items()}
    doubt, logits = model.judge(found, marks)
    silent = url and found["undeclared"] and found["small"] and found["few_long"]
    if doubt <= model.limit and not (
        silent and (found.get("url_service") or found.get("buttons") or _share(parsed, body) < MOST_OF_IT)
    ):
        return None
    return _failure(url, "not-an-article", _looks_like(*model.reasons(found, logits)))


def decided(
    parsed: LexborHTMLParser,
    meta: Meta,
    made: Callable[[], signals.Maker],
    text: signals.Shape,
    *,
    url: str,
    link: Link | None,
) -> str:
    """The kind of page where there is no doubt; else an empty string. ``made`` is called where it is needed."""
    known, types = vocabulary(), frozenset(meta.json_ld_types)
    if not known.types["forum"].isdisjoint(types):
        return "forum"
    named = not known.types["article"].isdisjoint(types)
    product = not known.types["shop"].isdisjoint(types)
    clear = len(text.long) >= SEVERAL and text.prose >= CLEAR and text.linked <= FEW_LINKS
    if clear and named and not product:
        return "article"
    if not FORUM_IDS.isdisjoint(made().ids) or known.generators["forum"].search(made().generators):
        return "forum"
    addressed = not named and known.urls["forum"].search(url) is not None
    if (addressed or not (url or named)) and signals.marks_forum(parsed):
        return "forum"
    signed = bool(meta.authors and signals.dated(meta, link))
    if clear and signed and not product:
        return "article"
    if addressed:
        return "forum"
    if named or signed:
        return ""
    if meta.og_type.startswith("product"):
        return "shop"
    collected = not clear and not COLLECTIONS.isdisjoint(types)
    linked = text.linked > MOST_LINKS and known.urls["listing"].search(url)
    return "listing" if collected or linked else ""


def _looks_like(kind: str, why: Sequence[str] = ()) -> str:
    because = f": {', '.join(why)}" if why else ""
    return f"It looks like {vocabulary().kinds[kind]}{because}."


def _failure(url: str, reason: str, detail: str) -> Failure:
    return Failure(url, Stage.EXTRACT, reason, detail)
