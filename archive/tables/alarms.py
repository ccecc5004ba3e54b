"""Alarms: each source's days in figures, and what was found to be wrong by them."""

TABLES = """
CREATE TABLE days (
    source TEXT NOT NULL REFERENCES sources(name),
    day TEXT NOT NULL,                      -- UTC
    looks INTEGER NOT NULL DEFAULT 0,       -- at listings
    looks_failed INTEGER NOT NULL DEFAULT 0,
    looked INTEGER NOT NULL DEFAULT 0,      -- hours, UTC, with a look that did not fail: bit 0 is 0:00 to 0:59
    fetched INTEGER NOT NULL DEFAULT 0,     -- article pages that came
    failed INTEGER NOT NULL DEFAULT 0,      -- article pages that did not, or were none
    looks_blocked INTEGER NOT NULL DEFAULT 0,  -- of the looks that failed: a check for robots, or forbidden
    blocked INTEGER NOT NULL DEFAULT 0,     -- of the pages that failed, likewise
    blocked_in_a_row INTEGER NOT NULL DEFAULT 0,  -- since the last page that came, at the end of the day
    blocked_since TEXT,                     -- the first of these
    blocked_at TEXT,                        -- and the last
    answered_at TEXT,                       -- the last page that came
    new INTEGER NOT NULL DEFAULT 0,
    revised INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,      -- article pages asked for the first time that were none, or not there
    words INTEGER NOT NULL DEFAULT 0,       -- of the new articles, as all that follows
    log_words REAL NOT NULL DEFAULT 0,      -- sum of ln(1 + words)
    log_words_squared REAL NOT NULL DEFAULT 0,
    signed INTEGER NOT NULL DEFAULT 0,      -- that have a byline
    dated INTEGER NOT NULL DEFAULT 0,       -- that have a date of their own
    foreign_language INTEGER NOT NULL DEFAULT 0,  -- in another than the source's
    kept INTEGER NOT NULL DEFAULT 0,        -- characters of text
    dropped INTEGER NOT NULL DEFAULT 0,     -- characters of boilerplate, as far as they were noted
    log_dropped REAL NOT NULL DEFAULT 0,    -- sum of ln(dropped / kept), each article's from ln .03 to ln 30
    log_dropped_squared REAL NOT NULL DEFAULT 0,
    by_rule INTEGER NOT NULL DEFAULT 0,     -- whose body a rule of the source found
    hours TEXT NOT NULL DEFAULT '{}',       -- JSON: hour, UTC -> new articles, and those of ``unread``
    PRIMARY KEY (source, day)
) WITHOUT ROWID;
CREATE INDEX days_day ON days(day);
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources(name),
    kind TEXT NOT NULL,                     -- drift, silence, flood, blocked, stale
    began TEXT NOT NULL,                    -- since when it is so, as far as the figures tell
    noticed TEXT NOT NULL,
    ended TEXT,                             -- NULL: it is so still
    outcome TEXT NOT NULL DEFAULT '',       -- how it ended: over, usual, unwatched
    sentence TEXT NOT NULL,
    evidence TEXT NOT NULL,                 -- JSON: the figures it was judged by
    told TEXT,                              -- when its beginning was sent
    told_end TEXT,                          -- when its end was
    heard TEXT NOT NULL DEFAULT ''          -- which receivers have it while others do not: began:webhook ...
);
CREATE UNIQUE INDEX alarms_open ON alarms(source, kind) WHERE ended IS NULL;
CREATE INDEX alarms_source ON alarms(source, noticed);
CREATE INDEX alarms_kind ON alarms(kind, noticed);
CREATE INDEX alarms_noticed ON alarms(noticed);
CREATE INDEX alarms_ended ON alarms(ended);
CREATE INDEX alarms_outcome ON alarms(outcome);
"""
