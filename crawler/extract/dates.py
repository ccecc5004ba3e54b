"""Dates: when an article was published and changed, from the surest place a page gives, with its precision.

The places stand in the order in which they are believed (``_published``): what the page says of itself to
machines, then what the feed said, then what it shows to readers, coerced to the day. Nothing is dated after the
fetch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.models import Link, Precision, Stamp
from config.models import Rules
from crawler.extract import timestamps
from crawler.extract.around import Lines, Near
from crawler.extract.head import Head
from crawler.extract.json_ld import LinkedData, first_text, types_of
from crawler.extract.select import attribute, brief, elsewhere, select

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Of dates that are guessed from a URL or from text; what a page declares may be older."""

_PUBLISHED_METAS = (
    *(
        "articlepublishedtime",
        "ogarticlepublishedtime",
        "articlepublished",
        "ogpublishedtime",
        "datepublished",
        "ogpubdate",
    ),
    *(
        "parselypubdate",
        "sailthrudate",
        "publishdate",
        "publisheddate",
        "publishedtime",
        "published",
        "publicationdate",
    ),
    *("pubdate", "originalpublicationdate", "cxenseparserecspublishtime", "cxenseparsepublishtime", "dcdateissued"),
    *("dctermsissued", "dctermsavailable", "dctermscreated", "dcdatecreated", "dccreated", "dcdate", "dctermsdate"),
    *(
        "citationpublicationdate",
        "citationonlinedate",
        "citationdate",
        "articledateoriginal",
        "datecreated",
        "btpubdate",
    ),
    *("rnewsdatepublished", "shareaholicarticlepublishedtime", "articlecreateat", "ptime", "timestamp", "date"),
)
_MODIFIED_METAS = (
    *(
        "articlemodifiedtime",
        "ogarticlemodifiedtime",
        "ogupdatedtime",
        "datemodified",
        "articleupdated",
        "dctermsmodified",
    ),
    *("dcdatemodified", "articleupdatedtime", "modifiedtime", "lastmodified", "lastmod", "utime"),
)
"""Names of meta elements in the order in which they are believed, without their punctuation, which varies."""
_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_URL = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-/_.]?)(0[1-9]|1[0-2]|(?<=[-/_])[1-9])\2(0[1-9]|[12]\d|3[01]|(?<=[-/_])[1-9])(?!\d)"
)
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)[-/](0[1-9]|1[0-2])/")
_STATE = re.compile(
    r'\\?"(?:date_?published|published_?(?:at|date|time|on)?|publish_?(?:date|time|ed_?at)|first_?published(?:_?(?:at|date))?'
    r'|publication_?(?:date|time)|pub_?date)\\?"\s*:\s*\\?"(\d{4}-\d\d-\d\d[^"\\]{0,30})',
    re.IGNORECASE,
)
_NAMED = '[class*="publish" i], [class*="date" i]:not([class*="update" i]), [class*="byline" i], [class*="posted" i]'
"""Elements that are named after dates."""
_CHANGED = re.compile(
    r"updat|modif|aktualisiert|mis à jour|actualiza|atualiza|aggiorna|bijgewerkt|обновл|更新", re.IGNORECASE
)


_REDATED = frozenset({"json-ld:datePublished", "meta:datepublished"})
SEEN = 15
SHORT = 60
MOST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Clock:
    """Reads a page's dates by its language and region, and refuses those that lie after it was fetched."""

    region: str
    fetched_at: datetime | None

    def stamp(self, value: str, how: str, *, weak: bool = False) -> Stamp | None:
        """A believable date in ``value``; a weak one is held to the day and to the time of the web."""
        for at, precision in timestamps.every(value, self.region):
            if at == datetime.fromtimestamp(0, UTC) or at.year < 1000 or (weak and at < EARLIEST):
                continue  # an empty field printed as a date
            stamp = Stamp(at, precision, how)
            if weak and precision in {Precision.SECOND, Precision.MINUTE}:
                stamp = Stamp(at.replace(hour=0, minute=0, second=0), Precision.DAY, how)
            if limited := self.limited(stamp):
                return limited
        return None

    def limited(self, stamp: Stamp) -> Stamp | None:
        """The stamp, moved back to the fetch if a zone explains that it lies after it, else None.

        A local time without its zone, or with a wrong one, looks as far ahead as the widest zone is.
        """
        if self.fetched_at is None or stamp.at <= self.fetched_at:
            return stamp
        if stamp.at - self.fetched_at > timestamps.WIDEST:
            return None
        return Stamp(self.fetched_at.astimezone(stamp.at.tzinfo), Precision.DAY, stamp.how)


def read(
    tree: LexborHTMLParser,
    page: Head,
    data: LinkedData,
    clock: Clock,
    *,
    near: Near,
    url: str,
    hint: Link | None,
    rules: Rules | None,
) -> tuple[Stamp | None, Stamp | None]:
    """When it was published and when it was changed after that; None for what the page does not say."""
    changed = next(_modified(page, data, clock, hint), None)
    published = next(_published(tree, page, data, clock, near=near, url=url, hint=hint, rules=rules), None)
    if published and published.how in _REDATED and not any("News" in name for name in types_of(data.article)):
        shown = _contradicting(clock, near(), published)
        if shown and changed and shown.at.date() == changed.at.date():
            shown = replace(changed, how=shown.how)
        published = shown or published
    if published is None and changed is not None:
        return changed, None  # the only date there is
    if published and changed and changed.at <= published.at:
        changed = None
    return published, changed


def _modified(page: Head, data: LinkedData, clock: Clock, hint: Link | None) -> Iterator[Stamp]:
    if stamp := clock.stamp(first_text(data.article.get("dateModified")), "json-ld:dateModified"):
        yield stamp
    for value, name in _metas(page, _MODIFIED_METAS):
        if stamp := clock.stamp(value, f"meta:{name}"):
            yield stamp
    if hint and hint.changed and (stamp := clock.limited(hint.changed)):
        yield stamp


def _published(
    tree: LexborHTMLParser,
    page: Head,
    data: LinkedData,
    clock: Clock,
    *,
    near: Near,
    url: str,
    hint: Link | None,
    rules: Rules | None,
) -> Iterator[Stamp]:
    if rules and rules.date:
        texts = (attribute(node, "datetime", "content") or brief(node) for node in select(tree, rules.date)[:3])
        yield from _stamps(clock, texts, "rules:date")
    for text, how in _declared(page, data):
        if stamp := clock.stamp(text, how):
            yield stamp
    micro = (attribute(n, "content", "datetime") or brief(n) for n in page.dated[:3])
    yield from _stamps(clock, micro, "microdata")
    if hint and hint.published and (stamp := clock.limited(hint.published)):
        yield stamp
    yield from _times(page, clock)
    if stamp := _in_url(url, clock):
        yield stamp
    yield from _shown(clock, near().all)
    named = (brief(node, " ", 200) for node in select(tree, _NAMED)[:40] if not elsewhere(node))
    yield from _stamps(clock, (text for text in named if len(text) < 100), "text", weak=True)
    for node in select(tree, "script:not([src])"):
        yield from _stamps(clock, (m[1] for m in _STATE.finditer(node.text()[:1_000_000])), "script")
    if match := _URL_MONTH.search(url):
        yield from _stamps(clock, [f"{match[1]}-{match[2]}"], "url")


def _declared(page: Head, data: LinkedData) -> Iterator[tuple[str, str]]:
    """What JSON-LD and meta elements say, in the order in which they are believed."""
    yield first_text(data.article.get("datePublished")), "json-ld:datePublished"
    for value, name in _metas(page, _PUBLISHED_METAS):
        yield value, f"meta:{name}"
    for node in data.tops:
        yield first_text(node.get("datePublished")), "json-ld:datePublished"
    for key in ("dateCreated", "uploadDate"):
        yield first_text(data.article.get(key)), f"json-ld:{key}"


def _metas(page: Head, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    known = {_PUNCTUATION.sub("", name): (values, name) for name, values in page.meta.items()}
    for squeezed in names:
        values, name = known.get(squeezed, ((), ""))
        for value in values:
            yield value, name


def _stamps(clock: Clock, texts: Iterable[str], how: str, *, weak: bool = False) -> Iterator[Stamp]:
    for text in texts:
        if stamp := clock.stamp(text, how, weak=weak):
            yield stamp


def _times(page: Head, clock: Clock) -> Iterator[Stamp]:
    """``<time>`` elements that are not those of other texts, those after the headline first, changes last."""
    nodes = page.times[:60]
    head = next((i for i, node in enumerate(nodes) if node.tag == "h1"), 0)
    late: list[Stamp] = []
    for node in [*nodes[head:], *nodes[:head][::-1]]:
        if node.tag == "h1" or elsewhere(node):
            continue
        text = brief(node, limit=200)
        stamp = clock.stamp(attribute(node, "datetime", "content"), "time") or clock.stamp(text, "time", weak=True)
        if stamp and _CHANGED.search(f"{_around(node)} {text}"):
            late.append(stamp)
        elif stamp:
            yield stamp
    yield from late


def _around(node: LexborNode) -> str:
    """Names of a node and its parent, and what is said before it."""
    up, before = node.parent, node.prev
    names = [attribute(one, "class") + " " + attribute(one, "id") for one in (node, up) if one is not None]
    return " ".join([*names, brief(before)[-40:] if before is not None else ""])


def _in_url(url: str, clock: Clock) -> Stamp | None:
    path = url.partition("://")[2].partition("/")[2]
    for match in _URL.finditer(path):
        if stamp := clock.stamp(f"{match[1]}-{match[3]}-{match[4]}", "url", weak=True):
            return stamp
    return None


def _contradicting(clock: Clock, lines: Lines, published: Stamp) -> Stamp | None:
    """The date that readers see at the headline, where it is another than the declared one and stands alone there."""
    first: Stamp | None = None
    days: set[date] = set()
    for line in (*lines.below[:SEEN], *lines.above[:3]):
        if not 6 <= len(line) <= SHORT or not any(map(str.isdigit, line)):
            continue
        for at, precision in timestamps.every(line, clock.region):
            if at.date() == published.at.date():
                return None
            if precision is not Precision.MONTH:
                days.add(at.date())
        first = first or clock.stamp(line, "text", weak=True)
    return first if len(days) <= MOST_DAYS else None


def _shown(clock: Clock, lines: Sequence[str]) -> Iterator[Stamp]:
    """Dates in the short lines around the headline, below it first; those of a change last."""
    late: list[Stamp] = []
    before = ""
    for line in lines:
        if 6 <= len(line) <= 150 and (stamp := clock.stamp(line, "text", weak=True)):
            if _CHANGED.search(line) or (_CHANGED.search(before[-40:]) and not any(map(str.isdigit, before))):
                late.append(stamp)
            else:
                yield stamp
        before = line
    yield from late
