"""Baseline: what a source's articles are usually like, by which a new one, or a day's, is seen to be unlike them."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS: Final = 28
"""Days on which something new came that are summed: four of each weekday of a daily."""
OLDEST: Final = timedelta(days=365)
"""No day before that counts, and no more rows are looked at, however long a source was silent."""
FEWEST: Final = 20
"""Articles under which nothing is usual: of twenty that all have a byline, one in twenty may still have none."""

_SUMS = f"""
SELECT (SELECT language FROM sources WHERE name = :source) AS language,
  coalesce(sum(new), 0) AS articles, sum(log_words) AS log_words, sum(log_words_squared) AS log_words_squared,
  sum(signed) AS signed, sum(dated) AS dated, sum(foreign_language) AS elsewhere, sum(kept) AS kept,
  sum(dropped) AS dropped, sum(by_rule) AS by_rule
FROM (
  SELECT new, log_words, log_words_squared, signed, dated, foreign_language, kept, dropped, by_rule
  FROM days WHERE source = :source AND day < :before AND day >= :since AND new > 0 ORDER BY day DESC LIMIT {DAYS}
)
"""  # noqa: S608  # a number of our own


@dataclass(frozen=True, slots=True)
class Baseline:
    """A source's articles over some days. Shares are of the articles, from 0 to 1."""

    articles: int = 0
    """How many there are; where they are too few, the rest says nothing: see ``tells``."""
    language: str = ""
    """The source's own, as ``sources.language`` has it; empty if that is not known."""
    mean: float = 0.0
    """Of ln(1 + words), by which the lengths of a source's articles lie about evenly around it."""
    deviation: float = 0.0
    """Of the same: .7 is half to twice as long."""
    signed: float = 0.0
    """Share that has a byline."""
    dated: float = 0.0
    """Share that has a date of its own."""
    foreign: float = 0.0
    """Share in another language than the source's."""
    boilerplate: float = 0.0
    """Share of the characters that were dropped, as far as they were noted."""
    by_rule: float = 0.0
    """Share whose body a rule of the source found."""

    @property
    def tells(self) -> bool:
        """Whether there are enough articles to say what is usual."""
        return self.articles >= FEWEST


def of(db: sqlite3.Connection, source: str, before: date) -> Baseline:
    """The source over its last 28 days with new articles before that day (UTC), within a year."""
    since = (before - OLDEST).isoformat() if before.year > 1 else ""
    row = db.execute(_SUMS, {"source": source, "before": before.isoformat(), "since": since}).fetchone()
    articles, language = row["articles"], (row["language"] or "").partition("-")[0].lower()
    if not articles:
        return Baseline(language=language)
    mean = row["log_words"] / articles
    return Baseline(
        articles=articles,
        language=language,
        mean=mean,
        deviation=math.sqrt(max(0.0, row["log_words_squared"] / articles - mean * mean)),
        signed=row["signed"] / articles,
        dated=row["dated"] / articles,
        foreign=row["elsewhere"] / articles,
        boilerplate=row["dropped"] / max(1, row["kept"] + row["dropped"]),
        by_rule=row["by_rule"] / articles,
    )
