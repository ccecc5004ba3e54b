"""Reextraction: each time that stored pages were read anew, what texts that replaced, and pages that gave none."""

TABLES = """
CREATE TABLE reextractions (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,                             -- NULL: still running, or killed
    extractor TEXT NOT NULL,
    scope TEXT NOT NULL,                    -- JSON: what was asked for
    chosen INTEGER NOT NULL,                -- articles that were to be read anew
    looked INTEGER NOT NULL DEFAULT 0,      -- of these, done
    changed INTEGER NOT NULL DEFAULT 0,
    words_gained INTEGER NOT NULL DEFAULT 0,
    words_lost INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE replaced (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id),
    revision INTEGER NOT NULL,              -- the number of the text that was replaced
    reextraction INTEGER REFERENCES reextractions(id),  -- NULL: before a later look of a crawl was compared with it
    at TEXT NOT NULL,
    title TEXT NOT NULL,
    byline TEXT NOT NULL,
    published TEXT,
    modified TEXT,
    text TEXT NOT NULL,
    blocks TEXT,                            -- NULL: of an earlier revision, of which they are not kept
    content_hash TEXT NOT NULL,
    extractor TEXT NOT NULL,                -- that had made it, with the rules and the template
    rules TEXT NOT NULL,
    template INTEGER NOT NULL
);
CREATE TABLE refused (
    article INTEGER PRIMARY KEY REFERENCES articles(id),
    at TEXT NOT NULL,
    extractor TEXT NOT NULL,                -- that takes its page for no article, with the rules and the template
    rules TEXT NOT NULL,
    template INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX replaced_article ON replaced(article, revision);
CREATE INDEX replaced_reextraction ON replaced(reextraction);
CREATE INDEX replaced_at ON replaced(at);
CREATE INDEX replaced_extractor ON replaced(extractor);
CREATE INDEX reextractions_extractor ON reextractions(extractor);
CREATE INDEX refused_reason ON refused(reason);
DROP INDEX articles_extractor;
CREATE INDEX articles_extractor ON articles(extractor, rules, template, source, snapshot);
"""
