"""Check: what a cron expression or a CSS selector must be, as the library that will run it sees it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_NUMBERED_DAY = re.compile(r"(?<![A-Za-z/\d])\d")
"""A digit in the weekday field that is not a step, as the 2 of ``*/2`` is."""


def cron(expression: str) -> None:
    """Raise ValueError unless APScheduler can run it, in UTC, and it fires at all."""
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415  # 70 ms, and few have a cron expression

    parts = expression.split()
    if len(parts) != 5:
        raise ValueError(f'needs five fields, as "*/10 6-22 * * *", not "{expression}"')
    if _NUMBERED_DAY.search(parts[4]):
        # 0 is Monday to APScheduler, Sunday to cron: neither guess would suit everyone.
        raise ValueError(f'must name its weekdays, as "0 6 * * mon-fri", not number them: "{expression}"')
    try:
        trigger = CronTrigger.from_crontab(expression, timezone=UTC)
    except (ValueError, TypeError) as error:
        raise ValueError(f'is not a cron expression: "{expression}": {error}') from None
    if trigger.get_next_fire_time(None, datetime.now(UTC)) is None:
        raise ValueError(f'never comes: "{expression}"')


def selector(css: str) -> None:
    """Raise ValueError unless selectolax understands it."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415  # only sources with rules need it

    try:
        LexborHTMLParser("").css(css)
    except (SelectolaxError, ValueError):
        raise ValueError(f"is not a CSS selector that can be used here: {css}") from None
