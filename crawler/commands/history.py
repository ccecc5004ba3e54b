"""cuttings history: the versions of an article, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from archive import read
from archive.changes import worded
from archive.database import reading
from archive.read import Revised
from archive.revisions import Piece, diff
from crawler.commands.common import Given, db_option, echo, existing, json_option, plain, print_json, print_table


@click.command()
@click.argument("which", metavar="URL|ID", type=Given())
@click.option("--diff", "number", type=click.IntRange(min=2), help="Show what this version changed in the one before.")
@db_option
@json_option
def history(which: str, *, number: int | None, db: Path, as_json: bool) -> None:
    """List the versions of an article: when each was seen, what kind of change it was, and how many words it took.

    \b
    Examples:
      cuttings history https://example.org/news/1234
      cuttings history 17 --diff 3
    """
    with reading(existing(db)) as connection:
        versions = {version.number: version for version in read.history(connection, which)}
    if not versions:
        raise click.ClickException(f"{which} is no article in {db}. 'cuttings explain {which}' says what became of it.")
    if number is not None and not {number - 1, number} <= versions.keys():
        raise click.ClickException(f"{which} has no version {number}: the last one is {max(versions)}.")
    if number is not None:
        _show(versions[number - 1], versions[number], as_json=as_json)
    elif as_json:
        print_json([asdict(version) for version in versions.values()])
    else:
        print_table(
            ("version", "seen", "change", "headline"),
            [(v.number, v.seen_at, _worded(versions.get(v.number - 1), v), v.title) for v in versions.values()],
        )


def _worded(old: Revised | None, new: Revised) -> str:
    """What a version changed; said as well where that was learned to be the site's since, and left out of both."""
    said = worded(new.change, new.words_added, new.words_removed)
    counted = old is not None and new.words_added + new.words_removed > 0
    return f"{said}: left out since, as the site's" if counted and _texts(old) == _texts(new) else said


def _texts(version: Revised | None) -> tuple[str | None, ...]:
    return tuple(getattr(version, name) for name in _SHOWN)


def _show(old: Revised, new: Revised, *, as_json: bool) -> None:
    changed = {name: diff(getattr(old, name) or "", getattr(new, name) or "") for name in _SHOWN}
    if as_json:
        parts = {name: [asdict(piece) for piece in pieces] for name, pieces in changed.items()}
        print_json({"change": new.change, "words_added": new.words_added, "words_removed": new.words_removed} | parts)
        return
    echo(f"{new.seen_at}: {_worded(old, new)}\n")
    for name, pieces in changed.items():
        if any(piece.op != "same" for piece in pieces) or name in {"title", "text"}:
            click.echo(("" if name in {"title", "text"} else f"{name}: ") + "".join(map(_marked, pieces)) + "\n")


_SHOWN = ("title", "byline", "published", "text")


def _marked(piece: Piece) -> str:
    """In colours; with marks, too, for those who do not see them, and where the output is piped."""
    if piece.op == "same":
        return plain(piece.text)
    text, added = plain(piece.text), piece.op == "added"
    return click.style(f"{{+{text}+}}" if added else f"[-{text}-]", fg="green" if added else "red")
