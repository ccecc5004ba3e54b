"""Versions: whether an article's texts, address and date are those that the ledger has, and which are not. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from archive import digests
from archive.digests import Fields, Named

NAMES = {
    "seen_at": "time",
    "change": "kind of change",
    "title": "headline",
    "byline": "byline",
    "text_sha256": "text",
    "snapshot": "reference to its page",
    "published": "date",
    "published_precision": "date's precision",
    "url": "address",
    "new_url": "address",
    "new_published": "date",
    "new_published_precision": "date's precision",
    "at": "time",
    "final_url": "final address",
    "fetched_at": "time",
    "status": "HTTP status",
    "headers": "headers",
    "sha256": "bytes",
    "robots": "reference to a robots.txt",
    "permit": "permit",
    "host": "host",
    "first_seen": "time",
}
"""Field of a record → what a person calls it."""


@dataclass(frozen=True, slots=True)
class Held:
    """All that the archive holds of one article, each as rows of its table in the order of their numbers."""

    article: Named
    revisions: Sequence[Named]
    replaced: Sequence[Named]
    amended: Sequence[Named]
    noted: Sequence[Named]
    """Its rows in the ledger."""
    begun: str
    """The day on which the ledger was begun: what was noted on it may be older."""


def wrong(held: Held) -> Iterator[str]:
    """What is not as it was noted, in words that go on from the article's name."""
    texts, noted = _texts(held), defaultdict(list)
    for row in held.noted:
        if row["kind"] != "amended":
            noted[row["number"]].append(row)
    if held.article["revision"] != max(noted, default=0):
        yield f"it is said to have {held.article['revision']} versions, but {max(noted, default=0)} were noted"
    for number in sorted(texts.keys() | noted.keys()):
        if number not in noted:
            yield f"version {number} was put in behind the ledger's back"
        elif number not in texts:
            yield f"version {number}, kept on {noted[number][0]['day']}, is lost"
        else:
            yield from _version(held, number, texts[number], noted[number])
    yield from _amendments(held)
    yield from _beginning(held)
    yield from _standing(held)


def kept(held: Held) -> Iterator[tuple[Named, Fields, Named]]:
    """(row of the ledger, its record, the text as a row of ``revisions``) of each version that is as it was noted."""
    texts, facts = _texts(held), [*held.amended, held.article][0]
    for row in held.noted:
        if row["kind"] != "amended":
            ways = [told for text in texts.get(row["number"], ()) for told in text.told]
            for told in ways:
                if digests.digest(record := _record(held, row, told, facts)) == row["digest"]:
                    yield row, record, told
                    break


def unlike(record: Fields, row: Named) -> str:
    """In which fields a record is not the one that a row of the ledger has: "its headline and text are not"."""
    names = dict.fromkeys(NAMES.get(name, name) for name in digests.differing(record, row["marks"]))
    told = " and ".join(names) or "contents"
    return f"its {told} {'are' if len(names) > 1 or told in {'headers', 'bytes', 'contents'} else 'is'} not"


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that stands somewhere as a version of the article."""

    table: str
    told: Sequence[Named]
    """As a row of ``revisions``, in all the ways in which it may have been noted: of one that was replaced, the
    article's date at that time was kept, which may have been more exact than the revision's."""


def _texts(held: Held) -> dict[int, list[_Text]]:
    """Number → its texts, in the order in which they were noted."""
    article, texts = held.article, defaultdict[int, list[_Text]](list)
    alone = {"seen_at": article["first_seen"], "snapshot": article["snapshot"], "change": "first", "published": None}
    rows: dict[int, Named] = {row["number"]: row for row in held.revisions} or {1: digests.current(article, alone)}
    for row in held.replaced:
        if (now := rows.get(row["revision"])) is not None:
            text: Fields = {name: now[name] for name in ("change", "seen_at", "snapshot")}
            text |= {name: row[name] for name in ("title", "byline", "text")}
            dates = dict.fromkeys(state["published"] for state in (row, *held.amended, article))
            texts[row["revision"]].append(_Text("replaced", [text | {"published": date} for date in dates]))
    for number, row in rows.items():
        texts[number].append(_Text("revisions" if held.revisions else "articles", [row]))
    if held.revisions and article["revision"] in rows:
        told = digests.current(article, rows[article["revision"]])
        texts[article["revision"]].append(_Text("articles", [told]))
    return texts


def _version(held: Held, number: int, texts: list[_Text], noted: list[Named]) -> Iterator[str]:
    facts = [*held.amended, held.article][0]
    met: set[int] = set()
    for row in noted:
        records = [[_record(held, row, told, facts) for told in text.told] for text in texts]
        same = {n for n, ways in enumerate(records) if row["digest"] in [digests.digest(way) for way in ways]}
        if not same:
            near = min(chain(*records), key=lambda record: len(digests.differing(record, row["marks"])))
            yield f"version {number}: {unlike(near, row)} what was kept on {row['day']}"
            return
        met |= same
    for n, ways in enumerate(records):
        if n not in met:
            told = f"version {number}, as it stands in {texts[n].table}"
            yield f"{told}: {unlike(ways[0], noted[-1])} what was kept on {noted[-1]['day']}"
    seen, day = texts[-1].told[0]["seen_at"][:10], noted[0]["day"]
    if noted[0]["kind"] != "reread" and seen != day != held.begun:
        yield f"version {number}: it is said to be of {seen}, but was put in on {day}"
    if len(texts) - 1 in met - same:
        yield f"version {number}: an earlier text of it was put in place of the one kept on {row['day']}"


def _record(held: Held, row: Named, text: Named, facts: Named) -> Fields:
    if row["kind"] == "first":
        return digests.first(row["article"], text, held.article["source"], facts)
    return digests.version(row["article"], row["number"], text)


def _amendments(held: Held) -> Iterator[str]:
    noted = {row["number"]: row for row in held.noted if row["kind"] == "amended"}
    states = [*held.amended, held.article]
    for row, after in zip(held.amended, states[1:], strict=True):
        if (entry := noted.pop(row["id"], None)) is None:
            yield f"row {row['id']} of amended was put in behind the ledger's back"
        elif digests.digest(record := digests.amended(row, after)) != entry["digest"]:
            yield f"{unlike(record, entry)} what was kept on {entry['day']}"
    for number, entry in noted.items():
        yield f"its former address and date, row {number} of amended, kept on {entry['day']}, are lost"


def _standing(held: Held) -> Iterator[str]:
    """Whether it is there, and open to all, follows from its versions, which were noted."""
    article, last = held.article, held.revisions[-1] if held.revisions else None
    removed = last["seen_at"] if last and last["change"] == "removed" else None
    if article["removed"] != removed:
        said, was = (f"removed on {at}" if at else "there" for at in (article["removed"], removed))
        yield f"it is said to be {said}, but by its last version it is {was}"
    if article["paywalled"] and all(row["change"] != "paywalled" for row in held.revisions):
        yield f"it is said to be for subscribers since {article['paywalled']}, but no version says so"


def _beginning(held: Held) -> Iterator[str]:
    """The first revision says what the article does, which was noted."""
    dates = {state["published"] for state in (*held.amended, held.article)}
    for row in held.revisions[:1]:
        if row["seen_at"] != held.article["first_seen"]:
            yield "when it was first seen is not when its first version was"
        if row["published"] is not None and row["published"] not in dates and not held.replaced:
            yield "version 1: its date was never noted"
