"""cuttings copies: who else ran an article's text, and what they changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from archive import copies as archive_copies
from archive.copies import Copy
from archive.database import reading
from archive.revisions import Piece
from crawler.commands.common import Given, db_option, existing, json_option, plain, print_json, print_table, say

_COLORS = {"added": "green", "removed": "red", "same": None}
_MARKS = {"added": ("{+", "+}"), "removed": ("[-", "-]"), "same": ("", "")}
_LONGEST = 300
"""Characters of what both texts have that are shown around a change."""


@click.command()
@click.argument("article", type=Given())
@click.option("--diff", "number", type=int, help="Show how the article of this number differs from the first.")
@db_option
@json_option
def copies(*, article: str, number: int | None, db: Path, as_json: bool) -> None:
    """List who ran the text of ARTICLE, a URL or a number: when, and how much of it is the first one's.

    \b
    Examples:
      cuttings copies https://example.org/news/1234
      cuttings copies 1234 --diff 1301
    """
    with reading(existing(db)) as connection:
        found = archive_copies.copies(connection, article)
        if found is None:
            raise click.ClickException(f"There is no article {article} in {db}; 'cuttings search' finds some.")
        if number is not None:
            chosen = next((copy for copy in found if copy.id == number), None)
            if chosen is None:
                raise click.BadParameter(f"{number} is none of its copies: {_numbers(found)}.", param_hint="--diff")
            pieces = archive_copies.changes(connection, chosen, found[0])
            if as_json:
                print_json([asdict(piece) for piece in pieces])
            else:
                click.echo(_shown(pieces))
            return
    if as_json:
        print_json([asdict(copy) for copy in found])
        return
    if not found:
        say("Nobody else ran it, as far as this archive knows.")
        return
    rows = [
        (
            copy.id,
            copy.source,
            (copy.published or copy.first_seen)[:16].replace("T", " "),
            copy.word_count,
            f"{copy.kept:.0%}",
            f"{copy.added:.0%}",
            copy.title,
        )
        for copy in found
    ]
    print_table(("article", "source", "when (UTC)", "words", "kept", "added", "title"), rows)
    say(f"Kept and added are shares of the text of article {found[0].id}, which was stored first.")


def _numbers(found: tuple[Copy, ...]) -> str:
    return ", ".join(str(copy.id) for copy in found) or "there are none"


def _shown(pieces: tuple[Piece, ...]) -> str:
    """Marks as ``wdiff`` sets them, for those that see no colours; long passages without a change are cut short."""
    shown = []
    for piece in pieces:
        text = plain(piece.text)
        if piece.op == "same" and len(text) > 2 * _LONGEST:
            text = f"{text[:_LONGEST]} […] {text[-_LONGEST:]}"
        begin, end = _MARKS[piece.op]
        shown.append(click.style(f"{begin}{text}{end}", fg=_COLORS[piece.op]))
    return "".join(shown)
