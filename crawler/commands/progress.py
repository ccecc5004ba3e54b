"""Progress: one live line for the person who waits."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from archive.models import Failure, Verdict
from archive.tasks import Outcome


class Live:
    """One live line on a terminal's stderr; nothing where stderr is no terminal. ``fields`` are the columns' first."""

    def __init__(self, *columns: ProgressColumn, expand: bool = False, **fields: Any) -> None:
        self._progress = Progress(
            *columns, expand=expand, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        )
        self._task = self._progress.add_task("", total=None, **fields)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class Bar(Live):
    """A bar that says what is looked at or copied."""

    def __init__(self) -> None:
        super().__init__(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())

    def __call__(self, what: str, done: int, of: int) -> None:
        self._progress.update(self._task, description=what, completed=done, total=of or None)


class CrawlProgress(Live):
    """What a crawl did so far, and the URL that it came to last."""

    def __init__(self) -> None:
        counts = TextColumn("{task.fields[counts]}", table_column=Column(no_wrap=True))
        # The URL takes what room is left.
        room = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        last = TextColumn("[dim]{task.fields[last]}", table_column=room)
        super().__init__(SpinnerColumn(), counts, TimeElapsedColumn(), last, expand=True, counts="starting", last="")
        self._counts: dict[str, int] = {}

    def __call__(self, outcome: Outcome, verdict: Verdict) -> None:
        name = "listings" if outcome.task.link is None else verdict.change.value
        if isinstance(outcome.result, Failure):
            name = "failed" if outcome.result.stage != "robots" else "refused"
        self._counts[name] = self._counts.get(name, 0) + 1
        counts = " · ".join(f"{number} {name}" for name, number in self._counts.items())
        self._progress.update(
            self._task, counts=counts, last=escape(outcome.task.url[:80])
        )  # a URL may look like markup
