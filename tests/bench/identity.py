"""Near-duplicates with known truth: python -m tests.bench.identity [STORIES] [ROWS], by default 400 and 1,000,000.

Invented stories go into an archive with edited copies of them, and with what only looks like them, each text through
the same functions as at a crawl. Prints how many copies were put to their story (recall), how many of those put
together belong together (precision), and what a look-up costs among so many articles.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from archive import clusters
from archive.database import connect, transaction
from tests.bench.identity_texts import EDITS, SCRIPTS, Editor, Event, Form, Language, Text

SITES = 12
KINDS = ("forecast", "result", "exchange")
LENGTHS = (45, 60, 80, 120, 200, 350, 600, 1_000)


@dataclass(frozen=True, slots=True)
class Item:
    """A text as it comes."""

    story: int
    """The same for texts that are one story."""
    kind: str
    """An edit; ``first``, or what it looks like that is none."""
    site: int
    text: str


class Desk:
    """Makes items; each site has boilerplate of its own at the end of each text, as a crawl's first pages have."""

    def __init__(self, seed: int, script: str, boilerplate: float) -> None:
        self.chance = random.Random(f"{seed}/{script}")
        self.language = Language(script, self.chance)
        self.share = boilerplate
        self.notices = [Event(self.language).report(60) for _ in range(SITES)]
        self.items: list[Item] = []
        self.story = 0

    def add(self, text: Text, kind: str, *, same: bool = False) -> None:
        site = self.chance.randrange(SITES)
        self.story += not same
        words = round(min(60, self.share * text.size))
        notice = Text((tuple(w for p in self.notices[site].paragraphs for w in p)[:words],), text.spaced)
        self.items.append(Item(self.story, kind, site, f"{text.text}\n\n{notice.text}".strip()))

    def copied(self, words: int) -> None:
        event = Event(self.language)
        base, editor = event.report(words), Editor(event)
        self.add(base, "first")
        for edit in EDITS:
            self.add(getattr(editor, edit)(base), edit, same=True)

    def same_event(self, words: int) -> None:
        """Several reports of one event, up to a third of each the same background."""
        event = Event(self.language)
        for _ in range(4):
            self.add(event.report(words, background=1 / 3), "same event")

    def series(self, words: int) -> None:
        """Parts of a series, which begin with the same paragraphs: a third of each."""
        intro = Event(self.language).report(words // 3)
        for _ in range(4):
            own = Event(self.language).report(words - words // 3)
            self.add(Text((*intro.paragraphs, *own.paragraphs), own.spaced), "series")

    def forms(self, words: int) -> None:
        for kind in KINDS:
            form = Form(self.language, kind, words)
            for _ in range(4):
                self.add(form.filled(), kind)


def made(seed: int, script: str, stories: int, boilerplate: float = 0.1) -> list[Item]:
    """Texts of a language, each kind of them of all lengths, a story's copies among others."""
    desk = Desk(seed, script, boilerplate)
    for number in range(stories):
        words = LENGTHS[number % len(LENGTHS)]
        for make in (desk.copied, desk.same_event, desk.series, desk.forms):
            make(words)
    return desk.items


def stored(items: list[Item], path: Path) -> dict[int, int]:
    """Number of each item → its cluster, as the archive puts them."""
    db = connect(path)
    with transaction(db):
        db.executemany(
            "INSERT INTO sources (name, home, added) VALUES (?, '', '')", [(f"site{n}",) for n in range(SITES)]
        )
        for number, item in enumerate(items, 1):
            found = clusters.near(db, item.text)
            db.execute(
                "INSERT INTO articles (id, source, url, title, text, blocks, word_count, content_hash, first_seen,"
                " last_seen, quality, flags, evidence, dropped, extractor)"
                " VALUES (?, ?, ?, '', ?, '[]', 0, '', '', '', 1, '[]', '{}', '[]', '')",
                [number, f"site{item.site}", f"https://site{item.site}.example/{number}", item.text],
            )
            clusters.join(db, number, found)
    rows = db.execute("SELECT id, cluster FROM articles WHERE cluster IS NOT NULL").fetchall()
    db.close()
    return {row["id"]: row["cluster"] for row in rows}


@dataclass(slots=True)
class Score:
    """Copies and how many of them were found, by kind; pairs that were put together, and those that are two stories."""

    copies: Counter[str]
    found: Counter[str]
    joined: int = 0
    wrong: Counter[str] | None = None

    @property
    def recall(self) -> float:
        """Of those with one edit, which changes a tenth of the words or more."""
        kinds = set(self.copies) - {"all_of_it"}
        return sum(self.found[kind] for kind in kinds) / max(1, sum(self.copies[kind] for kind in kinds))

    @property
    def recall_of_all(self) -> float:
        """With those that were cut, added to and changed at once."""
        return self.found.total() / max(1, self.copies.total())

    @property
    def precision(self) -> float:
        return 1 - sum((self.wrong or Counter()).values()) / max(1, self.joined)


def scored(items: list[Item], put: dict[int, int]) -> Score:
    score = Score(Counter(), Counter(), 0, Counter())
    first = {}
    for number, item in enumerate(items, 1):
        start = first.setdefault(item.story, number)
        if number != start:
            score.copies[item.kind] += 1
            score.found[item.kind] += put.get(number, number) == put.get(start, start) and number in put
        if put.get(number, number) != number:
            score.joined += 1
            score.wrong[item.kind] += items[put[number] - 1].story != item.story
    return score


def measure(seed: int, script: str, stories: int, boilerplate: float = 0.1, *, shuffled: bool = False) -> Score:
    items = made(seed, script, stories, boilerplate)
    if shuffled:
        random.Random(seed).shuffle(items)
    with tempfile.TemporaryDirectory() as folder:
        return scored(items, stored(items, Path(folder, "archive.db")))


def line(name: str, score: Score) -> str:
    missed = {kind: f"{1 - score.found[kind] / of:.3f}" for kind, of in score.copies.items() if score.found[kind] < of}
    wrong = {kind: count for kind, count in score.wrong.items() if count}
    return (
        f"{name:28} precision {score.precision:.4f}  recall {score.recall:.4f}"
        f" ({score.recall_of_all:.4f} with all edits at once) of {score.copies.total()} copies"
        f"  missed {missed}  wrong {wrong}"
    )


def main(*args: str) -> int:
    stories = int(args[0]) if args else 400
    for script in SCRIPTS:
        print(line(script, measure(1, script, stories // len(SCRIPTS))), flush=True)
    print(line("latin, in any order", measure(2, "latin", stories // 6, shuffled=True)))
    print(line("latin, no boilerplate", measure(3, "latin", stories // 6, 0.0)))
    print(line("latin, a third boilerplate", measure(4, "latin", stories // 6, 0.34)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
