"""Imports: files whose pages were taken in, and how far each was read."""

TABLES = """
CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,                     -- its name at the last time
    head TEXT NOT NULL,                     -- SHA-256 of its first 4 KiB, by which it is known again
    scope TEXT NOT NULL,                    -- JSON: which pages were asked for
    at INTEGER NOT NULL DEFAULT 0,          -- all is done up to this byte of the file,
    within INTEGER NOT NULL DEFAULT 0,      -- and so many unpacked bytes further
    records INTEGER NOT NULL DEFAULT 0,     -- up to there
    pages INTEGER NOT NULL DEFAULT 0,       -- of these, those that were asked for
    dead INTEGER NOT NULL DEFAULT 0,        -- of these, what could not be read
    begun TEXT NOT NULL,
    updated TEXT NOT NULL,                  -- when something of it was last done
    ended TEXT,                             -- when its end was come to; NULL: it goes on, or was cut off
    UNIQUE (head, scope)
);
"""
