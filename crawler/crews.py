"""Crews: who takes a crawl's turns: this process, others on this machine, or a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.away import Crew


class CrewError(Exception):
    """Who was named to take the turns can't be had; in a sentence."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: neither is this process."""

    workers: int = 0
    """Processes of this machine."""
    cluster: str = ""
    """A Dask scheduler's address."""


HERE = Wanted()


@contextlib.contextmanager
def crew(wanted: Wanted) -> Iterator[Crew | None]:
    """Who was asked for, until the end; None for this process. Raises CrewError."""
    if wanted.cluster:
        try:
            from crawler.cluster import Cluster  # noqa: PLC0415  # an extra, and .5 s
        except ImportError as error:
            raise CrewError(
                f"--cluster needs Dask ({error}); install it with: pip install 'cuttings[cluster]'"
            ) from None
        from crawler.away import GoneError  # noqa: PLC0415  # httpx: 165 ms

        try:
            found = Cluster(wanted.cluster)
        except GoneError as error:
            raise CrewError(f"{error} Is it running? 'dask scheduler' begins one.") from None
        with contextlib.closing(found):
            yield found
    elif wanted.workers:
        from crawler.shards import Shards  # noqa: PLC0415  # as above

        with Shards(wanted.workers) as shards:
            yield shards
    else:
        yield None
