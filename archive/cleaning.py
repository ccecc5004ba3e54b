"""Cleaning: an article without what is known to be its source's boilerplate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archive.models import HEADING, PARAGRAPH, Article, Block, Dropped, Seen
from archive.standing import BY_PLACE, spot

PLACE_SHARE: Final = 0.5
"""Share of an article's text that is left out by its place at most: more, and the site has a new template."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the blocks of one page, by their marks."""

    texts: frozenset[int] = frozenset()
    """What is to go, also by a person's word."""
    headings: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    """That all is to go from, likewise."""
    keep: frozenset[int] = frozenset()
    """What a person said is to be kept, texts and places."""

    def learning(self, kind: str, mark: int) -> Known:
        """With a block or place more: ``text``, ``heading`` or ``place``."""
        texts, headings, places = self.texts, self.headings, self.places
        if kind == "text":
            texts |= {mark}
        elif kind == "heading":
            headings |= {mark}
        else:
            places |= {mark}
        return Known(texts, headings, places, self.keep)

    def forgetting(self, place: int) -> Known:
        return Known(self.texts, self.headings, self.places - {place}, self.keep)


def without(article: Article, known: Known, headlines: frozenset[int] = frozenset()) -> Article:
    """The article without what is boilerplate, which is in ``dropped`` then, each with its reason.

    Reasons: ``site:text``, ``site:headline``, ``site:place``, ``site:heading``. An article of which no paragraph would
    be left stays as it is: a text that other pages have as a whole is a copy. ``headlines``: blocks that are those of
    other articles.
    """
    gone = _gone(article, known, headlines)
    if not gone:
        return article
    blocks: list[Block] = []
    numbers: list[int] = []
    paragraphs = 0
    for number, block in enumerate(article.blocks):
        numbers.append(len(blocks))
        if number not in gone:
            blocks.append(block)
            paragraphs += block.kind is PARAGRAPH
    if not paragraphs:
        return article
    seen: list[Seen] = []
    dropped = list(article.dropped)
    for one in article.seen:
        number = one.block
        if number in gone:
            why, text = gone[number], one.text[:200]
            seen.append(Seen(one.mark, one.place, -1, why, text))
            dropped.append(Dropped(why, text))
        elif number < 0 or numbers[number] == number:
            seen.append(one)
        else:
            seen.append(Seen(one.mark, one.place, numbers[number], "", one.text))
    return _with(article, tuple(blocks), tuple(dropped), tuple(seen))


def _with(it: Article, blocks: tuple[Block, ...], dropped: tuple[Dropped, ...], seen: tuple[Seen, ...]) -> Article:
    """The same with another body: ``replace`` takes a third of the instructions of all that ``without`` does."""
    return Article(
        url=it.url,
        title=it.title,
        authors=it.authors,
        published=it.published,
        modified=it.modified,
        language=it.language,
        section=it.section,
        tags=it.tags,
        image=it.image,
        description=it.description,
        blocks=blocks,
        evidence=it.evidence,
        dropped=dropped,
        quality=it.quality,
        dates=it.dates,
        addresses=it.addresses,
        seen=seen,
    )


def _gone(article: Article, known: Known, headlines: frozenset[int]) -> dict[int, str]:
    """Block → why it goes."""
    texts, places, keep = known.texts, known.places, known.keep
    gone: dict[int, str] = {}
    placed: dict[int, str] = {}
    whole = there = place = box = 0
    path = ""
    for one in article.seen:
        if one.block < 0:
            continue
        whole += len(one.text)
        if keep and one.mark in keep:
            continue
        if one.mark in texts:
            gone[one.block] = "site:text"
            continue
        if one.place is not path:  # most of a story stands in one
            path = one.place
            place, box = spot(path)
        if keep and (place in keep or box in keep):
            continue
        if headlines and one.block in headlines:
            gone[one.block] = "site:headline"
        elif places and (place in places or box in places):
            placed[one.block] = BY_PLACE
            there += len(one.text)
    if there <= PLACE_SHARE * whole:
        gone.update(placed)
    if gone or known.headings:
        _headings(article, known, gone)
    return gone


def _headings(article: Article, known: Known, gone: dict[int, str]) -> None:
    """Headings of what went: by what is known of them, or because all that they head went."""
    seen, blocks = article.seen, article.blocks
    after = last = True  # whether what follows went, and whether nothing does that did not
    for at in range(len(seen) - 1, -1, -1):
        one = seen[at]
        went = one.block < 0 or one.block in gone
        if not went and at < len(seen) - 1 and blocks[one.block].kind is HEADING and one.mark not in known.keep:
            went = after and (last or one.mark in known.headings)
            if went:
                gone[one.block] = "site:heading"
        after, last = went, last and went
