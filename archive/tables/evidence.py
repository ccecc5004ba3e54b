"""Evidence: the ledger of what was kept, its days' seals, and what was said of an article before it was amended."""

# ``ledger`` has a row for each record, in the order in which they were kept; ids have no gap. Only rows of ``page``,
# ``article`` or ``robots`` are referred to, one in each row. Digests are bytes, since there is a row for each page.
TABLES = """
ALTER TABLE snapshots ADD COLUMN robots INTEGER REFERENCES robots(id);  -- what its host's robots.txt was; NULL: unknown
ALTER TABLE snapshots ADD COLUMN permit TEXT NOT NULL DEFAULT '';       -- archive.models.Page.permit
ALTER TABLE inbox ADD COLUMN permit TEXT NOT NULL DEFAULT '';
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    day TEXT NOT NULL,                      -- UTC, by the clock at that time
    kind TEXT NOT NULL,                     -- page, first, version, removed, reread, amended, robots
    page INTEGER REFERENCES snapshots(id),
    article INTEGER REFERENCES articles(id),
    number INTEGER,                         -- of the article's version; for amended: the row in ``amended``
    robots INTEGER REFERENCES robots(id),
    marks BLOB NOT NULL,                    -- a byte a field, by which the one that differs is named
    digest BLOB NOT NULL,                   -- SHA-256 of the record: archive.digests
    chain BLOB NOT NULL                     -- SHA-256 of this row with the chain of the one before
);
CREATE TABLE seals (
    last INTEGER PRIMARY KEY REFERENCES ledger(id),
    first INTEGER NOT NULL REFERENCES ledger(id),
    day TEXT NOT NULL,
    records INTEGER NOT NULL,
    digest TEXT NOT NULL                    -- the chain of the last, in hex
);
CREATE TABLE amended (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id),
    at TEXT NOT NULL,
    url TEXT NOT NULL,                      -- as it was until then, as all that follows
    published TEXT,
    published_precision TEXT
);
CREATE INDEX ledger_page ON ledger(page) WHERE page IS NOT NULL;
CREATE INDEX ledger_article ON ledger(article) WHERE article IS NOT NULL;
CREATE INDEX ledger_robots ON ledger(robots) WHERE robots IS NOT NULL;
CREATE INDEX seals_first ON seals(first);
CREATE INDEX seals_day ON seals(day);
CREATE INDEX amended_article ON amended(article);
CREATE INDEX snapshots_robots ON snapshots(robots) WHERE robots IS NOT NULL;
"""
