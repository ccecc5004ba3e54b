"""Changes: what kind of change made one version of an article the next, and how many words it took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive import notes
from archive.noise import names, told
from archive.redating import redated
from archive.revisions import Passage, passages, same_ends
from archive.slips import Edit, only_slips
from archive.words import count, sentences, words

# Lines at a text's start and end that may be a note of a kind not known: credits may follow it.
_FIRST, _LAST = 2, 3
# Letters of a note at most, in a language whose words for one are not known.
_NOTE = 500
# Words taken out of a text to which others were added, up to which it is an addition; and the other way round.
_LITTLE = 0.2
_FEW = 3  # words put into a sentence, up to which it was reworded: "not"
_SLIPS = 2_000  # letters that were changed, up to which all of them may be slips
_LINES = 5_000  # of a text; no article has so many
_LOOKED_AT = 200  # new lines of which each may be a note
_SMALL = 3  # letters of a word that may stand in any sentence


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
KINDS = tuple(kind for kind in _WORDED if kind != "first")
"""All that a later version can be."""


def kind(old: Version, new: Version) -> str:
    return difference(old, new).kind


def difference(old: Version, new: Version) -> Difference:
    """The most telling of what changed, and the words that were added to the text and removed from it.

    What the publisher says of it tells the most: that something was wrong, or is new. Then, what happened to the
    text: rewritten, added to or cut. Then what stands over it: headline, date, byline. A slip tells the least.
    """
    texts = _Texts.of(old.text, new.text)
    parts = [part for part in texts.passages() if part.op != "same"]
    added, removed = _counted(parts)
    titles = told(old.title), told(new.title)
    kinds = {_headed(*titles)}
    if parts:
        kinds.add(_note(texts, parts))
        within = all(part.old and part.new for part in parts)
        slips = _size(parts) < _SLIPS and only_slips(list(_edits(parts)), old.text, new.text)
        kinds.add("typo" if slips else _sized(added, removed, old.text, new.text, within=within))
    if titles[0] != titles[1] and not _only_set_otherwise(*titles):
        kinds.add("typo" if _misspelt(*titles, new.text) else "headline")
    if names(old.byline) != names(new.byline):
        kinds.add("byline")
    if redated(old.published, new.published):
        kinds.add("date")
    return Difference(next((kind for kind in _ORDER if kind in kinds), ""), added, removed)


_ORDER = ("correction", "update", "rewrite", "addition", "cut", "headline", "date", "byline", "typo")


@dataclass(frozen=True, slots=True)
class _Texts:
    """Two texts, line by line, without the lines at both ends that are the very same."""

    before: list[str]
    """As told, as is ``after``."""
    after: list[str]
    first: list[str]
    """The same lines before them, as they stand there."""
    last: list[str]

    @staticmethod
    def of(old: str, new: str) -> _Texts:
        before, after = ([line for line in text.split("\n") if line.strip()] for text in (old, new))
        first, last = same_ends(before, after)
        was, now = (_told(some[first : len(some) - last]) for some in (before, after))
        return _Texts(was, now, after[:first], after[len(after) - last :])

    def passages(self) -> list[Passage]:
        if self.before == self.after:
            return []
        return passages("\n".join(self.before), "\n".join(self.after), str.strip)

    def is_outer(self, number: int) -> bool:
        """Whether that line of ``after`` is one of the text's first or last."""
        return len(self.first) + number < _FIRST or len(self.after) - number + len(self.last) <= _LAST


def _told(lines: list[str]) -> list[str]:
    """Each line as told; of very many, several as one, since each takes its 10 µs."""
    some = len(lines) // _LINES + 1
    if some > 1:
        lines = [" ".join(lines[at : at + some]) for at in range(0, len(lines), some)]
    return list(filter(None, map(told, lines)))


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


def _size(parts: Sequence[Passage]) -> int:
    return sum(
        len(part.old) + len(part.new) if part.op == "swapped" else _size(part.words)
        for part in parts
        if part.op != "same"
    )


def _sized(added: int, removed: int, old: str, new: str, *, within: bool) -> str:
    """Of words that were put into a text, or taken out, and not for one another, the text is what remains of it.

    ``within``: all of them within sentences.
    """
    if added + removed <= (_FEW if within else 0):
        return "rewrite"
    if removed <= _LITTLE * added and 2 * removed < count(old):
        return "addition"
    return "cut" if added <= _LITTLE * removed and 2 * added < count(new) else "rewrite"


def _edits(parts: Sequence[Passage]) -> Iterator[Edit]:
    for part in parts:
        if part.op == "swapped":
            yield Edit(tuple(words(part.old)), tuple(words(part.new)))
            continue
        before = ""
        for one in part.words:
            if one.op == "swapped":
                yield Edit(tuple(words(one.old)), tuple(words(one.new)), before)
            before = one.new


def _misspelt(old: str, new: str, text: str) -> bool:
    """Whether a headline, as told, was only misspelt. To ask what was told is to say something else."""
    if old.count("?") != new.count("?"):
        return False
    parts = [part for part in passages(old, new) if part.op != "same"]
    return only_slips(list(_edits(parts)), f"{text}\n{old}", f"{text}\n{new}")


def _only_set_otherwise(old: str, new: str) -> bool:
    """Whether a headline is only set in capitals now, or no longer."""
    return (old.isupper() or new.isupper()) and old.casefold() == new.casefold()


def _headed(old: str, new: str) -> str:
    return notes.headed(new) if notes.headed(new) != notes.headed(old) else ""


def _note(texts: _Texts, parts: Sequence[Passage]) -> str:
    """What a note says that is in a text now and was not, or was another."""
    known = set(texts.before)
    fresh = [(number, line) for number, line in enumerate(texts.after) if line not in known]
    fresh = fresh[:_LOOKED_AT] + fresh[max(_LOOKED_AT, len(fresh) - _LAST) :]
    was = {sentence.strip() for line in texts.before for sentence in sentences(line)} if fresh else set()
    found = set()
    for number, line in fresh:
        outer = texts.is_outer(number)
        found |= {notes.note(some, outer=outer) for some in notes.of_sentences(line) if some not in was}
        if outer:
            found.add("update" if notes.is_time(line) else "")
            found.add("correction" if _confesses(line, texts, parts) else "")
    entries = any(notes.is_entry(line) for _, line in fresh)
    if entries and any(map(notes.is_entry, (*texts.before, *texts.first, *texts.last))):
        found.add("update")
    return next((note for note in ("correction", "update") if note in found), "")


def _confesses(line: str, texts: _Texts, parts: Sequence[Passage]) -> bool:
    """Whether a line that was added names what was taken out of the rest, and what is there now: "it said 12, not 14".

    In any language. One that names only the former goes on telling the story: 12 of the 14 were children.
    """
    if len(line) > _NOTE or not any(part.op == "swapped" and line in part.new for part in parts):
        return False
    swapped = [word for part in parts for word in part.words if word.op == "swapped" and word.new]
    gone = {one.old.strip() for one in swapped if _names(line, one.new.strip())}
    gone = {word for word in gone if _names(line, word)}
    if not gone:
        return False
    rest = [other for other in (*texts.first, *texts.after, *texts.last) if other != line]
    said, other = ({word.lstrip() for some in lines for word in words(some)} for lines in ([line], rest))
    return any(word in said - other or " " in word for word in gone)


def _names(line: str, word: str) -> bool:
    """Whether a line has a word that tells one thing from another."""
    if word not in line:
        return False
    return any(map(str.isdigit, word)) or len(word) > _SMALL or (len(word) > 1 and word[0] >= "\u0e00")
