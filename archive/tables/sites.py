"""Sites: pace by site, robots.txt by host with its history, and the inbox."""

# Pace is kept by site (registrable domain), of which a publisher's hosts are parts; robots.txt by host, with what it
# said before. ``inbox`` holds a page from when it was received until what was read from it is stored.
TABLES = """
CREATE TABLE sites (
    site TEXT PRIMARY KEY,
    due_at TEXT,                            -- nothing of it is due before; NULL: nothing is by itself
    next_at TEXT,                           -- no request before, to the millisecond
    errors INTEGER NOT NULL DEFAULT 0,      -- requests in a row that speak of strain
    leased_by TEXT,                         -- the process that is speaking to it
    leased_until TEXT,
    day TEXT NOT NULL DEFAULT '',           -- on which ``new_links`` were counted
    new_links INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0     -- that day, over limits.links_per_day
) WITHOUT ROWID;
CREATE TABLE robots (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    status INTEGER,                         -- NULL: no answer
    body BLOB NOT NULL                      -- as it came, the first 500 KiB
);
ALTER TABLE hosts RENAME TO hosts_1;
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    site TEXT NOT NULL REFERENCES sites(site),
    robots INTEGER REFERENCES robots(id),   -- the latest answer
    robots_at TEXT,                         -- when it was asked for
    good INTEGER REFERENCES robots(id),     -- the latest that was a robots.txt
    good_at TEXT,
    parked TEXT NOT NULL DEFAULT ''         -- why nothing is fetched from it
) WITHOUT ROWID;
CREATE TABLE inbox (
    link INTEGER PRIMARY KEY REFERENCES links(id),
    url TEXT NOT NULL,
    final_url TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    body BLOB NOT NULL,
    reads INTEGER NOT NULL DEFAULT 0        -- how often reading it was begun and not ended
);
ALTER TABLE links ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE links ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;  -- by how many redirects from host to host it came
ALTER TABLE feeds ADD COLUMN site TEXT NOT NULL DEFAULT '';
ALTER TABLE feeds ADD COLUMN rhythm TEXT NOT NULL DEFAULT '';   -- when it was seen to publish: crawler.rhythm
ALTER TABLE feeds ADD COLUMN failing_since TEXT;                -- the first of the failures in a row
ALTER TABLE feeds ADD COLUMN rests INTEGER NOT NULL DEFAULT 0;  -- seconds for which it asked, by ttl or Cache-Control
ALTER TABLE runs ADD COLUMN boot TEXT;                          -- which start of the machine it was in
ALTER TABLE runs ADD COLUMN booted TEXT;                        -- when that was by the clock as it is now
ALTER TABLE sources ADD COLUMN edits TEXT NOT NULL DEFAULT '';  -- how often its articles change: crawler.edits
ALTER TABLE articles ADD COLUMN robots TEXT NOT NULL DEFAULT '';  -- what its page asks of robots: noarchive, noindex
"""

FILLED = """
UPDATE links SET site = site_of(host);
UPDATE feeds SET site = site_of(host);
INSERT INTO sites (site, due_at) SELECT site, min(due_at) FROM
    (SELECT site, due_at FROM links UNION ALL SELECT site, due_at FROM feeds) GROUP BY site;
INSERT INTO sites (site, next_at, errors, leased_by, leased_until)
    SELECT site_of(host) AS site, max(next_at), max(errors), max(leased_by), max(leased_until) FROM hosts_1
    WHERE true GROUP BY 1 ON CONFLICT (site) DO UPDATE SET next_at = excluded.next_at, errors = excluded.errors,
    leased_by = excluded.leased_by, leased_until = excluded.leased_until;
INSERT INTO robots (host, first_seen, last_seen, status, body)
    SELECT host, robots_at, robots_at, robots_status, robots FROM hosts_1 WHERE robots_at IS NOT NULL;
INSERT INTO hosts (host, site, robots, robots_at, good, good_at)
    SELECT h.host, site_of(h.host), r.id, h.robots_at, iif(r.status BETWEEN 200 AND 299, r.id, NULL),
    iif(r.status BETWEEN 200 AND 299, h.robots_at, NULL) FROM hosts_1 AS h LEFT JOIN robots AS r ON r.host = h.host;
DROP TABLE hosts_1;
DROP INDEX links_due;
DROP INDEX links_next;
CREATE INDEX links_due ON links(site, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX links_next ON links(site, published DESC, due_at, source) WHERE due_at IS NOT NULL;
CREATE INDEX feeds_site ON feeds(site, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sites_due ON sites(due_at) WHERE due_at IS NOT NULL;
CREATE INDEX sites_leased_by ON sites(leased_by) WHERE leased_by IS NOT NULL;
CREATE INDEX hosts_site ON hosts(site);
CREATE INDEX hosts_robots ON hosts(robots);
CREATE INDEX hosts_good ON hosts(good);
CREATE INDEX robots_host ON robots(host, id);
CREATE INDEX robots_status ON robots(status);
CREATE INDEX articles_robots ON articles(robots) WHERE robots != '';
"""

# sites.due_at is never later than what is due there, whoever queues it; the queue moves it on when nothing is.
DUE = """
CREATE TRIGGER links_due_insert AFTER INSERT ON links WHEN new.due_at IS NOT NULL BEGIN
    INSERT INTO sites (site, due_at) VALUES (new.site, new.due_at) ON CONFLICT (site)
    DO UPDATE SET due_at = excluded.due_at WHERE due_at IS NULL OR due_at > excluded.due_at;
END;
CREATE TRIGGER links_due_update AFTER UPDATE OF due_at ON links WHEN new.due_at IS NOT NULL BEGIN
    INSERT INTO sites (site, due_at) VALUES (new.site, new.due_at) ON CONFLICT (site)
    DO UPDATE SET due_at = excluded.due_at WHERE due_at IS NULL OR due_at > excluded.due_at;
END;
CREATE TRIGGER feeds_due_insert AFTER INSERT ON feeds WHEN new.due_at IS NOT NULL BEGIN
    INSERT INTO sites (site, due_at) VALUES (new.site, new.due_at) ON CONFLICT (site)
    DO UPDATE SET due_at = excluded.due_at WHERE due_at IS NULL OR due_at > excluded.due_at;
END;
CREATE TRIGGER feeds_due_update AFTER UPDATE OF due_at ON feeds WHEN new.due_at IS NOT NULL BEGIN
    INSERT INTO sites (site, due_at) VALUES (new.site, new.due_at) ON CONFLICT (site)
    DO UPDATE SET due_at = excluded.due_at WHERE due_at IS NULL OR due_at > excluded.due_at;
END;
"""
