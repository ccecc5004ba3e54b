"""Memory: what the archive learned of a site, what it knows of an article besides its text, and how it was read."""

# Columns of what was there before.
COLUMNS = """
ALTER TABLE articles ADD COLUMN rules TEXT NOT NULL DEFAULT '';      -- digest of the source's rules it was read by
ALTER TABLE articles ADD COLUMN template INTEGER NOT NULL DEFAULT 0; -- sources.template that it was cleaned by
ALTER TABLE articles ADD COLUMN dates TEXT NOT NULL DEFAULT '[]';    -- JSON: [[how, time, precision], …]
ALTER TABLE articles ADD COLUMN cluster INTEGER REFERENCES articles(id);  -- the first that says nearly the same
ALTER TABLE articles ADD COLUMN paywalled TEXT;                      -- since when only its beginning is shown
ALTER TABLE revisions ADD COLUMN published TEXT;
ALTER TABLE revisions ADD COLUMN words_added INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN words_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN template INTEGER NOT NULL DEFAULT 0;  -- how often what was learned of it changed
ALTER TABLE sources ADD COLUMN observed INTEGER NOT NULL DEFAULT 0;  -- pages from which was learned
CREATE INDEX articles_template ON articles(source, template);
CREATE INDEX articles_rules ON articles(rules);
CREATE INDEX articles_cluster ON articles(cluster) WHERE cluster IS NOT NULL;
CREATE INDEX articles_paywalled ON articles(paywalled) WHERE paywalled IS NOT NULL;
"""
