"""Changes: what kind of change made one version of an article the next, and how many words it took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive import notes
from archive.noise import names, told
from archive.revisions import Passage, passages
from archive.slips import Edit, only_slips
from archive.times import when
from archive.words import count, sentences, words

# Lines at a text's start and end that may be a note of a kind not known: credits may follow it.
_FIRST, _LAST = 2, 3
# Letters of a note at most, in a language whose words for one are not known.
_NOTE = 500
# Words taken out of a text to which others were added, up to which it is an addition; and the other way round.
_LITTLE = 0.2
_FEW = 3  # words put into a sentence, up to which it was reworded: "not"
_SMALL = 3  # letters of a word that may stand in any sentence
_MINUTE = len("2026-11-24T08:15")
# Where on the earth a day may be: from 14 hours before Greenwich's to 12 after.
_EARLIEST, _LATEST = timedelta(hours=-14), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Version:
    """What a reader sees of an article, as it was at one time."""

    title: str
    byline: str
    text: str
    published: str | None = None
    """As archive.times.stamp writes it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change was."""

    kind: str
    """``correction``, ``update``, ``rewrite``, ``addition``, ``cut``, ``headline``, ``date``, ``byline`` or ``typo``;
    empty if there is no difference but noise."""
    added: int = 0
    """Words of the text; what only stands elsewhere now is neither added nor removed."""
    removed: int = 0


def worded(kind: str, added: int = 0, removed: int = 0) -> str:
    """A kind of change and its counts in words for a reader."""
    counts = [
        f"{n:,} {'word' if n == 1 else 'words'} {what}" for n, what in ((added, "added"), (removed, "taken out")) if n
    ]
    said = _WORDED.get(kind, kind)
    return f"{said} ({', '.join(counts)})" if counts else said


_WORDED = {
    "first": "first seen",
    "typo": "spelling",
    "headline": "new headline",
    "byline": "new byline",
    "date": "new date",
    "correction": "correction",
    "update": "update",
    "addition": "text added",
    "cut": "text taken out",
    "rewrite": "reworded",
    "removed": "removed by the publisher",
    "restored": "back again",
    "paywalled": "for subscribers only",
    "edit": "edited",
}


def kind(old: Version, new: Version) -> str:
    return difference(old, new).kind


def difference(old: Version, new: Version) -> Difference:
    """The most telling of what changed, and the words that were added to the text and removed from it.

    What the publisher says of it tells the most: that something was wrong, or is new. Then, what happened to the
    text: rewritten, added to or cut. Then what stands over it: headline, date, byline. A slip tells the least.
    """
    before, after = _lines(old.text), _lines(new.text)
    parts = [] if before == after else passages("\n".join(before), "\n".join(after), str.strip)
    parts = [part for part in parts if part.op != "same"]
    added, removed = _counted(parts)
    titles = told(old.title), told(new.title)
    kinds = {_note(before, after, parts), _headed(*titles)}
    if parts:
        slips = added + removed < 400 and only_slips(list(_edits(parts)), old.text, new.text)
        kinds.add("typo" if slips else _sized(added, removed, old.text, new.text))
    if titles[0] != titles[1]:
        kinds.add("typo" if _misspelt(*titles, new.text) else "headline")
    if names(old.byline) != names(new.byline):
        kinds.add("byline")
    if redated(old.published, new.published):
        kinds.add("date")
    return Difference(next((kind for kind in _ORDER if kind in kinds), ""), added, removed)


_ORDER = ("correction", "update", "rewrite", "addition", "cut", "headline", "date", "byline", "typo")


def redated(old: str | None, new: str | None) -> bool:
    """Whether one date of publication is another, by as much as both say: a day may be that of any place on earth."""
    if old is None or new is None or old == new:
        return False
    if len(old) >= _MINUTE and len(new) >= _MINUTE:
        return old[:_MINUTE] != new[:_MINUTE]
    if len(old) < _MINUTE and len(new) < _MINUTE:
        short = min(len(old), len(new))
        return old[:short] != new[:short]
    day, at = (old, new) if len(old) < len(new) else (new, old)
    first, last = _span(day)
    return not first <= when(at) < last


def _span(day: str) -> tuple[datetime, datetime]:
    """The instants that may be of a day, month or year."""
    first = when(day)
    after = first + timedelta(days={10: 1, 7: 31}.get(len(day), 366))
    return _moved(first, _EARLIEST), _moved(after, _LATEST)


def _moved(at: datetime, by: timedelta) -> datetime:
    try:
        return at + by
    except OverflowError:
        return at


def _lines(text: str) -> list[str]:
    return [line for line in map(told, text.split("\n")) if line]


def _counted(parts: Sequence[Passage]) -> tuple[int, int]:
    """Words added and removed. A sentence that was moved is neither."""
    gone, come = Counter[str](), Counter[str]()
    added = removed = 0
    for part in parts:
        if part.op == "swapped":
            gone.update(map(str.strip, sentences(part.old)))
            come.update(map(str.strip, sentences(part.new)))
        else:
            swapped = [word for word in part.words if word.op == "swapped"]
            added += sum(count(word.new) for word in swapped)
            removed += sum(count(word.old) for word in swapped)
    added += sum(count(line) * times for line, times in (come - gone).items())
    removed += sum(count(line) * times for line, times in (gone - come).items())
    return added, removed


def _sized(added: int, removed: int, old: str, new: str) -> str:
    """Of words that were put into a text, or taken out, and not for one another, the text is what remains of it."""
    if added + removed <= _FEW:
        return "rewrite"
    if removed <= _LITTLE * added and 2 * removed < count(old):
        return "addition"
    return "cut" if added <= _LITTLE * removed and 2 * added < count(new) else "rewrite"


def _edits(parts: Sequence[Passage]) -> Iterator[Edit]:
    for part in parts:
        if part.op == "swapped":
            yield Edit(tuple(words(part.old)), tuple(words(part.new)))
            continue
        around = ["", *part.words, ""]
        for before, one, after in zip(around, around[1:], around[2:], strict=False):
            if isinstance(one, Passage) and one.op == "swapped":
                last = before.new if isinstance(before, Passage) else ""
                following = after.new if isinstance(after, Passage) else ""
                yield Edit(tuple(words(one.old)), tuple(words(one.new)), last, following)


def _misspelt(old: str, new: str, text: str) -> bool:
    """Whether a headline, as told, was only misspelt. To ask what was told is to say something else."""
    if old.count("?") != new.count("?"):
        return False
    parts = [part for part in passages(old, new) if part.op != "same"]
    return only_slips(list(_edits(parts)), f"{text}\n{old}", f"{text}\n{new}")


def _headed(old: str, new: str) -> str:
    return notes.headed(new) if notes.headed(new) != notes.headed(old) else ""


def _note(before: Sequence[str], after: Sequence[str], parts: Sequence[Passage]) -> str:
    """What a note says that is in a text now and was not, or was another."""
    if not parts:
        return ""
    known = set(before)
    fresh = [(number, line) for number, line in enumerate(after) if line not in known]
    told_before = {sentence.strip() for line in before for sentence in sentences(line)} if fresh else set()
    found = set()
    for number, line in fresh:
        found |= {notes.note(some) for some in notes.of_sentences(line) if some not in told_before}
        if number < _FIRST or number >= len(after) - _LAST:
            found.add("update" if notes.is_time(line) else "")
            found.add("correction" if _confesses(line, after, parts) else "")
    if any(notes.is_entry(line) for _, line in fresh) and any(map(notes.is_entry, before)):
        found.add("update")
    return next((note for note in ("correction", "update") if note in found), "")


def _confesses(line: str, after: Sequence[str], parts: Sequence[Passage]) -> bool:
    """Whether a line that was added names what was taken out of the rest: in any language, "it said 12, not 14"."""
    if len(line) > _NOTE or not any(part.op == "swapped" and line in part.new for part in parts):
        return False
    gone = {word.old.strip() for part in parts for word in part.words if word.op == "swapped" and word.new}
    said = {word.lstrip() for word in words(line)}
    rest = {word.lstrip() for other in after if other != line for word in words(other)}
    return any(_telling(word) and (word in said - rest if " " not in word else word in line) for word in gone)


def _telling(word: str) -> bool:
    return any(map(str.isdigit, word)) or len(word) > _SMALL or (len(word) > 1 and word[0] >= "\u0e00")
