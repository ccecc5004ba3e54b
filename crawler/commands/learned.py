"""What an archive learned, mended and noticed by itself, told in the terminal, with where a person looks it up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from archive.changes import worded
from archive.revisions import diff
from archive.times import when
from crawler.commands.common import echo, print_table, print_text

if TYPE_CHECKING:
    from archive.register import Row as Alarm
    from crawler.demo.learning import Change, Learning

_AROUND = 9
"""Words of what stays the same that are shown before and after a change."""
_MARKS = {"added": ("{+", "+}", "green"), "removed": ("[-", "-]", "red")}
"""As ``cuttings history --diff`` has them."""


def print_learning(learning: Learning, db: Path) -> None:
    """Boilerplate, and of the rest the first that shows what it is."""
    if learning.boilerplate:
        _boilerplate(learning.boilerplate, db)
    if learning.cleaned:
        _cleaned(learning.cleaned, db)
    for change in [one for one in learning.revisions if one.words_added or one.words_removed][:1]:
        _revision(change, db)
    for alarm in learning.alarms:
        _alarm(alarm, db)


def _boilerplate(rows: tuple[dict[str, object], ...], db: Path) -> None:
    shown = [(row["source"], row["pages"], _day(str(row["learned"])), row["sample"]) for row in rows if row["learned"]]
    print_table(("source", "pages", "since", "text"), shown, title="What was learned to be a site's, and is left out")
    print_text("No list of words knows these: they stood on page after page, at several looks.")
    _where("boilerplate", f"cuttings boilerplate --db {db}")


def _cleaned(changes: tuple[Change, ...], db: Path) -> None:
    first, count = changes[0], len(changes)
    _title("What was cleaned afterwards")
    print_text(
        f"{'One article was' if count == 1 else f'{count} articles were'} stored before that was known, and cleaned of"
        f" it from the stored page. “{first.title}”, kept since {_day(first.seen_before)}, lost {first.words_removed}"
        f" words on {_day(first.at)}:"
    )
    print_text(*_pieces(first), indent=2)
    _where("replaced", f"cuttings explain {first.url} --db {db}")


def _revision(change: Change, db: Path) -> None:
    _title("What a publisher changed")
    kind = worded(change.kind, change.words_added, change.words_removed)
    print_text(f"“{change.title}”, {_day(change.at)}: {kind}:")
    print_text(*_pieces(change), indent=2)
    _where("revisions", f"cuttings history {change.url} --diff {change.number} --db {db}")


def _alarm(alarm: Alarm, db: Path) -> None:
    _title("What is wrong with a source")
    print_text(f"{alarm.source}, {alarm.kind}, noticed on {_day(alarm.noticed)}: {alarm.sentence}")
    _where("alarms", f"cuttings alarms {alarm.source} --db {db}")


def _title(text: str) -> None:
    print_text((text, "italic"))


def _where(table: str, command: str) -> None:
    print_text(f"See the table {table} in Datasette, or:")
    echo(f"  {command}\n")


def _day(time: str) -> str:
    at = when(time)
    return f"{at.day} {at:%B}"


def _pieces(change: Change) -> Iterator[str | tuple[str, str]]:
    """The difference by word, on one line, and of what is the same its ends."""
    pieces = diff(change.before, change.after)
    for number, piece in enumerate(pieces):
        text = re.sub(r"\s+", " ", piece.text)
        if piece.op == "same":
            yield _ends(text, first=number == 0, last=number + 1 == len(pieces))
        else:
            begin, end, colour = _MARKS[piece.op]
            yield f"{begin}{text}{end}", colour


def _ends(text: str, *, first: bool, last: bool) -> str:
    words = text.split(" ")
    before, after = ([] if first else words[:_AROUND]), ([] if last else words[-_AROUND:])
    return text if len(words) <= len(before) + len(after) + 1 else " ".join([*before, "…", *after])
