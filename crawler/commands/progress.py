"""Progress: one live line for the person who waits for a crawl."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from archive.models import Failure, Outcome, Verdict


class CrawlProgress:
    """One live line on a terminal's stderr while a crawl runs; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[counts]}", table_column=Column(no_wrap=True)),
            TimeElapsedColumn(),
            # The URL takes what room is left.
            TextColumn("[dim]{task.fields[last]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
            expand=True,
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("", total=None, counts="starting", last="")
        self._counts: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, outcome: Outcome, verdict: Verdict) -> None:
        name = "listings" if outcome.task.link is None else verdict.change.value
        if isinstance(outcome.result, Failure):
            name = "failed" if outcome.result.stage != "robots" else "refused"
        self._counts[name] = self._counts.get(name, 0) + 1
        counts = " · ".join(f"{number} {name}" for name, number in self._counts.items())
        self._progress.update(
            self._task, counts=counts, last=escape(outcome.task.url[:80])
        )  # a URL may look like markup
