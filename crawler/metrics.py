"""Metrics: what is counted, in the process and in the archive, as Prometheus reads it (text format 0.0.4)."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from archive.alarms.finding import Kind
from archive.database import ArchiveError, reading
from archive.status import Counts, counts
from crawler import __version__
from crawler.pulse import Pulse
from crawler.tally import Tally

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH = 5.0
"""Seconds for which the archive's counts are used again."""
SHARE = 20
"""And so many times as long as counting took: it costs a twentieth of a core at most, however big the archive."""


class Metrics(Collector):
    """All of it, to be rendered for a scrape. May be called from any thread."""

    def __init__(self, archive: Path, pulse: Pulse, tally: Tally) -> None:
        self._archive, self._pulse, self._tally = archive, pulse, tally
        self._lock = threading.Lock()
        self._counts: Counts | None = None
        self._counted_at = self._fresh_until = 0.0
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def render(self) -> bytes:
        """For one scrape. What the archive holds is as last counted: no scrape waits for that."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        yield from self._of_process()
        found = self._counts
        yield _gauge(
            "archive_readable", "Whether the archive could be read for this: 1 or 0.", float(found is not None)
        )
        if found:
            age = time.monotonic() - self._counted_at
            yield _gauge("counts_age_seconds", "Seconds since what the archive holds was counted.", age)
            yield from _of_archive(found)

    def refresh(self) -> None:
        """Count what the archive holds, unless that was done lately, or is being done."""
        if time.monotonic() < self._fresh_until or not self._lock.acquire(blocking=False):
            return
        try:
            started = time.monotonic()
            try:
                with reading(self._archive) as db:
                    self._counts = counts(db, datetime.now(UTC))
            except (ArchiveError, sqlite3.Error):
                self._counts = None
            self._counted_at = now = time.monotonic()
            self._fresh_until = now + max(FRESH, SHARE * (now - started))
        finally:
            self._lock.release()

    def _of_process(self) -> Iterator[Metric]:
        pulse, tally = self._pulse, self._tally
        labels = ["kind", "outcome", "reason"]
        fetches = CounterMetricFamily("cuttings_fetches", "Fetches by what became of them.", labels=labels)
        for key, count in list(tally.fetches.items()):
            fetches.add_metric(key, count)
        yield fetches
        yield _counter("fetched_bytes", "Bytes of bodies received, after decompression.", tally.bytes)
        yield _counter("fetch_seconds", "Seconds that fetches took, without waiting for their turns.", tally.seconds)
        reloads = CounterMetricFamily("cuttings_reloads", "Reloads of the configuration.", labels=["result"])
        for result in ("done", "refused"):
            reloads.add_metric([result], tally.reloads[result])
        yield reloads
        yield _counter("ticks", "Looks for work that succeeded.", pulse.ticks)
        yield _counter("tick_errors", "Looks for work that failed.", tally.tick_errors)
        yield _counter("workers_killed", "Extraction workers that took too long over a page.", tally.workers_killed)
        yield _gauge("last_tick_age_seconds", "Seconds since the last look for work that succeeded.", pulse.age())
        yield _gauge("loop_lag_max_seconds", "Longest pause of the event loop since the start.", pulse.lag)
        yield _gauge("loop_lag_recent_max_seconds", "Longest pause of it in five minutes.", pulse.recent_lag)
        yield _gauge("stopping", "Whether it is stopping: 1 or 0.", float(pulse.stopping))
        info = GaugeMetricFamily("cuttings_build_info", "The version that runs.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info


def _of_archive(found: Counts) -> Iterator[Metric]:
    queue = GaugeMetricFamily("cuttings_links", "Links by state; waiting: never fetched so far.", labels=["state"])
    for state, number in found.links.items():
        queue.add_metric([state], number)
    yield queue
    due = GaugeMetricFamily("cuttings_due", "Listings and links whose time has come.", labels=["kind"])
    due.add_metric(["listing"], found.due_listings)
    due.add_metric(["article"], found.due_links)
    yield due
    yield _gauge("oldest_due_seconds", "For how long the oldest of them has been due.", found.oldest_due)
    yield _gauge("sources", "Sources that are configured and enabled.", found.sources)
    listings = GaugeMetricFamily("cuttings_listings", "Feeds, sitemaps, sections by state.", labels=["state"])
    well = found.listings - found.failing - found.parked_listings
    for state, number in (("well", well), ("failing", found.failing), ("parked", found.parked_listings)):
        listings.add_metric([state], number)
    yield listings
    yield _gauge("sites_in_work", "Sites that are being spoken to.", found.sites_in_work)
    yield _gauge("sites_parked", "Sites left alone for long, see 'cuttings status'.", found.parked_sites)
    alarms = GaugeMetricFamily("cuttings_alarms", "Alarms that are open, see 'cuttings alarms'.", labels=["kind"])
    for kind in Kind:
        alarms.add_metric([kind.value], found.alarms.get(kind.value, 0))
    yield alarms
    yield _gauge("articles", "Articles kept.", found.articles)
    yield _gauge("revisions", "Texts of articles that changed, the first and the current included.", found.revisions)
    yield _gauge("archive_bytes", "Of the archive's file.", found.bytes)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"cuttings_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"cuttings_{name}", meaning, value=value)
