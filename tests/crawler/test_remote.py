"""What another process does with a turn that it is sent, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.tasks import Batch, Site
from config.models import Config
from crawler import __version__, clock, remote
from crawler.remote import Pages, Report, Sent, pack, unpack
from crawler.visit import Terms
from crawler.work import Order

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def sent():
    config = Config()
    order = Order(Batch(Site("example.org"), ()), Terms.of(config), config.politeness, beside=(config.politeness,))
    return Sent(order, "us", clock.now(), __version__, readers=1, far=True, seconds=1.0, most=5.0, late=20.0)


def taken(sent: Sent) -> Report:
    report = unpack(remote.work(pack(sent, far=True)))
    assert isinstance(report, Report)
    return report


def test_a_turn_is_taken_and_its_report_says_when(sent):
    report = taken(sent)
    assert (report.site, report.steps, report.refused) == (Site("example.org"), (), "")
    assert sent.at <= report.began <= report.ended <= clock.now()


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_turn_that_seems_to_have_been_long_on_its_way_is_not_begun(sent, seconds):
    report = taken(replace(sent, at=sent.at - timedelta(seconds=seconds)))
    assert report.site is None
    assert f"{seconds} s after it was sent" in report.refused


def test_what_another_version_sends_is_refused_with_both_named(sent):
    report = taken(replace(sent, version="0.0.1"))
    assert report.site is None
    assert __version__ in report.refused
    assert "0.0.1" in report.refused
    with pytest.raises(RuntimeError, match=r"was sent work of 0\.0\.1"):
        remote.read_pages(pack(Pages((), 1.0, 1, "0.0.1"), far=True))


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_a_pause_lasts_as_long_by_another_clock(hours):
    there = NOON + timedelta(hours=hours)
    site = Site("example.org", next_at=NOON + timedelta(seconds=90))
    assert remote.later(site, there, NOON).next_at - there == timedelta(seconds=90)
    assert remote.later(Site("example.org"), there, NOON).next_at is None


def test_what_goes_over_a_network_is_compressed():
    text = "Most popular. " * 1_000
    assert len(pack(text, far=True)) < 200 < len(pack(text, far=False))
    assert unpack(pack(text, far=True)) == unpack(pack(text, far=False)) == text
