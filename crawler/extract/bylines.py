"""Bylines: who signs an article where its readers see it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from selectolax.lexbor import LexborNode

from crawler.extract import timestamps
from crawler.extract.around import Around
from crawler.extract.head import Head
from crawler.extract.names import BLANKS, LONGEST, LONGEST_BYLINE, MOST, clean, is_agency, is_person, small
from crawler.extract.part import Part
from crawler.extract.select import brief
from crawler.extract.words import words

BESIDE = 12
"""Lines below the headline in which a name next to a date is a byline."""
NEXT = 3
"""Lines between such a name and the date."""
NEIGHBOURS = 6
"""Elements with bylines in one place; more are a list of other texts."""
LINE = 100
"""Characters of a line that begins like a byline."""
_LINK = re.compile(r"/(?:authors?|autor(?:es|en|a)?|auteurs?)/")


def people(page: Head, part: Part, near: Around) -> Iterator[tuple[str, list[str]]]:
    """(rule, names written like people's) from each place that signs, surest first."""
    yield "meta:twitter:label", list(_labelled(page))
    yield "byline", _signed(page.signed, part)
    yield "byline", _signed([node for node, href in part.links if "/a" in href and _LINK.search(href)], part)
    yield "byline", _signed(part.bylines, part)
    yield "text", _written([*near.below(), *near.above()])
    yield "text", _beside_date(list(near.below(BESIDE)))


def others(page: Head, part: Part, near: Around) -> Iterator[tuple[str, list[str]]]:
    """(rule, signatures) of those who sign like no person: a login name, a team, a company, an agency."""
    yield "byline:desk", _one(page.signed)
    yield "byline:desk", _agency(part.bylines, part)
    yield "text:desk", _unit(near.below(BESIDE))


def _signed(nodes: Sequence[LexborNode], part: Part) -> list[str]:
    """Names written like people's in the first element of the article that holds any, and in its neighbours."""
    for at, node in enumerate(nodes[:MOST]):
        if part.excludes(node, lists=False):
            continue
        if found := [name for name in clean([brief(node, " ; ", 500)]) if is_person(name)]:
            around = node.parent.parent if node.parent and node.parent.parent else node
            beside = _within(around, nodes[max(0, at - NEIGHBOURS) : at + NEIGHBOURS])
            near = [one for one in beside if not part.excludes(one, lists=False)]
            if 1 < len(near) <= NEIGHBOURS:
                found = [name for one in near for name in clean([brief(one, " ; ", 500)]) if is_person(name)]
            return list(dict.fromkeys(found))
    return []


def _within(holder: LexborNode, nodes: Sequence[LexborNode]) -> list[LexborNode]:
    """Those of the elements that stand in another, up to four levels down."""
    inside = []
    for node in nodes:
        up = node.parent
        for _ in range(4):
            if up is None or up.mem_id == holder.mem_id:
                break
            up = up.parent
        if up is not None and up.mem_id == holder.mem_id:
            inside.append(node)
    return inside


def _written(lines: list[str]) -> list[str]:
    """Names in a line near the headline that begins like a byline, or that follows one that is nothing else."""
    for at, line in enumerate(lines):
        line = line.lstrip(BLANKS)  # noqa: PLW2901  # "5 May | by Ann Reed" in elements of their own
        if len(line) > LINE or not (match := words().starts.match(small(line))):
            continue
        rest = line[match.end() :].strip(BLANKS)
        names: list[str] = []
        for text in [rest] if rest else lines[at + 1 : at + MOST]:
            found = clean([text])
            if names and not all(map(is_person, found)):
                break
            names.extend(filter(is_person, found))
            if not names:
                break
        if names:
            return names
    return []


def _labelled(page: Head) -> Iterator[str]:
    """Names in the pairs of label and data that a page shows where its link is shared: "Written by", "Ada Moss"."""
    for number in "12":
        label, name = (page.first(f"twitter:{part}{number}")[0] for part in ("label", "data"))
        if label and words().starts.fullmatch(small(label.rstrip(" :"))):
            yield name


def _beside_date(lines: Sequence[str]) -> list[str]:
    """Names that stand alone in a line below the headline, next to a date."""
    dates = [_is_date(line) for line in lines]
    for at, line in enumerate(lines):
        if len(line) <= LONGEST and any(dates[max(0, at - 1) : at + NEXT]):
            names = clean([line])
            if names and all(map(is_person, names)) and " " in line:
                return list(names)
    return []


def _is_date(line: str) -> bool:
    return len(line) <= LONGEST and bool(timestamps.YEAR.search(line)) and timestamps.read(line) is not None


def _one(nodes: Sequence[LexborNode]) -> list[str]:
    """Whoever all the elements name that microdata or ``rel`` call the author: a login name, a team."""
    texts = {text for node in nodes[:MOST] if (text := brief(node, " ", LONGEST_BYLINE))}
    return list(texts) if len(texts) == 1 else []


def _agency(nodes: Sequence[LexborNode], part: Part) -> list[str]:
    """The agency that alone signs in the first element that is called after bylines and names any."""
    for node in nodes[:MOST]:
        if (text := brief(node, " ; ", LONGEST_BYLINE)) and not part.excludes(node, lists=False):
            names = clean([text])
            if names and all(map(is_agency, names)):
                return list(names)
    return []


def _unit(lines: Iterable[str]) -> list[str]:
    """The team or the company that signs in a line below the headline."""
    for line, following in pairwise([*lines, ""]):
        match = words().starts.match(small(line)) if len(line) <= LONGEST else None
        name = (line[match.end() :].strip(BLANKS) or following) if match else ""
        if len(name) > 2 and name.count(" ") < 5 and not any(map(str.isdigit, name)):
            return [name]
    return []
