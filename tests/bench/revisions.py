"""Revisions: edits with known truth, and noise, in invented texts of many scripts: is each called what it is?

    python -m tests.bench.revisions [--texts 40] [--seed 1]

Prints, for each kind of edit, how often it was called what; then which noise made a revision, and what one costs. The
exit status is 1 where less than .95 of a kind are called right, or noise made a revision.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
import time
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from archive.changes import Version, difference, kind
from tests.bench.texts import CASED, SCRIPTS, Writer, writer

ENOUGH = 0.95
NOTES = tomllib.loads(Path(__file__).with_name("notes.toml").read_text("utf-8"))
Edit = Callable[[Version, Writer], "Version | None"]


def _with(version: Version, text: str) -> Version | None:
    return replace(version, text=text) if text != version.text else None


def _one_word(version: Version, by: Writer, change: Callable[[str], str], long: int = 5) -> Version | None:
    """One of the longer words in the middle of a sentence, that is no name."""
    found = [match for match in re.finditer(r"(?<=[^\W\d_] )[^\W\d_]+(?= \w)", version.text) if len(match[0]) >= long]
    found = [
        match
        for match in found
        if match[0] not in by.names and (by.script == "nouns" or match[0].islower() or by.script not in CASED)
    ]
    if not found:
        return None
    match = by.chance.choice(found)
    return _with(version, version.text[: match.start()] + change(match[0]) + version.text[match.end() :])


def swapped_letters(version: Version, by: Writer) -> Version | None:
    def swap(word: str) -> str:
        at = by.chance.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return _one_word(version, by, swap)


def lost_letter(version: Version, by: Writer) -> Version | None:
    def lose(word: str) -> str:
        at = by.chance.randrange(1, len(word))
        return word[:at] + word[at + 1 :]

    return _one_word(version, by, lose)


def letter_twice(version: Version, by: Writer) -> Version | None:
    return _one_word(version, by, lambda word: word[:3] + word[2] + word[3:])


def word_twice(version: Version, by: Writer) -> Version | None:
    return _one_word(version, by, lambda word: f"{word} {word}", 2)


def comma(version: Version, by: Writer) -> Version | None:
    return _one_word(version, by, lambda word: f"{word},", 2)


def two_slips(version: Version, by: Writer) -> Version | None:
    first = swapped_letters(version, by)
    return lost_letter(first, by) if first else None


def other_number(version: Version, by: Writer) -> Version | None:
    numbers = list(re.finditer(r"\d+", version.text))
    if not numbers:
        return None
    match = by.chance.choice(numbers)
    other = by.chance.choice((match[0] + "0", str(int(match[0]) + 1)))
    return _with(version, version.text[: match.start()] + other + version.text[match.end() :])


def other_name(version: Version, by: Writer) -> Version | None:
    """By one letter, wherever it stands."""
    there = [name for name in by.names if re.search(rf"(?<=[\w]{by.space}){name}(?!\w)", version.text)]
    if by.script not in CASED - {"nouns"} or not there:
        return None
    name = by.chance.choice(there)
    return _with(version, re.sub(rf"(?<!\w){name}(?!\w)", name[:2] + by.word(1)[0] + name[3:], version.text))


def other_words(version: Version, by: Writer) -> Version | None:
    first = _one_word(version, by, lambda word: by.word(4), 3)
    return _one_word(first, by, lambda word: by.word(3), 3) if first else None


def written_anew(version: Version, by: Writer) -> Version | None:
    paragraphs = version.text.split("\n\n")
    return _with(version, "\n\n".join(p if by.chance.random() < 0.4 else by.paragraph() for p in paragraphs))


def moved(version: Version, by: Writer) -> Version | None:
    first, *rest = version.text.split("\n\n")
    return _with(version, "\n\n".join([*rest, first]))


def paragraph_more(version: Version, by: Writer) -> Version | None:
    paragraphs = version.text.split("\n\n")
    paragraphs.insert(by.chance.randint(0, len(paragraphs)), by.paragraph())
    return _with(version, "\n\n".join(paragraphs))


def sentences_more(version: Version, by: Writer) -> Version | None:
    paragraphs = [
        f"{p}{by.space}{by.sentence()}" if n % 3 == 0 else p for n, p in enumerate(version.text.split("\n\n"))
    ]
    return _with(version, "\n\n".join(paragraphs))


def paragraph_less(version: Version, by: Writer) -> Version | None:
    paragraphs = version.text.split("\n\n")
    del paragraphs[by.chance.randrange(len(paragraphs))]
    return _with(version, "\n\n".join(paragraphs))


def other_headline(version: Version, by: Writer) -> Version | None:
    return replace(version, title=by.headline())


def headline_and_slip(version: Version, by: Writer) -> Version | None:
    slip = swapped_letters(version, by)
    return replace(slip, title=by.headline()) if slip else None


def headline_asks(version: Version, by: Writer) -> Version | None:
    return replace(version, title=version.title + "?")


def other_byline(version: Version, by: Writer) -> Version | None:
    return replace(version, byline=by.chance.choice((f"{by.names[4]} {by.names[5]}", version.byline.split(", ")[0])))


def dated_anew(version: Version, by: Writer) -> Version | None:
    assert version.published
    return replace(version, published=version.published.replace("2026-11-", "2026-12-"))


def _noted(version: Version, by: Writer, which: str) -> Version | None:
    note, paragraphs = by.chance.choice(NOTES[which]), version.text.split("\n\n")
    paragraphs.insert(by.chance.choice((0, len(paragraphs))), note)
    return _with(version, "\n\n".join(paragraphs))


def correction_noted(version: Version, by: Writer) -> Version | None:
    return _noted(version, by, "correction")


def corrected_and_noted(version: Version, by: Writer) -> Version | None:
    other = other_number(version, by)
    return _noted(other, by, "correction") if other else None


def note_in_no_known_language(version: Version, by: Writer) -> Version | None:
    """Which tells the number that was wrong."""
    numbers = [n for n in re.findall(r"(?<!\d)\d{2,}(?!\d)", version.text) if version.text.count(n) == 1]
    if not numbers:
        return None
    number = by.chance.choice(numbers)
    words = by.space.join([by.word(), by.word(), number, by.word(3), str(int(number) + 7)])
    return _with(version, f"{version.text.replace(number, str(int(number) + 7))}\n\n{words}{by.stop}")


def update_noted(version: Version, by: Writer) -> Version | None:
    return _noted(version, by, "update")


def added_and_noted(version: Version, by: Writer) -> Version | None:
    more = paragraph_more(version, by)
    return _noted(more, by, "update") if more else None


def _live(version: Version, by: Writer, first: int) -> Version:
    entries = [f"{hour}:{by.chance.randint(10, 59)} {by.paragraph()}" for hour in range(20, first, -1)]
    return replace(version, text="\n\n".join([version.text.split("\n\n")[0], *entries]))


EDITS: dict[str, tuple[Edit, ...]] = {
    "typo": (swapped_letters, lost_letter, letter_twice, word_twice, comma, two_slips),
    "rewrite": (other_number, other_name, other_words, written_anew, moved),
    "addition": (paragraph_more, sentences_more),
    "cut": (paragraph_less,),
    "headline": (other_headline, headline_and_slip, headline_asks),
    "byline": (other_byline,),
    "date": (dated_anew,),
    "correction": (correction_noted, corrected_and_noted, note_in_no_known_language),
    "update": (update_noted, added_and_noted),
}

_PAIRS = str.maketrans({"'": "’", "-": "–"})
_WIDE = {sign: sign + 0xFEE0 for sign in range(0x30, 0x3A)} | {0x2C: 0xFF0C}
Respell = Callable[[str], str]


def _finer(date: str) -> str:
    return f"{date}T11:20:00Z" if len(date) == 10 else f"{date[:16]}:00Z"


IN_TEXTS: dict[str, Respell] = {
    "curly quotes": lambda text: text.replace('"', "”").translate(_PAIRS),
    "other quotes": lambda text: re.sub(r'"([^"]*)"', "«\u00a0\\1\u00a0»", text),
    "blanks that do not break": lambda text: text.replace(" ", "\u00a0"),
    "blanks before high signs": lambda text: re.sub(r"([;:!?])(?=\s)", "\u202f\\1", text),
    "other paragraphs": lambda text: text.replace("\n\n", "\n"),
    "decomposed letters": lambda text: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text: re.sub(r"(\w{3})(?=\w{2})", "\\1\u00ad", text),
    "marks not seen": lambda text: "\u200f" + text.replace(" ", " \u200b"),
    "wide signs": lambda text: text.translate(_WIDE),
    "long dashes": lambda text: text.replace("-", "—"),
    "three dots": lambda text: text.replace("...", "…"),
    "entities": lambda text: html.escape(text, quote=True),
}
"""Spelled otherwise, in text and headline."""
BESIDE: dict[str, Callable[[Version], Version]] = {
    "names in another order": lambda v: replace(v, byline=", ".join(reversed(v.byline.split(", ")))),
    "names in capitals": lambda v: replace(v, byline=v.byline.upper()),
    "a finer date": lambda v: replace(v, published=_finer(v.published or "")),
    "a coarser date": lambda v: replace(v, published=(v.published or "")[:10]),
    "no date any more": lambda v: replace(v, published=None),
}


def noisy(version: Version) -> Iterator[tuple[str, Version]]:
    for name, respell in IN_TEXTS.items():
        yield name, replace(version, title=respell(version.title), text=respell(version.text))
    for name, noise in BESIDE.items():
        yield name, noise(version)


def spiced(version: Version, by: Writer) -> Version:
    """With what typography can touch: quotes, dashes, dots and high signs."""
    some = [by.word() for _ in range(7)]
    say = f'"{some[0]}{by.space}{some[1]}", {some[2]} - {some[3]}-{some[4]}: {some[5]}\'{some[6]}... {by.word()}!'
    return replace(
        version, text=f"{version.text}\n\n{say} {by.sentence()}", title=f"{version.title} - {by.word()}'{by.word()}"
    )


def called(texts: int, seed: int) -> dict[str, dict[str, Counter[str]]]:
    """By kind and edit, what it was called."""
    found: dict[str, dict[str, Counter[str]]] = {truth: defaultdict(Counter) for truth in EDITS}
    for script in SCRIPTS:
        for number in range(texts):
            by = writer(script, f"{seed}/{number}")
            version = by.article()
            for truth, edits in EDITS.items():
                for edit in edits:
                    if (new := edit(version, by)) is not None:
                        pair = (new, version) if truth == "typo" and by.chance.random() < 0.8 else (version, new)
                        found[truth][edit.__name__][kind(*pair)] += 1
            live = [_live(version, by, 16), _live(version, by, 16)]
            later = replace(live[0], text=live[0].text.replace("\n\n", f"\n\n21:05 {by.paragraph()}\n\n", 1))
            found["update"]["entry_of_a_live_report"][kind(live[0], later)] += 1
    return found


def false_revisions(texts: int, seed: int) -> tuple[int, Counter[str]]:
    tried, wrong = 0, Counter[str]()
    for script in SCRIPTS:
        for number in range(texts):
            by = writer(script, f"noise/{seed}/{number}")
            version = spiced(by.article(), by)
            for name, noise in noisy(version):
                tried += 1
                wrong[name] += kind(version, noise) != "" or kind(noise, version) != ""
    return tried, +wrong


def cost(seed: int) -> dict[str, float]:
    """Milliseconds of the quickest of ten, by edit, in an article of 5,000 words."""
    by = writer("latin", seed)
    version = by.article(90)
    taken = {}
    for edit in (swapped_letters, other_number, paragraph_more, correction_noted, moved, written_anew):
        new = edit(version, by)
        assert new
        times = []
        for _ in range(10):
            started = time.process_time()
            difference(version, new)
            times.append(time.process_time() - started)
        taken[edit.__name__] = min(times) * 1000
    return taken


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=40, help="articles in each script")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    found, failed = called(options.texts, options.seed), False
    print(f"{'kind':12}{'edits':>7}{'right':>8}   {'by edit'}")
    for truth, edits in found.items():
        counts: Counter[str] = sum(edits.values(), Counter())
        share = counts[truth] / counts.total()
        failed |= share < ENOUGH
        print(f"{truth:12}{counts.total():7}{share:8.3f}   called {dict(counts.most_common())}")
        for name, calls in edits.items():
            print(f"{'':12}{calls.total():7}{calls[truth] / calls.total():8.3f}   {name}")
    tried, wrong = false_revisions(options.texts, options.seed)
    print(
        f"\n{wrong.total()} false revisions in {tried} looks at a page that differs in noise alone {dict(wrong) or ''}"
    )
    print("\nms for 5,000 words: " + ", ".join(f"{name} {ms:.1f}" for name, ms in cost(options.seed).items()))
    return int(failed or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
