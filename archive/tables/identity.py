"""Identity: the addresses of each article, and what texts are looked up by to find others like them."""

# Rows of ``shingles`` refer to articles as a search index does; of those that all texts of a site share, as many as
# tell something are kept (archive.clusters).
TABLES = """
CREATE TABLE addresses (
    url TEXT PRIMARY KEY,
    article INTEGER REFERENCES articles(id),  -- NULL: several different articles name it as theirs
    kind TEXT NOT NULL,                     -- canonical, link, og:url, amp, mobile, print, shared
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL                 -- to the day
) WITHOUT ROWID;
CREATE INDEX addresses_article ON addresses(article);
CREATE TABLE shingles (
    mark INTEGER NOT NULL,                  -- archive.signatures
    article INTEGER NOT NULL,
    PRIMARY KEY (mark, article)
) WITHOUT ROWID;
CREATE VIEW clusters AS
SELECT articles.cluster AS article, first.title, count(*) AS copies, count(DISTINCT articles.source) AS sources,
    min(coalesce(articles.published, articles.first_seen)) AS first_published,
    max(coalesce(articles.published, articles.first_seen)) AS last_published
FROM articles JOIN articles AS first ON first.id = articles.cluster
WHERE articles.cluster IS NOT NULL GROUP BY articles.cluster;
"""

FILLED = """
INSERT INTO addresses (url, article, kind, first_seen, last_seen)
    SELECT url, id, 'canonical', first_seen, last_seen FROM articles;
INSERT INTO addresses (url, article, kind, first_seen, last_seen)
    SELECT url, article, 'link', first_seen, coalesce(fetched_at, last_listed) FROM links
    WHERE article IS NOT NULL AND state IN ('stored', 'alias', 'gone') ON CONFLICT (url) DO NOTHING;
INSERT INTO shingles (mark, article)
    SELECT DISTINCT value, articles.id FROM articles, json_each(marks_of(articles.text));
DELETE FROM shingles WHERE mark IN (SELECT mark FROM shingles GROUP BY mark HAVING count(*) > 16);
UPDATE articles SET cluster = coalesce(duplicate_of, id) WHERE duplicate_of IS NOT NULL
    OR id IN (SELECT duplicate_of FROM articles WHERE duplicate_of IS NOT NULL);
"""
