"""Learning: the boilerplate of each source, and what stood on the last of its pages."""

TABLES = """
ALTER TABLE boilerplate RENAME TO boilerplate_1;
CREATE TABLE boilerplate (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources(name),
    kind TEXT NOT NULL,                     -- text: a block; heading: one; place: a path of tags and classes
    state TEXT NOT NULL DEFAULT 'seen',     -- learned: left out; seen: more than once, and not often enough
    ruling TEXT NOT NULL DEFAULT '',        -- a person's, which goes before it: keep, drop
    sample TEXT NOT NULL,                   -- the text, or what stood last in the place
    place TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',        -- the rule by which a page alone shows that it is boilerplate
    pages INTEGER NOT NULL,                 -- different stories' pages it stood on
    left_out INTEGER NOT NULL DEFAULT 0,    -- of these, on which it, or what it heads, or all in it was left out
    stayed INTEGER NOT NULL DEFAULT 0,      -- and, after the first of those, on which it was not
    opening INTEGER NOT NULL DEFAULT 0,     -- of pages, on which it stood before the story's own text
    closing INTEGER NOT NULL DEFAULT 0,     -- or after it
    heads INTEGER NOT NULL DEFAULT 0,       -- or right before a part of it
    slot INTEGER NOT NULL DEFAULT 0,        -- how many of the story's paragraphs stood before it at first
    steady INTEGER NOT NULL DEFAULT 0,      -- on how many pages as many did
    since INTEGER NOT NULL DEFAULT 0,       -- recent_pages.number when it was first seen
    latest INTEGER NOT NULL DEFAULT 0,      -- and when it was last
    run INTEGER,                            -- the run that first saw it
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    returned TEXT,                          -- when it was first seen in a later crawl
    put_in INTEGER NOT NULL DEFAULT 0,      -- stored articles into which it was put since
    put_into INTEGER,                       -- the last of them
    learned TEXT,                           -- since when it is left out
    mark INTEGER NOT NULL,                  -- 64 bits of the text, alike up to case, digits, white space; of the path
    UNIQUE (source, mark)
);
INSERT INTO boilerplate (id, source, kind, sample, reason, pages, left_out, first_seen, last_seen, mark)
    SELECT id, source, 'text', sample, reason, pages, pages, first_seen, last_seen, mark_of(sample) FROM boilerplate_1
    WHERE true ON CONFLICT DO NOTHING;
DROP TABLE boilerplate_1;
CREATE INDEX boilerplate_source ON boilerplate(source, state);
CREATE INDEX boilerplate_state ON boilerplate(state);
CREATE INDEX boilerplate_kind ON boilerplate(kind);
CREATE INDEX boilerplate_ruling ON boilerplate(ruling);
CREATE TABLE recent_pages (
    source TEXT NOT NULL REFERENCES sources(name),
    number INTEGER NOT NULL,                -- of the source's pages, from 1
    run INTEGER,
    at TEXT NOT NULL,
    section TEXT NOT NULL,
    byline TEXT NOT NULL,
    size INTEGER NOT NULL,                  -- characters of the story's text
    marks BLOB NOT NULL,                    -- of its blocks and places, 8 bytes each
    stood BLOB NOT NULL,                    -- of each, 16 bits: how it stood there (archive.standing)
    PRIMARY KEY (source, number)
);  -- with a rowid: without one, rows of more than 1 kB overflow, and take twice as long to write
ALTER TABLE articles ADD COLUMN title_mark INTEGER NOT NULL DEFAULT 0;  -- as boilerplate.mark
UPDATE articles SET title_mark = mark_of(title);
CREATE INDEX articles_title_mark ON articles(title_mark);
ALTER TABLE links ADD COLUMN title_mark INTEGER NOT NULL DEFAULT 0;
UPDATE links SET title_mark = mark_of(title) WHERE title != '';
CREATE INDEX links_title_mark ON links(title_mark) WHERE title_mark != 0;
"""
