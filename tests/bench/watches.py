"""What watches cost: python -m tests.bench.watches [WATCHES] [BEFORE].

Puts 500 articles of 600 words into an archive that has BEFORE of them (2,000 by default), and has WATCHES (1,000) look
at them. Prints the seconds that it takes to find what is new, to note it, and to see that there is nothing new.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from archive import lookout
from archive.database import reading
from archive.rows import insert
from archive.store import Archive
from archive.times import iso
from config.models import Config, Source
from config.watches import Watch
from crawler.watching import Watching

NOW = iso(datetime.now(UTC))
NEW = 500


class Language:
    """Thirty thousand words, of which a few are in every text, as in any language."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        letters = "abcdefghiklmnoprstuvw"
        self.words = ["".join(self.chance.choices(letters, k=self.chance.randint(3, 9))) for _ in range(30_000)]
        self.weights = [1 / (rank + 10) for rank in range(len(self.words))]

    def text(self, words: int) -> str:
        return " ".join(self.chance.choices(self.words, self.weights, k=words))

    def query(self, number: int) -> str:
        if number % 3:
            return " ".join(self.chance.choices(self.words[200:9000], k=2))
        one, other, third = self.chance.choices(self.words[3000:9000], k=3)
        return f'"{one} {other}" OR {third[:5]}* -{one}'


def publish(archive: Archive, language: Language, count: int) -> None:
    def put(db) -> None:
        for _ in range(count):
            plain = {"blocks": "[]", "word_count": 600, "content_hash": "", "extractor": "1"}
            seen = {"first_seen": NOW, "last_seen": NOW}
            url = f"https://town.example/{language.chance.getrandbits(64)}"
            said = {"title": language.text(8), "text": language.text(600)}
            insert(db, "articles", source="town", url=url, **said, **plain, **seen)

    archive._writer.do(put)


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.3f} s")


def main(count: int = 1_000, before: int = 2_000) -> None:
    language = Language()
    watches = tuple(Watch(f"w{number}", language.query(number)) for number in range(count))
    told = {watch.name: ("webhook",) for watch in watches}
    town = Source("town", "https://town.example/")
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder, "archive.db")) as archive:
        archive.sync_sources(Config(sources=(town,)), datetime.now(UTC))
        publish(archive, language, before)
        with timed(f"take {count} watches from the configuration"):
            archive.sync_sources(Config(sources=(town,), watches=watches), datetime.now(UTC))
        publish(archive, language, NEW)
        with reading(archive.path) as db:
            with timed(f"find what is new in {NEW} articles"):
                step = lookout.step(db, watches)
            with timed(f"note {len(step.matches)} matches and to whom each is to be sent"):
                archive.note_matches(step, told, datetime.now(UTC))
        publish(archive, language, 5)
        for what in ("look at 5 articles", "see that nothing is new"):
            with timed(what):
                Watching(archive).look(watches)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
