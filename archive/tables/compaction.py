"""Compaction: each time that stored pages were compressed anew, and the dictionaries that were made by it."""

TABLES = """
CREATE TABLE compactions (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,                             -- NULL: still running, or it was stopped
    upto INTEGER NOT NULL,                  -- the last snapshot at that time: once it ended, all up to it are done
    pages INTEGER NOT NULL DEFAULT 0,       -- that were compressed anew
    saved INTEGER NOT NULL DEFAULT 0        -- bytes, of pages and dictionaries
);
ALTER TABLE dictionaries ADD COLUMN pages INTEGER NOT NULL DEFAULT 1;       -- of which it is made
ALTER TABLE dictionaries ADD COLUMN compaction INTEGER REFERENCES compactions(id);  -- NULL: it was made by a crawl
CREATE INDEX dictionaries_compaction ON dictionaries(compaction) WHERE compaction IS NOT NULL;
"""
