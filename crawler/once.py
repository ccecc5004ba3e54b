"""A crawl from the command line: open the archive, crawl what was asked for, stop cleanly, say what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from archive import sites
from archive.models import Change, Failure, Link, Verdict
from archive.store import Archive
from archive.tasks import Outcome, Scope
from archive.watch import Watch
from config.models import Config
from crawler import alarms, clock, urls
from crawler.away import Crew
from crawler.browser import Browser
from crawler.crawl import Crawl, start
from crawler.crawl import Watch as Looker
from crawler.crews import HERE, Wanted, crew
from crawler.masks import masked
from crawler.pool import Pool
from crawler.watching import Watching


@dataclass(slots=True)
class Summary:
    """What a crawl did, counted."""

    listings: int = 0
    links: int = 0
    """That the listings gave, known ones too."""
    counts: dict[str, int] = field(default_factory=lambda: {change.value: 0 for change in Change})
    failures: dict[str, int] = field(default_factory=dict)
    """Reason → how many, articles and listings."""
    problems: list[str] = field(default_factory=list)
    """Sentences for a person: what was asked for and failed, listings that could be read only in part."""
    interrupted: bool = False
    left: int = 0
    """Listings and links of the scope that are still due: beyond the limit, or their host is busy or needs a pause."""

    def add(self, outcome: Outcome, verdict: Verdict) -> None:
        result, url = outcome.result, outcome.task.url
        if isinstance(result, Failure):
            self.failures[result.reason] = self.failures.get(result.reason, 0) + 1
        if outcome.task.link is None:
            self.listings += 1
            self.links += len(result) if isinstance(result, tuple) else 0
            if isinstance(result, Failure):
                self.problems.append(masked(f"{url}: {result.detail or result.reason}"))
            elif outcome.problem:
                self.problems.append(masked(f"{url}: {outcome.problem}"))
        else:
            self.counts[verdict.change.value] += 1
            if isinstance(result, Failure) and not outcome.task.link.found_in:
                self.problems.append(masked(f"{url}: {result.detail or result.reason}"))


def target_links(config: Config, archive: Archive, wanted: frozenset[str], now: datetime) -> tuple[Link, ...]:
    """Queue entries for URLs named by hand; one of no configured source gets a source named after its site."""
    links = []
    for url in sorted(wanted):
        owner = next((s for s in config.sources if sites.same_site(s.home, url)), None)
        name = owner.name if owner else sites.site(url)
        if owner is None:
            archive.add_source(name, "/".join(url.split("/", 3)[:3]) + "/", now)
        links.append(Link(url, name, found_in=""))
    return tuple(links)


@contextlib.contextmanager
def stop_on_signals(stopping: asyncio.Event, told: Callable[[str], None]) -> Iterator[None]:
    """The first SIGINT or SIGTERM lets what is in flight finish; the second is the system's own."""
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        told("Stopping: what is in flight is finished and kept; the next run goes on from here. Again to cut it off.")
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _crawl(
    archive: Archive,
    config: Config,
    pool: Pool,
    scope: Scope,
    *,
    hands: Crew | None,
    command: str,
    due_only: bool,
    judged: bool,
    limit: int | None,
    since: datetime | None,
    watch: Looker | None,
    told: Callable[[str], None],
) -> Summary:
    summary = Summary()

    def note(outcome: Outcome, verdict: Verdict) -> None:
        summary.add(outcome, verdict)
        if watch:
            watch(outcome, verdict)

    run, now = start(archive, command), clock.now()
    archive.sync_sources(config, now)
    revisit_before = None if due_only else now
    if not due_only:
        archive.wake(scope, now)
        named = target_links(config, archive, scope.urls, now)
        archive.enqueue(named, now)
    crawl = Crawl(
        archive,
        config,
        pool,
        run,
        scope=scope,
        revisit_before=revisit_before,
        since=since,
        limit=limit,
        watch=note,
        crew=hands,
    )
    try:
        async with Browser() as crawl.browser:
            with stop_on_signals(crawl.stopping, told):
                summary.interrupted = not await crawl.once()
    finally:
        archive.end_run(run, clock.now())
    if judged and not summary.interrupted:
        alarms.look(archive, Watch())
        await alarms.Bell(archive).ring(config.alarms)
    await Watching(archive).finish(config, tell=not summary.interrupted)
    summary.left = archive.pending(crawl.scope_found, clock.now())[0]
    return summary


def crawl_once(
    db: Path,
    config: Config,
    scope: Scope,
    *,
    command: str = "crawl",
    due_only: bool = False,
    judged: bool = False,
    limit: int | None = None,
    since: datetime | None = None,
    watch: Looker | None = None,
    told: Callable[[str], None] = lambda _: None,
    wanted: Wanted = HERE,
) -> Summary:
    """Crawl a scope into the archive at ``db``, made if it is not there.

    ``due_only`` does what the daemon would do now; otherwise every listing of the scope is looked at, and the
    articles listed there again are looked at for changes. What watches find is sent in the end. ``judged``: all sources
    are looked over for alarms then, and these are sent, too. ``wanted`` take the turns. Raises CrewError where they
    can't be had, archive.database.ArchiveError if the archive cannot be opened or written.
    """
    with crew(wanted) as hands, Archive(db) as archive, Pool(config.limits.reading) as pool:
        return asyncio.run(
            _crawl(
                archive,
                config,
                pool,
                scope,
                hands=hands,
                command=command,
                due_only=due_only,
                judged=judged,
                limit=limit,
                since=since,
                watch=watch,
                told=told,
            )
        )


def rehearse(
    config: Config,
    scope: Scope,
    *,
    since: datetime | None = None,
    watch: Looker | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> list[Link]:
    """A dry run: the listings are looked at, into an archive that is thrown away; the links they gave."""
    found: dict[str, Link] = {}

    def note(outcome: Outcome, verdict: Verdict) -> None:
        if isinstance(outcome.result, tuple):
            found.update((link.url, link) for link in outcome.result)
        if watch:
            watch(outcome, verdict)

    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "dry.db")
        crawl_once(db, config, scope, command="dry run", limit=0, since=since, watch=note, told=told)
    return list(found.values())


def scope_of(config: Config, targets: tuple[str, ...]) -> tuple[Scope, tuple[str, ...]]:
    """Split command-line targets into a Scope of source names and canonical URLs, and what is neither."""
    names: set[str] = set()
    given: set[str] = set()
    neither = []
    for target in targets:
        if config.source(target):
            names.add(target)
        elif "." in target or "/" in target:
            url = urls.canonical(target if "://" in target else f"https://{target}")
            if url:
                given.add(url)
            else:
                neither.append(target)
        else:
            neither.append(target)
    return Scope(everything=not targets, sources=frozenset(names), urls=frozenset(given)), tuple(neither)


def all_sources(config: Config) -> Scope:
    """Every enabled source of the configuration."""
    return Scope(everything=False, sources=frozenset(source.name for source in config.sources if source.enabled))
