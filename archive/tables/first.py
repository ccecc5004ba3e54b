"""First: the tables of the first version."""

TABLES = """
CREATE TABLE sources (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    home TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    configured INTEGER NOT NULL DEFAULT 1,  -- 0: not, or no longer, crawled by the configuration
    added TEXT NOT NULL
);
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources(name),
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'auto',      -- feed, sitemap, section; auto until it was seen
    parent INTEGER REFERENCES feeds(id),    -- the sitemap index it stood in
    due_at TEXT,                            -- NULL: not by itself
    fetched_at TEXT,
    status INTEGER,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,    -- in a row
    problem TEXT NOT NULL DEFAULT '',
    links INTEGER NOT NULL DEFAULT 0,       -- at the last look
    new_at TEXT                             -- when it last gave a link never seen before
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,                             -- NULL: still running, or killed
    pid INTEGER,
    fetched INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    revised INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    created TEXT NOT NULL,
    body BLOB NOT NULL                      -- a page of the site, zstd
);
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    final_url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,                  -- JSON: [[name, value], …]
    size INTEGER NOT NULL,                  -- bytes, uncompressed
    sha256 TEXT NOT NULL,
    dictionary INTEGER REFERENCES dictionaries(id),
    body BLOB NOT NULL                      -- zstd
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources(name),
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    byline TEXT NOT NULL DEFAULT '',
    published TEXT,
    published_precision TEXT,
    published_how TEXT,
    modified TEXT,
    language TEXT NOT NULL DEFAULT '',
    section TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    image TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    blocks TEXT NOT NULL,                   -- JSON: the text's structure, see archive.models.Block
    word_count INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    duplicate_of INTEGER REFERENCES articles(id),  -- the first with this text, when this one was first seen
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    removed TEXT,                           -- when the publisher first answered 404 or 410
    revision INTEGER NOT NULL DEFAULT 1,
    quality REAL NOT NULL DEFAULT 1.0,
    flags TEXT NOT NULL DEFAULT '[]',       -- JSON list: doubts
    evidence TEXT NOT NULL DEFAULT '{}',    -- JSON: field -> rule that gave it
    dropped TEXT NOT NULL DEFAULT '[]',     -- JSON: [[reason, text], …]
    extractor TEXT NOT NULL,
    snapshot INTEGER REFERENCES snapshots(id)
);
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE article_authors (
    article INTEGER NOT NULL REFERENCES articles(id),
    author INTEGER NOT NULL REFERENCES authors(id),
    position INTEGER NOT NULL,
    PRIMARY KEY (article, author)
) WITHOUT ROWID;
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE article_tags (
    article INTEGER NOT NULL REFERENCES articles(id),
    tag INTEGER NOT NULL REFERENCES tags(id),
    PRIMARY KEY (article, tag)
) WITHOUT ROWID;
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,                -- 1 is the first text; rows exist once there are two
    seen_at TEXT NOT NULL,
    change TEXT NOT NULL,                   -- first, edit, removed
    title TEXT NOT NULL,
    byline TEXT NOT NULL DEFAULT '',
    modified TEXT,
    text TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    snapshot INTEGER REFERENCES snapshots(id),
    UNIQUE (article, number)
);
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES sources(name),
    found_in TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    published TEXT,
    published_precision TEXT,
    changed TEXT,
    state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, stored, alias (of another link's article), failed, refused, gone
    due_at TEXT,                            -- NULL: not again by itself
    tries INTEGER NOT NULL DEFAULT 0,       -- failures in a row
    reason TEXT NOT NULL DEFAULT '',
    first_seen TEXT NOT NULL,
    last_listed TEXT NOT NULL,
    fetched_at TEXT,                        -- to the millisecond
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    article INTEGER REFERENCES articles(id)
);
CREATE TABLE fetches (
    id INTEGER PRIMARY KEY,
    run INTEGER REFERENCES runs(id),
    at TEXT NOT NULL,
    source TEXT REFERENCES sources(name),
    host TEXT NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- listing, article
    status INTEGER,
    bytes INTEGER,
    seconds REAL,
    outcome TEXT NOT NULL,                  -- new, revised, unchanged, duplicate, removed, failed, listed
    stage TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
);
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    next_at TEXT,                           -- to the millisecond
    errors INTEGER NOT NULL DEFAULT 0,
    robots_status INTEGER,
    robots BLOB NOT NULL DEFAULT x'',
    robots_at TEXT,
    leased_by TEXT,                         -- the process that is speaking to it
    leased_until TEXT
) WITHOUT ROWID;
CREATE TABLE boilerplate (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources(name),
    reason TEXT NOT NULL,                   -- the extractor's rule
    sample TEXT NOT NULL,
    fingerprint TEXT NOT NULL,              -- of the text, alike up to case, digits and white space
    pages INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    UNIQUE (source, fingerprint)
);
"""

# One index for each column that people facet or sort by, or that refers to another table (Datasette counts those
# on every row's page), and one for each question the path asks often.
INDEXES = """
CREATE INDEX articles_source ON articles(source, published);
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_published_precision ON articles(published_precision);
CREATE INDEX articles_happened ON articles(min(coalesce(published, first_seen), first_seen));
CREATE INDEX articles_source_happened ON articles(source, min(coalesce(published, first_seen), first_seen));
CREATE INDEX articles_first_seen ON articles(first_seen);
CREATE INDEX articles_language ON articles(language);
CREATE INDEX articles_section ON articles(section);
CREATE INDEX articles_byline ON articles(byline);
CREATE INDEX articles_content_hash ON articles(content_hash);
CREATE INDEX articles_duplicate_of ON articles(duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX articles_revision ON articles(revision) WHERE revision > 1;
CREATE INDEX articles_removed ON articles(removed) WHERE removed IS NOT NULL;
CREATE INDEX articles_quality ON articles(quality);
CREATE INDEX articles_extractor ON articles(extractor);
CREATE INDEX articles_snapshot ON articles(snapshot);
CREATE INDEX article_authors_author ON article_authors(author);
CREATE INDEX article_tags_tag ON article_tags(tag);
CREATE INDEX snapshots_url ON snapshots(url, fetched_at);
CREATE INDEX snapshots_status ON snapshots(status);
CREATE INDEX snapshots_dictionary ON snapshots(dictionary);
CREATE INDEX dictionaries_site ON dictionaries(site, created);
CREATE INDEX feeds_due ON feeds(due_at) WHERE due_at IS NOT NULL;
CREATE INDEX feeds_source ON feeds(source);
CREATE INDEX feeds_kind ON feeds(kind);
CREATE INDEX feeds_status ON feeds(status);
CREATE INDEX feeds_parent ON feeds(parent) WHERE parent IS NOT NULL;
CREATE INDEX links_due ON links(host, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX links_next ON links(host, published DESC, due_at, source) WHERE due_at IS NOT NULL;
CREATE INDEX links_source ON links(source, state);
CREATE INDEX links_state ON links(state);
CREATE INDEX links_reason ON links(reason);
CREATE INDEX links_article ON links(article) WHERE article IS NOT NULL;
CREATE INDEX fetches_at ON fetches(at);
CREATE INDEX fetches_url ON fetches(url);
CREATE INDEX fetches_source ON fetches(source, at);
CREATE INDEX fetches_outcome ON fetches(outcome, at);
CREATE INDEX fetches_host ON fetches(host, at);
CREATE INDEX fetches_reason ON fetches(reason);
CREATE INDEX fetches_run ON fetches(run);
CREATE INDEX revisions_seen ON revisions(seen_at);
CREATE INDEX revisions_change ON revisions(change);
CREATE INDEX revisions_snapshot ON revisions(snapshot);
CREATE INDEX boilerplate_source ON boilerplate(source, pages);
CREATE INDEX boilerplate_reason ON boilerplate(reason);
CREATE INDEX runs_command ON runs(command);
CREATE INDEX sources_language ON sources(language);
CREATE INDEX sources_country ON sources(country);
CREATE INDEX sources_configured ON sources(configured);
"""

# External content: the text stands once, in articles. The update trigger names its columns, so that marking an
# article as seen again does not touch the index; 'delete' needs the old values, hence old.*.
SEARCH = """
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, text, content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
CREATE TRIGGER articles_fts_update AFTER UPDATE OF title, text ON articles
WHEN old.title IS NOT new.title OR old.text IS NOT new.text BEGIN
    INSERT INTO articles_fts(articles_fts, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO articles_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
"""
