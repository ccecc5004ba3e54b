"""Alarms: each source's days in figures, and what was found to be wrong by them."""

TABLES = """
CREATE TABLE days (
    source TEXT NOT NULL REFERENCES sources(name),
    day TEXT NOT NULL,                      -- UTC
    looks INTEGER NOT NULL DEFAULT 0,       -- at listings
    looks_failed INTEGER NOT NULL DEFAULT 0,
    fetched INTEGER NOT NULL DEFAULT 0,     -- article pages that came
    failed INTEGER NOT NULL DEFAULT 0,      -- article pages that did not, or were none
    blocked INTEGER NOT NULL DEFAULT 0,     -- of both: a check for robots or the like
    new INTEGER NOT NULL DEFAULT 0,
    revised INTEGER NOT NULL DEFAULT 0,
    words INTEGER NOT NULL DEFAULT 0,       -- of the new articles, as all that follows
    log_words REAL NOT NULL DEFAULT 0,      -- sum of ln(1 + words)
    log_words_squared REAL NOT NULL DEFAULT 0,
    signed INTEGER NOT NULL DEFAULT 0,      -- that have a byline
    dated INTEGER NOT NULL DEFAULT 0,       -- that have a date of their own
    foreign_language INTEGER NOT NULL DEFAULT 0,  -- in another than the source's
    kept INTEGER NOT NULL DEFAULT 0,        -- characters of text
    dropped INTEGER NOT NULL DEFAULT 0,     -- characters of boilerplate, as far as they were noted
    by_rule INTEGER NOT NULL DEFAULT 0,     -- whose body a rule of the source found
    hours TEXT NOT NULL DEFAULT '',         -- JSON: new articles by hour, UTC
    PRIMARY KEY (source, day)
) WITHOUT ROWID;
CREATE INDEX days_day ON days(day);
"""
