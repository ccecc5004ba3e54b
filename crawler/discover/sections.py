"""Section page: the links on it that look like articles of the same site.

Two witnesses are heard: the shape of the URL (a date, a number, a long slug) and the link's place (in a headline, on a
card, with a headline's worth of words). Neither decides alone, but a very telling URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive import sites
from archive.models import Link
from crawler import urls
from crawler.discover import markup
from crawler.discover.found import Listing, Offers

ENOUGH = 3
"""Points that make a link an article's (see shape and _place); set on pages written after common templates."""

AROUND = (
    "nav a[href], footer a[href], [role=navigation] a[href], [role=contentinfo] a[href], [role=search] a[href], "
    "[role=banner] a[href], body > header a[href], form a[href], dialog a[href], "
    "a[rel~=sponsored], a[rel~=tag], a[rel~=author], a[rel~=next], a[rel~=prev], a[hreflang]"
)
"""Links that belong to the site, not to its articles."""
KEPT = "article a[href], main h2 a[href], main h3 a[href]"
"""… unless they stand here: a card may have a header and a footer of its own."""
HEADLINES = "h1 a[href], h2 a[href], h3 a[href], h4 a[href], [class*=headline i] a[href], a[class*=headline i][href]"
HOLDERS = "a[href]:has(h1, h2, h3, h4, [class*=headline i], [class*=title i])"
HEADINGS = "h1, h2, h3, h4, [class*=headline i], [class*=title i]"
CARDS = (
    "article a[href], [class*=card i] a[href], [class*=teaser i] a[href], [class*=story i] a[href], "
    "[class*=post i] a[href], [itemtype*=Article i] a[href], li a[href]"
)

NEVER = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|mp[34]|m4[av]|webm|avi|mov|wav|ogg|pdf|zip|docx?|xlsx?|css|js|xml|rss|ics)$"
)
PLACES = frozenset(
    """
    about abo abonnement account advertise advertising agb ajax amp anmelden anmeldung author authors autor
    autoren autore auteur auteurs autores cart categories category categoria categorie cdn-cgi checkout
    classifieds comments contact contacts contacto contatti cookie-policy cookies datenschutz ebook epaper
    events faq feed feeds forum galeria galerie galleries gallery games help hilfe horoscope imprint impressum
    jobs kategorie kontakt legal login logout members mentions-legales mobile my-account newsletter newsletters
    people photo photos podcast podcasts privacy privacy-policy profil profile profiles puzzles register
    registration rss schlagwort search signin sign-in signup sign-up sitemap staff subscribe subscription
    subscriptions suche tag tags team terms tickets user users video videos widget wp-admin wp-content wp-json
    wp-login.php
    """.split()  # noqa: SIM905  # a word list reads better
)
"""First, or next to last, segments of a path, of pages that list, sell or serve."""
SHELVES = frozenset(
    """
    archiv archive archives dossier dossiers page pages seite thema themen theme topic topics weather wetter
    """.split()  # noqa: SIM905  # as above
)
"""The same, but some publishers keep articles there: known by a telling last segment."""

_DATE = re.compile(r"(?:^|[/_-])(?:19|20)\d\d[/_-]?(?:[01]?\d|[a-z]{3})(?:[/_-]?[0-3]?\d)?(?=[/_-]|$|\.)")
_NUMBER = re.compile(
    r"\d{5,}|(?<![0-9a-z])[a-z]?\d{4,}(?![0-9a-z])|(?<![0-9a-z])(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?![0-9a-z])"
)
_QUERY = re.compile(
    r"(?:^|&)(?:id|p|article|articleid|article_id|story|storyid|nid|news_id|newsid|aid)=\w+", re.IGNORECASE
)
_PAGED = re.compile(r"(?:^|&)(?:page|paged|offset|start)=|/(?:page|seite|p)/?\d+/?$", re.IGNORECASE)
_WHEN = re.compile(r"(?:/(?:(?:19|20)\d\d|[0-3]?\d))+$")
"""What the path of a year, a month or a day ends in."""


@dataclass(slots=True)
class _Seen:
    """What all anchors of one URL say together."""

    shape: int
    place: int = 0
    title: str = ""
    rank: int = 0


def read(html: str, url: str, source: str) -> Listing:
    """The article links of a page, in its order, each with the headline it stands under."""
    tree = markup.parse(html)
    if tree is None:
        return Listing(Offers.SECTION, problem="the page is built so that parsing it would not end; it was not read")
    base = markup.base(tree, url)
    here = {url, urls.canonical(url)}
    kept = _ids(tree, KEPT)
    around = _ids(tree, AROUND) - kept
    headlines, holders, cards = _ids(tree, HEADLINES), _ids(tree, HOLDERS), _ids(tree, CARDS)
    seen: dict[str, _Seen] = {}
    for anchor in tree.css("a[href]"):
        key = anchor.mem_id
        target = None if key in around else urls.canonical(markup.attribute(anchor, "href"), base)
        if not target or target in here:
            continue
        if target not in seen:
            seen[target] = _Seen(shape(target) if sites.same_site(target, url) else -9)
        _hear(seen[target], anchor, headline=key in headlines, holder=key in holders, card=key in cards)
    found = tuple(Link(at, source, url, one.title) for at, one in seen.items() if one.shape + one.place >= ENOUGH)
    return Listing(Offers.SECTION, found)


def _ids(tree: LexborHTMLParser, selector: str) -> set[int]:
    return {node.mem_id for node in tree.css(selector)}


def _hear(seen: _Seen, anchor: LexborNode, *, headline: bool, holder: bool, card: bool) -> None:
    """Add one anchor's witness: its place's points count once, its title if it is a better one."""
    heading = anchor.css_first(HEADINGS) if holder else None
    title = markup.text(heading) if heading else ""
    title = title or markup.text(anchor) or markup.attribute(anchor, "title") or markup.attribute(anchor, "aria-label")
    rank = 2 if headline or heading else 1 if len(title) >= 20 else 0
    seen.place = max(seen.place, _place(title, headline=rank == 2, card=card))
    if title and (not seen.title or rank > seen.rank):
        seen.title, seen.rank = title, rank


def _place(title: str, *, headline: bool, card: bool) -> int:
    """0 to 3: a headline's place counts 1, a card's 1 (not both), and a headline's length 1 or 2."""
    wide = sum(1 for char in title if char > "\u2e7f")  # CJK: a character says as much as half a word
    words = sum(1 for word in title.split() if any(map(str.isalnum, word))) + wide // 2
    return (1 if headline or card else 0) + (2 if words >= 5 else 1 if words >= 3 else 0)


def shape(url: str) -> int:
    """-9 for what is no article, else 0 to 5: a date 2, a number 1 or 2, a slug 1 or 2."""
    parts = urlsplit(url)
    path = unquote(parts.path).lower().rstrip("/")
    if NEVER.search(path) or _PAGED.search(parts.query) or _PAGED.search(path):
        return -9
    undated = _WHEN.sub("", path)
    segments = [segment for segment in undated.split("/") if segment]
    if not segments:
        return 3 if _QUERY.search(parts.query) else -9
    last = re.sub(r"\.\w{2,5}$", "", segments[-1])
    words = len([word for word in re.split(r"[-_]", last) if word and not word.isdigit()])
    slug = 2 if words >= 4 else 1 if words == 3 or len(last) >= 25 else 0
    if undated != path and not slug:
        return -9
    number = bool(_NUMBER.search(last)) or (len(segments) > 1 and bool(_NUMBER.fullmatch(segments[-2])))
    points = slug + (2 if _DATE.search(path) and (slug or number or len(segments) > 3) else 0)
    points += (2 if slug else 1) if number else 0
    points += 2 if _QUERY.search(parts.query) else 0
    if not points and segments[-1].endswith((".html", ".htm")) and len(segments) > 1:
        points = 1
    about = {segments[0], *segments[-2:]} if len(segments) > 1 else {last}
    if about & PLACES or (about & SHELVES and points < 2):
        return -9
    return points
