from __future__ import annotations

import contextlib
from datetime import timedelta

from kept import CONFIG, NOON, config

from archive import sources
from archive.database import connect
from config.models import Source


def test_a_configuration_that_did_not_change_writes_nothing(kept):
    with contextlib.closing(connect(kept.path)) as db:
        before = db.total_changes
        sources.sync(db, CONFIG, NOON + timedelta(days=1))
        assert db.total_changes == before


def test_a_listing_that_two_sources_name_stays_with_the_latter_however_often_it_is_read(kept):
    feeds = ("https://shared.example/feed",)
    both = config(*(Source(name, f"https://{name}.example/", feeds=feeds) for name in ("first", "second")))
    with contextlib.closing(connect(kept.path)) as db:
        for _ in range(3):
            sources.sync(db, both, NOON)
            assert db.execute("SELECT source FROM feeds WHERE url = ?", feeds).fetchone()[0] == "second"
