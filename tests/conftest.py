"""Sharing the tests out among processes, for ``pytest -n auto``: a file goes to one of them, what waits long does not.

The tests of a file so share what is made once for it, and a port that only one may have. Not by xdist's own groups:
pytest 9.2 does not heed them (pytest-xdist issue 1386).
"""

from __future__ import annotations

import os
import sys
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

APART = (
    "test_hour",
    "test_crash",
    "test_trouble_clock",
    "test_polite_pace",
    "test_daemon",
    "test_trouble_disk",
    "test_trouble_lock",
    "test_polite_robots",
    "test_crawl",
    "test_commands",
    "test_watching_processes",
    "test_unhurt_network",
    "test_pool",
    "test_shards",
    "test_cluster",
    "test_cluster_reading",
)
"""Files whose tests take long and wait for most of it: they go first, each test where there is room."""


class Shares(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        """What goes to one process together with the test."""
        file = nodeid.split("::", 1)[0]
        return nodeid if PurePath(file).stem in APART else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> Shares:
    config.option.loadscopereorder = False  # xdist would have files with many tests go first
    return Shares(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two a core: many tests wait, for a pause to be over or a process to start."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2 * cores, 8)  # a container may have fewer cores than it sees


def pytest_collection_finish(session) -> None:
    """By now each test's folder is first in the path: a process begun with that took ``bench/archive.py`` for ours."""
    root = str(session.config.rootpath)
    sys.path[:] = [root, *(folder for folder in sys.path if folder != root)]


def pytest_collection_modifyitems(config, items) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: APART.index(item.path.stem) if item.path.stem in APART else len(APART))
