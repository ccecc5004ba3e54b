"""Watching: saved searches, what each has found, and who was told of it."""

TABLES = """
CREATE TABLE watches (
    name TEXT PRIMARY KEY,
    search TEXT NOT NULL,                   -- JSON: query, sources, author, tag, language; never who is told
    configured INTEGER NOT NULL DEFAULT 1,  -- 0: no longer in the configuration, so that nothing is looked for
    since TEXT NOT NULL,                    -- what was there by then is no match
    looked_article INTEGER NOT NULL,        -- the articles up to this number were looked at
    looked_revision INTEGER NOT NULL,       -- and the rows of revisions up to this one
    configuration TEXT NOT NULL             -- digest of the file's place: another's watches are not taken out
);
CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    watch TEXT NOT NULL REFERENCES watches(name),
    article INTEGER NOT NULL REFERENCES articles(id),
    revision INTEGER NOT NULL,              -- the version of the article that it was found in
    at TEXT NOT NULL,
    title TEXT NOT NULL,
    passage TEXT NOT NULL,                  -- plain text, what was looked for between U+0002 and U+0003
    UNIQUE (watch, article)
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    match INTEGER NOT NULL REFERENCES matches(id),
    watch TEXT NOT NULL REFERENCES watches(name),
    receiver TEXT NOT NULL,                 -- webhook, command, email: and a digest of the address
    state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, sending, sent, refused, dropped
    tries INTEGER NOT NULL DEFAULT 0,
    refusals INTEGER NOT NULL DEFAULT 0,    -- of the tries: it will not have this message
    due_at TEXT NOT NULL,
    message INTEGER REFERENCES deliveries(id),  -- the first of those that are sent in one e-mail
    leased_by TEXT,                         -- the process that is sending it
    leased_until TEXT,
    sent_at TEXT,
    problem TEXT NOT NULL DEFAULT '',
    UNIQUE (match, receiver)
);
CREATE INDEX watches_configured ON watches(configured);
CREATE INDEX matches_watch ON matches(watch, id);
CREATE INDEX matches_article ON matches(article);
CREATE INDEX matches_at ON matches(at);
CREATE INDEX deliveries_unsent ON deliveries(watch, receiver, due_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_watch ON deliveries(watch, state);
CREATE INDEX deliveries_state ON deliveries(state);
CREATE INDEX deliveries_receiver ON deliveries(receiver);
CREATE INDEX deliveries_message ON deliveries(message) WHERE message IS NOT NULL;
"""
