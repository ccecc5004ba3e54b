"""Memory: what the archive learned of a site, what it knows of an article besides its text, and how it was read."""

# Columns of what was there before.
COLUMNS = """
ALTER TABLE articles ADD COLUMN rules TEXT NOT NULL DEFAULT '';      -- digest of the source's rules it was read by
ALTER TABLE articles ADD COLUMN template INTEGER NOT NULL DEFAULT 0; -- sources.template that it was cleaned by
ALTER TABLE articles ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';    -- JSON: [[how, time, precision], …]
ALTER TABLE articles ADD COLUMN cluster INTEGER REFERENCES articles(id);  -- the first that says nearly the same
ALTER TABLE articles ADD COLUMN paywalled TEXT;                      -- since when only its beginning is shown
ALTER TABLE links ADD COLUMN published_how TEXT NOT NULL DEFAULT '';  -- feed, sitemap; page: only the page said it
ALTER TABLE revisions ADD COLUMN published TEXT;
ALTER TABLE revisions ADD COLUMN words_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN words_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN template INTEGER NOT NULL DEFAULT 0;  -- how often what was learned of it changed
CREATE INDEX articles_template ON articles(source, template, snapshot);
CREATE INDEX articles_rules ON articles(rules);
CREATE INDEX articles_cluster ON articles(cluster) WHERE cluster IS NOT NULL;
CREATE INDEX articles_paywalled ON articles(paywalled) WHERE paywalled IS NOT NULL;
"""

# What said when an article was published, a row each.
VIEWS = """
CREATE VIEW article_dates AS
SELECT articles.id AS article, title, json_extract(said.value, '$[0]') AS how,
  json_extract(said.value, '$[1]') AS at, json_extract(said.value, '$[2]') AS precision,
  json_extract(said.value, '$[0]') IS published_how AND json_extract(said.value, '$[1]') IS published AS chosen
FROM articles, json_each(articles.dates) AS said;
"""
