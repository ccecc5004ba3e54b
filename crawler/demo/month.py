"""Month: when the demo looks at its web, and what a daemon does by itself after each look. Its time is played.

A village paper is looked at every third day, for what takes time to be learned; then all publishers are, twice on one
day. The days are those of the invented stories, so that each run gives the same.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import read
from archive.database import ArchiveError, reading
from archive.store import Archive
from archive.tasks import Scope
from archive.times import when
from config.models import Config
from crawler import alarms, clock, reextract
from crawler.crawl import Watch
from crawler.demo.library import ORDER
from crawler.demo.world import World
from crawler.once import Summary, all_sources, crawl_once

PAPER = "lantern"
"""The one that is looked at all through the month."""
EVENINGS = tuple(datetime(2026, 10, 18, 18, tzinfo=UTC) + timedelta(days=3 * number) for number in range(9))
"""When it alone is: on each day on which it appears, after its last story."""
FIRST, SECOND = datetime(2026, 11, 12, 8, tzinfo=UTC), datetime(2026, 11, 12, 18, tzinfo=UTC)
"""When all are. In between a story is corrected, one is deleted, and one more comes out."""
AGAIN = timedelta(hours=1)


def left(db: Path) -> tuple[datetime, ...]:
    """The looks that are still to come for an archive; where it has seen all, one an hour after its last.

    Raises ArchiveError where it is not the demo's: what is played must not get among what was seen.
    """
    looks = (*EVENINGS, FIRST, SECOND)
    if not db.exists():
        return looks
    with reading(db) as connection:
        known, last = set(read.sources(connection)), read.begun(connection, "demo")
    if others := known - set(ORDER):
        raise ArchiveError(f"{db} is not the demo's: {min(others)} is kept in it. Name another file with --db.")
    if known and PAPER not in known:
        raise ArchiveError(f"{db} is from an earlier version of the demo. Delete it, or name another file with --db.")
    return tuple(look for look in looks if not last or look > when(last)) or (when(last or "") + AGAIN,)


def live(
    db: Path, world: World, looks: tuple[datetime, ...], *, watch: Watch | None, told: Callable[[str], None]
) -> Iterator[tuple[datetime, Summary]]:
    """Look at each of these times, until it is interrupted."""
    config = world.config()
    with clock.played() as move, _alarms_unsaid():
        for at in looks:
            move(at)
            world.wait(at)
            if at >= SECOND and not world.moment.later:
                world.advance()
                world.publish()
            scope = all_sources(config) if at >= FIRST else Scope(everything=False, sources=frozenset({PAPER}))
            done = crawl_once(db, config, scope, command="demo", judged=True, watch=watch, told=told)
            yield at, done
            if done.interrupted:
                break
            _clean(db, config)


def _clean(db: Path, config: Config) -> None:
    """What the daemon does each hour: clean the articles that were stored before boilerplate was learned."""
    with Archive(db) as archive:
        reextract.refresh(archive, {one.name: one for one in config.sources}, config.limits.reading, threading.Event())


@contextlib.contextmanager
def _alarms_unsaid() -> Iterator[None]:
    """The log, which a terminal shows amid the progress, is told of none: the report shows them."""
    log = logging.getLogger(alarms.__name__)
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
